#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/store/store.hpp"

struct pg_conn;
struct pg_result;

namespace karkhana::store::postgres {

class Parameters;

/// One session with a server, used by one thread at a time.
class Connection {
public:
    /// Connects and sets the session up. Throws ConnectionLost, or std::runtime_error when the
    /// server is too old or the database is not in UTF-8.
    explicit Connection(std::string const& conninfo);

    /// Runs one statement, prepared once for each text; returns how many rows it changed.
    /// Throws ConstraintViolated, Conflict, ConnectionLost, Unavailable, std::runtime_error, and
    /// what `on_row` throws.
    std::int64_t run(std::string_view sql, std::span<Value const> values,
                     std::function<void(Row const&)> const& on_row);
    /// Runs statements that take and return nothing. Throws as `run` does.
    void script(std::string const& sql);
    /// Lets the server plan anew what it has planned, when this session has changed twice as many
    /// rows as the last time. On an empty table all indexes cost the same, and every key of ours
    /// begins with the facility: the check of a foreign key that was planned then may read all of a
    /// facility's rows, until somebody analyses the table. Not in a transaction.
    void renew_plans();
    /// True while the session is in a transaction that has not failed.
    bool in_transaction() const;
    /// True while the session is in no transaction at all.
    bool idle() const;
    /// Undoes a transaction; false when the connection is of no further use.
    bool roll_back() noexcept;

private:
    struct Finish {
        void operator()(pg_conn* session) const;
    };

    std::string one_value(char const* query);
    std::string const& prepare(std::string_view sql, Parameters const& parameters);
    void check(pg_result const* answer, std::string_view sql) const;

    std::unique_ptr<pg_conn, Finish> session_;
    std::unordered_map<std::string, std::string> prepared_;  ///< signature and text to name
    std::int64_t changed_ = 0;                               ///< rows
    std::int64_t renew_at_ = 256;                            ///< so many of them
};

}  // namespace karkhana::store::postgres
