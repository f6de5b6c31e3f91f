#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/base/clock.hpp"
#include "server/metering/ports.hpp"

namespace karkhana::metering {

/// The daemon dies here: thrown where a test wants it dead, caught by nobody but the test.
struct Killed {};

/// Machines with a meter and a relay each, as they are in truth.
class Plant final : public MeterPort, public ContactPort {
public:
    struct Unit {
        Channel energy = 0;
        Channel power = 0;
        std::int64_t load_w = 0;     ///< while its contact is closed
        std::int64_t standby_w = 0;  ///< always
        bool has_relay = true;
        bool relay_works = true;  ///< false: it stays as it is
        bool relay_answers = true;
        bool mains = true;
        bool answers = true;
        bool closed = false;
        std::int64_t watt_micros = 0;  ///< energy since the meter was made, in W x µs
        std::int64_t shown_from = 0;   ///< Wh the register shows at the beginning
        std::int64_t modulus = 0;
        std::int64_t reset_at = 0;  ///< Wh of the truth where the register began anew
        bool was_reset = false;
        std::optional<std::int64_t> glitch;  ///< shown instead, until it is taken away
        std::string serial;                  ///< as its meter tells it; empty: it tells none
        Monotonic authorised_until{};
        std::uint64_t wish = 0;
        bool wished_closed = false;
        bool resume = false;

        std::int64_t true_wh() const { return watt_micros / 3'600'000'000; }
        std::int64_t shown_wh() const {
            if (glitch) return *glitch;
            auto const wh = was_reset ? true_wh() - reset_at : shown_from + true_wh();
            return modulus > 0 ? wh % modulus : wh;
        }
        std::int64_t power_w() const { return mains ? standby_w + (closed ? load_w : 0) : 0; }
    };

    /// A meter more: of what one machine has besides, or of all that is behind it.
    struct Feeder {
        std::vector<MachineId> behind;  ///< draws what they draw
        std::optional<MachineId> with;  ///< and this while the machine is on
        std::int64_t load_w = 0;
        std::int64_t standby_w = 0;
        bool answers = true;
        bool shows_power = false;  ///< a drive, that counts nothing
        std::optional<bool> says;  ///< an input, that measures nothing
        std::int64_t watt_micros = 0;
        std::int64_t shown_from = 0;

        std::int64_t true_wh() const { return watt_micros / 3'600'000'000; }
        std::int64_t shown_wh() const { return shown_from + true_wh(); }
    };

    Plant(ManualWallClock& wall, ManualMonotonicClock& real) : wall_(wall), real_(real) {}

    std::map<MachineId, Unit> units;
    std::map<Channel, Feeder> feeders;
    int speed = 1;                             ///< facility seconds a real second
    std::function<void(std::string)> on_step;  ///< called before each thing asked of the plant
    std::function<void(std::span<Channel const>)> on_asked;
    int snapshots = 0;
    std::vector<ContactEvent> events;  ///< what the relays tell

    /// Lets real time pass.
    void pass(Duration real) {
        for (auto& [channel, feeder] : feeders)
            feeder.watt_micros += power_w(feeder) * real.count() * speed;
        for (auto& [machine, unit] : units)
            unit.watt_micros += unit.power_w() * real.count() * speed;
        wall_.advance(real * speed);
        real_.advance(real);
        for (auto& [machine, unit] : units)
            if (unit.closed && unit.relay_works && real_.now() >= unit.authorised_until)
                unit.closed = false;
    }

    void cut_mains(MachineId const& machine) {
        units.at(machine).mains = false;
        units.at(machine).closed = false;
    }

    std::int64_t power_w(Feeder const& feeder) const {
        auto watts = feeder.standby_w;
        for (auto const& machine : feeder.behind) watts += units.at(machine).power_w();
        if (feeder.with && units.at(*feeder.with).closed) watts += feeder.load_w;
        return watts;
    }

