#include "server/booking/rules_hold.hpp"

#include <algorithm>

namespace karkhana::booking {
namespace {

constexpr std::chrono::minutes least_answer{10};

}  // namespace

bool hold_is_over(Booking const& booking, Instant now) {
    return booking.state == State::pending && booking.hold_until && *booking.hold_until <= now;
}

Instant answer_until(Duration hold, Interval slot, Instant now) {
    auto const wanted = std::min(now + hold, slot.start);
    return std::max(wanted, std::min(now + least_answer, slot.end));
}

bool may_undo(Terms const& terms, Booking const& booking, Instant now) {
    bool const ahead = booking.state == State::pending || booking.state == State::confirmed;
    return ahead && now < booking.created_at + terms.undo;
}

}  // namespace karkhana::booking
