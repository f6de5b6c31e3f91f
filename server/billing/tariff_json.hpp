#pragma once

#include <boost/json/object.hpp>

#include "server/base/calendar.hpp"
#include "server/billing/tariff.hpp"
#include "server/http/json.hpp"

/// A rate card as the contract shows and takes it.
namespace karkhana::billing {

/// What is as it is by itself is left out.
boost::json::object rate_card_json(RateCard const& card, Zone const& zone);
/// Takes a card without its id and version; what is wrong with it is the body's first error or that
/// of `check`, and `in_past` when it begins before `now`.
Result<RateCard> read_card(http::JsonBody& body, Instant now);

}  // namespace karkhana::billing
