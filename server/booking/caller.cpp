#include "server/booking/caller.hpp"

#include "server/people/roles.hpp"

namespace karkhana::booking {

bool Caller::is_desk() const { return people::serves(who); }

bool Caller::sees(EnterpriseId const& enterprise) const {
    return who.acts_for(enterprise) || people::is_staff(who);
}

Result<Actor> Caller::actor_for(EnterpriseId const& enterprise) const {
    if (is_desk()) return Actor::staff;
    if (who.acts_for(enterprise)) return Actor::party;
    if (sees(enterprise)) return refuse(ErrorKind::forbidden, "forbidden");
    return refuse(ErrorKind::not_found, "not_found");
}

Result<EnterpriseId> Caller::party(std::optional<EnterpriseId> named) const {
    if (named) {
        auto const actor = actor_for(*named);
        if (actor) return *named;
        return refuse(actor.error().kind, actor.error().code, "not to be booked for",
                      "/enterprise_id");
    }
    if (who.enterprises.size() == 1) return who.enterprises.front();
    return refuse(ErrorKind::invalid, "enterprise_required", "say for which enterprise this is",
                  "/enterprise_id");
}

std::vector<std::string_view> Caller::actions(Booking const& booking, Settings const& settings,
                                              Instant now, bool owing) const {
    std::vector<std::string_view> found;
    auto const actor = actor_for(booking.enterprise);
    if (!actor) return found;
    auto const can = [&](State to, std::string_view operation) {
        return may(*actor, booking.state, to) && people::may_call(who, operation);
    };
    bool const present = check_presence(settings, booking.during, now).has_value();
    bool const ahead = now < booking.during.end;
    if (is_live(booking.state) && !is_offered(booking) && ahead &&
        people::may_call(who, "changeBooking"))
        found.push_back("move");
    if (can(State::cancelled, "cancelBooking")) found.push_back("cancel");
    if (present && can(State::checked_in, "checkInBooking")) found.push_back("check_in");
    bool const may_run = !booking.assisted || *actor != Actor::party;
    if (present && may_run && now >= booking.during.start - early_start &&
        can(State::running, "startBooking"))
        found.push_back("start");
    if (can(State::paused, "pauseBooking")) found.push_back("pause");
    // Only what has begun is stopped; a booking without a start is cancelled.
    if (booking.state != State::checked_in && can(State::completed, "stopBooking"))
        found.push_back("stop");
    bool const approval = booking.pending_for == PendingFor::approval;
    if (approval && can(State::confirmed, "approveBooking")) found.push_back("approve");
    if (approval && can(State::cancelled, "refuseBooking")) found.push_back("refuse");
    if (can(State::released, "releaseBooking") && booking.state == State::confirmed)
        found.push_back("release");
    bool const lost = can(State::released, "excuseBooking") && !is_live(booking.state);
    if (lost || (owing && people::may_call(who, "excuseBooking"))) found.push_back("excuse");
    if (booking.state == State::confirmed && ahead && is_desk()) found.push_back("hand_over");
    return found;
}

}  // namespace karkhana::booking
