// What readings cost: to take in and make durable, to keep, and to show. 32 units of 60 registers
// every second as a line brings them, beside bare SQLite that appends the same rows in the same
// batches; then the bytes of a day once compacted, and a day's trace on a screen.
// Argument: minutes of readings that are written (30 unless said).

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <sqlite3.h>
#include <stdexcept>
#include <vector>

#include "server/http/compress.hpp"
#include "server/metering/json.hpp"
#include "server/metering/series_writer.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/support/test_database.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kUnits = 32;
constexpr int kRegisters = 60;
constexpr Instant kMidnight = Instant{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr double kLeastOfBare = 0.5;
constexpr double kMostBytes = 0.6;
constexpr double kMostTraceMs = 5;
constexpr std::size_t kMostTraceBytes = 4096;

struct Cost {
    double seconds = 0;
    double cpu = 0;
};

template <class Work>
Cost cost_of(Work&& work) {
    auto const cpu = bench::cpu_seconds();
    auto const start = Steady::now();
    work();
    return {std::chrono::duration<double>(Steady::now() - start).count(),
            bench::cpu_seconds() - cpu};
}

/// A facility as the telemetry part needs it: an id, and points.
struct Place {
    Place()
        : clock(kMidnight),
          writer(ledger.store(), telemetry.store(), facility, meters, clock,
                 SeriesWriter::Options{}) {
        std::vector<Point> points;
        for (int i = 0; i < kUnits * kRegisters; ++i) {
            Point point;
            point.channel = i + 1;
            point.unit = i % kRegisters == 0 ? Unit::wh : Unit::w;
            point.counter = point.billing = i % kRegisters == 0;
            points.push_back(point);
        }
        meters.configure(points, {}, {});
    }

    tests::TestDatabase ledger{tests::Engine::sqlite, tests::project_schema(tests::Engine::sqlite),
                               store::Part::ledger};
    tests::TestDatabase telemetry{tests::Engine::sqlite,
                                  tests::project_schema(tests::Engine::sqlite),
                                  store::Part::telemetry};
    FacilityId facility{Uuid::version7(1, {})};
    SystemMonotonicClock monotonic;
    ManualWallClock clock;
    Meters meters{Zone::find("Asia/Dhaka").value(), monotonic};
    SeriesWriter writer;
};

/// Registers as machines move them: power in bursts, voltage and current that tremble, counters
/// that creep, and flags.
class Signals {
public:
    std::int64_t next(int unit, int which) {
        auto& value = values_[static_cast<std::size_t>(unit * kRegisters + which)];
        switch (which % 6) {
        case 0: return value += dice_() % 3 == 0;                              // Wh
        case 1: return value = duty(unit) ? 1800 + noise(12) : 40 + noise(1);  // W
        case 2: return value = 2300 + wave(unit) + noise(2);                   // 0.1 V
        case 3: return value = duty(unit) ? 8000 + noise(40) : 0;              // mA
        case 4: return value = 500 + (dice_() % 20 == 0 ? noise(1) : 0);       // 0.1 Hz
        default: return value = duty(unit) ? 1 : 0;
        }
    }
    void pass() { ++second_; }

private:
    std::int64_t noise(int sigma) {
        return std::lround(std::normal_distribution<double>{0, static_cast<double>(sigma)}(dice_));
    }
    std::int64_t wave(int unit) const { return std::lround(20 * std::sin(second_ / 900.0 + unit)); }
    bool duty(int unit) const { return (second_ + unit * 37) % 240 < 90; }

    std::mt19937 dice_{7};
    int second_ = 0;
    std::vector<std::int64_t> values_ =
        std::vector<std::int64_t>(static_cast<std::size_t>(kUnits * kRegisters), 5'000'000);
};

ReadingFrame frame_of(Signals& signals, int unit, int registers, Instant at,
                      std::uint64_t& sequence) {
    ReadingFrame frame{.line = 0, .boot = 1, .readings = {}};
    frame.readings.resize(static_cast<std::size_t>(registers));
    for (int which = 0; which < registers; ++which) {
        auto& reading = frame.readings[static_cast<std::size_t>(which)];
        reading.channel = unit * kRegisters + which + 1;
        reading.value = signals.next(unit, which);
        reading.raw = {{1, 2, 0, 0}, 2};
        reading.asked = at + unit * 900us;
        reading.answered = reading.asked + 700us;
        reading.sequence = ++sequence;
        reading.quality = Quality::good;
    }
    return frame;
}

/// The same readings as rows of a table, a batch a second, in bare SQLite.
Cost append_bare(std::string const& file, std::vector<std::vector<ReadingFrame>> const& seconds) {
    sqlite3* database = nullptr;
    if (sqlite3_initialize() != SQLITE_OK || sqlite3_open(file.c_str(), &database) != SQLITE_OK)
        throw std::runtime_error("SQLite does not open");
    auto const run = [&](char const* sql) {
        if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(database));
    };
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
    run("CREATE TABLE reading (channel INTEGER, asked INTEGER, answered INTEGER, sequence INTEGER, "
        "value INTEGER, quality INTEGER, words BLOB)");
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(database, "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?)", -1, &insert,
                       nullptr);
    auto const cost = cost_of([&] {
        for (auto const& frames : seconds) {
            run("BEGIN");
            for (auto const& frame : frames)
                for (auto const& reading : frame.readings) {
                    sqlite3_bind_int64(insert, 1, reading.channel);
                    sqlite3_bind_int64(insert, 2, micros(reading.asked));
                    sqlite3_bind_int64(insert, 3, micros(reading.answered));
                    sqlite3_bind_int64(insert, 4, static_cast<std::int64_t>(reading.sequence));
                    sqlite3_bind_int64(insert, 5, reading.value);
                    sqlite3_bind_int64(insert, 6, 0);
                    sqlite3_bind_blob(insert, 7, reading.raw.word.data(), 4, SQLITE_STATIC);
                    sqlite3_step(insert);
                    sqlite3_reset(insert);
                }
            run("COMMIT");
        }
    });
    sqlite3_finalize(insert);
    sqlite3_close(database);
    return cost;
}

