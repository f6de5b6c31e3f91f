#pragma once

#include "server/http/json.hpp"
#include "server/people/rules.hpp"
#include "server/people/services.hpp"

/// The handlers that are not in api.cpp, one an operation.
namespace karkhana::people {

http::Response grant_role(Services const& services, http::Request const& request);
http::Response revoke_role(Services const& services, http::Request const& request);
http::Response list_role_requests(Services const& services, http::Request const& request);
http::Response decide_role(Services const& services, http::Request const& request);
http::Response list_partners(Services const& services, http::Request const& request);
http::Response create_partner(Services const& services, http::Request const& request);
http::Response list_sectors(Services const& services, http::Request const& request);
http::Response list_comments(Services const& services, http::Request const& request);
http::Response add_comment(Services const& services, http::Request const& request);

/// A role and for whom, from the fields of a body.
RoleGrant read_grant(http::JsonBody& body);
/// A name in one or both scripts.
Name read_both_names(http::JsonBody& body);

}  // namespace karkhana::people
