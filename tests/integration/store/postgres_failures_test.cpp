#include <atomic>
#include <barrier>
#include <latch>

#include "server/store/postgres/connection.hpp"
#include "server/store/reruns.hpp"
#include "tests/integration/store/conformance.hpp"

namespace karkhana::tests {
namespace {

using namespace store;

/// What a server that serves many can do to a closure, and what callers see of it.
class PostgresFailures : public ::testing::Test {
protected:
    void SetUp() override {
        store().write([](Writer& writer) {
            return writer.execute("INSERT INTO anything (id, number) VALUES (1, 0), (2, 0)");
        });
    }
    Store& store() { return database_.store(); }
    std::int64_t sum() {
        return store()
            .read([](Reader& reader) {
                return reader.first("SELECT sum(number) FROM anything",
                                    [](Row const& row) { return row.integer(0); });
            })
            .value();
    }
    static std::int64_t add_one(Writer& writer, int id) {
        return writer.execute("UPDATE anything SET number = number + 1 WHERE id = $1", id);
    }
    /// Ends every session of the database, as an operator or a failover does.
    void end_all_sessions() {
        postgres::Connection(database_.address())
            .script("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }

    TestDatabase database_{Engine::postgres, shelf_schema(Engine::postgres), Part::both};
};

TEST_F(PostgresFailures, ADeadlockIsRunAgain) {
    auto const before = reruns.conflicts.load();
    std::barrier both(2);
    std::atomic<int> runs{0};
    in_threads(2, [&](int thread) {
        bool first_run = true;
        store().write([&](Writer& writer) {
            ++runs;
            add_one(writer, 1 + thread);
            if (first_run) both.arrive_and_wait();
            first_run = false;
            return add_one(writer, 2 - thread);
        });
    });
    EXPECT_EQ(sum(), 4);
    EXPECT_GE(runs, 3);
    EXPECT_EQ(reruns.conflicts - before, static_cast<std::uint64_t>(runs - 2)) << "and counted";
}

TEST_F(PostgresFailures, ADeadlockInsideANestedPartIsRunAgain) {
    std::barrier both(2);
    in_threads(2, [&](int thread) {
        bool first_run = true;
        store().write([&](Writer& writer) {
            add_one(writer, 1 + thread);
            if (first_run) both.arrive_and_wait();
            first_run = false;
            return writer.nested([&] { return add_one(writer, 2 - thread); });
        });
    });
    EXPECT_EQ(sum(), 4);
}

TEST_F(PostgresFailures, ALostConnectionIsReplaced) {
    sum();
    end_all_sessions();
    store().write([](Writer& writer) { return add_one(writer, 1); });
    EXPECT_EQ(sum(), 1);
}

TEST_F(PostgresFailures, AllConnectionsLostAreReplacedAtOnce) {
    // More of them than a closure is tried: what broke one broke the others.
    constexpr int kMany = 14;
    auto const many = open_postgres({.conninfo = database_.address(), .connections = kMany},
                                    load_migrations(shelf_schema(Engine::postgres), Part::both));
    auto const look = [](Reader& reader) { return reader.exists("SELECT 1 FROM anything"); };
    std::barrier all_open(kMany);
    in_threads(kMany, [&](int) {
        many->read([&](Reader& reader) {
            all_open.arrive_and_wait();
            return look(reader);
        });
    });
    end_all_sessions();
    EXPECT_TRUE(many->read(look));
}

TEST_F(PostgresFailures, AConnectionLostBeforeCommitIsRunAgain) {
    int runs = 0;
    store().write([&](Writer& writer) {
        add_one(writer, 1);
        if (++runs == 1) end_all_sessions();
        return add_one(writer, 2);
    });
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(sum(), 2);
}

TEST_F(PostgresFailures, AConnectionLostDuringCommitIsNotRunAgain) {
    store().write([](Writer& writer) {
        writer.execute("CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                       "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$");
        return writer.execute("CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON shelf "
                              "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
                              "EXECUTE FUNCTION hang_up()");
    });
    int runs = 0;
    EXPECT_THROW(store().write([&](Writer& writer) {
        ++runs;
        return writer.execute("INSERT INTO shelf VALUES ('a', 1)");
    }),
                 Unavailable);
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(sum(), 0);
}

TEST_F(PostgresFailures, AConnectionLostInAReaderIsRunAgain) {
    int runs = 0;
    auto const seen = store().read([&](Reader& reader) {
        if (++runs == 1) end_all_sessions();
        return reader.exists("SELECT 1 FROM anything");
    });
    EXPECT_TRUE(seen);
    EXPECT_EQ(runs, 2);
}

TEST_F(PostgresFailures, AServerThatIsGoneIsUnavailable) {
    auto const admin = database_.address();
    auto const at = admin.rfind("dbname=");
    auto const name = admin.substr(at + 7);
    postgres::Connection server(admin.substr(0, at) + "dbname=postgres");
    server.script("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
    server.script("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                  name + "'");
    EXPECT_THROW(sum(), Unavailable);
    server.script("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
    EXPECT_EQ(sum(), 0);
}

}  // namespace
}  // namespace karkhana::tests
