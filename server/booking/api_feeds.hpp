#pragma once

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

/// What the handlers of calendar feeds need; app wires it, and it outlives the server.
struct FeedServices {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;
    Random& secrets;  ///< cryptographic and thread-safe
};

/// feeds: create, list, revoke, and the calendar itself, which is open to whoever has its address.
void add_feed_routes(http::Router& router, FeedServices const& services);

}  // namespace karkhana::booking
