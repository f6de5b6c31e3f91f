#pragma once

#include "server/http/router.hpp"
#include "server/people/services.hpp"

namespace karkhana::people {

/// createSession, deleteSession, getMe, listEnterprises, createEnterprise, listPeople,
/// createPerson and listAudit. `services` must outlive the router.
void add_routes(http::Router& router, Services const& services);

}  // namespace karkhana::people
