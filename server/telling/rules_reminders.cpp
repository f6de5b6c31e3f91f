#include "server/telling/rules_reminders.hpp"

#include <algorithm>

#include "server/booking/rules_absence.hpp"
#include "server/booking/rules_terms.hpp"

namespace karkhana::telling {
namespace {

using booking::Booking;
using booking::State;

bool is_at_work(Booking const& booking) {
    return booking.state == State::running || booking.state == State::paused;
}

/// Another start is another occasion.
std::string with_start(std::string_view occasion, Instant start) {
    return std::string{occasion} + " " + std::to_string(micros(start));
}

Reminder about(Booking const& booking, std::string_view kind, std::string_view occasion,
               Instant useful_until) {
    return {.kind = kind,
            .booking = booking.id,
            .version = booking.version,
            .occasion = with_start(occasion, booking.during.start),
            .until = std::nullopt,
            .useful_until = useful_until};
}

/// Before the start: the evening before, and once more shortly before.
std::optional<Reminder> before_start(Booking const& booking, Reminding const& reminding,
                                     Zone const& zone, Instant now) {
    auto const start = booking.during.start;
    auto const soon = start - reminding.before.value_or(std::chrono::minutes{0});
    if (now >= start) return std::nullopt;
    if (reminding.before && now >= soon) {
        if (booking.created_at >= soon) return std::nullopt;
        return about(booking, "booking_reminder", "soon", start);
    }
    if (!reminding.evening) return std::nullopt;
    auto const evening =
        at_minute(zone, local_day(zone, start) - std::chrono::days{1}, *reminding.evening);
    if (now < evening || booking.created_at >= evening) return std::nullopt;
    return about(booking, "booking_reminder", "evening", soon);
}

std::optional<Reminder> late(Booking const& booking, Reminding const& reminding, Instant now) {
    auto const from = booking::awaited_from(booking);
    auto const until = from + reminding.grace;
    if (now < from + reminding.grace / 3 || now >= until) return std::nullopt;
    auto found = about(booking, "booking_late", "late", until);
    found.until = until;
    return found;
}

/// The one that follows on the same machine and has not begun.
Booking const* next_after(std::span<Booking const> later, Booking const& booking) {
    auto const found = std::ranges::find_if(later, [&](Booking const& each) {
        return each.machine == booking.machine && each.during.start >= booking.during.end &&
               !is_at_work(each);
    });
    return found == later.end() ? nullptr : &*found;
}

std::optional<Reminder> of_work(Booking const& booking, Booking const& next, Instant now) {
    // Nobody waits for themselves.
    if (next.enterprise == booking.enterprise) return std::nullopt;
    auto const end = booking.during.end;
    if (now >= end && next.during.start <= now + next_within)
        return about(next, "booking_overrun", booking.id.text(), next.during.start + next_within);
    bool const hurry = next.during.start <= end + next_within;
    if (now >= end || now < end - almost_over || !hurry) return std::nullopt;
    auto found = about(booking, "time_almost_over", std::to_string(micros(end)), end);
    found.until = end;
    return found;
}

}  // namespace

std::string overrun_occasion(std::string_view running, Instant next_start) {
    return with_start(running, next_start);
}

Reminding reminding_of(facility::Book const& book, booking::Scope const& scope) {
    Reminding found;
    if (auto const* before = booking::in_force(book, "remind_minutes", scope)) {
        found.before.reset();
        if (before->value) found.before = std::chrono::minutes{*before->value};
    }
    if (auto const* evening = booking::in_force(book, "remind_evening", scope)) {
        found.evening.reset();
        if (evening->value) found.evening = static_cast<int>(*evening->value);
    }
    found.grace = booking::terms_for(book, scope).grace;
    found.room = facility::is_room(book, scope.machine);
    return found;
}

std::vector<Reminder> due_reminders(
    std::span<Booking const> live, Zone const& zone, Instant now,
    std::function<Reminding(Booking const&)> const& reminding,
    std::function<bool(MachineId const&, Instant since)> const& excused) {
    std::vector<Reminder> found;
    for (std::size_t i = 0; i < live.size(); ++i) {
        auto const& booking = live[i];
        std::optional<Reminder> due;
        if (is_at_work(booking)) {
            auto const* next = next_after(live.subspan(i + 1), booking);
            if (next != nullptr && !reminding(booking).room) due = of_work(booking, *next, now);
        } else if (booking.state == State::confirmed && now < booking.during.start) {
            due = before_start(booking, reminding(booking), zone, now);
        } else if (booking.state == State::confirmed &&
                   !excused(booking.machine, booking.during.start)) {
            due = late(booking, reminding(booking), now);
        }
        if (due) found.push_back(std::move(*due));
    }
    return found;
}

}  // namespace karkhana::telling
