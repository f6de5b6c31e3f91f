#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "server/base/clock.hpp"
#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/random.hpp"
#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::desk {

/// What the handlers work with; app wires it, and what it refers to outlives them.
struct Services {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;
    /// What each enterprise owes, from billing; who is absent owes nothing.
    std::function<std::unordered_map<EnterpriseId, Money>(store::Reader&, FacilityId const&)>
        balances;
};

/// getEnterprise, its numbers, cards, duplicates and merges; trainings and who came.
void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::desk
