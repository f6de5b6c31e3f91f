#include "server/booking/wishes.hpp"

#include <algorithm>
#include <unordered_map>

#include "server/booking/records.hpp"
#include "server/booking/rules_availability.hpp"
#include "server/booking/views.hpp"
#include "server/booking/words.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"

namespace karkhana::booking {
namespace {

/// The machines of the wished kind, the wished one first.
std::vector<facility::Machine> of_its_kind(store::Reader& reader, FacilityId const& facility,
                                           facility::Machine const& wished) {
    auto machines = facility::list_machines(reader, facility);
    std::erase_if(machines, [&](auto const& machine) { return machine.kind != wished.kind; });
    std::ranges::stable_partition(machines,
                                  [&](auto const& machine) { return machine.id == wished.id; });
    return machines;
}

bool is_extension(Wish const& wish) {
    return wish.held && wish.held->start == wish.during.start && wish.held->end < wish.during.end;
}

Interval hull(Interval a, Interval b) {
    return {std::min(a.start, b.start), std::max(a.end, b.end)};
}

/// What has to be known to decide over the wish. A wish longer than any booking is refused whatever
/// holds the machine a year later; an extension asks how long it could be.
Interval range_of(Wish const& wish) {
    Duration const longest = std::chrono::minutes{wish.machine.max_minutes};
    auto const length =
        std::min(std::max(wish.during.length(), longest), Duration{longest_booking});
    return {wish.during.start,
            wish.during.start + length + std::chrono::minutes{wish.machine.buffer_minutes}};
}

boost::json::array offers(Services const& services, store::Reader& reader,
                          FacilityId const& facility, World const& world,
                          std::vector<Place> const& places, Wish const& wish, Interval window) {
    auto const found = is_extension(wish) ? shorter_extension(world, places.front(), *wish.held)
                                          : alternatives(world, places, wish.during, window);
    boost::json::array shown;
    for (auto const& candidate : found) {
        auto const answer = services.pricing.price(reader, facility, *candidate.machine,
                                                   candidate.during, wish.quantity);
        shown.push_back(offer_json(candidate, answer.price, world.zone));
    }
    return shown;
}

}  // namespace

World read_world(store::Reader& reader, FacilityId const& facility, Interval range, bool suspended,
                 Settings const& settings, Instant now) {
    auto const place = facility::find_facility(reader, facility).value();
    return {.zone = Zone::find(place.zone).value(),
            .now = now,
            .hours = facility::opening_hours(reader, facility),
            .outages = facility::outages_between(reader, facility, range),
            .suspended = suspended,
            .settings = settings};
}

std::vector<Place> read_places(store::Reader& reader, FacilityId const& facility,
                               std::vector<facility::Machine> machines, Interval range,
                               std::optional<BookingId> except) {
    std::vector<Place> places;
    std::unordered_map<MachineId, std::size_t> index;
    for (auto& machine : machines) {
        index.emplace(machine.id, places.size());
        places.push_back({std::move(machine), {}});
    }
    if (places.empty()) return places;
    auto const kind = places.front().machine.kind;
    for (auto const& [machine, occupied] : taken_of_kind(reader, facility, kind, range, except))
        if (auto const at = index.find(machine); at != index.end())
            places[at->second].taken.push_back(occupied);
    return places;
}

Assessment assess(Services const& services, store::Reader& reader, FacilityId const& facility,
                  Wish const& wish, Instant now) {
    auto const machines = of_its_kind(reader, facility, wish.machine);
    Assessment found{
        read_world(reader, facility, {now, now}, wish.suspended, services.settings, now), {}, {}};
    auto& world = found.world;
    for (auto const window : search_windows(world, wish.machine, wish.during)) {
        auto const range = hull(range_of(wish), search_range(machines, wish.during, window));
        world.outages = facility::outages_between(reader, facility, range);
        auto const places = read_places(reader, facility, machines, range, wish.moved);
        found.violations = check_policy(world, places.front(), wish.during, wish.held);
        if (found.violations.empty()) return found;
        found.alternatives = offers(services, reader, facility, world, places, wish, window);
        if (is_extension(wish) || found.alternatives.size() == alternatives_offered) return found;
    }
    return found;
}

http::Response refuse_wish(Services const& services, FacilityId const& facility, Wish const& wish,
                           std::vector<Violation> known, Instant now) {
    auto assessment = services.store.read(
        [&](store::Reader& reader) { return assess(services, reader, facility, wish, now); });
    // What stood in the way can be gone by now; the refusal keeps its reason.
    auto& violations = assessment.violations;
    if (violations.empty()) violations = std::move(known);
    if (violations.empty())
        violations.push_back(said_slot_taken(assessment.world, wish.during, std::nullopt));
    bool const only_taken = std::ranges::all_of(
        violations, [](Violation const& each) { return each.rule == Rule::slot_taken; });
    Error const error = only_taken
                            ? Error{ErrorKind::conflict, "slot_taken", "", "the slot is taken"}
                            : Error{ErrorKind::invalid, "policy_refused", "",
                                    "the booking breaks the rules listed"};
    return http::problem(error, {{"violations", violations_json(violations)},
                                 {"alternatives", std::move(assessment.alternatives)}});
}

}  // namespace karkhana::booking