    Reading read(Channel channel) {
        Reading reading;
        reading.channel = channel;
        if (auto const found = feeders.find(channel); found != feeders.end()) {
            if (!found->second.answers) return reading;
            auto const& feeder = found->second;
            reading.value = feeder.shows_power ? power_w(feeder) : feeder.shown_wh();
            if (feeder.says) reading.value = *feeder.says ? 1 : 0;
            reading.quality = Quality::good;
            reading.raw = words_of(reading.value);
        }
        for (auto& [machine, unit] : units) {
            if (channel != unit.energy && channel != unit.power) continue;
            if (!unit.answers) return reading;
            reading.value = channel == unit.energy ? unit.shown_wh() : unit.power_w();
            reading.raw = words_of(reading.value);
            reading.quality = Quality::good;
        }
        reading.asked = reading.answered = wall_.now();
        reading.sequence = ++sequence_;
        return reading;
    }

    /// One round of polling.
    std::vector<ReadingFrame> poll() {
        std::vector<ReadingFrame> frames;
        for (auto& [machine, unit] : units) {
            ReadingFrame frame{.line = 1, .boot = 7, .readings = {}};
            for (auto const channel : {unit.energy, unit.power})
                if (channel != 0) frame.readings.push_back(read(channel));
            if (!frame.readings.empty()) frames.push_back(std::move(frame));
        }
        for (auto& [channel, feeder] : feeders)
            frames.push_back({.line = 2, .boot = 7, .readings = {read(channel)}});
        return frames;
    }

    Result<std::vector<Reading>> snapshot(std::span<Channel const> channels,
                                          std::chrono::milliseconds) override {
        step("snapshot");
        if (on_asked) on_asked(channels);
        ++snapshots;
        std::vector<Reading> readings;
        bool any = false;
        for (auto const channel : channels) {
            readings.push_back(read(channel));
            any = any || readings.back().quality != Quality::missing;
        }
        if (!any) {
            pass(std::chrono::seconds(2) / speed);
            return refuse(ErrorKind::unavailable, "meter_silent");
        }
        return readings;
    }

    std::optional<MetMeter> meet(Channel channel, std::chrono::milliseconds) override {
        auto const reading = read(channel);
        if (reading.quality == Quality::missing) return std::nullopt;
        MetMeter met{"", reading};
        for (auto const& [machine, unit] : units)
            if (channel == unit.energy) met.serial = unit.serial;
        return met;
    }

    void set(MachineId const& machine, ContactWish const& wish) override {
        step("set");
        auto& unit = units.at(machine);
        if (wish.id < unit.wish || !unit.has_relay) return;
        bool const renewal = wish.id == unit.wish;
        unit.wish = wish.id;
        unit.wished_closed = wish.closed;
        unit.resume = wish.resume;
        if (!wish.closed) {
            if (unit.relay_works) unit.closed = false;
            return;
        }
        unit.authorised_until = real_.now() + wish.lease;
        bool const may_close = !renewal && !wish.resume;
        if (may_close && unit.relay_works && unit.mains) unit.closed = true;
    }
    ContactState actual(MachineId const& machine) override {
        auto const& unit = units.at(machine);
        if (!unit.has_relay) return ContactState::none;
        if (!unit.relay_answers) return ContactState::unknown;
        return unit.closed ? ContactState::closed : ContactState::open;
    }
    ContactState wait_for(MachineId const& machine, bool closed,
                          std::chrono::milliseconds deadline) override {
        step("wait");
        auto const now = actual(machine);
        bool const there = now == ContactState::none ||
                           now == (closed ? ContactState::closed : ContactState::open);
        if (!there) pass(deadline);
        return actual(machine);
    }
    std::string alarm(MachineId const&) override { return ""; }
    std::vector<ContactEvent> take_events() override { return std::exchange(events, {}); }
    std::optional<ContactEvent> describe(MachineId const& machine) override {
        if (!units.at(machine).has_relay) return std::nullopt;
        return ContactEvent{.machine = machine,
                            .before = "",
                            .alarm = "",
                            .at = wall_.now(),
                            .contact = actual(machine),
                            .coil = actual(machine),
                            .wanted_closed = units.at(machine).wished_closed,
                            .line = "relays",
                            .unit = 1,
                            .channel = 1};
    }

private:
    static RawWords words_of(std::int64_t value) {
        return {{static_cast<std::uint16_t>(value >> 16 & 0xffff),
                 static_cast<std::uint16_t>(value & 0xffff), 0, 0},
                2};
    }
    void step(std::string name) {
        if (on_step) on_step(std::move(name));
    }

    ManualWallClock& wall_;
    ManualMonotonicClock& real_;
    std::uint64_t sequence_ = 0;
};

}  // namespace karkhana::metering
