#pragma once

#include <string>

#include "server/access/api.hpp"
#include "server/people/login.hpp"

/// What the files of this room share: each adds the routes of its own subject.
namespace karkhana::access {

using Action = http::Response (*)(Services const&, http::Request const&);

http::Route route(Services const& services, std::string method, std::string path,
                  std::string operation_id, Action action);
/// For who is not in yet.
http::Route open_route(Services const& services, std::string method, std::string path,
                       std::string operation_id, Action action);

/// Changes of how somebody gets in are for the person, not for a program with a token. Errors:
/// `session_needed` (403).
Result<people::Credential> own_session(http::Request const& request);

/// The own session, and the password asked again: what every such change begins with. The refusal
/// is ready to be sent.
tl::expected<people::Credential, http::Response> asked_again(Services const& services,
                                                             http::Request const& request,
                                                             std::string_view password);

/// Tells the audit trail what the caller did to somebody's way in. Secrets are never in it.
void told(Services const& services, store::Writer& writer, http::Request const& request,
          std::string_view action, PersonId const& whose, std::string after = {},
          std::string reason = {});

void add_own_routes(http::Router& router, Services const& services);
void add_token_routes(http::Router& router, Services const& services);
void add_factor_routes(http::Router& router, Services const& services);
void add_help_routes(http::Router& router, Services const& services);
void add_settings_routes(http::Router& router, Services const& services);
void add_pin_routes(http::Router& router, Services const& services);
void add_set_up_routes(http::Router& router, Services const& services);

}  // namespace karkhana::access
