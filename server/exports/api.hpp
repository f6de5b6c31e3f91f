#pragma once

#include <string>

#include "server/base/clock.hpp"
#include "server/booking/pricing.hpp"
#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::exports {

/// What the handlers need; app wires it. The references outlive the router.
struct Services {
    store::Store& store;
    WallClock const& clock;
    /// Where anybody reaches the facility, without a slash at the end: what is printed leads there.
    std::string public_address;
    booking::Pricing pricing;  ///< what a quotation tells
};

/// Documents, slips and the page that checks a document, bills as UBL, the tables and the journal
/// as files, Green Button. All belong onto the handler pool: a bill of many pages takes tens of
/// milliseconds.
void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::exports
