#pragma once

#include <string>

#include "server/costs/api.hpp"
#include "server/http/message.hpp"

/// The handlers, one an operation.
namespace karkhana::costs {

http::Response list_utility_bills(Services const& services, http::Request const& request);
http::Response create_utility_bill(Services const& services, http::Request const& request);
http::Response get_utility_bill(Services const& services, http::Request const& request);
http::Response correct_utility_bill(Services const& services, http::Request const& request);

http::Response list_costs(Services const& services, http::Request const& request);
http::Response create_cost(Services const& services, http::Request const& request);
http::Response correct_cost(Services const& services, http::Request const& request);

http::Response list_cost_settings(Services const& services, http::Request const& request);
http::Response add_cost_setting(Services const& services, http::Request const& request);
http::Response list_modes(Services const& services, http::Request const& request);
http::Response switch_mode(Services const& services, http::Request const& request);

http::Response get_cost_recovery(Services const& services, http::Request const& request);

}  // namespace karkhana::costs
