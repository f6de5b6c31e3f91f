#pragma once

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::imports {

/// What the handlers need; app wires it. The references outlive the router.
struct Services {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;
};

void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::imports
