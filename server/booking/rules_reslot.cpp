#include "server/booking/rules_reslot.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "server/booking/rules_absence.hpp"
#include "server/booking/rules_policy.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 5> remedy_names{"move", "extend", "rest", "again", "none"};
constexpr std::array<std::string_view, 3> cause_names{"outage", "closed", "operator"};
constexpr minutes least_loss{5};
/// The end of a cut that goes on is written every few seconds.
constexpr minutes surely_over{1};

/// It runs, or did when the outage came.
bool begun(Booking const& booking) {
    return booking.state == State::running || booking.state == State::paused ||
           booking.state == State::interrupted || booking.state == State::completed;
}
bool runs(Booking const& booking) {
    return booking.state == State::running || booking.state == State::paused;
}

Duration lost(Displaced const& displaced) {
    auto const& [booking, outage, cause] = displaced;
    // Who was broken off lost the rest, however soon the machine was well again.
    bool const all = booking.state == State::interrupted;
    return (all ? booking.during.end : std::min(booking.during.end, outage.during.end)) -
           std::max(booking.during.start, outage.during.start);
}

class Round {
public:
    Round(Zone const& zone, std::vector<Bay>& bays, Instant now, Rulebook const& rules)
        : zone_(zone), bays_(bays), now_(now), rules_(rules) {}

    Proposed serve(Displaced const& displaced, int place) {
        auto const& [booking, outage, cause] = displaced;
        Proposed found{booking.id, outage.id, place, Remedy::none, {}, {}, cause};
        auto const own = std::ranges::find(bays_, booking.machine,
                                           [](Bay const& bay) { return bay.machine.id; });
        if (own == bays_.end()) return found;
        if (auto const longer = extension(displaced, *own)) {
            replace(*own, booking, *longer);
            give(booking, Remedy::extend, own->machine, *longer);
            return {booking.id, outage.id, place, Remedy::extend, booking.machine, longer};
        }
        bool const part = begun(booking);
        auto const remedy = part                     ? Remedy::rest
                            : is_live(booking.state) ? Remedy::move
                                                     : Remedy::again;
        auto const length =
            part ? booking::on_grid(own->machine, lost(displaced)) : booking.during.length();
        // Who moves leaves a place, but only for itself: it may not want to.
        auto const busy = busy_by(own->machine, booking);
        bool const left = !part && let_go(*own, busy);
        auto const not_before = std::max(now_, outage.during.end) + after_outage;
        // A breakdown is of one machine: its twin has the very hour.
        auto const elsewhere = outage.machine ? std::max(now_, booking.during.start) : not_before;
        auto* const best = choose(booking, remedy, *own, length, {not_before, elsewhere});
        if (left) take(*own, busy);
        if (best == nullptr) return found;
        take(*best, best_, booking.people);
        give(booking, remedy, best->machine, best_);
        found.remedy = remedy;
        found.machine = best->machine.id;
        found.during = best_;
        return found;
    }

private:
    /// The slot with what it lost at its end, when it still goes on after the outage.
    std::optional<Interval> extension(Displaced const& displaced, Bay const& own) const {
        auto const& [booking, outage, cause] = displaced;
        bool const cut_into = booking.during.start < outage.during.end &&
                              outage.during.start <= now_ && outage.during.end <= now_;
        if (!is_live(booking.state) || !cut_into || booking.during.end <= now_) return std::nullopt;
        Duration const grid = minutes{own.machine.grid_minutes};
        auto const more = (lost(displaced) + grid - Duration{1}) / grid * grid;
        Interval const longer{booking.during.start, booking.during.end + more};
        // Only what is ahead has to be open: the outage itself is behind it.
        Interval const ahead{booking.during.end, longer.end};
        if (longer.length() > longest_booking ||
            !fits(own, ahead, busy_by(own.machine, booking), booking.people) ||
            refused_until(booking, Remedy::extend, own.machine, longer))
            return std::nullopt;
        return longer;
    }

    void replace(Bay& bay, Booking const& booking, Interval longer) const {
        let_go(bay, busy_by(bay.machine, booking));
        take(bay, longer, booking.people);
    }

    std::optional<Instant> refused_until(Booking const& booking, Remedy remedy,
                                         facility::Machine const& machine, Interval during) const {
        if (!rules_.refused_until) return std::nullopt;
        return rules_.refused_until(booking, remedy, machine, during);
    }

    void give(Booking const& booking, Remedy remedy, facility::Machine const& machine,
              Interval during) const {
        if (rules_.given) rules_.given(booking, remedy, machine, during);
    }

    /// The first time that is free and that the rules grant.
    std::optional<Interval> first_granted(Booking const& booking, Remedy remedy, Bay const& bay,
                                          Duration length, Interval window) const {
        while (auto const found = first_fit(zone_, bay, length, window, booking.people)) {
            auto const again = refused_until(booking, remedy, bay.machine, *found);
            if (!again) return found;
            window.start = std::max(*again, found->start + Duration{1});
        }
        return std::nullopt;
    }

