#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <gmock/gmock.h>
#include <random>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

#include "server/store/disk_full.hpp"
#include "tests/integration/store/conformance.hpp"
#include "tests/integration/store/disk_flushes.hpp"

namespace karkhana::tests {
namespace {

using namespace store;
using namespace std::chrono_literals;

std::vector<Migration> shelf_migrations(Engine engine) {
    return load_migrations(shelf_schema(engine), Part::both);
}

// ------------------------------------------------------------------ killed at random moments

constexpr int kWriters = 4;

/// What the killed process does: pairs of rows from several threads, and the number of each pair
/// on standard output as soon as it is acknowledged. Started by the test below, never by itself.
TEST(DISABLED_KilledWriter, WritesUntilKilled) {
    std::string const engine = std::getenv("KILLED_ENGINE");
    std::string const address = std::getenv("KILLED_ADDRESS");
    auto const first = std::atoll(std::getenv("KILLED_FIRST"));
    auto const store =
        engine == "sqlite"
            ? open_sqlite({.file = address}, shelf_migrations(Engine::sqlite))
            : open_postgres({.conninfo = address}, shelf_migrations(Engine::postgres));
    in_threads(kWriters, [&](int thread) {
        for (std::int64_t pair = first + thread;; pair += kWriters) {
            store->write([&](Writer& writer) {
                writer.execute("INSERT INTO anything (id) VALUES ($1)", 2 * pair);
                return writer.execute("INSERT INTO anything (id) VALUES ($1)", 2 * pair + 1);
            });
            auto const line = "ack " + std::to_string(pair) + '\n';
            if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
        }
    });
}

class KilledWriter : public StoreConformance {
protected:
    /// Lets it write for a random while, kills it, and returns the acknowledged pairs.
    std::vector<std::int64_t> acknowledged_before_kill(std::int64_t first) {
        std::array<int, 2> pipe{};
        if (::pipe(pipe.data()) != 0) throw std::runtime_error("no pipe");
        pid_t const child = start(first, pipe);
        ::close(pipe[1]);
        std::string output = read_until_first_ack(pipe[0]);
        std::this_thread::sleep_for(std::chrono::microseconds(random_() % 60'000));
        ::kill(child, SIGKILL);
        std::array<char, 65536> chunk{};
        for (ssize_t got = 0; (got = ::read(pipe[0], chunk.data(), chunk.size())) > 0;)
            output.append(chunk.data(), static_cast<std::size_t>(got));
        ::close(pipe[0]);
        ::waitpid(child, nullptr, 0);
        return parse(output);
    }

    std::set<std::int64_t> stored_ids() {
        auto const ids = store().read([](Reader& reader) {
            return reader.all("SELECT id FROM anything",
                              [](Row const& row) { return row.integer(0); });
        });
        return {ids.begin(), ids.end()};
    }

private:
    pid_t start(std::int64_t first, std::array<int, 2> const& pipe) {
        auto const engine = name_of(GetParam());
        auto const number = std::to_string(first);
        pid_t const child = ::fork();
        if (child != 0) return child;
        ::dup2(pipe[1], STDOUT_FILENO);
        ::close(pipe[0]);
        ::setenv("KILLED_ENGINE", engine.c_str(), 1);
        ::setenv("KILLED_ADDRESS", database().address().c_str(), 1);
        ::setenv("KILLED_FIRST", number.c_str(), 1);
        ::unsetenv("GTEST_OUTPUT");
        ::execl("/proc/self/exe", "killed_writer", "--gtest_filter=DISABLED_KilledWriter.*",
                "--gtest_also_run_disabled_tests", nullptr);
        ::_exit(127);
    }

    static std::string read_until_first_ack(int descriptor) {
        std::string output;
        char c = 0;
        while (output.find("\nack ") == output.npos && ::read(descriptor, &c, 1) == 1)
            output.push_back(c);
        return output;
    }

    /// Whole lines only: what was cut off by the kill was not said.
    static std::vector<std::int64_t> parse(std::string const& output) {
        std::vector<std::int64_t> pairs;
        std::size_t at = 0;
        for (auto end = output.find('\n'); end != output.npos; end = output.find('\n', at)) {
            if (output.compare(at, 4, "ack ") == 0)
                pairs.push_back(std::stoll(output.substr(at + 4, end - at - 4)));
            at = end + 1;
        }
        return pairs;
    }

    std::mt19937 random_{std::random_device{}()};
};
KARKHANA_ON_BOTH_ENGINES(KilledWriter);

TEST_P(KilledWriter, LosesNothingAcknowledgedAndLeavesNothingHalf) {
    char const* const wanted = std::getenv("KARKHANA_KILLS");
    int const kills = wanted ? std::atoi(wanted) : 20;
    std::int64_t next = 0;
    std::size_t acknowledged = 0;
    for (int round = 0; round < kills; ++round) {
        database().close();
        auto const pairs = acknowledged_before_kill(next);
        database().reopen();
        auto const ids = stored_ids();
        for (auto const pair : pairs) ASSERT_TRUE(ids.contains(2 * pair)) << "lost " << pair;
        for (auto const id : ids) ASSERT_TRUE(ids.contains(id ^ 1)) << "half of " << id / 2;
        acknowledged += pairs.size();
        next = ids.empty() ? 0 : *ids.rbegin() / 2 + kWriters;
    }
    EXPECT_GE(acknowledged, static_cast<std::size_t>(kills));
}

// ------------------------------------------------------------------ what the disk is asked

class SqliteDisk : public ::testing::Test {
protected:
    std::int64_t put(std::int64_t id) {
        return store_->write([&](Writer& writer) {
            return writer.execute("INSERT INTO anything (id) VALUES ($1)", id);
        });
    }
    std::int64_t rows() {
        return store_
            ->read([](Reader& reader) {
                return reader.first("SELECT count(*) FROM anything",
                                    [](Row const& row) { return row.integer(0); });
            })
            .value();
    }

    TemporaryFolder folder_;
    std::string file_ = folder_.file("a.db");
    std::unique_ptr<Store> store_ = open_sqlite({.file = file_}, shelf_migrations(Engine::sqlite));
};

TEST_F(SqliteDisk, IsFlushedBetweenTheClosureAndItsAnswer) {
    in_threads(8, [&](int thread) {
        for (int i = 0; i < 50; ++i) {
            long const before = store_->write([&](Writer& writer) {
                writer.execute("INSERT INTO anything (id) VALUES ($1)", thread * 50 + i);
                return DiskFlushes::done.load();
            });
            EXPECT_GT(DiskFlushes::done, before);
        }
    });
}

TEST_F(SqliteDisk, IsFlushedOnceForManyWhoWaitTogether) {
    long const before = DiskFlushes::done;
    in_threads(32, [&](int thread) {
        for (int i = 0; i < 30; ++i) put(thread * 30 + i);
    });
    EXPECT_LT(DiskFlushes::done - before, 32 * 30 / 2);
}

TEST_F(SqliteDisk, IsNotFlushedForARefusal) {
    put(0);
    long const before = DiskFlushes::done;
    for (int i = 0; i < 10; ++i) EXPECT_THROW(put(0), ConstraintViolated);
    EXPECT_EQ(DiskFlushes::done, before);
}

TEST_F(SqliteDisk, StopsTheProcessWhenAFlushFails) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    put(1);
    auto const write_on_a_broken_disk = [&] {
        DiskFlushes::broken = true;
        put(2);
    };
    EXPECT_EXIT(write_on_a_broken_disk(), ::testing::ExitedWithCode(74),
                "cannot be trusted: COMMIT failed");
}

TEST_F(SqliteDisk, KeepsAReserveForReading) {
    put(1);
    store_.reset();
    store_ =
        open_sqlite({.file = file_, .reserve_bytes = INT64_MAX}, shelf_migrations(Engine::sqlite));
    try {
        put(2);
        ADD_FAILURE() << "written on a disk that is nearly full";
    } catch (DiskFull const& full) {
        EXPECT_THAT(full.what(), testing::ContainsRegex("nearly full: [0-9]+ MB are free, "
                                                        "8796093022207 MB are wanted"));
    }
    EXPECT_EQ(rows(), 1);
}

TEST_F(SqliteDisk, UndoesTheClosureThatFillsIt) {
    EXPECT_THROW(store_->write([](Writer& writer) {
        writer.execute("INSERT INTO anything (id) VALUES (1)");
        writer.execute("PRAGMA max_page_count = 20");
        return writer.execute("INSERT INTO anything (id, bytes) VALUES (2, $1)",
                              Blob{std::string(1 << 20, 'x')});
    }),
                 DiskFull);
    store_->write([](Writer& writer) { return writer.execute("PRAGMA max_page_count = 100000"); });
    EXPECT_EQ(rows(), 0);
    EXPECT_EQ(put(3), 1);
}

TEST_F(SqliteDisk, AnswersNobodyOfAGroupThatWasUndone) {
    // An input/output error makes SQLite undo the whole transaction; here a closure does.
    std::atomic<int> unavailable{0};
    auto const write = [&](char const* sql) {
        try {
            store_->write([&](Writer& writer) { return writer.execute(sql); });
        } catch (Unavailable const&) {
            ++unavailable;
        }
    };
    std::vector<std::thread> group;
    {
        HeldWriter const held(*store_);
        for (char const* sql : {"INSERT INTO anything (id) VALUES (1)", "ROLLBACK"}) {
            group.emplace_back(write, sql);
            std::this_thread::sleep_for(50ms);
        }
    }
    for (auto& caller : group) caller.join();
    EXPECT_EQ(unavailable, 2);
    EXPECT_EQ(rows(), 0);
    EXPECT_EQ(put(3), 1);
}

TEST_F(SqliteDisk, TakesTheLogBackIntoTheFile) {
    for (int id = 0; id < 40; ++id)
        store_->write([&](Writer& writer) {
            return writer.execute("INSERT INTO anything (id, bytes) VALUES ($1, $2)", id,
                                  Blob{std::string(1 << 20, 'x')});
        });
    // 40 MB went through the log, which starts again whenever it has been taken back.
    EXPECT_LT(std::filesystem::file_size(file_ + "-wal"), 12U << 20);
}

}  // namespace
}  // namespace karkhana::tests
