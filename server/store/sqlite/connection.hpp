#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/store/sqlite/statement.hpp"
#include "server/store/store.hpp"

struct sqlite3;

namespace karkhana::store::sqlite {

/// One connection to one file, used by one thread at a time.
class Connection {
public:
    enum class Role { writer, reader };

    /// Opens `file`, which must be an absolute path. Throws std::runtime_error.
    Connection(std::string const& file, Role role);

    /// Runs one statement, prepared once for each text; see Statement::run.
    std::int64_t run(std::string_view sql, std::span<Value const> values,
                     std::function<void(Row const&)> const& on_row);
    /// Runs one statement that takes and returns nothing. Throws as `run` does.
    void command(std::string_view sql);
    /// Runs a text of many statements. Throws as `run` does.
    void script(std::string const& sql);
    /// COMMIT, or the end of the process: see fail_stop.
    void commit_or_stop();
    /// Ends a transaction that only read; false when the connection is of no further use.
    bool end_snapshot() noexcept;
    /// False once the database has rolled a transaction back by itself, as it does when full.
    bool in_transaction() const;
    /// How many statements have written; of those that failed SQLite left nothing.
    std::int64_t writes() const { return writes_; }
    /// True when changes so far leave a deferred foreign key without its row.
    bool breaks_foreign_key() const;
    /// Moves pages from the write-ahead log to the file when enough have gathered. With very
    /// many it also waits a moment for readers, so that the log can start again from its
    /// beginning. A failed flush is the end of the process.
    void checkpoint_when_due();
    /// Gives pages in memory back beyond what a usual transaction needs.
    void trim_cache();

private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    std::int64_t run(Statement& statement, std::span<Value const> values,
                     std::function<void(Row const&)> const& on_row);
    void configure(Role role);
    void expect_pragma(std::string const& name, std::string_view value);
    int checkpoint(int mode, std::chrono::milliseconds patience);

    std::unique_ptr<sqlite3, Close> database_;
    std::unordered_map<std::string, Statement, Hash, std::equal_to<>> statements_;
    std::int64_t writes_ = 0;
    int log_pages_ = 0;        ///< in the write-ahead log after the last commit
    int next_checkpoint_ = 0;  ///< when the log has so many
};

}  // namespace karkhana::store::sqlite
