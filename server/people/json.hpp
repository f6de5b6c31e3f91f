#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "server/base/calendar.hpp"
#include "server/base/quantities.hpp"
#include "server/people/audit.hpp"
#include "server/people/rules.hpp"

/// People and enterprises as the contract shows them.
namespace karkhana::people {

/// EnterpriseRef: what other records say of an enterprise.
boost::json::object enterprise_ref_json(Enterprise const& enterprise);
boost::json::object enterprise_json(Enterprise const& enterprise, Money balance);
boost::json::object grant_json(RoleGrant const& grant);
boost::json::object person_json(Person const& person);
boost::json::object audit_json(AuditRecord const& record, Zone const& zone);

}  // namespace karkhana::people
