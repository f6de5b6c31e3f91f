#include <algorithm>

#include "server/booking/rules_hands.hpp"
#include "server/booking/rules_holds.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/booking/words.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;

bool belongs(Party const& party, facility::Reserved::Audience audience) {
    using Audience = facility::Reserved::Audience;
    switch (audience) {
    case Audience::women_led: return party.women_led;
    case Audience::member: return party.membership != "non_member";
    case Audience::priority: return party.membership == "priority";
    }
    return false;
}

bool is_for(facility::Book const& book, facility::Reserved const& window,
            MachineId const& machine) {
    if (window.machine) return *window.machine == machine;
    return !window.group || facility::is_member(book, *window.group, machine);
}

/// One question a rule about who may book and what is needed; each adds what it finds.
struct PartyCheck {
    World const& world;
    Place const& place;
    Ask const& ask;
    Limits const& limits;
    std::vector<Violation> found{};

    Party const& party() const { return *world.party; }
    facility::Machine const& machine() const { return place.machine; }

    void authorised() {
        auto const day = local_day(world.zone(), ask.during.start);
        if (auto const why = why_unfit(limits, ask.hand, day, ask.during.end))
            found.push_back(said_unfit(*why, world.zone(), machine(), limits, ask.hand));
    }
    /// Kept for some until it is released to all; a night's hours are of the day they began on.
    void reserved() {
        auto const first = local_day(world.zone(), ask.during.start) - days{1};
        for (auto const& window : world.book->reserved) {
            if (belongs(party(), window.audience) || !is_for(*world.book, window, machine().id))
                continue;
            for (auto day = first; day <= local_day(world.zone(), ask.during.end); day += days{1})
                if (auto const kept = kept_on(window, day))
                    return found.push_back(
                        said_reserved(world, *kept, window.audience, kept->start - window.release));
        }
    }
    std::optional<Interval> kept_on(facility::Reserved const& window,
                                    std::chrono::local_days day) const {
        if (static_cast<int>(std::chrono::weekday{day}.iso_encoding()) != window.weekday)
            return std::nullopt;
        Interval const kept{at_minute(world.zone(), day, window.span.from_minute),
                            at_minute(world.zone(), day, window.span.until_minute)};
        bool const in_force = window.from <= kept.start && (!window.to || kept.start < *window.to);
        bool const released = world.now >= kept.start - window.release;
        if (!in_force || released || !kept.overlaps(ask.during)) return std::nullopt;
        return kept;
    }
    void quotas() {
        if (world.book->settings.empty()) return;
        auto const scope = scope_at(world, machine(), ask.during.start);
        for (auto const quota : {Quota::daily, Quota::weekly, Quota::future})
            if (auto const over =
                    exceeded(*world.book, quota, scope, party().spent, ask.during, world.now))
                found.push_back(said_quota(world, quota, *over));
    }
    void gap() {
        if (limits.gap == std::chrono::minutes{0}) return;
        Interval const near{ask.during.start - limits.gap, ask.during.end + limits.gap};
        for (auto const& each : party().spent)
            if (each.machine == machine().id && each.during.overlaps(near))
                return found.push_back(said_gap(world, limits.gap.count(), each.during));
    }
    void trial() {
        if (ask.kind != Kind::trial) return;
        bool const tried = std::ranges::find(party().tried, machine().id) != party().tried.end();
        if (tried) found.push_back(said_trial_used());
        if (!limits.trials) found.push_back(said_no_trials());
    }
    void account() {
        auto const since = world.now - days{limits.missed_days};
        auto const missed = std::ranges::count_if(
            party().missed, [&](Instant start) { return start >= since && start <= world.now; });
        if (party().suspended)
            found.push_back(said_suspended());
        else if (limits.missed_most && missed >= *limits.missed_most)
            found.push_back(said_missed_too_often(missed, *limits.missed_most, limits.missed_days));
        if (party().member_until && ask.during.end > *party().member_until)
            found.push_back(said_membership_over(world, *party().member_until));
        money();
    }
    void money() {
        auto const& owes = party().account;
        if ((limits.overdue_days || limits.overdue_poisha) &&
            owes.overdue_days > limits.overdue_days.value_or(0) &&
            owes.overdue.poisha > limits.overdue_poisha.value_or(0))
            found.push_back(said_overdue(owes));
        if (limits.least_balance_poisha &&
            owes.balance.poisha - ask.price.poisha < *limits.least_balance_poisha)
            found.push_back(
                said_low_balance(owes.balance, ask.price, Money{*limits.least_balance_poisha}));
    }
    void resources() {
        bool const may_lack = may_hold(*world.book, machine()) || !ask.resources.empty() ||
                              world.book->facility.generator_w > 0;
        if (!may_lack) return;
        for (auto const& lack : plan_holds(world, place, ask).lacks)
            found.push_back(said_lack(lack));
    }
};

}  // namespace

std::vector<Violation> check_party(World const& world, Place const& place, Ask const& ask,
                                   Limits const& limits) {
    PartyCheck check{world, place, ask, limits};
    if (gives_back(ask)) return {};
    if (world.party) {
        check.authorised();
        check.reserved();
        check.quotas();
        check.gap();
        check.trial();
        check.account();
    }
    check.resources();
    std::ranges::stable_sort(check.found, {}, &Violation::rule);
    return std::move(check.found);
}

bool needs_approval(World const& world, facility::Machine const& machine, Ask const& ask) {
    auto const approval = limits_at(world, machine, ask.during.start).approval;
    if (approval == Limits::Approval::always) return true;
    if (approval == Limits::Approval::none || !world.party) return false;
    auto const& worked = world.party->worked;
    return std::ranges::find(worked, machine.id) == worked.end();
}

}  // namespace karkhana::booking
