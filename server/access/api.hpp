#pragma once

#include "server/access/set_up.hpp"
#include "server/http/router.hpp"
#include "server/people/services.hpp"

namespace karkhana::access {

/// What getting in is given to work with; app wires it, and it outlives the server.
struct Services {
    people::Services const& people;
    SetUp& set_up;
};

void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::access
