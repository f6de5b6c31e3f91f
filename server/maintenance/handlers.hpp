#pragma once

#include "server/http/message.hpp"
#include "server/maintenance/api.hpp"

/// The handlers, one an operation.
namespace karkhana::maintenance {

http::Response list_plans(Services const& services, http::Request const& request);
http::Response create_plan(Services const& services, http::Request const& request);
http::Response complete_plan(Services const& services, http::Request const& request);
http::Response retire_plan(Services const& services, http::Request const& request);

http::Response list_tickets(Services const& services, http::Request const& request);
http::Response open_ticket(Services const& services, http::Request const& request);
http::Response get_ticket(Services const& services, http::Request const& request);
http::Response change_ticket(Services const& services, http::Request const& request);
http::Response close_ticket(Services const& services, http::Request const& request);
http::Response add_photo(Services const& services, http::Request const& request);
http::Response get_photo(Services const& services, http::Request const& request);

http::Response get_reliability(Services const& services, http::Request const& request);

}  // namespace karkhana::maintenance
