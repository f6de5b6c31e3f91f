// What the wire allows and what the poller makes of it, by simulated time: the line, the poller and
// their checks are the real ones, each character takes its 1.04 ms at 9600 baud (8N1) and nothing
// else takes any. And whether, among a million polls of which every seventh is answered late, by
// another unit, with an old frame or with turned bits, a single wrong value is believed: values are
// others at every request, so that one of an earlier poll is wrong as well.
// Argument: the number of those polls (1000000 unless said).

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

#include "devices/interlock/interlock.hpp"
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

/// A relay board of eight coils, with a watchdog register and a heartbeat, with one
/// machine.
class Contacts {
public:
    Contacts() {
        auto profile = std::make_shared<profiles::Profile>();
        profile->relay =
            profiles::Relay{8, 0, profiles::Watchdog::reg, true, watchdog_at, 100, 0x7FFF};
        profile->relay->heartbeat = heartbeat_at;
        profile_ = std::move(profile);
    }
    std::vector<interlock::RelaySetup> setup() const { return {{machine, 0, unit, 3, profile_}}; }
    modbus::Answer answer(modbus::Request const& request) {
        modbus::Answer answer;
        answer.words = request.words;
        if (request.function == modbus::Function::read_coils)
            answer.words.assign(coils_.begin(), coils_.begin() + request.count);
        else if (request.function == modbus::Function::read_holding_registers)
            answer.words = {watchdog_};
        else if (request.function == modbus::Function::write_coil)
            coils_.at(request.address) = request.words[0] == modbus::coil_closed;
        else if (request.address == watchdog_at)
            watchdog_ = request.words[0];
        return answer;
    }
    static constexpr std::uint8_t unit = 20;
    MachineId machine;

private:
    static constexpr std::uint16_t watchdog_at = 16, heartbeat_at = 17;
    std::shared_ptr<profiles::Profile const> profile_;
    std::array<std::uint16_t, 8> coils_{};
    std::uint16_t watchdog_ = 0;
};
/// The line as it is, and whoever looks on after each exchange.
class WatchedWire final : public modbus::Bus {
public:
    explicit WatchedWire(modbus::Bus& line) : line_(line) {}
    std::function<void(modbus::Request const&, modbus::Outcome const&)> after;

    modbus::Outcome transact(modbus::Request const& request, Monotonic deadline) override {
        auto outcome = line_.transact(request, deadline);
        if (after) after(request, outcome);
        return outcome;
    }
    Monotonic ready_at(std::uint8_t unit) const override { return line_.ready_at(unit); }
    void close() override { line_.close(); }

private:
    modbus::Bus& line_;
};

/// A line of ten meters, ready to run.
struct Bus {
    Bus(modbus::Framing framing, Duration period, std::size_t points, Deed deed)
        : line(std::make_unique<modbus::SimulatedPipe>(
                   clock, framing, framing == modbus::Framing::rtu ? character : Duration{},
                   turnaround,
                   [this, deed = std::move(deed)](modbus::Request const& request) {
                       if (request.unit == Contacts::unit) return contacts.answer(request);
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
        setup.writable = interlock::writes_of(contacts.setup(), 0);
        engine = std::make_unique<poller::PollEngine>(setup, wire, judge, wall, clock);
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
    Contacts contacts;
    modbus::Line line;
    WatchedWire wire{line};
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

/// A machine that is switched on and off again through the interlock and its board, as the daemon
/// does it, and how long each write took from the wish to its confirmation on the wire.
class Switching final : public interlock::InterlockListener {
public:
    explicit Switching(Bus& bus)
        : bus_(bus), interlock_(bus.contacts.setup(), {}, bus.clock, *this) {
        for (auto* guest : interlock_.guests(0)) bus.engine->attach(*guest, [] {});
        bus.wire.after = [this](auto const& request, auto const& outcome) {
            if (outcome && request.function == modbus::Function::write_coil) confirmed(request);
            if (wished_ > 0 && bus_.clock.now() >= next_) wish();
        };
    }
    void relay_changed(interlock::RelayState const&, interlock::RelayState const&) override {}

    void run(int times) {
        bus_.run_for(30s);
        next_ = bus_.clock.now();
        wished_ = 1;
        while (took[0].size() < static_cast<std::size_t>(times)) bus_.run_for(10s);
    }
    std::vector<double> took[2];  ///< milliseconds, of openings and of closings

private:
    /// It came at a moment of the exchange that has just ended, which could not know of it: be that
    /// a meter's, or one of the board's own.
    void wish() {
        ++wished_;
        closed_ = !closed_;
        asked_ = next_;
        auto const now = bus_.clock.now();
        interlock_.set_desired(bus_.contacts.machine,
                               {wished_, closed_, now + 60s, now + 5s, false});
        next_ = now + 700ms + Duration{static_cast<std::int64_t>(wished_) * 7'919'337 % 1'000'003};
    }
    void confirmed(modbus::Request const& request) {
        if (!asked_ || (request.words[0] == modbus::coil_closed) != closed_) return;
        auto const waited = std::chrono::duration_cast<Duration>(bus_.clock.now() - *asked_);
        took[closed_ ? 1 : 0].push_back(static_cast<double>(waited.count()) / 1000);
        asked_.reset();
    }

    Bus& bus_;
    interlock::Interlock interlock_;
    std::uint64_t wished_ = 0;
    bool closed_ = false;
    Monotonic next_{};
    std::optional<Monotonic> asked_;
};

/// On a bus that is never idle. A frame is the longest exchange that may be under way, and the
/// write itself.
bool coil_writes() {
    Bus bus(modbus::Framing::rtu, 10ms, 3, honest);
    Switching switching(bus);
    switching.run(2000);
    // The frame under way, the write's own 16 characters with its turnaround, and 10 ms.
    auto const own = character * 16 + turnaround + gap;
    auto const bound = static_cast<double>((exchange_time(4) + own).count()) / 1000 + 10;
    bool held = true;
    for (bool const closing : {false, true}) {
        auto& took = switching.took[closing ? 1 : 0];
        std::sort(took.begin(), took.end());
        held &= say(closing ? "START to its coil on a saturated bus, p99"
                            : "STOP to its coil on a saturated bus, p99",
                    took[took.size() * 99 / 100], "ms", false, bound);
    }
    return held;
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
