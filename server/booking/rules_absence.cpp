#include "server/booking/rules_absence.hpp"

#include <algorithm>

namespace karkhana::booking {
namespace {

/// The parts of the booking in which the machine could not be used, by start.
std::vector<Interval> lost_parts(Booking const& booking, Hindrances const& hindrances) {
    auto lost = hindrances.closed;
    for (auto const& outage : hindrances.outages)
        if (concerns(outage, booking.machine) && outage.during.overlaps(booking.during))
            lost.push_back({std::max(outage.during.start, booking.during.start),
                            std::min(outage.during.end, booking.during.end)});
    std::ranges::sort(lost);
    return lost;
}

/// When `grace` of usable time has gone by since `start`.
Instant grace_over(Instant start, Duration grace, std::vector<Interval> const& lost) {
    auto over = start + grace;
    auto counted = start;
    for (auto const part : lost) {
        if (part.start >= over) break;
        if (part.end <= counted) continue;
        over += part.end - std::max(part.start, counted);
        counted = part.end;
    }
    return over;
}

/// The same with what others took of it.
std::vector<Interval> all_lost(Booking const& booking, Hindrances const& hindrances) {
    auto lost = lost_parts(booking, hindrances);
    for (auto const& stay : hindrances.overstays)
        if (stay.overlaps(booking.during))
            lost.push_back({std::max(stay.start, booking.during.start),
                            std::min(stay.end, booking.during.end)});
    std::ranges::sort(lost);
    return lost;
}

/// Whether others stayed so long that less than the grace time was left.
bool others_stayed(Duration grace, Booking const& booking, Hindrances const& hindrances) {
    auto const end = booking.during.end, from = awaited_from(booking);
    return from + grace <= end && grace_over(from, grace, all_lost(booking, hindrances)) > end;
}

}  // namespace

std::vector<Interval> closed_parts(facility::Book const& book, Interval during) {
    std::vector<Interval> closed;
    auto at = during.start;
    for (auto const open : facility::open_intervals(book.zone, book.opening, during)) {
        if (at < open.start) closed.push_back({at, std::min(open.start, during.end)});
        at = std::max(at, open.end);
    }
    if (at < during.end) closed.push_back({at, during.end});
    return closed;
}

Instant awaited_from(Booking const& booking) {
    return std::max(booking.during.start, booking.confirmed_at.value_or(booking.during.start));
}

Instant given_up_at(Duration grace, Booking const& booking, facility::Machine const& machine,
                    Hindrances const& hindrances) {
    // Since when a machine is out of order is not known, so the party has until the end.
    if (machine.out_of_order) return booking.during.end;
    auto const kept_from = all_lost(booking, hindrances);
    return std::min(grace_over(awaited_from(booking), grace, kept_from), booking.during.end);
}

std::optional<Verdict> judge_absence(Settings const& settings, Booking const& booking,
                                     facility::Machine const& machine, Hindrances const& hindrances,
                                     Instant now) {
    auto const lost = lost_parts(booking, hindrances);
    auto const end = booking.during.end;
    if (booking.state == State::checked_in) {
        if (now < end) return std::nullopt;
        if (!lost.empty() || machine.out_of_order) return Verdict{State::cancelled, "outage"};
        return Verdict{State::completed, "ended without a start"};
    }
    if (booking.state != State::confirmed) return std::nullopt;
    auto const over = given_up_at(settings.grace, booking, machine, hindrances);
    if (now < over) return std::nullopt;
    bool const excused = machine.out_of_order || (!lost.empty() && lost.front().start < over);
    if (excused) return Verdict{State::cancelled, "outage"};
    if (others_stayed(settings.grace, booking, hindrances))
        return Verdict{State::cancelled, "machine_busy"};
    return Verdict{State::missed, "nobody came"};
}

}  // namespace karkhana::booking
