#pragma once

#include "server/base/random.hpp"
#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

/// listSettings, addSetting, explainLimits. The references outlive the router.
void add_settings_routes(http::Router& router, store::Store& store, WallClock const& clock,
                         IdSource& ids);

}  // namespace karkhana::booking
