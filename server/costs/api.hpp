#pragma once

#include <functional>

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/costs/rules_bill.hpp"
#include "server/facility/book_cache.hpp"
#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::costs {

/// What the handlers work with; app wires it, and what it refers to outlives them.
struct Services {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;
    facility::BookCache& books;
    /// What the meters counted during a bill (see measure.hpp).
    std::function<Measured(FacilityId const&, Zone const&, UtilityBill const&)> measured;
};

/// Utility bills, other costs, how they are allocated, whether the facility works for revenue, and
/// the report of what is recovered.
void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::costs
