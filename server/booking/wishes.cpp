#include "server/booking/wishes.hpp"

#include <algorithm>

#include "server/booking/rules_availability.hpp"
#include "server/booking/turns.hpp"
#include "server/booking/views.hpp"
#include "server/booking/words.hpp"
#include "server/facility/book_cache.hpp"
#include "server/http/json.hpp"

namespace karkhana::booking {
namespace {

/// The machines that the wish may mean and then the others of their kind.
std::vector<facility::Machine> with_its_kind(facility::Book const& book,
                                             std::vector<facility::Machine> wished) {
    auto const named = wished.size();
    for (auto const& machine : book.machines) {
        bool const there =
            std::ranges::find(wished, machine.id, &facility::Machine::id) != wished.end();
        if (!there && machine.kind == wished[named - 1].kind) wished.push_back(machine);
    }
    return wished;
}

bool is_extension(Ask const& ask) {
    return ask.held && ask.held->start == ask.during.start && ask.held->end < ask.during.end;
}

Interval hull(Interval a, Interval b) {
    return {std::min(a.start, b.start), std::max(a.end, b.end)};
}

/// What has to be known to decide over the wish. A wish longer than any booking is refused whatever
/// holds the machine a year later; an extension asks how long it could be.
Interval range_of(World const& world, facility::Machine const& machine, Interval wanted) {
    Duration const longest = longest_of(limits_at(world, machine, wanted.start));
    auto const length = std::min(std::max(wanted.length(), longest), Duration{longest_booking});
    return occupied(machine, {wanted.start, wanted.start + length});
}

boost::json::array offers(Services const& services, store::Reader& reader, World const& world,
                          std::vector<Place> const& places, Wish const& wish, Ask const& ask,
                          Interval window) {
    auto const found = is_extension(ask) ? shorter_extension(world, places.front(), ask)
                                         : alternatives(world, places, ask, window);
    boost::json::array shown;
    for (auto const& candidate : found) {
        auto const answer =
            services.pricing.price(reader, world.book->facility.id, *candidate.machine,
                                   candidate.during, price_wish(wish));
        shown.push_back(offer_json(candidate, answer.price, world.zone()));
    }
    return shown;
}

/// The first of the wished machines that is free, else the first, to the front.
void choose(World const& world, std::vector<Place>& places, std::size_t wished, Ask const& ask,
            std::span<Turn const> others) {
    auto const last = places.begin() + static_cast<std::ptrdiff_t>(wished);
    auto const free = std::find_if(places.begin(), last, [&](Place const& place) {
        return check_policy(world, place, ask).empty() &&
               in_the_way(world, place, ask, others) == nullptr;
    });
    if (free != last) std::rotate(places.begin(), free, std::next(free));
}

void judge(Assessment& found, Asker const& asker, std::span<Turn const> others) {
    auto const start = found.ask.during.start;
    found.violations = check_policy(found.world, found.place, found.ask);
    auto const* const first = in_the_way(found.world, found.place, found.ask, others);
    if (first != nullptr)
        found.violations.push_back(said_waited_for(found.world, first->slot.during));
    found.may_pass.clear();
    for (auto const& violation : found.violations)
        if (may_override(found.world, found.place.machine, start, violation.rule, asker))
            found.may_pass.push_back(violation.rule);
    found.approval = !asker.manager && needs_approval(found.world, found.place.machine, found.ask);
    auto helped = found.ask;
    helped.hand.assisted = true;
    found.assisted = first == nullptr && !found.violations.empty() && !found.ask.hand.assisted &&
                     check_policy(found.world, found.place, helped).empty();
}

}  // namespace

Result<Assessment> assess(Services const& services, store::Reader& reader,
                          FacilityId const& facility, Wish const& wish, Asker const& asker,
                          Instant now) {
    auto const book = services.books->get(reader, facility);
    auto const wished = machines_of(reader, *book, wish);
    if (!wished) return tl::make_unexpected(wished.error());
    auto const others = turns_in_the_way(services, reader, book, *wished, wish, now);
    auto const machines = with_its_kind(*book, *wished);
    auto const& machine = machines.front();
    auto const except = wish.changes ? std::optional{wish.changes->id} : std::nullopt;
    World const nobody{.book = book, .now = now};
    Assessment found{.world = nobody,
                     .place = {},
                     .ask = ask_of(services, reader, *book, machine, wish, asker),
                     .violations = {},
                     .may_pass = {},
                     .alternatives = {}};
    for (auto const window : search_windows(nobody, machine, wish.during)) {
        auto const range = hull(range_of(nobody, machine, wish.during),
                                search_range(nobody, machines, wish.during, window));
        found.world = read_world(reader, book, range, now, except);
        auto const party = add_party(services, reader, found.world, wish, range);
        if (!party) return tl::make_unexpected(party.error());
        auto places = read_places(reader, facility, machines, range, except);
        choose(found.world, places, wished->size(), found.ask, others);
        found.place = places.front();
        judge(found, asker, others);
        if (found.violations.empty()) return found;
        found.alternatives = offers(services, reader, found.world, places, wish, found.ask, window);
        if (is_extension(found.ask) || found.alternatives.size() == alternatives_offered)
            return found;
    }
    return found;
}

boost::json::object assessment_json(Assessment const& assessment) {
    return {{"violations", violations_json(assessment.violations, assessment.may_pass)},
            {"alternatives", assessment.alternatives},
            {"assisted_possible", assessment.assisted}};
}

http::Response refuse_wish(Services const& services, FacilityId const& facility, Wish const& wish,
                           Asker const& asker, std::vector<Violation> known, Instant now) {
    auto assessed = services.store.read([&](store::Reader& reader) {
        return assess(services, reader, facility, wish, asker, now);
    });
    if (!assessed) return http::problem(assessed.error());
    // What stood in the way can be gone by now; the refusal keeps its reason. What was to pass is
    // no reason.
    auto& violations = assessed->violations;
    std::erase_if(violations, [&](Violation const& each) {
        return std::ranges::find(assessed->may_pass, each.rule) != assessed->may_pass.end() &&
               std::ranges::find(wish.overrides, each.rule, &Override::rule) !=
                   wish.overrides.end();
    });
    if (violations.empty()) violations = std::move(known);
    if (violations.empty())
        violations.push_back(said_slot_taken(assessed->world, wish.during, std::nullopt));
    bool const only_taken = std::ranges::all_of(
        violations, [](Violation const& each) { return each.rule == Rule::slot_taken; });
    Error const error = only_taken
                            ? Error{ErrorKind::conflict, "slot_taken", "", "the slot is taken"}
                            : Error{ErrorKind::invalid, "policy_refused", "",
                                    "the booking breaks the rules listed"};
    return http::problem(error, assessment_json(*assessed));
}

}  // namespace karkhana::booking
