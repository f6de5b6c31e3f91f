#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/booking/json_text.hpp"
#include "server/booking/pricing.hpp"
#include "server/booking/rules_availability.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/booking/world_records.hpp"
#include "server/people/rules.hpp"

/// Bookings as the contract shows them. What can be thousands is appended to a text, the rest are
/// JSON values.
namespace karkhana::booking {

void write_name(JsonText& out, facility::Name const& name);
/// MachineRef.
void write_machine(JsonText& out, facility::Machine const& machine);
/// EnterpriseRef.
void write_enterprise(JsonText& out, people::Enterprise const& enterprise);

/// A booking and what has to be read to show it.
struct BookingView {
    Booking const& booking;
    facility::Machine const& machine;
    people::Enterprise const& enterprise;
    std::vector<std::string_view> actions;             ///< what the caller may do to it now
    std::vector<Transition> const* history = nullptr;  ///< not told in lists
    std::vector<SessionId> const* sessions = nullptr;
    std::vector<KeptOverride> const* overrides = nullptr;
    std::vector<NamedHold> const* holds = nullptr;
    std::optional<people::Person> const* hand = nullptr;  ///< who runs it, if that is known
    std::optional<std::string> pin;                       ///< for whoever may say to be there
    boost::json::object const* costs = nullptr;           ///< fees, and what a cancel now would be
};
void write_booking(JsonText& out, TimeTexts& times, BookingView const& view);

/// `may_pass`: the rules that whoever asks may override.
boost::json::array violations_json(std::span<Violation const> violations,
                                   std::span<Rule const> may_pass = {});
/// The numbers of a violation as a JSON object, to be kept.
std::string numbers_text(Violation const& violation);
boost::json::object offer_json(Candidate const& candidate, Money price, Zone const& zone);
boost::json::object price_json(PriceAnswer const& answer);

}  // namespace karkhana::booking