    /// From when on the own machine is asked, and the others of its kind.
    struct From {
        Instant at_home;
        Instant elsewhere;
    };

    /// The bay whose first time is best, which stays in best_.
    Bay* choose(Booking const& booking, Remedy remedy, Bay& own, Duration length, From from) {
        auto const until = from.at_home + reslot_reach;
        auto const at_home = first_granted(booking, remedy, own, length, {from.at_home, until});
        Bay* found = at_home ? &own : nullptr;
        best_ = at_home.value_or(Interval{});
        // Another machine has to have it on an earlier day or at once, and a third one before that.
        auto before = at_home ? day_interval(zone_, local_day(zone_, best_.start)).start : until;
        auto const elsewhere = from.elsewhere;
        if (elsewhere < from.at_home) before = std::max(before, elsewhere + Duration{1});
        for (auto& bay : bays_) {
            if (before <= elsewhere) break;
            if (&bay == &own || bay.machine.kind != own.machine.kind) continue;
            auto const there_long = booking::on_grid(bay.machine, length);
            Interval const window{elsewhere, std::min(until, before + there_long - Duration{1})};
            auto const there = first_granted(booking, remedy, bay, there_long, window);
            if (!there) continue;
            std::tie(found, best_) = std::pair{&bay, *there};
            before = there->start;
        }
        return found;
    }

    Zone const& zone_;
    std::vector<Bay>& bays_;
    Instant now_;
    Rulebook const& rules_;
    Interval best_{};
};

/// What stays so however long one waits, within the reach of a proposal.
bool stands(Rule rule) {
    constexpr std::array standing{Rule::not_authorised,  Rule::future_quota, Rule::trial_used,
                                  Rule::suspended,       Rule::overdue,      Rule::low_balance,
                                  Rule::membership_over, Rule::too_short};
    return std::ranges::find(standing, rule) != standing.end();
}

}  // namespace

Instant worth_asking_again(facility::Book const& book, Interval refused,
                           std::span<Violation const> against) {
    auto again = refused.start + Duration{1};
    for (auto const& each : against) {
        if (stands(each.rule)) return refused.start + 2 * reslot_reach;
        if (each.rule == Rule::daily_quota)
            again =
                std::max(again, day_interval(book.zone, local_day(book.zone, refused.start)).end);
        if (each.rule == Rule::weekly_quota)
            again =
                std::max(again, week_of(book.zone, refused.start, book.facility.week_starts).end);
    }
    return again;
}

void forgive_displaced(std::vector<Violation>& against) {
    std::erase_if(against, [](Violation const& each) {
        return each.rule == Rule::in_past || each.rule == Rule::too_soon ||
               each.rule == Rule::too_far || each.rule == Rule::grid || each.rule == Rule::too_long;
    });
}

std::string_view name_of(Remedy remedy) {
    return remedy_names.at(static_cast<std::size_t>(remedy));
}

std::optional<Remedy> remedy_of(std::string_view name) {
    auto const found = std::ranges::find(remedy_names, name);
    if (found == remedy_names.end()) return std::nullopt;
    return static_cast<Remedy>(found - remedy_names.begin());
}

std::string_view name_of(Cause cause) { return cause_names.at(static_cast<std::size_t>(cause)); }

std::optional<Displaced> displaced_by_hours(facility::Book const& book, Booking const& booking) {
    auto const closed = closed_parts(book, booking.during);
    Duration lost{};
    for (auto const& part : closed) lost += part.length();
    if (lost < least_loss) return std::nullopt;
    return Displaced{booking,
                     {.id = {},
                      .machine = std::nullopt,
                      .during = {closed.front().start, closed.back().end},
                      .kind = "closure",
                      .reason = ""},
                     Cause::closed};
}

Displaced without_operator(Booking const& booking) {
    // Any time from its own on will do at which there is one.
    return {booking,
            {.id = {},
             .machine = std::nullopt,
             .during = {booking.during.start, booking.during.start},
             .kind = "operator",
             .reason = ""},
            Cause::no_operator};
}

bool due(Displaced const& displaced, Instant now) {
    auto const& [booking, outage, cause] = displaced;
    if (cause != Cause::outage) return true;
    if (lost(displaced) < least_loss) return false;
    if (outage.source == facility::OutageSource::seen)
        return outage.during.end + surely_over <= now;
    return !begun(booking) || (stops_work(outage) && outage.during.end <= now);
}

void put_in_order(std::vector<Displaced>& displaced) {
    std::ranges::sort(displaced, {}, [](Displaced const& each) {
        auto const& booking = each.booking;
        return std::tuple{!runs(booking), booking.during.start, booking.created_at, booking.id};
    });
}

std::vector<Proposed> propose(Zone const& zone, std::vector<Bay> bays,
                              std::span<Displaced const> in_order, Instant now,
                              Rulebook const& rules) {
    Round round{zone, bays, now, rules};
    std::vector<Proposed> found;
    for (auto const& displaced : in_order)
        found.push_back(round.serve(displaced, static_cast<int>(found.size()) + 1));
    return found;
}

}  // namespace karkhana::booking
