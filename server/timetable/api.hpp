#pragma once

#include "server/http/router.hpp"
#include "server/timetable/keeper.hpp"

namespace karkhana::timetable {

/// timetables: create (entered, handed in or to be fetched), list, end.
void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::timetable