bool bench_writing(int minutes) {
    Place place;
    Signals signals;
    std::uint64_t sequence = 0;
    std::vector<std::vector<ReadingFrame>> seconds;
    for (int second = 0; second < minutes * 60; ++second, signals.pass()) {
        seconds.emplace_back();
        for (int unit = 0; unit < kUnits; ++unit)
            seconds.back().push_back(
                frame_of(signals, unit, kRegisters, kMidnight + second * 1s, sequence));
    }
    tests::TemporaryFolder folder;
    auto const bare = append_bare(folder.file("bare.db"), seconds);
    auto const frames = seconds;  // what the lines hand over is theirs no more
    auto const ours = cost_of([&] {
        for (auto& second : seconds) {
            for (auto& frame : second) place.writer.accept(std::move(frame));
            place.writer.flush();
        }
    });
    double const readings = static_cast<double>(place.writer.counts().durable);
    double const polls = readings / kRegisters;
    std::printf("readings durable, a commit a second       %9.0f /s %8.2f ms CPU a 1000 polls\n",
                readings / ours.seconds, ours.cpu * 1e6 / polls);
    std::printf("bare SQLite, the same rows and batches    %9.0f /s %8.2f ms CPU a 1000 polls\n",
                readings / bare.seconds, bare.cpu * 1e6 / polls);
    double const ratio = bare.seconds / ours.seconds;
    std::printf("  %.2f of bare SQLite (at least %.2f)\n", ratio, kLeastOfBare);
    place.clock.set(kMidnight + 3h);
    auto const compaction = cost_of([&] { place.writer.compact(); });
    std::printf("compaction                                %9.0f /s %8.2f s for all of it\n",
                readings / compaction.seconds, compaction.seconds);
    return ratio >= kLeastOfBare;
}

/// A day of one unit's first six registers, one of each kind.
bool bench_day() {
    constexpr int kinds = 6;
    Place place;
    Signals signals;
    std::uint64_t sequence = 0;
    for (int second = 0; second < 86'400; ++second, signals.pass()) {
        auto const at = kMidnight + second * 1s;
        place.writer.accept(frame_of(signals, 0, kinds, at, sequence));
        place.clock.set(at);
        if (second % 60 == 59) place.writer.flush();
        if (second % 3600 == 300) place.writer.compact();
    }
    place.clock.set(kMidnight + 25h);
    place.writer.flush();
    place.writer.compact();
    auto const& name = place.telemetry.address();
    auto const bytes = place.telemetry.store().read([&](store::Reader& reader) {
        return reader
            .first("SELECT SUM(pgsize) FROM dbstat WHERE name IN "
                   "('chunk', 'sqlite_autoindex_chunk_1')",
                   [](store::Row const& row) { return row.integer(0); })
            .value();
    });
    double const each = static_cast<double>(bytes) / (86'400.0 * kinds);
    std::printf("kept in %s: %.3f bytes a reading, index and all (at most %.1f)\n", name.c_str(),
                each, kMostBytes);
    bool held = each <= kMostBytes;
    Series series{place.telemetry.store(), place.facility};
    auto const zone = Zone::find("Asia/Dhaka").value();
    constexpr std::array<char const*, kinds> names{"energy",  "power",     "voltage",
                                                   "current", "frequency", "flag"};
    for (int kind = 0; kind < kinds; ++kind) {
        std::vector<double> times;
        std::string text;
        for (int round = 0; round < 41; ++round)
            times.push_back(cost_of([&] {
                                auto const trace =
                                    series.trace(kind + 1, {kMidnight, kMidnight + 24h}, 480, {});
                                text = trace_text(kind + 1, Unit::w, trace, zone);
                            }).seconds *
                            1e3);
        std::ranges::sort(times);
        auto const packed = http::gzip(text, 6).size();
        std::printf("a day's trace of %-10s %6.2f ms, worst %6.2f ms (at most %.0f), "
                    "%zu bytes compressed (at most %zu)\n",
                    names.at(static_cast<std::size_t>(kind)), times[times.size() / 2], times.back(),
                    kMostTraceMs, packed, kMostTraceBytes);
        held = held && times[times.size() / 2] <= kMostTraceMs;
    }
    return held;
}

}  // namespace
}  // namespace karkhana::metering

int main(int argc, char** argv) {
    int const minutes = argc > 1 ? std::atoi(argv[1]) : 30;
    bool const writing = karkhana::metering::bench_writing(minutes);
    bool const day = karkhana::metering::bench_day();
    return writing && day ? 0 : 1;
}
