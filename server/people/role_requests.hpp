#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/people/rules.hpp"
#include "server/store/store.hpp"

/// Powerful roles are asked for by one person and granted by another.
namespace karkhana::people {

using RoleRequestId = Id<struct RoleRequestTag>;

struct RoleRequest {
    RoleRequestId id;
    PersonId person;
    std::string role;
    std::string reason;
    PersonId asked_by;
    Instant asked_at;
    std::optional<PersonId> decided_by{};
    std::optional<Instant> decided_at{};
    std::optional<bool> granted{};
};

/// Takes those out that need a second person, and says which they were.
std::vector<std::string> take_powerful(std::vector<RoleGrant>& grants);
/// Whoever asked, and whoever gains by it, may refuse but not grant. Error: `second_person`.
Result<bool> may_decide(RoleRequest const& request, PersonId const& by, bool grant);

/// Throws ConstraintViolated{unique} while the same is asked for.
void ask_for_role(store::Writer& writer, FacilityId const& facility, RoleRequest const& request);
/// Newest first, at most 200.
std::vector<RoleRequest> role_requests(store::Reader& reader, FacilityId const& facility);
std::optional<RoleRequest> find_role_request(store::Reader& reader, FacilityId const& facility,
                                             RoleRequestId const& id);
/// False when it is decided already.
bool decide_role_request(store::Writer& writer, FacilityId const& facility, RoleRequestId const& id,
                         PersonId const& by, bool granted, Instant now);

/// False when there is no such grant.
bool delete_grant(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  RoleGrant const& grant);
/// Whether anybody else who may log in is a manager.
bool another_manager(store::Reader& reader, FacilityId const& facility, PersonId const& person);

}  // namespace karkhana::people
