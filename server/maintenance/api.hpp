#pragma once

#include <functional>
#include <optional>

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/facility/book_cache.hpp"
#include "server/http/router.hpp"
#include "server/maintenance/rules_service.hpp"
#include "server/store/store.hpp"

namespace karkhana::maintenance {

/// What the handlers and the watch work with; app wires it, and what it refers to outlives both.
struct Services {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;
    facility::BookCache& books;
    /// What the machine's counter counted since then; metering is beside maintenance. nullopt or
    /// empty: it has none, and its jobs are counted.
    std::function<std::optional<Strokes>(FacilityId const&, MachineId const&, Instant since)>
        strokes{};
};

/// Plans, tickets with their photos, and the report of how reliable machines were.
void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::maintenance
