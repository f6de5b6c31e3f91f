#include "server/booking/rules_overrun.hpp"

#include <algorithm>

namespace karkhana::booking {

std::vector<Warning> overruns(facility::Book const& book, std::span<Booking const> live,
                              Instant now) {
    std::vector<Warning> found;
    for (auto const& running : live) {
        bool const on = running.state == State::running || running.state == State::paused;
        if (!on || now < running.during.end || facility::is_room(book, running.machine)) continue;
        auto const next = std::ranges::find_if(live, [&](Booking const& other) {
            return other.machine == running.machine && other.id != running.id &&
                   other.during.start >= running.during.start &&
                   other.during.start <= now + warned_before &&
                   (other.state == State::confirmed || other.state == State::checked_in);
        });
        if (next != live.end() && next->enterprise != running.enterprise)
            found.push_back({next->id, running.id});
    }
    return found;
}

}  // namespace karkhana::booking
