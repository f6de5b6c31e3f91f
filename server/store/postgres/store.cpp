#include "server/store/store.hpp"

#include <thread>
#include <utility>

#include "server/store/guarded_writer.hpp"
#include "server/store/migrations.hpp"
#include "server/store/postgres/errors.hpp"
#include "server/store/postgres/pool.hpp"
#include "server/store/postgres/retry.hpp"
#include "server/store/reentry.hpp"
#include "server/store/reruns.hpp"

namespace karkhana::store {
namespace postgres {
namespace {

class PostgresWriter final : public GuardedWriter {
public:
    explicit PostgresWriter(Connection& connection) : connection_(connection) {}
    bool is_postgres() const override { return true; }

private:
    std::int64_t perform(std::string_view sql, std::span<Value const> values,
                         std::function<void(Row const&)> const& on_row) override {
        try {
            return connection_.run(sql, values, on_row);
        } catch (ReadOnly const& demoted) {
            // The server has become a standby: another connection may find the new primary.
            throw ConnectionLost(demoted.what());
        }
    }

    Connection& connection_;
};

class PostgresReader final : public Reader {
public:
    explicit PostgresReader(Connection& connection) : connection_(connection) {}
    bool is_postgres() const override { return true; }

private:
    std::int64_t run(std::string_view sql, std::span<Value const> values,
                     std::function<void(Row const&)> const& on_row) override {
        return connection_.run(sql, values, on_row);
    }

    Connection& connection_;
};

/// Runs `attempt` until it neither conflicts nor loses its connection.
/// Throws Unavailable when patience ends.
void persist(Pool& pool, std::chrono::milliseconds patience,
             std::function<void(Connection&)> const& attempt) {
    auto const start = Retry::Clock::now();
    Retry retry(static_cast<std::uint64_t>(start.time_since_epoch().count()), start + patience);
    for (;;) {
        std::string reason;
        auto* counted = &reruns.conflicts;
        try {
            Pool::Lease lease(pool);
            try {
                attempt(lease.connection());
                return;
            } catch (ConnectionLost const&) {
                lease.discard();
                throw;
            }
        } catch (Conflict const& conflict) {
            reason = conflict.what();
        } catch (ConnectionLost const& lost) {
            reason = lost.what();
            counted = &reruns.reconnects;
        }
        if (!retry.again(Retry::Clock::now())) throw Unavailable(reason);
        ++*counted;
        std::this_thread::sleep_for(retry.pause());
    }
}

/// A server that says no to COMMIT has undone everything, so its error is like any other. A
/// connection that breaks while COMMIT is under way leaves the outcome open, and unlike a failed
/// COMMIT of SQLite it does not end this process: the truth is in the server, which lives on and
/// answers the next question from it. The caller is told to ask again; its idempotency key finds
/// the work done, or does it.
void commit(Connection& connection) {
    // PostgreSQL answers COMMIT of a failed transaction with a ROLLBACK that looks like success.
    if (!connection.in_transaction()) throw std::logic_error("the transaction ended early");
    try {
        connection.script("COMMIT");
    } catch (ConnectionLost const& lost) {
        throw CommitUnknown(std::string("whether the change was made is unknown: ") + lost.what());
    }
}

class PostgresStore final : public Store {
public:
    PostgresStore(PostgresOptions const& options, std::vector<Migration> const& migrations)
        : patience_(options.patience), pool_(options) {
        Pool::Lease lease(pool_);
        apply(lease.connection(), migrations);
    }

    bool is_postgres() const override { return true; }

protected:
    void submit(std::function<bool(Writer&)> work) override {
        Reentry const inside(*this);
        persist(pool_, patience_, [&](Connection& connection) {
            connection.renew_plans();
            connection.script("BEGIN ISOLATION LEVEL READ COMMITTED");
            PostgresWriter writer(connection);
            if (!work(writer)) return;
            writer.rethrow_failure();
            commit(connection);
        });
    }

    void inspect(std::function<void(Reader&)> const& work) override {
        Reentry const inside(*this);
        persist(pool_, patience_, [&](Connection& connection) {
            connection.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            PostgresReader reader(connection);
            work(reader);
        });
    }

private:
    static void apply(Connection& connection, std::vector<Migration> const& migrations) {
        connection.script("BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0");
        // Copies of the daemon start together; the second finds the work done.
        connection.script("SELECT pg_advisory_xact_lock(hashtext('karkhana.schema_migration'))");
        PostgresWriter writer(connection);
        migrate(writer, migrations, [&](std::string const& script) {
            connection.script(script);
            if (!connection.in_transaction())
                throw std::runtime_error("a migration must not end the transaction it runs in");
        });
        commit(connection);
    }

    std::chrono::milliseconds patience_;
    Pool pool_;
};

}  // namespace
}  // namespace postgres

std::unique_ptr<Store> open_postgres(PostgresOptions const& options,
                                     std::vector<Migration> const& migrations) {
    return std::make_unique<postgres::PostgresStore>(options, migrations);
}

}  // namespace karkhana::store
