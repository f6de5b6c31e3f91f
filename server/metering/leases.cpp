#include "server/metering/leases.hpp"

namespace karkhana::metering {
namespace {

constexpr std::chrono::seconds renew_after{2};

}  // namespace

void Leases::grant(MachineId const& machine, bool resume) {
    std::lock_guard const lock{mutex_};
    auto const now = clock_.now();
    ContactWish const wish{.id = ++last_id_,
                           .closed = true,
                           .lease = lease_of(rule_of(stops_, machine)),
                           .resume = resume};
    leases_[machine] = {wish, now, now};
    port_.set(machine, wish);
}

void Leases::close(MachineId const& machine) { grant(machine, false); }

void Leases::resume(MachineId const& machine) { grant(machine, true); }

void Leases::open(MachineId const& machine) {
    std::lock_guard const lock{mutex_};
    leases_.erase(machine);
    port_.set(machine, {.id = ++last_id_, .closed = false});
}

void Leases::renew(std::set<MachineId> const& but) {
    std::lock_guard const lock{mutex_};
    auto const now = clock_.now();
    for (auto& [machine, held] : leases_) {
        if (now - held.renewed < renew_after || but.contains(machine)) continue;
        held.renewed = now;
        port_.set(machine, held.wish);
    }
}

std::optional<std::chrono::nanoseconds> Leases::held_for(MachineId const& machine) const {
    std::lock_guard const lock{mutex_};
    auto const found = leases_.find(machine);
    if (found == leases_.end()) return std::nullopt;
    return clock_.now() - found->second.since;
}

std::vector<MachineId> Leases::held() const {
    std::lock_guard const lock{mutex_};
    std::vector<MachineId> machines;
    for (auto const& [machine, held] : leases_) machines.push_back(machine);
    return machines;
}

}  // namespace karkhana::metering
