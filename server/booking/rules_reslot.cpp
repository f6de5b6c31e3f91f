#include "server/booking/rules_reslot.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "server/booking/rules_policy.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 5> remedy_names{"move", "extend", "rest", "again", "none"};
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
    auto const& [booking, outage] = displaced;
    // Who was broken off lost the rest, however soon the machine was well again.
    bool const all = booking.state == State::interrupted;
    return (all ? booking.during.end : std::min(booking.during.end, outage.during.end)) -
           std::max(booking.during.start, outage.during.start);
}

class Round {
public:
    Round(Zone const& zone, std::vector<Bay>& bays, Instant now)
        : zone_(zone), bays_(bays), now_(now) {}

    Proposed serve(Displaced const& displaced, int place) {
        auto const& [booking, outage] = displaced;
        Proposed found{booking.id, outage.id, place, Remedy::none, {}, {}};
        auto const own = std::ranges::find(bays_, booking.machine,
                                           [](Bay const& bay) { return bay.machine.id; });
        if (own == bays_.end()) return found;
        if (auto const longer = extension(displaced, *own)) {
            replace(*own, booking, *longer);
            return {booking.id, outage.id, place, Remedy::extend, booking.machine, longer};
        }
        bool const part = begun(booking);
        auto const length = part ? on_grid(own->machine, lost(displaced)) : booking.during.length();
        // Who moves leaves a place, but only for itself: it may not want to.
        auto const busy = busy_by(own->machine, booking);
        bool const left = !part && let_go(*own, busy);
        auto const not_before = std::max(now_, outage.during.end) + after_outage;
        // A breakdown is of one machine: its twin has the very hour.
        auto const elsewhere = outage.machine ? std::max(now_, booking.during.start) : not_before;
        auto* const best = choose(*own, length, not_before, elsewhere, booking.people);
        if (left) take(*own, busy);
        if (best == nullptr) return found;
        take(*best, best_, booking.people);
        found.remedy = part ? Remedy::rest : is_live(booking.state) ? Remedy::move : Remedy::again;
        found.machine = best->machine.id;
        found.during = best_;
        return found;
    }

private:
    /// The slot with what it lost at its end, when it still goes on after the outage.
    std::optional<Interval> extension(Displaced const& displaced, Bay const& own) const {
        auto const& [booking, outage] = displaced;
        bool const cut_into = booking.during.start < outage.during.end &&
                              outage.during.start <= now_ && outage.during.end <= now_;
        if (!is_live(booking.state) || !cut_into || booking.during.end <= now_) return std::nullopt;
        Duration const grid = minutes{own.machine.grid_minutes};
        auto const more = (lost(displaced) + grid - Duration{1}) / grid * grid;
        Interval const longer{booking.during.start, booking.during.end + more};
        // Only what is ahead has to be open: the outage itself is behind it.
        Interval const ahead{booking.during.end, longer.end};
        if (longer.length() > longest_booking ||
            !fits(own, ahead, busy_by(own.machine, booking), booking.people))
            return std::nullopt;
        return longer;
    }

    void replace(Bay& bay, Booking const& booking, Interval longer) const {
        let_go(bay, busy_by(bay.machine, booking));
        take(bay, longer, booking.people);
    }

    /// The bay whose first time is best, which stays in best_.
    Bay* choose(Bay& own, Duration length, Instant not_before, Instant elsewhere, int people) {
        auto const until = not_before + reslot_reach;
        auto const at_home = first_fit(zone_, own, length, {not_before, until}, people);
        Bay* found = at_home ? &own : nullptr;
        best_ = at_home.value_or(Interval{});
        // Another machine has to have it on an earlier day or at once, and a third one before that.
        auto before = at_home ? day_interval(zone_, local_day(zone_, best_.start)).start : until;
        if (elsewhere < not_before) before = std::max(before, elsewhere + Duration{1});
        for (auto& bay : bays_) {
            if (before <= elsewhere) break;
            if (&bay == &own || bay.machine.kind != own.machine.kind) continue;
            auto const there_long = on_grid(bay.machine, length);
            Interval const window{elsewhere, std::min(until, before + there_long - Duration{1})};
            auto const there = first_fit(zone_, bay, there_long, window, people);
            if (!there) continue;
            std::tie(found, best_) = std::pair{&bay, *there};
            before = there->start;
        }
        return found;
    }

    Zone const& zone_;
    std::vector<Bay>& bays_;
    Instant now_;
    Interval best_{};
};

}  // namespace

std::string_view name_of(Remedy remedy) {
    return remedy_names.at(static_cast<std::size_t>(remedy));
}

std::optional<Remedy> remedy_of(std::string_view name) {
    auto const found = std::ranges::find(remedy_names, name);
    if (found == remedy_names.end()) return std::nullopt;
    return static_cast<Remedy>(found - remedy_names.begin());
}

bool due(Displaced const& displaced, Instant now) {
    auto const& [booking, outage] = displaced;
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
                              std::span<Displaced const> in_order, Instant now) {
    Round round{zone, bays, now};
    std::vector<Proposed> found;
    for (auto const& displaced : in_order)
        found.push_back(round.serve(displaced, static_cast<int>(found.size()) + 1));
    return found;
}

}  // namespace karkhana::booking
