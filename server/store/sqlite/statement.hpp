#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "server/store/store.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace karkhana::store::sqlite {

/// One prepared statement. Its parameters are $1..$n: to SQLite those are names, so each is
/// looked up once here, and a name it does not understand is refused instead of bound to NULL.
class Statement {
public:
    /// Throws std::runtime_error when `sql` is wrong or more than one statement.
    Statement(sqlite3* database, std::string_view sql);

    bool busy() const { return busy_; }
    /// Binds `values`, hands every row to `on_row`, and returns how many rows were changed.
    /// Throws ConstraintViolated, Unavailable, std::runtime_error, and what `on_row` throws.
    std::int64_t run(std::span<Value const> values, std::function<void(Row const&)> const& on_row);
    /// Whether the last run may have left changes, even when it threw.
    bool has_written() const { return has_written_; }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };

    void read_parameter_names(std::string_view sql);
    void bind(std::span<Value const> values);
    void step_all(std::function<void(Row const&)> const& on_row);

    sqlite3* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    std::vector<std::size_t> value_of_;  ///< for each parameter of SQLite, which value it takes
    std::size_t values_ = 0;
    bool busy_ = false;
    bool writes_ = false;
    bool has_written_ = false;
};

}  // namespace karkhana::store::sqlite
