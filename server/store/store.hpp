#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"

/// The database as the subjects see it: transactions, prepared statements, rows. Nothing else.
namespace karkhana::store {

struct Null {};
struct Blob {
    std::string bytes;
};
/// What a parameter may be. Ids are stored as text, instants as microseconds, flags as 0 or 1.
using Value = std::variant<Null, std::int64_t, std::string, Blob>;

inline Value to_value(Null) { return Null{}; }
inline Value to_value(Blob blob) { return blob; }
inline Value to_value(std::string text) { return text; }
inline Value to_value(std::string_view text) { return std::string{text}; }
inline Value to_value(char const* text) { return std::string{text}; }
template <std::integral T>
Value to_value(T number) {
    return static_cast<std::int64_t>(number);
}
template <class Tag>
Value to_value(Id<Tag> const& id) {
    return id.text();
}
inline Value to_value(Instant at) { return micros(at); }
inline Value to_value(Money money) { return money.poisha; }
inline Value to_value(Energy energy) { return energy.wh; }
inline Value to_value(Rate rate) { return rate.e4; }
template <class T>
Value to_value(std::optional<T> const& maybe) {
    return maybe ? to_value(*maybe) : Value{Null{}};
}

/// One row of an answer. Columns are counted from 0. A wrong type or an unexpected NULL throws.
class Row {
public:
    virtual ~Row() = default;
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual std::string text(int column) const = 0;
    virtual std::string blob(int column) const = 0;

    bool flag(int column) const { return integer(column) != 0; }
    Instant at(int column) const { return instant(integer(column)); }
    int small(int column) const { return static_cast<int>(integer(column)); }
    Money money(int column) const { return {integer(column)}; }
    Energy energy(int column) const { return {integer(column)}; }
    template <class AnyId>
    AnyId id(int column) const {
        auto parsed = AnyId::parse(text(column));
        if (!parsed) throw std::runtime_error("a stored id is not a UUID");
        return *parsed;
    }
    std::optional<std::int64_t> maybe_integer(int column) const {
        return is_null(column) ? std::nullopt : std::optional{integer(column)};
    }
    std::optional<std::string> maybe_text(int column) const {
        return is_null(column) ? std::nullopt : std::optional{text(column)};
    }
    std::optional<Instant> maybe_at(int column) const {
        return is_null(column) ? std::nullopt : std::optional{at(column)};
    }
    template <class AnyId>
    std::optional<AnyId> maybe_id(int column) const {
        return is_null(column) ? std::nullopt : std::optional{id<AnyId>(column)};
    }
};

/// A snapshot to read from: all queries of one closure see the same state.
/// SQL is a literal with parameters $1, $2, ...; each text is prepared once a connection.
class Reader {
public:
    virtual ~Reader() = default;

    template <class Each, class... Args>
    void each(std::string_view sql, Each&& on_row, Args const&... args) {
        std::array<Value, sizeof...(Args)> const values{to_value(args)...};
        run(sql, values, [&](Row const& row) { on_row(row); });
    }
    /// All rows, mapped.
    template <class Map, class... Args>
    auto all(std::string_view sql, Map&& map, Args const&... args) {
        std::vector<std::invoke_result_t<Map, Row const&>> found;
        each(sql, [&](Row const& row) { found.push_back(map(row)); }, args...);
        return found;
    }
    /// The first row, mapped; nullopt when there is none.
    template <class Map, class... Args>
    auto first(std::string_view sql, Map&& map, Args const&... args) {
        std::optional<std::invoke_result_t<Map, Row const&>> found;
        each(
            sql,
            [&](Row const& row) {
                if (!found) found = map(row);
            },
            args...);
        return found;
    }
    template <class... Args>
    bool exists(std::string_view sql, Args const&... args) {
        bool found = false;
        each(sql, [&](Row const&) { found = true; }, args...);
        return found;
    }
    /// True on PostgreSQL: for the few statements that must be said in a pair.
    virtual bool is_postgres() const = 0;

protected:
    virtual std::int64_t run(std::string_view sql, std::span<Value const> values,
                             std::function<void(Row const&)> const& on_row) = 0;
};

/// A transaction to write in.
class Writer : public Reader {
public:
    /// Rows changed.
    template <class... Args>
    std::int64_t execute(std::string_view sql, Args const&... args) {
        std::array<Value, sizeof...(Args)> const values{to_value(args)...};
        return run(sql, values, [](Row const&) {});
    }
    /// Runs `part` in a savepoint: an exception or a refusal undoes `part` alone and is passed on.
    template <class Part>
    auto nested(Part&& part) {
        savepoint();
        try {
            auto result = part();
            if (refused(result))
                rollback_to_savepoint();
            else
                release_savepoint();
            return result;
        } catch (...) {
            rollback_to_savepoint();
            throw;
        }
    }
    template <class T>
    static bool refused(T const& result) {
        if constexpr (requires {
                          result.has_value();
                          result.error();
                      })
            return !result.has_value();
        else
            return false;
    }

protected:
    virtual void savepoint() = 0;
    virtual void release_savepoint() = 0;
    virtual void rollback_to_savepoint() = 0;
};

/// The database said no because a constraint holds. The closure's changes are undone.
class ConstraintViolated : public std::runtime_error {
public:
    enum class Kind { overlap, unique, foreign_key, check };
    ConstraintViolated(Kind kind, std::string const& message)
        : std::runtime_error(message), kind_(kind) {}
    Kind kind() const { return kind_; }

private:
    Kind kind_;
};

/// The queue is full or the database is gone: HTTP answers 503 with Retry-After.
class Unavailable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One database. Thread-safe. Closures may be run again after a deadlock, so they must have no
/// effect outside the transaction.
class Store {
public:
    virtual ~Store() = default;

