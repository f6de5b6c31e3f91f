#include "server/people/authorisations.hpp"

namespace karkhana::people {

std::vector<Authorisation> authorisations_of(store::Reader& reader, FacilityId const& facility,
                                             PersonId const& person) {
    return reader.all(
        "SELECT a.authorisation_id, a.machine_kind, a.granted_at, a.expires_at, a.revoked_at, "
        "p.name_en, p.name_bn FROM authorisation a JOIN person p "
        "ON p.facility_id = a.facility_id AND p.person_id = a.granted_by "
        "WHERE a.facility_id = $1 AND a.person_id = $2 "
        "ORDER BY a.granted_at DESC, a.authorisation_id DESC",
        [&](store::Row const& row) {
            return Authorisation{.id = row.id<AuthorisationId>(0),
                                 .person = person,
                                 .machine_kind = row.text(1),
                                 .granted_at = row.at(2),
                                 .expires_at = row.maybe_at(3),
                                 .revoked_at = row.maybe_at(4),
                                 .granted_by = {row.text(5), row.text(6)}};
        },
        facility, person);
}

void grant(store::Writer& writer, FacilityId const& facility, Authorisation const& authorisation,
           PersonId const& granted_by) {
    writer.execute("INSERT INTO authorisation (facility_id, authorisation_id, person_id, "
                   "machine_kind, granted_at, expires_at, granted_by) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   facility, authorisation.id, authorisation.person, authorisation.machine_kind,
                   authorisation.granted_at, authorisation.expires_at, granted_by);
}

std::optional<PersonId> revoke(store::Writer& writer, FacilityId const& facility,
                               AuthorisationId const& id, Instant now) {
    return writer.first(
        "UPDATE authorisation SET revoked_at = $3 WHERE facility_id = $1 "
        "AND authorisation_id = $2 AND revoked_at IS NULL RETURNING person_id",
        [](store::Row const& row) { return row.id<PersonId>(0); }, facility, id, now);
}

}  // namespace karkhana::people
