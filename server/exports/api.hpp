#pragma once

#include "server/base/clock.hpp"
#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::exports {

/// What the handlers need; app wires it. The references outlive the router.
struct Services {
    store::Store& store;
    WallClock const& clock;
};

/// Bills as PDF and UBL, the tables and the journal as files, Green Button. All belong onto the
/// handler pool: a bill of many pages takes tens of milliseconds.
void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::exports
