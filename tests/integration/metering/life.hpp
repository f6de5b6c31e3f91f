#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <random>

#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {

struct Faults {
    bool resets = false;
    bool rollovers = false;
    bool clock_steps = false;  ///< an hour either way
    /// A laser with a second meter, and two presses behind one, which a third machine with a meter
    /// of its own is behind too.
    bool shared = false;
    EstimatedBills bills = EstimatedBills::share;
};

/// Hours of a workshop's life from one seed: bookings, use that nobody booked, silent meters,
/// nonsense, power cuts, and a daemon that is killed. What the meters counted in truth is kept on
/// a tape that the daemon never sees.
class Life {
public:
    Life(store::Store& ledger, store::Store& telemetry, unsigned seed, Faults faults)
        : shop(ledger, telemetry), dice_(seed), faults_(faults) {
        for (int i = 0; i < 2; ++i) {
            auto const laser = shop.add_laser("laser-" + std::to_string(i)).id;
            lasers.push_back(laser);
            if (!faults.rollovers) continue;
            shop.unit(laser).modulus = 5'000'700;
        }
        machines = lasers;
        if (faults.shared) add_shared();
        shop.bills = faults.bills;
        shop.boot();
        if (faults.rollovers)
            shop.workshop.ledger.write([&](store::Writer& writer) {
                return writer.execute("UPDATE point SET modulus = 5000700 WHERE unit = 'Wh' "
                                      "AND facility_id = $1",
                                      shop.workshop.facility);
            });
        shop.boot();
        step();
        began = shop.workshop.clock.now();
        true_began_ = true_wh();
        believed_began_ = believed();
    }

    void live(int steps) {
        for (int i = 0; i < steps; ++i) {
            for (auto const& machine : machines) act(machine);
            for (auto& [channel, feeder] : shop.plant.feeders) act(feeder);
            if (chance(400)) die();
            if (faults_.clock_steps && chance(300)) turn_clock();
            step();
        }
    }

    /// Everything comes to its end, and every meter answers.
    void settle() {
        for (auto const& machine : machines) {
            auto& unit = shop.unit(machine);
            unit.answers = unit.mains = true;
            unit.standby_w = 10;
            unit.glitch.reset();
        }
        for (auto& [channel, feeder] : shop.plant.feeders) feeder.answers = true;
        step();
        for (auto const& machine : machines) stop(machine);
        for (int i = 0; i < 60; ++i) step();
        shop.daemon->writer.flush();
        ended = shop.workshop.clock.now();
    }

    /// What the meter of the machine had counted at a moment of the tape.
    std::int64_t truth(MachineId const& laser, Instant at) const {
        auto const after = tape_.at(laser).upper_bound(at);
        return std::prev(after)->second;
    }

    /// What each meter has counted since the beginning, in truth and as it is believed.
    struct Since {
        std::int64_t true_wh = 0;
        std::int64_t believed_wh = 0;
    };
    std::map<Channel, Since> counted() {
        std::map<Channel, Since> found;
        auto const known = believed();
        for (auto const& [channel, wh] : true_wh())
            found[channel] = {wh - true_began_.at(channel),
                              known.at(channel) - believed_began_.at(channel)};
        return found;
    }

    Shop shop;
    std::vector<MachineId> lasers;
    std::vector<MachineId> machines;  ///< lasers and presses
    Instant began;
    Instant ended;
    std::map<std::string, int> happened;

private:
    std::map<Channel, std::int64_t> true_wh() {
        std::map<Channel, std::int64_t> found;
        for (auto const& laser : lasers)
            found[shop.unit(laser).energy] = shop.unit(laser).true_wh();
        for (auto const& [channel, feeder] : shop.plant.feeders) found[channel] = feeder.true_wh();
        return found;
    }

    std::map<Channel, std::int64_t> believed() {
        std::map<Channel, std::int64_t> found;
        for (auto const& [channel, wh] : true_wh())
            found[channel] = shop.daemon->meters.believed(channel)->continued();
        return found;
    }

    bool chance(unsigned one_in) { return dice_() % one_in == 0; }

    void record() {
        for (auto const& laser : lasers)
            tape_[laser][shop.workshop.clock.now()] = shop.unit(laser).true_wh();
    }

    void step() {
        shop.plant.pass(5s);
        record();
        for (auto& frame : shop.plant.poll()) shop.daemon->writer.accept(frame);
        shop.daemon->run.renew();
        shop.daemon->run.tick();
        auto const now = shop.workshop.clock.now();
        if (!boundary_) boundary_ = shop.daemon->run.next_boundary();
        if (now >= *boundary_) {
            shop.daemon->run.at_boundary(*boundary_);
            boundary_.reset();
        }
        if (++steps_ % 12 == 0) {
            shop.daemon->writer.flush();
            shop.daemon->writer.compact();
        }
        for (auto const& machine : machines) shop.unit(machine).glitch.reset();
        record();
    }

