#pragma once

#include <functional>

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/facility/book_cache.hpp"
#include "server/http/router.hpp"
#include "server/recycling/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::recycling {

/// What the handlers work with; app wires it, and what it refers to outlives them.
struct Services {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;
    facility::BookCache& books;
    /// Asks a weighing indicator of the facility (see weigh.hpp).
    std::function<Result<Weighed>(FacilityId const&, std::optional<DeviceId> const&)> weigh;
};

/// Materials with their prices, weigh tickets, batches, and the report of a year.
void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::recycling
