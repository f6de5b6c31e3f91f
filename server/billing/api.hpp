#pragma once

#include <functional>

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/billing/rate_cards.hpp"
#include "server/booking/pricing.hpp"
#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// What the handlers need; app wires it. The references outlive the router.
struct Services {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;
    RateCardCache& rate_cards;
};

/// Rate cards, billing runs, invoices, proofs, payments and the ledger.
void add_routes(http::Router& router, Services const& services);

/// What a booking will probably cost: the rates of its start on the machine's usual power.
booking::Pricing make_pricing(RateCardCache& cache, std::function<Zone(FacilityId const&)> zone_of);

}  // namespace karkhana::billing
