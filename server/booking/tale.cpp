#include "server/booking/tale.hpp"

#include <algorithm>
#include <iterator>

#include "server/booking/audit.hpp"
#include "server/booking/records.hpp"

namespace karkhana::booking {

void Tale::changed(std::string_view action, std::optional<Booking> before, Booking after,
                   std::string_view reason) {
    changes_.push_back(
        {std::string(action), std::move(before), std::move(after), std::string(reason)});
}

void Tale::did(Series series, SeriesAct act) {
    acts_.emplace_back(std::move(series), std::move(act));
}

void Tale::add(Tale part) {
    std::ranges::move(part.changes_, std::back_inserter(changes_));
    std::ranges::move(part.events_, std::back_inserter(events_));
    std::ranges::move(part.acts_, std::back_inserter(acts_));
}

void Tale::write(store::Writer& writer, Instant now) const {
    for (auto const& event : events_) append_queue(writer, facility_, event);
    for (auto const& change : changes_)
        append_change(writer, change.action, person_, change.before ? &*change.before : nullptr,
                      change.after, change.reason, now);
    for (auto const& [series, act] : acts_) append_act(writer, series, act, person_, now);
}

std::vector<Booking> Tale::bookings() const {
    std::vector<Booking> found;
    for (auto const& change : changes_) found.push_back(change.after);
    return found;
}

std::optional<Booking> step_to(store::Writer& writer, Booking const& before, State to,
                               std::optional<PersonId> person, std::string_view reason,
                               Instant now) {
    if (!change_state(writer, before, to, person, reason, now)) return std::nullopt;
    auto after = before;
    after.state = to;
    ++after.version;
    if (to == State::confirmed) after.confirmed_at = now;
    if (is_live(before.state) && !is_live(to) && !after.ended_at) after.ended_at = now;
    bool const gone =
        to == State::cancelled || to == State::late_cancelled || to == State::released;
    if (gone) {
        after.cancel_reason = reason;
        ++after.calendar_sequence;
    }
    return after;
}

}  // namespace karkhana::booking
