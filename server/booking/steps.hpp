#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <tl/expected.hpp>

#include "server/booking/api.hpp"
#include "server/booking/rules_life.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/booking/tale.hpp"
#include "server/http/message.hpp"

/// What people ask of bookings, each in one transaction that is told of at its end.
namespace karkhana::booking {

/// The booking of the path, if the caller may change it. Errors: `not_found`, `forbidden`.
struct Found {
    Booking booking;
    Actor actor = Actor::party;
};
Result<Found> find_own(store::Writer& writer, http::Request const& request);

/// What came of it: the booking to answer with, or the refusal.
using Outcome = tl::expected<Booking, http::Response>;
/// The refusal itself, for what returns an Outcome.
tl::unexpected<http::Response> refusal(ErrorKind kind, std::string code, std::string detail);
/// 422 `policy_refused` with the rules that are broken.
http::Response refused_by_rules(std::vector<Violation> const& violations);

http::Response cancel_booking(Services const& services, http::Request const& request);
http::Response check_in_booking(Services const& services, http::Request const& request);
http::Response check_in_by_pin(Services const& services, http::Request const& request);
http::Response undo_booking(Services const& services, http::Request const& request);
http::Response release_booking(Services const& services, http::Request const& request);
http::Response approve_booking(Services const& services, http::Request const& request);
http::Response refuse_booking(Services const& services, http::Request const& request);
http::Response excuse_booking(Services const& services, http::Request const& request);
http::Response hand_over_booking(Services const& services, http::Request const& request);

http::Response join_waitlist(Services const& services, http::Request const& request);
http::Response list_waitlist(Services const& services, http::Request const& request);
http::Response leave_waitlist(Services const& services, http::Request const& request);
http::Response take_offer(Services const& services, http::Request const& request);
http::Response decline_offer(Services const& services, http::Request const& request);
http::Response skip_waiting(Services const& services, http::Request const& request);
http::Response get_queue_log(Services const& services, http::Request const& request);

http::Response list_proposals(Services const& services, http::Request const& request);
http::Response take_proposal(Services const& services, http::Request const& request);
http::Response take_all_proposals(Services const& services, http::Request const& request);
http::Response decline_proposal(Services const& services, http::Request const& request);
http::Response preview_closure(Services const& services, http::Request const& request);
http::Response create_closure(Services const& services, http::Request const& request);

/// The fees of a booking, and what it would cost to cancel it now: for the answer of one booking.
boost::json::object costs_json(Services const& services, store::Reader& reader,
                               Booking const& booking, Instant now);

}  // namespace karkhana::booking
