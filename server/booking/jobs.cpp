#include "server/booking/jobs.hpp"

#include <unordered_map>

#include "server/booking/audit.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_absence.hpp"
#include "server/facility/records.hpp"

namespace karkhana::booking {
namespace {

std::unordered_map<MachineId, facility::Machine> machines_of(store::Reader& reader,
                                                             FacilityId const& facility) {
    std::unordered_map<MachineId, facility::Machine> found;
    for (auto& machine : facility::list_machines(reader, facility))
        found.emplace(machine.id, std::move(machine));
    return found;
}

/// Judges and ends what waits in one facility.
std::vector<Booking> end_absent(store::Writer& writer, FacilityId const& facility,
                                Settings const& settings, Instant now) {
    std::vector<Booking> ended;
    auto const waiting = waiting_bookings(writer, facility, now);
    if (waiting.empty()) return ended;
    auto const machines = machines_of(writer, facility);
    auto const outages =
        facility::outages_between(writer, facility, {waiting.front().during.start, now});
    for (auto const& booking : waiting) {
        auto const verdict =
            judge_absence(settings, booking, machines.at(booking.machine), outages, now);
        if (!verdict) continue;
        if (!change_state(writer, booking, verdict->to, std::nullopt, verdict->reason, now))
            continue;
        auto after = find_booking(writer, facility, booking.id).value();
        append_change(writer, "markMissed", std::nullopt, &booking, after, verdict->reason, now);
        ended.push_back(std::move(after));
    }
    return ended;
}

}  // namespace

std::vector<Booking> mark_missed(store::Store& store, WallClock const& clock,
                                 Settings const& settings) {
    auto const now = clock.now();
    // Most of the time nobody is late, and that is found out without a writing transaction.
    auto const concerned = store.read([&](store::Reader& reader) {
        std::vector<FacilityId> found;
        for (auto const& facility : facility::list_facilities(reader))
            if (!waiting_bookings(reader, facility.id, now).empty()) found.push_back(facility.id);
        return found;
    });
    std::vector<Booking> ended;
    for (auto const& facility : concerned) {
        auto const of_one = store.write(
            [&](store::Writer& writer) { return end_absent(writer, facility, settings, now); });
        ended.insert(ended.end(), of_one.begin(), of_one.end());
    }
    return ended;
}

}  // namespace karkhana::booking
