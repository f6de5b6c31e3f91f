#pragma once

#include "server/booking/api.hpp"

namespace karkhana::booking {

/// series: preview, create, get, change, cancel, approve and refuse all dates or those from one
/// on.
void add_series_routes(http::Router& router, Services const& services);

}  // namespace karkhana::booking
