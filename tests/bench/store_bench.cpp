// What the store costs beside bare SQLite: durable single-row writes by many at once against one
// loop that commits the same rows in the same batches, and a prepared query read from snapshots.
// Prints the ratios; argument: how many rows (20,000 unless said).

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sqlite3.h>
#include <stdexcept>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tests/bench/cpu.hpp"
#include "tests/support/test_database.hpp"

namespace {

std::atomic<long> flushes{0};

}  // namespace

// SQLite is linked into this program: its flushes pass here, which shows where a batch ends.
extern "C" int fsync(int descriptor) {
    ++flushes;
    return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
extern "C" int fdatasync(int descriptor) {
    ++flushes;
    return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

namespace karkhana {
namespace {

constexpr int kThreads = 32;
constexpr int kRounds = 5;
constexpr char const* kTable =
    "CREATE TABLE row_of_many (id INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, note TEXT NOT NULL) "
    "STRICT";
constexpr char const* kInsert = "INSERT INTO row_of_many (id, at_us, note) VALUES ($1, $2, $3)";
constexpr char const* kFind = "SELECT at_us, note FROM row_of_many WHERE id = $1";
constexpr char const* kNote = "a booking is about this long when it is written as a row";

struct Cost {
    double seconds = 0;
    double cpu_seconds = 0;
};

template <class Work>
Cost cost_of(Work&& work) {
    auto const cpu = bench::cpu_seconds();
    auto const start = std::chrono::steady_clock::now();
    work();
    std::chrono::duration<double> const elapsed = std::chrono::steady_clock::now() - start;
    return {elapsed.count(), bench::cpu_seconds() - cpu};
}

void report(char const* what, int count, Cost cost) {
    std::printf("%-44s %10.0f /s  %8.2f us CPU each\n", what, count / cost.seconds,
                cost.cpu_seconds * 1e6 / count);
}

/// SQLite without anything of ours around it.
class BareSqlite {
public:
    explicit BareSqlite(std::string const& file) {
        sqlite3_initialize();
        if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK)
            throw std::runtime_error("cannot open " + file);
        for (char const* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"}) run(sql);
    }
    ~BareSqlite() {
        for (auto* statement : {insert_, find_}) sqlite3_finalize(statement);
        sqlite3_close(database_);
    }
    BareSqlite(BareSqlite const&) = delete;
    BareSqlite& operator=(BareSqlite const&) = delete;

    void prepare() {
        sqlite3_prepare_v2(database_, kInsert, -1, &insert_, nullptr);
        sqlite3_prepare_v2(database_, kFind, -1, &find_, nullptr);
    }
    void run(char const* sql) {
        if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(database_));
    }
    void insert(std::int64_t id) {
        sqlite3_bind_int64(insert_, 1, id);
        sqlite3_bind_int64(insert_, 2, id * 1000);
        sqlite3_bind_text(insert_, 3, kNote, -1, SQLITE_STATIC);
        if (sqlite3_step(insert_) != SQLITE_DONE) throw std::runtime_error("insert failed");
        sqlite3_reset(insert_);
    }
    std::int64_t find(std::int64_t id) {
        sqlite3_bind_int64(find_, 1, id);
        if (sqlite3_step(find_) != SQLITE_ROW) throw std::runtime_error("not found");
        std::string const note = reinterpret_cast<char const*>(sqlite3_column_text(find_, 1));
        auto const at = sqlite3_column_int64(find_, 0);
        sqlite3_reset(find_);
        return at + static_cast<std::int64_t>(note.size());
    }

private:
    sqlite3* database_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    sqlite3_stmt* find_ = nullptr;
};

/// Writes `count` rows, one a closure, from many threads; `flushes_seen` gets the number of
/// flushes before each, in the order in which they were written.
void write_through_store(store::Store& store, int count, std::vector<long>& flushes_seen) {
    std::atomic<int> next{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            for (int id = next++; id < count; id = next++)
                store.write([&](store::Writer& writer) {
                    flushes_seen.push_back(flushes);
                    return writer.execute(kInsert, id, id * 1000, kNote);
                });
        });
    for (auto& thread : threads) thread.join();
}

std::vector<int> batches(std::vector<long> const& flushes_seen) {
    std::vector<int> sizes;
    for (std::size_t i = 0; i < flushes_seen.size(); ++i) {
        if (i == 0 || flushes_seen[i] != flushes_seen[i - 1]) sizes.push_back(0);
        ++sizes.back();
    }
    return sizes;
}

void write_bare(BareSqlite& bare, std::vector<int> const& sizes) {
    std::int64_t id = 0;
    for (int const size : sizes) {
        bare.run("BEGIN IMMEDIATE");
        for (int i = 0; i < size; ++i) bare.insert(id++);
        bare.run("COMMIT");
    }
}

void read_through_store(store::Store& store, int count) {
    for (int id = 0; id < count; ++id)
        store.read([&](store::Reader& reader) {
            return reader.first(
                kFind,
                [](store::Row const& row) {
                    return row.integer(0) + static_cast<std::int64_t>(row.text(1).size());
                },
                id);
        });
}

void read_bare(BareSqlite& bare, int count) {
    for (int id = 0; id < count; ++id) {
        bare.run("BEGIN");
        bare.find(id);
        bare.run("COMMIT");
    }
}

struct Round {
    Cost written, written_bare, read, read_bare;
    std::size_t commits = 0;
};

Round run_round(int count) {
    tests::TemporaryFolder const folder;
    Round round;
    auto const store = store::open_sqlite({.file = folder.file("ours.db")}, {{1, "bench", kTable}});
    std::vector<long> flushes_seen;
    flushes_seen.reserve(static_cast<std::size_t>(count));
    round.written = cost_of([&] { write_through_store(*store, count, flushes_seen); });
    auto const sizes = batches(flushes_seen);
    round.commits = sizes.size();

    BareSqlite bare(folder.file("bare.db"));
    bare.run(kTable);
    bare.prepare();
    round.written_bare = cost_of([&] { write_bare(bare, sizes); });
    round.read = cost_of([&] { read_through_store(*store, count); });
    round.read_bare = cost_of([&] { read_bare(bare, count); });
    return round;
}

/// The best of some rounds: what else the machine does only ever adds.
void measure(int count) {
    Round best = run_round(count);
    auto const keep = [](Cost& kept, Cost const& found) {
        kept.seconds = std::min(kept.seconds, found.seconds);
        kept.cpu_seconds = std::min(kept.cpu_seconds, found.cpu_seconds);
    };
    for (int again = 1; again < kRounds; ++again) {
        Round const round = run_round(count);
        keep(best.written, round.written);
        keep(best.written_bare, round.written_bare);
        keep(best.read, round.read);
        keep(best.read_bare, round.read_bare);
    }
    std::printf("%d rows by %d threads in about %zu commits, best of %d\n", count, kThreads,
                best.commits, kRounds);
    report("durable single-row writes, store", count, best.written);
    report("the same batches, bare SQLite", count, best.written_bare);
    std::printf("ratio of rates %.2f\n\n", best.written_bare.seconds / best.written.seconds);
    report("snapshot and one prepared query, store", count, best.read);
    report("BEGIN, query, COMMIT, bare SQLite", count, best.read_bare);
    std::printf("ratio of rates %.2f\n", best.read_bare.seconds / best.read.seconds);
}

}  // namespace
}  // namespace karkhana

int main(int argc, char** argv) {
    karkhana::measure(argc > 1 ? std::atoi(argv[1]) : 20'000);
    return 0;
}
