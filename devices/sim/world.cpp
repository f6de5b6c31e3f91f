#include "devices/sim/world.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace karkhana::sim {

World::World(Scene const& scene, MonotonicClock const& clock)
    : clock_(clock), speed_(scene.clock_speed), present_(clock.now()) {
    std::uint64_t seed = scene.seed;
    for (auto const& machine : scene.machines)
        places_.emplace(machine.slug, Place{Machine{machine.kind, machine.rated_w, ++seed},
                                            machine.register_start_wh});
    for (auto const& line : scene.lines)
        for (auto const& unit : line.units)
            for (auto const& [channel, slug] : unit.relays) places_.at(slug).behind_relay = true;
    for (auto& [slug, place] : places_) place.closed = !place.behind_relay;
}

World::Place& World::at(std::string const& machine) {
    auto const found = places_.find(machine);
    if (found == places_.end()) throw std::out_of_range("no simulated machine " + machine);
    return found->second;
}

void World::run(Place& place, Monotonic until) {
    auto const pass = [&](Monotonic from, Monotonic to) {
        auto const real = std::chrono::duration_cast<Duration>(to - from);
        place.machine.run(real * speed_, place.closed && powered_);
    };
    auto from = present_;
    if (place.opens_at && *place.opens_at <= until) {
        auto const opens = std::max(*place.opens_at, from);
        pass(from, opens);
        from = opens;
        place.closed = false;
        place.opens_at.reset();
    }
    pass(from, until);
}

void World::bring_to_present() {
    auto const now = clock_.now();
    for (auto& [slug, place] : places_) run(place, now);
    present_ = now;
}

/// Added up before it is rounded: a shared meter's last digit is its own.
Shown World::sum(std::vector<std::string> const& machines) {
    std::lock_guard const lock{mutex_};
    bring_to_present();
    std::int64_t start_wh = 0, energy_uj = 0, power_mw = 0, mass_mg = 0;
    bool energised = false, running = false;
    for (auto const& slug : machines) {
        auto const& place = at(slug);
        start_wh += place.register_start_wh;
        energy_uj += place.machine.energy_uj();
        power_mw += place.machine.power_mw();
        mass_mg += place.machine.mass_mg();
        bool const on = place.closed && powered_;
        energised = energised || on;
        running = running || (on && !place.machine.resting());
    }
    return {start_wh + energy_uj / kMicrojoulesPerWh, power_mw / 1000, mass_mg / 1000, energised,
            running};
}

Shown World::shown(std::string const& machine) { return sum({machine}); }

Shown World::shown(SceneUnit const& unit) {
    if (!unit.machines.empty()) return sum(unit.machines);
    return unit.machine.empty() ? Shown{} : shown(unit.machine);
}

void World::rest(std::string const& machine, bool resting) {
    std::lock_guard const lock{mutex_};
    bring_to_present();
    at(machine).machine.rest(resting);
}

bool World::contact(std::string const& machine) {
    std::lock_guard const lock{mutex_};
    bring_to_present();
    return at(machine).closed;
}

void World::close_contact(std::string const& machine, std::optional<Duration> for_time) {
    std::lock_guard const lock{mutex_};
    bring_to_present();
    auto& place = at(machine);
    place.closed = true;
    place.opens_at = for_time ? std::optional{present_ + *for_time} : std::nullopt;
}

void World::open_contact(std::string const& machine) {
    std::lock_guard const lock{mutex_};
    bring_to_present();
    auto& place = at(machine);
    place.closed = false;
    place.opens_at.reset();
}

std::uint16_t World::watchdog(SceneUnit const& board) {
    std::lock_guard const lock{mutex_};
    return watchdogs_[&board].value;
}

void World::set_watchdog(SceneUnit const& board, std::uint16_t value) {
    std::lock_guard const lock{mutex_};
    watchdogs_[&board].value = value;
}

std::optional<Duration> World::left(SceneUnit const& board) {
    std::lock_guard const lock{mutex_};
    auto const& watched = watchdogs_[&board];
    if (watched.value == 0) return std::nullopt;
    auto const time =
        std::chrono::milliseconds{watched.value} * board.profile->relay->watchdog_unit_ms;
    return std::chrono::duration_cast<Duration>(watched.fed + time - clock_.now());
}

void World::feed(SceneUnit const& board) {
    {
        std::lock_guard const lock{mutex_};
        watchdogs_[&board].fed = clock_.now();
    }
    auto const time = left(board);
    std::lock_guard const lock{mutex_};
    bring_to_present();
    for (auto const& [channel, slug] : board.relays) {
        auto& place = at(slug);
        place.opens_at.reset();
        if (time && place.closed) place.opens_at = present_ + *time;
    }
}

void World::set_power(bool on) {
    std::lock_guard const lock{mutex_};
    bring_to_present();
    powered_ = on;
    // A board that was without power has forgotten what was written to it.
    if (!on) watchdogs_.clear();
    for (auto& [slug, place] : places_) {
        if (on || !place.behind_relay) continue;
        place.closed = false;
        place.opens_at.reset();
    }
}

bool World::powered() {
    std::lock_guard const lock{mutex_};
    return powered_;
}

std::vector<std::string> World::machines() const {
    std::vector<std::string> slugs;
    for (auto const& [slug, place] : places_) slugs.push_back(slug);
    return slugs;
}

void World::write(void const* device, std::uint16_t address, std::uint16_t word) {
    std::lock_guard const lock{mutex_};
    written_[{device, address}] = word;
}

std::optional<std::uint16_t> World::written(void const* device, std::uint16_t address) {
    std::lock_guard const lock{mutex_};
    auto const found = written_.find({device, address});
    return found == written_.end() ? std::nullopt : std::optional{found->second};
}

std::string World::registers() {
    std::lock_guard const lock{mutex_};
    bring_to_present();
    std::ostringstream out;
    for (auto const& [slug, place] : places_)
        out << slug << ' ' << place.machine.energy_uj() << ' ' << place.machine.mass_mg() << '\n';
    return out.str();
}

void World::restore(std::string const& registers) {
    std::lock_guard const lock{mutex_};
    std::istringstream in{registers};
    std::string slug;
    std::int64_t energy_uj = 0, mass_mg = 0;
    while (in >> slug >> energy_uj >> mass_mg)
        if (auto const found = places_.find(slug); found != places_.end())
            found->second.machine.restore(energy_uj, mass_mg);
}

}  // namespace karkhana::sim
