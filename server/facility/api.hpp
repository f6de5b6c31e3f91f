#pragma once

#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::facility {

struct Services {
    store::Store& store;
};

/// listFacilities. The routes of machines are metering's, which knows their live state.
void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::facility
