// What the wire allows and what the poller makes of it, by simulated time: the line, the poller and
// their checks are the real ones, each character takes its 1.04 ms at 9600 baud (8N1) and nothing
// else takes any. And whether, among a million polls of which every seventh is answered late, by
// another unit, with an old frame or with turned bits, a single wrong value is believed: values are
// others at every request, so that one of an earlier poll is wrong as well.
// Argument: the number of those polls (1000000 unless said).

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

#include "devices/modbus/line.hpp"
#include "devices/poller/engine.hpp"
#include "devices/profiles/decode.hpp"
#include "devices/sim/faults.hpp"
#include "tests/support/moving_registers.hpp"
#include "tests/support/simulated_pipe.hpp"

namespace {

using namespace karkhana;
using namespace std::chrono_literals;

constexpr Duration character{1042};  // 10 bits at 9600 baud, rounded up
constexpr Duration turnaround = 10ms;
constexpr Duration gap{4010};  // 3.5 characters
constexpr Duration max_late = 1s;

/// A counter and a power in one block of four registers, and a voltage too far away to be in it.
std::shared_ptr<profiles::Profile const> meter() {
    auto profile = std::make_shared<profiles::Profile>();
    auto const add = [&](char const* name, std::uint16_t address, Unit unit, bool counter) {
        profiles::Point point;
        point.name = name;
        point.address = address;
        point.type = profiles::WordType::u32;
        point.unit = unit;
        point.kind = counter ? profiles::PointKind::counter : profiles::PointKind::gauge;
        point.billing = counter;
        profile->points.push_back(point);
    };
    add("energy", 72, Unit::wh, true);
    add("power", 74, Unit::w, false);
    add("voltage", 600, Unit::mv, false);
    return profile;
}

/// What a device does to its honest answer.
using Deed =
    std::function<void(modbus::Request const&, modbus::MovingRegisters const&, modbus::Answer&)>;

void honest(modbus::Request const&, modbus::MovingRegisters const&, modbus::Answer&) {}

/// A value is right when it is what the last request for it should have brought: one that is older
/// than the poll is wrong.
class Judge final : public ReadingSink {
public:
    explicit Judge(modbus::MovingRegisters const& registers) : registers_(registers) {}
    void accept(ReadingFrame frame) override {
        for (auto const& reading : frame.readings) {
            if (reading.quality != Quality::good) continue;
            auto const unit = static_cast<int>(reading.channel / 10);
            constexpr int addresses[] = {72, 74, 600};
            ++good[unit];
            wrong += !registers_.is_right(unit, addresses[reading.channel % 10], reading.value);
        }
    }
    std::map<int, long> good;
    long wrong = 0;

private:
    modbus::MovingRegisters const& registers_;
};

/// A line of ten meters, ready to run.
struct Bus {
    Bus(modbus::Framing framing, Duration period, std::size_t points, Deed deed)
        : line(std::make_unique<modbus::SimulatedPipe>(
                   clock, framing, framing == modbus::Framing::rtu ? character : Duration{},
                   turnaround,
                   [this, deed = std::move(deed)](modbus::Request const& request) {
                       auto answer = registers.answer(request);
                       deed(request, registers, answer);
                       return answer;
                   }),
               {framing, framing == modbus::Framing::rtu ? gap : Duration{}, false}, {max_late, 1s},
               clock) {
        poller::LineSetup setup;
        setup.character = framing == modbus::Framing::rtu ? character : Duration{};
        for (std::uint8_t number = 1; number <= 10; ++number) {
            poller::UnitSetup unit;
            unit.unit = number;
            unit.profile = profile;
            unit.period = period;
            char const* const names[] = {"energy", "power", "voltage"};
            for (std::size_t i = 0; i < points; ++i)
                unit.watched.push_back({names[i], static_cast<Channel>(number * 10 + i)});
            setup.units.push_back(unit);
        }
        setup.writable = {{1, 5, 0, 7}};
        engine = std::make_unique<poller::PollEngine>(setup, line, judge, wall, clock);
    }
    void run_for(Duration span) {
        auto const end = clock.now() + span;
        while (clock.now() < end) {
            auto const next = std::min(engine->step(), end);
            if (next > clock.now()) clock.advance(std::chrono::ceil<Duration>(next - clock.now()));
        }
    }
    long good(int first, int last) const {
        long sum = 0;
        for (auto const& [unit, count] : judge.good)
            if (unit >= first && unit <= last) sum += count;
        return sum;
    }

