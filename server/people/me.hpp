#pragma once

#include <boost/json/object.hpp>

#include "server/people/login.hpp"

namespace karkhana::people {

/// Who asks, what they may do, and what they have to do first. `session`: that of the request; a
/// token has none.
boost::json::object me_json(Services const& services, http::Principal const& who,
                            std::optional<Credential> const& session);

/// The answer to a log-in: who came in, with the cookie to come back with.
http::Response welcome(Services const& services, http::Request const& request,
                       LoggedIn const& entered);
/// The refusal of one, with the time to wait.
http::Response turned_away(NotLoggedIn const& refused);

}  // namespace karkhana::people
