#include <atomic>
#include <chrono>
#include <latch>

#include "tests/integration/store/conformance.hpp"

namespace karkhana::tests {
namespace {

using namespace store;
using namespace std::chrono_literals;

class StoreConcurrency : public StoreConformance {};
KARKHANA_ON_BOTH_ENGINES(StoreConcurrency);

TEST_P(StoreConcurrency, LosesNoneOfManyWriters) {
    constexpr int kThreads = 32;
    constexpr int kWrites = 60;
    store().write([](Writer& writer) { return put(writer, 0); });
    in_threads(kThreads, [&](int thread) {
        for (int i = 0; i < kWrites; ++i)
            store().write([&](Writer& writer) {
                put(writer, 1 + thread * kWrites + i);
                return writer.execute("UPDATE anything SET number = coalesce(number, 0) + 1 "
                                      "WHERE id = 0");
            });
    });
    EXPECT_EQ(rows(), 1 + kThreads * kWrites);
    EXPECT_EQ(number("SELECT number FROM anything WHERE id = 0"), kThreads * kWrites);
}

TEST_P(StoreConcurrency, UndoesThoseWhoFailAndNobodyElse) {
    constexpr int kThreads = 32;
    constexpr int kWrites = 30;
    std::atomic<int> kept{0};
    std::atomic<int> undone{0};
    in_threads(kThreads, [&](int thread) {
        for (int i = 0; i < kWrites; ++i) {
            auto const id = thread * kWrites + i;
            try {
                auto const answer = store().write([&](Writer& writer) -> Result<bool> {
                    put(writer, id);
                    if (id % 3 == 1) return refuse(ErrorKind::conflict, "no");
                    if (id % 3 == 2) put(writer, id);
                    return true;
                });
                ++(answer ? kept : undone);
            } catch (ConstraintViolated const&) {
                ++undone;
            }
        }
    });
    EXPECT_EQ(kept, kThreads * kWrites / 3);
    EXPECT_EQ(undone, kThreads * kWrites * 2 / 3);
    EXPECT_EQ(rows(), kept);
    EXPECT_EQ(number("SELECT count(*) FROM anything WHERE id % 3 <> 0"), 0);
}

TEST_P(StoreConcurrency, ShowsAReaderOneMoment) {
    auto const count = [](Reader& reader) {
        return reader
            .first("SELECT count(*) FROM anything", [](Row const& row) { return row.integer(0); })
            .value();
    };
    store().read([&](Reader& reader) {
        EXPECT_EQ(count(reader), 0);
        std::thread([&] {
            store().write([](Writer& writer) { return put(writer, 1); });
            EXPECT_EQ(rows(), 1);
        }).join();
        EXPECT_EQ(count(reader), 0);
        return true;
    });
    EXPECT_EQ(rows(), 1);
}

TEST_P(StoreConcurrency, ShowsNobodyWhatIsNotCommitted) {
    std::latch written(1);
    std::latch looked(1);
    std::thread writer([&] {
        store().write([&](Writer& w) {
            put(w, 1);
            written.count_down();
            looked.wait();
            return true;
        });
    });
    written.wait();
    EXPECT_EQ(rows(), 0);
    looked.count_down();
    writer.join();
    EXPECT_EQ(rows(), 1);
}

TEST_P(StoreConcurrency, LetsNoReaderWrite) {
    store().write([](Writer& writer) { return put(writer, 1); });
    for (char const* sql : {"INSERT INTO anything (id) VALUES (2)", "DELETE FROM anything",
                            "UPDATE anything SET id = 3", "DROP TABLE anything"})
        EXPECT_THROW(store().read([&](Reader& reader) { return reader.exists(sql); }),
                     std::runtime_error)
            << sql;
    EXPECT_EQ(number("SELECT sum(id) FROM anything"), 1);
}

TEST_P(StoreConcurrency, ReadsAfterAnExceptionInAReader) {
    EXPECT_THROW(store().read([](Reader& reader) -> bool {
        reader.exists("SELECT 1 FROM anything");
        throw std::out_of_range("enough");
    }),
                 std::out_of_range);
    EXPECT_EQ(rows(), 0);
}

TEST_P(StoreConcurrency, ServesManyReadersWhileItWrites) {
    std::atomic<bool> stop{false};
    std::thread writer([&] {
        for (int id = 0; id < 300; id += 2)
            store().write([&](Writer& w) { return put(w, id) + put(w, id + 1); });
        stop = true;
    });
    in_threads(4, [&](int) {
        while (!stop) EXPECT_EQ(rows() % 2, 0);
    });
    writer.join();
    EXPECT_EQ(rows(), 300);
}

TEST(SqliteQueue, RefusesMoreThanItsLimit) {
    TemporaryFolder const folder;
    auto const store = open_sqlite({.file = folder.file("a.db"), .queue_limit = 3},
                                   load_migrations(shelf_schema(Engine::sqlite), Part::both));
    std::atomic<int> refused{0};
    std::atomic<int> done{0};
    {
        std::vector<std::thread> callers;
        {
            HeldWriter const held(*store);
            for (int id = 0; id < 10; ++id)
                callers.emplace_back([&, id] {
                    try {
                        store->write([&](Writer& writer) {
                            return writer.execute("INSERT INTO anything (id) VALUES ($1)", id);
                        });
                        ++done;
                    } catch (Unavailable const&) {
                        ++refused;
                    }
                });
            while (refused < 7) std::this_thread::sleep_for(1ms);
        }
        for (auto& caller : callers) caller.join();
    }
    EXPECT_EQ(refused, 7);
    EXPECT_EQ(done, 3);
}

TEST(SqliteQueue, FinishesWhatWaitsWhenTheStoreCloses) {
    TemporaryFolder const folder;
    auto const migrations = load_migrations(shelf_schema(Engine::sqlite), Part::both);
    auto store = open_sqlite({.file = folder.file("a.db")}, migrations);
    auto& open = *store;
    std::atomic<int> done{0};
    std::vector<std::thread> callers;
    {
        HeldWriter const held(open);
        for (int id = 0; id < 8; ++id)
            callers.emplace_back([&, id] {
                done += static_cast<int>(open.write([&](Writer& writer) {
                    return writer.execute("INSERT INTO anything (id) VALUES ($1)", id);
                }));
            });
        std::this_thread::sleep_for(50ms);
        callers.emplace_back([&] { store.reset(); });
        std::this_thread::sleep_for(50ms);
    }
    for (auto& caller : callers) caller.join();
    EXPECT_EQ(done, 8);
}

TEST(PostgresPool, RefusesWhenAllAreBusyForTooLong) {
    TestDatabase database(Engine::postgres, shelf_schema(Engine::postgres), Part::both);
    auto const store =
        open_postgres({.conninfo = database.address(), .connections = 1, .patience = 100ms},
                      load_migrations(shelf_schema(Engine::postgres), Part::both));
    HeldWriter const held(*store);
    EXPECT_THROW(store->read([](Reader&) { return true; }), Unavailable);
    EXPECT_THROW(store->write([](Writer&) { return true; }), Unavailable);
}

}  // namespace
}  // namespace karkhana::tests