    std::shared_ptr<profiles::Profile const> profile = meter();
    ManualMonotonicClock clock;
    ManualWallClock wall{instant(1'700'000'000'000'000)};
    modbus::MovingRegisters registers;
    Judge judge{registers};
    modbus::Line line;
    std::unique_ptr<poller::PollEngine> engine;
};

bool say(char const* what, double measured, char const* unit, bool at_least, double bound) {
    bool const held = at_least ? measured >= bound : measured <= bound;
    std::printf("%s: %.1f %s (at %s %g)%s\n", what, measured, unit, at_least ? "least" : "most",
                bound, held ? "" : "  MISSED");
    return held;
}

/// Request of 8 characters, reply of 5 and the registers', turnaround, and one silence: the device
/// counts it before the next request.
constexpr Duration exchange_time(int registers) {
    return character * (8 + 5 + 2 * registers) + turnaround + gap;
}

/// Back to back: the grid is closer than the bus can follow.
bool full_rate() {
    Bus bus(modbus::Framing::rtu, 10ms, 2, honest);
    bus.run_for(60s);
    auto const before = bus.good(1, 10);
    bus.run_for(600s);
    auto const polls = static_cast<double>(bus.good(1, 10) - before) / 2;
    auto const limit = 600e6 / static_cast<double>(exchange_time(4).count());
    return say("RTU at 9600 baud, of the arithmetic limit", 100 * polls / limit, "%", true, 95);
}

/// Three of ten die; what the living are read a minute later, against what they were.
bool with_dead_units() {
    bool dead = false;
    Bus bus(modbus::Framing::rtu, 1s, 2, [&](auto const& request, auto const&, auto& answer) {
        answer.silent = dead && request.unit <= 3;
    });
    bus.run_for(60s);
    auto const start = bus.good(4, 10);
    bus.run_for(60s);
    auto const alone = bus.good(4, 10) - start;
    dead = true;
    bus.run_for(60s);
    auto const later = bus.good(4, 10);
    bus.run_for(600s);
    auto const beside = static_cast<double>(bus.good(4, 10) - later) / 10;
    return say("with 3 of 10 units dead after 60 s, rate of the living",
               100 * beside / static_cast<double>(alone), "%", true, 90);
}

/// From the wish to the confirmation, on a bus that is never idle. A frame is the longest exchange
/// that may be under way, and the write itself.
bool coil_writes() {
    Bus bus(modbus::Framing::rtu, 10ms, 3, honest);
    bus.run_for(30s);
    std::vector<double> took;
    for (int i = 0; i < 2000; ++i) {
        // The wish comes at any moment of the exchange under way: that one began before it.
        auto const wished = bus.clock.now() + Duration{i * 37 % exchange_time(4).count()};
        bus.engine->step();
        auto const from = std::min(wished, bus.clock.now());
        bool done = false;
        bus.engine->submit(poller::Exchange{{1, modbus::Function::write_coil, 3, 1, {0xFF00}},
                                            bus.clock.now() + 2s,
                                            [&](modbus::Outcome o) { done = o.has_value(); }});
        while (!done) bus.engine->step();
        took.push_back(static_cast<double>(
                           std::chrono::duration_cast<Duration>(bus.clock.now() - from).count()) /
                       1000);
        for (int step = 0; step < 7; ++step) bus.engine->step();
    }
    std::sort(took.begin(), took.end());
    auto const p99 = took[took.size() * 99 / 100];
    // The frame under way, the write's own 16 characters with its turnaround, and 10 ms.
    auto const own = character * 16 + turnaround + gap;
    auto const bound = static_cast<double>((exchange_time(4) + own).count()) / 1000 + 10;
    return say("coil write on a saturated bus, p99", p99, "ms", false, bound);
}

bool hostile(modbus::Framing framing, long polls) {
    auto const random = seeded_random(framing == modbus::Framing::tcp ? 11 : 12);
    std::map<int, sim::Faults> faults;
    for (int unit = 1; unit <= 10; ++unit)
        for (auto const* verb : {"late", "wrong-unit", "stale", "noise", "wrong-transaction"}) {
            bool const late = std::string_view{verb} == "late";
            std::vector<std::string> words{"3%"};
            if (late) words.push_back("700");
            faults[unit].set(sim::fault_of(*sim::misdeed_of(verb), words).value());
        }
    long spoilt = 0;
    Bus bus(framing, 1s, 3, [&](auto const& request, auto const& registers, auto& answer) {
        auto const fault = faults[request.unit].draw(*random);
        if (fault && fault->misdeed == sim::Misdeed::wrong_unit)
            answer = registers.foreign(request);
        spoilt += fault.has_value();
        faults[request.unit].play(fault, framing, *random, answer);
    });
    auto const began = std::chrono::steady_clock::now();
    auto done = [&] { return static_cast<long>(bus.engine->health().traffic.exchanges); };
    while (done() < polls) bus.run_for(100s);
    auto const took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began);
    auto const good = bus.good(1, 10);
    std::printf("%s: %ld polls, %ld spoilt, %ld values believed, %ld wrong (at most 0), %.0f s\n",
                framing == modbus::Framing::tcp ? "Modbus TCP" : "RTU at 9600 baud", done(), spoilt,
                good, bus.judge.wrong, took.count());
    return bus.judge.wrong == 0 && good > done() / 2;
}

}  // namespace

int main(int argc, char** argv) {
    auto const polls = argc > 1 ? std::atol(argv[1]) : 1'000'000L;
    bool held = full_rate();
    held &= with_dead_units();
    held &= coil_writes();
    for (auto const framing : {modbus::Framing::rtu, modbus::Framing::tcp})
        held &= hostile(framing, polls / 2);
    return held ? 0 : 1;
}
