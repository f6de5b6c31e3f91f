#include "server/booking/rules_absence.hpp"

#include <algorithm>

namespace karkhana::booking {
namespace {

/// The parts of the booking in which the machine could not be used, by start.
std::vector<Interval> lost_parts(Booking const& booking,
                                 std::vector<facility::Outage> const& outages) {
    std::vector<Interval> lost;
    for (auto const& outage : outages)
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

}  // namespace

std::optional<Verdict> judge_absence(Settings const& settings, Booking const& booking,
                                     facility::Machine const& machine,
                                     std::vector<facility::Outage> const& outages, Instant now) {
    auto const lost = lost_parts(booking, outages);
    auto const end = booking.during.end;
    if (booking.state == State::checked_in) {
        if (now < end) return std::nullopt;
        if (!lost.empty() || machine.out_of_order) return Verdict{State::cancelled, "outage"};
        return Verdict{State::completed, "ended without a start"};
    }
    if (booking.state != State::confirmed) return std::nullopt;
    // Since when a machine is out of order is not known, so the party has until the end.
    auto const over = machine.out_of_order
                          ? end
                          : std::min(grace_over(booking.during.start, settings.grace, lost), end);
    if (now < over) return std::nullopt;
    bool const excused = machine.out_of_order || (!lost.empty() && lost.front().start < over);
    if (excused) return Verdict{State::cancelled, "outage"};
    return Verdict{State::missed, "nobody came"};
}

}  // namespace karkhana::booking
