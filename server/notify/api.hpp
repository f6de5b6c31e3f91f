#pragma once

#include "server/base/random.hpp"
#include "server/http/router.hpp"
#include "server/notify/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::notify {

/// What the handlers are given to work with; app wires it. What it refers to outlives the router.
struct Services {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;
    Random& secrets;  ///< cryptographic and thread-safe
    Ways has;         ///< which ways this facility has at all
};

void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::notify
