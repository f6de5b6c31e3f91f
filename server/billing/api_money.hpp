#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "server/billing/api_parts.hpp"
#include "server/billing/invoices.hpp"
#include "server/http/json.hpp"
#include "server/people/records.hpp"

/// What the halves of the API of money share.
namespace karkhana::billing {

/// Names of MEs and the zone, for showing money; unlike Names without machines and sessions.
struct MoneyNames {
    Zone zone;
    std::map<EnterpriseId, people::Enterprise> enterprises;

    boost::json::value enterprise(EnterpriseId const& id) const;
    std::string time(Instant at) const { return to_rfc3339(at, zone); }
};
MoneyNames money_names(store::Reader& reader, FacilityId const& facility);

struct Done {
    std::string subject;  ///< of the audit trail: "claim/0190..."
    boost::json::object shown;
};
/// Runs a change once, with its line in the audit trail.
http::Response change_money(
    Services const& services, http::Request const& request, std::string const& operation,
    int status, std::string const& reason,
    std::function<Result<Done>(store::Writer&, MoneyNames const&, Instant)> const& act);

/// Adds the routes of a file one by one.
using MoneyHandler = http::Response (*)(Services const&, http::Request const&);
void add_money_route(http::Router& router, Services const& services, std::string method,
                     std::string pattern, std::string operation, MoneyHandler handler,
                     std::string consumes = "application/json", std::size_t body_limit = 0);

/// The ME of the path, where the caller may see it. Errors: `not_found`.
Result<EnterpriseId> visible_enterprise(store::Reader& reader, http::Request const& request);
/// Everything that a line of an invoice rests on, as the proof shows it. Errors: `not_found`.
Result<boost::json::object> proof_of(store::Reader& reader, FacilityId const& facility,
                                     Invoice const& invoice, std::string const& line);

void add_claim_routes(http::Router& router, Services const& services);
void add_wallet_routes(http::Router& router, Services const& services);
void add_dispute_routes(http::Router& router, Services const& services);
void add_sale_routes(http::Router& router, Services const& services);
void add_block_routes(http::Router& router, Services const& services);
void add_pack_routes(http::Router& router, Services const& services);
void add_tax_routes(http::Router& router, Services const& services);
void add_credit_routes(http::Router& router, Services const& services);
void add_held_routes(http::Router& router, Services const& services);
void add_closing_routes(http::Router& router, Services const& services);

}  // namespace karkhana::billing
