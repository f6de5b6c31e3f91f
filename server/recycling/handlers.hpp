#pragma once

#include <string>

#include "server/http/message.hpp"
#include "server/recycling/api.hpp"

/// The handlers, one an operation.
namespace karkhana::recycling {

http::Response list_materials(Services const& services, http::Request const& request);
http::Response create_material(Services const& services, http::Request const& request);
http::Response add_price(Services const& services, http::Request const& request);
http::Response list_recycling_settings(Services const& services, http::Request const& request);
http::Response add_recycling_setting(Services const& services, http::Request const& request);

http::Response list_weigh_tickets(Services const& services, http::Request const& request);
http::Response create_weigh_ticket(Services const& services, http::Request const& request);
http::Response correct_weigh_ticket(Services const& services, http::Request const& request);

http::Response list_batches(Services const& services, http::Request const& request);
http::Response begin_batch(Services const& services, http::Request const& request);
http::Response end_recycling_batch(Services const& services, http::Request const& request);

http::Response get_recycling_report(Services const& services, http::Request const& request);
http::Response export_weigh_tickets(Services const& services, http::Request const& request);

}  // namespace karkhana::recycling
