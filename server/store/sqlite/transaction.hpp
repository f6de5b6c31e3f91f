#pragma once

#include "server/store/guarded_writer.hpp"
#include "server/store/sqlite/connection.hpp"

namespace karkhana::store::sqlite {

/// What a closure writes through.
class SqliteWriter final : public GuardedWriter {
public:
    explicit SqliteWriter(Connection& connection) : connection_(connection) {}
    bool is_postgres() const override { return false; }

private:
    std::int64_t perform(std::string_view sql, std::span<Value const> values,
                         std::function<void(Row const&)> const& on_row) override {
        // A full disk makes SQLite undo the whole transaction; what follows would be committed
        // statement by statement.
        if (!connection_.in_transaction())
            throw Unavailable("the database has undone the transaction");
        return connection_.run(sql, values, on_row);
    }

    Connection& connection_;
};

/// What a closure reads through.
class SqliteReader final : public Reader {
public:
    explicit SqliteReader(Connection& connection) : connection_(connection) {}
    bool is_postgres() const override { return false; }

private:
    std::int64_t run(std::string_view sql, std::span<Value const> values,
                     std::function<void(Row const&)> const& on_row) override {
        return connection_.run(sql, values, on_row);
    }

    Connection& connection_;
};

}  // namespace karkhana::store::sqlite
