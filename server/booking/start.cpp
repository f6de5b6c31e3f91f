#include "server/booking/start.hpp"

#include <algorithm>

#include "server/booking/life_records.hpp"
#include "server/booking/rules_hands.hpp"
#include "server/booking/rules_holds.hpp"
#include "server/booking/rules_settings.hpp"
#include "server/booking/views.hpp"
#include "server/booking/words.hpp"
#include "server/facility/records.hpp"

namespace karkhana::booking {
namespace {

Scope scope_of(facility::Book const& book, MachineId const& machine, std::string membership,
               Instant now) {
    return {.machine = machine,
            .membership = std::move(membership),
            .season = facility::profile_on(book.opening, local_day(book.zone, now)).slug,
            .at = now};
}

/// The asker's word that the rule may be let pass, with a reason.
Override const* vouched(Starter const& starter, Rule rule) {
    auto const asked = std::ranges::find(starter.overrides, rule, &Override::rule);
    return asked == starter.overrides.end() || asked->reason.empty() ? nullptr : &*asked;
}

/// Adds what stands in the way, unless it was let pass for the booking or is now.
void add(store::Reader& reader, StartVerdict& verdict, Booking const& booking,
         Starter const& starter, Overriders const& who, Violation violation) {
    auto const rule = violation.rule;
    auto const kept = overrides_of(reader, booking.facility, booking.id);
    if (std::ranges::find(kept, rule, &KeptOverride::rule) != kept.end()) return;
    bool const may =
        (starter.manager && who.manager_may) || (starter.operator_ && who.operator_may);
    if (may) verdict.may_pass.push_back(rule);
    if (auto const* override = vouched(starter, rule); may && override != nullptr)
        verdict.overridden.push_back({rule, override->reason, numbers_text(violation)});
    else
        verdict.violations.push_back(std::move(violation));
}

void judge_hand(store::Reader& reader, facility::Book const& book, facility::Machine const& machine,
                Booking const& booking, Starter const& starter, Instant now,
                StartVerdict& verdict) {
    bool const assisted = booking.assisted || starter.assists;
    if (assisted || !limits_any(book, {"needs_authorisation", "least_age"})) return;
    auto const membership = membership_of(reader, booking.facility, booking.enterprise).value();
    auto const scope = scope_of(book, machine.id, membership, now);
    auto const limits = limits_for(book, machine, scope);
    auto const person =
        starter.actor == Actor::party ? std::optional{starter.person} : booking.operated_by;
    Hand hand;
    if (person) hand = licences_of(reader, booking.facility, *person).hand(machine.kind, false);
    auto const why = why_unfit(limits, hand, local_day(book.zone, now), now);
    if (!why) return;
    auto violation = said_unfit(*why, book.zone, machine, limits, hand);
    if (may_be_vouched_for(*why, limits))
        add(reader, verdict, booking, starter, overriders_of(book, "start", scope),
            std::move(violation));
    else
        verdict.violations.push_back(std::move(violation));
}

/// What is announced to be off now runs on the generator, beside all that is at work.
void judge_generator(store::Reader& reader, facility::Book const& book,
                     facility::Machine const& machine, Booking const& booking,
                     Starter const& starter, Instant now, StartVerdict& verdict) {
    auto const wanted = watts_of(machine, booking.people);
    if (book.facility.generator_w == 0 || wanted == 0) return;
    auto const outages =
        facility::outages_between(reader, booking.facility, {now, now + Duration{1}});
    bool const needed = std::ranges::any_of(outages, [&](facility::Outage const& each) {
        return bridged(book, each) && concerns(each, machine.id);
    });
    if (!needed) return;
    auto const used = watts_at_work(reader, booking.facility, booking.id);
    auto const free = std::max(book.facility.generator_w - used, std::int64_t{0});
    if (wanted <= free) return;
    auto const scope = scope_of(book, machine.id, "", now);
    add(reader, verdict, booking, starter, overriders_of(book, "start", scope),
        said_lack({Rule::power_budget, {"power", "বিদ্যুৎ"}, wanted, free}));
}

}  // namespace

StartVerdict judge_start(store::Reader& reader, facility::Book const& book,
                         facility::Machine const& machine, Booking const& booking,
                         Starter const& starter, Instant now) {
    StartVerdict verdict;
    judge_hand(reader, book, machine, booking, starter, now, verdict);
    judge_generator(reader, book, machine, booking, starter, now, verdict);
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
