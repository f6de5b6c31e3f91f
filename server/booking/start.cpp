#include "server/booking/start.hpp"

#include <algorithm>

#include "server/booking/rules_hands.hpp"
#include "server/booking/views.hpp"

namespace karkhana::booking {
namespace {

Scope scope_of(facility::Book const& book, MachineId const& machine, std::string membership,
               Instant now) {
    return {.machine = machine,
            .membership = std::move(membership),
            .season = facility::profile_on(book.opening, local_day(book.zone, now)).slug,
            .at = now};
}

/// The asker's word for who runs the machine, with a reason.
Override const* vouched(Starter const& starter) {
    auto const asked = std::ranges::find(starter.overrides, Rule::not_authorised, &Override::rule);
    return asked == starter.overrides.end() || asked->reason.empty() ? nullptr : &*asked;
}

}  // namespace

StartVerdict judge_start(store::Reader& reader, facility::Book const& book,
                         facility::Machine const& machine, Booking const& booking,
                         Starter const& starter, Instant now) {
    bool const assisted = booking.assisted || starter.assists;
    if (assisted || !limits_any(book, {"needs_authorisation", "least_age"})) return {};
    auto const membership = membership_of(reader, booking.facility, booking.enterprise).value();
    auto const scope = scope_of(book, machine.id, membership, now);
    auto const limits = limits_for(book, machine, scope);
    auto const person =
        starter.actor == Actor::party ? std::optional{starter.person} : booking.operated_by;
    Hand hand;
    if (person) hand = licences_of(reader, booking.facility, *person).hand(machine.kind, false);
    auto const why = why_unfit(limits, hand, local_day(book.zone, now), now);
    if (!why) return {};
    StartVerdict verdict{{said_unfit(*why, book.zone, machine, limits, hand)}, {}, {}};
    if (!may_be_vouched_for(*why, limits)) return verdict;
    auto const kept = overrides_of(reader, booking.facility, booking.id);
    if (std::ranges::find(kept, Rule::not_authorised, &KeptOverride::rule) != kept.end()) return {};
    auto const who = overriders_of(book, "start", scope);
    bool const may =
        (starter.manager && who.manager_may) || (starter.operator_ && who.operator_may);
    if (!may) return verdict;
    verdict.may_pass = {Rule::not_authorised};
    if (auto const* override = vouched(starter)) {
        verdict.overridden = {
            {override->rule, override->reason, numbers_text(verdict.violations.front())}};
        verdict.violations.clear();
    }
    return verdict;
}

Result<void> old_enough(store::Reader& reader, facility::Book const& book, std::string const& kind,
                        PersonId const& person, Instant now) {
    std::optional<int> least;
    for (auto const& machine : book.machines) {
        if (machine.kind != kind) continue;
        auto const asked = limits_for(book, machine, scope_of(book, machine.id, "", now)).least_age;
        least = std::min(least.value_or(asked), asked);
    }
    if (least.value_or(0) == 0) return {};
    auto const born_on = licences_of(reader, book.facility.id, person).born_on;
    if (!born_on)
        return refuse(ErrorKind::invalid, "age_unknown",
                      "The birth date of this person is not known.", "/person_id");
    if (age_on(local_day(book.zone, now), *born_on) < *least)
        return refuse(ErrorKind::invalid, "too_young",
                      "Whoever runs it must be " + std::to_string(*least) + " years old.",
                      "/person_id");
    return {};
}

}  // namespace karkhana::booking
