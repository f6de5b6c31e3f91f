#include "server/people/role_requests.hpp"

#include "server/people/roles.hpp"

#define KARKHANA_ROLE_REQUEST                                                                      \
    "SELECT request_id, person_id, role, reason, asked_by, asked_at, decided_by, decided_at, "     \
    "granted FROM role_request WHERE facility_id = $1 "

namespace karkhana::people {
namespace {

RoleRequest role_request_of(store::Row const& row) {
    RoleRequest request{.id = row.id<RoleRequestId>(0),
                        .person = row.id<PersonId>(1),
                        .role = row.text(2),
                        .reason = row.text(3),
                        .asked_by = row.id<PersonId>(4),
                        .asked_at = row.at(5),
                        .decided_by = row.maybe_id<PersonId>(6),
                        .decided_at = row.maybe_at(7)};
    if (!row.is_null(8)) request.granted = row.flag(8);
    return request;
}

}  // namespace

std::vector<std::string> take_powerful(std::vector<RoleGrant>& grants) {
    std::vector<std::string> taken;
    std::erase_if(grants, [&](RoleGrant const& grant) {
        auto const* const role = find_role(grant.role);
        if (!role || !role->powerful) return false;
        taken.push_back(grant.role);
        return true;
    });
    return taken;
}

Result<bool> may_decide(RoleRequest const& request, PersonId const& by, bool grant) {
    if (grant && (by == request.asked_by || by == request.person))
        return refuse(ErrorKind::forbidden, "second_person",
                      "Another person than who asked, or gains by it, grants it.");
    return grant;
}

void ask_for_role(store::Writer& writer, FacilityId const& facility, RoleRequest const& request) {
    writer.execute(
        "INSERT INTO role_request (facility_id, request_id, person_id, role, reason, asked_by, "
        "asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        facility, request.id, request.person, request.role, request.reason, request.asked_by,
        request.asked_at);
}

std::vector<RoleRequest> role_requests(store::Reader& reader, FacilityId const& facility) {
    return reader.all(KARKHANA_ROLE_REQUEST "ORDER BY asked_at DESC, request_id DESC LIMIT 200",
                      role_request_of, facility);
}

std::optional<RoleRequest> find_role_request(store::Reader& reader, FacilityId const& facility,
                                             RoleRequestId const& id) {
    return reader.first(KARKHANA_ROLE_REQUEST "AND request_id = $2", role_request_of, facility, id);
}

#undef KARKHANA_ROLE_REQUEST

bool decide_role_request(store::Writer& writer, FacilityId const& facility, RoleRequestId const& id,
                         PersonId const& by, bool granted, Instant now) {
    return writer.execute("UPDATE role_request SET decided_by = $3, decided_at = $4, granted = $5 "
                          "WHERE facility_id = $1 AND request_id = $2 AND decided_at IS NULL",
                          facility, id, by, now, granted ? 1 : 0) == 1;
}

bool delete_grant(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  RoleGrant const& grant) {
    if (grant.enterprise)
        return writer.execute("DELETE FROM role_grant WHERE facility_id = $1 AND person_id = $2 "
                              "AND role = $3 AND enterprise_id = $4",
                              facility, person, grant.role, *grant.enterprise) > 0;
    if (grant.partner)
        return writer.execute("DELETE FROM role_grant WHERE facility_id = $1 AND person_id = $2 "
                              "AND role = $3 AND partner_id = $4",
                              facility, person, grant.role, *grant.partner) > 0;
    return writer.execute("DELETE FROM role_grant WHERE facility_id = $1 AND person_id = $2 "
                          "AND role = $3",
                          facility, person, grant.role) > 0;
}

bool another_manager(store::Reader& reader, FacilityId const& facility, PersonId const& person) {
    return reader.exists(
        "SELECT 1 FROM role_grant g JOIN person p ON p.facility_id = g.facility_id "
        "AND p.person_id = g.person_id AND p.disabled = 0 "
        "WHERE g.facility_id = $1 AND g.role = 'manager' AND g.person_id <> $2",
        facility, person);
}

}  // namespace karkhana::people