    void act(MachineId const& laser) {
        auto& unit = shop.unit(laser);
        auto& booking = booked_[laser];
        if (booking.empty() && chance(60)) start(laser);
        if (!booking.empty() && chance(150)) stop(laser);
        if (!booking.empty() && chance(120) && ask("pause", booking) == 200) ++happened["pause"];
        if (!booking.empty() && chance(30) && ask("start", booking) == 200) ++happened["resume"];
        if (chance(150)) silence(unit);
        speak_again(unit);
        if (chance(100)) {
            unit.glitch = chance(2) ? 0 : 90'000'000;
            ++happened["glitch"];
        }
        if (chance(300)) {
            shop.plant.cut_mains(laser);
            ++happened["power cut"];
        }
        if (chance(40)) unit.mains = true;
        if (chance(120)) unit.standby_w = unit.standby_w == 10 ? 350 : 10;
        if (faults_.resets && chance(500)) {
            unit.was_reset = true;
            unit.reset_at = unit.true_wh();
            ++happened["reset"];
        }
    }

    template <class Meter>
    void silence(Meter& meter) {
        meter.answers = false;
        silent_until_[&meter] = shop.real.now() + 1s * (dice_() % 400);
        ++happened["silence"];
    }
    template <class Meter>
    void speak_again(Meter& meter) {
        auto const until = silent_until_.find(&meter);
        if (until != silent_until_.end() && until->second <= shop.real.now()) meter.answers = true;
    }
    void act(Plant::Feeder& feeder) {
        if (chance(150)) silence(feeder);
        speak_again(feeder);
    }

    void add_shared() {
        for (auto const* slug : {"press-a", "press-b"})
            machines.push_back(shop.add_unmetered(slug, slug[6] == 'a' ? 3000 : 1500).id);
        shop.add_feeder({.name = "exhaust", .machine = lasers[0]},
                        {.with = lasers[0], .load_w = 700, .standby_w = 3, .shown_from = 88'000});
        shop.add_feeder(
            {.name = "feeder",
             .role = MeterRole::shared,
             .share = std::array{Split::rated_power, Split::time, Split::equal}[dice_() % 3],
             .machines = {machines[2], machines[3], lasers[1]}},
            {.behind = {machines[2], machines[3], lasers[1]}, .standby_w = 5});
    }

    void turn_clock() {
        ahead_ = !ahead_;
        shop.workshop.clock.advance(ahead_ ? 1h : -1h);
        boundary_.reset();
        ++happened["clock step"];
    }

    void start(MachineId const& laser) {
        try {
            auto const id = shop.here(laser, 15min * (1 + dice_() % 3));
            booked_[laser] = id;
            if (ask("start", id) == 200) ++happened["start"];
        } catch (store::ConstraintViolated const&) {
            ++happened["taken"];
        }
    }

    void stop(MachineId const& laser) {
        auto& booking = booked_[laser];
        if (booking.empty()) return;
        if (ask("stop", booking) == 200) ++happened["stop"];
        auto const state = shop.booking_of(booking).state;
        if (booking::is_live(state)) {
            if (state != booking::State::checked_in) return;
            shop.workshop.post(shop.workshop.desk, "/api/v1/bookings/" + booking + "/cancel", "{}");
        }
        booking.clear();
    }

    int ask(std::string const& what, std::string const& booking) {
        auto const key = "key-" + std::to_string(++keys_) + "-" + what;
        auto const body = what == "stop" ? R"({"quantity":1})" : "{}";
        auto const answer = shop.call(what, booking, key, body);
        record();
        if (chance(4)) {
            auto const again = shop.call(what, booking, key, body);
            if (answer.status < 400 && again.body != answer.body)
                throw std::runtime_error("one key, two answers");
        }
        record();
        return answer.status;
    }

    void die() {
        shop.kill();
        auto const dead_for = 1s * (dice_() % 90);
        for (auto passed = 0s; passed < dead_for; passed += 1s) {
            shop.plant.pass(1s);
            record();
        }
        shop.boot();
        boundary_.reset();
        shop.daemon->run.reconcile();
        record();
        ++happened["kill"];
    }

    std::mt19937 dice_;
    Faults faults_;
    std::map<MachineId, std::map<Instant, std::int64_t>> tape_;
    std::map<Channel, std::int64_t> true_began_;
    std::map<Channel, std::int64_t> believed_began_;
    std::map<MachineId, std::string> booked_;
    std::map<void const*, Monotonic> silent_until_;
    bool ahead_ = false;
    std::optional<Instant> boundary_;
    int steps_ = 0;
    int keys_ = 0;
};

}  // namespace karkhana::metering