    /// Runs `work(Writer&)`; returns its result after the COMMIT that made it durable, so
    /// whoever is answered with it can rely on it. A result that is a refusal (an expected
    /// without value) and an exception both undo everything `work` did.
    /// Throws: ConstraintViolated, Unavailable, whatever `work` throws.
    template <class Work>
    auto write(Work&& work) {
        using T = std::invoke_result_t<Work, Writer&>;
        static_assert(!std::is_void_v<T>, "return something: a count, a record, or true");
        std::optional<T> result;
        submit([&](Writer& writer) {
            result.emplace(work(writer));
            return !Writer::refused(*result);
        });
        return std::move(*result);
    }
    /// Runs `work(Reader&)` on a snapshot, in the caller's thread.
    template <class Work>
    auto read(Work&& work) {
        using T = std::invoke_result_t<Work, Reader&>;
        static_assert(!std::is_void_v<T>, "return what was read");
        std::optional<T> result;
        inspect([&](Reader& reader) { result.emplace(work(reader)); });
        return std::move(*result);
    }
    virtual bool is_postgres() const = 0;

protected:
    /// `work` returns whether to keep its changes.
    virtual void submit(std::function<bool(Writer&)> work) = 0;
    virtual void inspect(std::function<void(Reader&)> const& work) = 0;
};

/// Which of the migration files a database takes: on SQLite the two files have their own.
enum class Part { ledger, telemetry, both };

struct Migration {
    int version = 0;
    std::string name;
    std::string sql;
};

/// The files NNNN_name.sql of a folder, in order. Those named NNNN_telemetry_*.sql belong to the
/// telemetry part. Throws when two have one number or one cannot be read.
std::vector<Migration> load_migrations(std::string const& folder, Part part);

struct SqliteOptions {
    std::string file;
    std::size_t queue_limit = 4096;  ///< closures waiting; more are Unavailable
    /// With less than this free on the disk every write is Unavailable: a COMMIT that meets a full
    /// disk would stop the process, and reading must go on.
    std::int64_t reserve_bytes = 16 << 20;
};
/// Opens, checks (SQLite version, one process alone, schema not newer than the program), migrates.
/// Throws std::runtime_error with a sentence for the operator.
std::unique_ptr<Store> open_sqlite(SqliteOptions const& options,
                                   std::vector<Migration> const& migrations);

/// The same file beside the process that writes it; every write is Unavailable. Throws
/// std::runtime_error when there is none.
std::unique_ptr<Store> open_sqlite_to_read(std::string const& file);

struct PostgresOptions {
    std::string conninfo;  ///< libpq connection string
    std::size_t connections = 8;
    /// How long a closure waits for a connection, and how long it tries again after conflicts.
    std::chrono::milliseconds patience{5000};
};
std::unique_ptr<Store> open_postgres(PostgresOptions const& options,
                                     std::vector<Migration> const& migrations);

}  // namespace karkhana::store
