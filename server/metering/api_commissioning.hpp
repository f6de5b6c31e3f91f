#pragma once

#include "server/base/clock.hpp"
#include "server/base/ids.hpp"
#include "server/http/router.hpp"
#include "server/metering/commission_port.hpp"
#include "server/store/store.hpp"

namespace karkhana::metering {

struct CommissionServices {
    store::Store& ledger;
    WallClock const& clock;
    FacilityId facility;  ///< whose lines these are
    CommissionPort& port;
};

/// Finding devices on a line, reading them and writing a coil. The services are copied.
void add_commission_routes(http::Router& router, CommissionServices const& services);

/// What has to be typed before a coil is written: "coil 3 of unit 7".
std::string confirmation_of(Coil const& coil);

}  // namespace karkhana::metering
