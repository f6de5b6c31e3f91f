#include "server/telling/records.hpp"

namespace karkhana::telling {

void begin(store::Writer& writer, FacilityId const& facility) {
    writer.execute("INSERT INTO tell_cursor (facility_id, sequence) SELECT facility_id, "
                   "coalesce((SELECT sequence FROM audit_head h "
                   "WHERE h.facility_id = facility.facility_id), 0) FROM facility "
                   "WHERE facility_id = $1 ON CONFLICT (facility_id) DO NOTHING",
                   facility);
}

bool has_news(store::Reader& reader, FacilityId const& facility) {
    return reader.exists("SELECT 1 FROM tell_cursor c JOIN audit_head h "
                         "ON h.facility_id = c.facility_id WHERE c.facility_id = $1 "
                         "AND h.sequence > c.sequence",
                         facility);
}

std::int64_t cursor_to_move(store::Writer& writer, FacilityId const& facility) {
    auto const number = [](store::Row const& row) { return row.integer(0); };
    auto const found =
        writer.is_postgres()
            ? writer.first("SELECT sequence FROM tell_cursor WHERE facility_id = $1 FOR UPDATE",
                           number, facility)
            : writer.first("SELECT sequence FROM tell_cursor WHERE facility_id = $1", number,
                           facility);
    return found.value();
}

void move_cursor(store::Writer& writer, FacilityId const& facility, std::int64_t sequence) {
    writer.execute("UPDATE tell_cursor SET sequence = $2 WHERE facility_id = $1", facility,
                   sequence);
}

std::vector<EndingAuthorisation> ending_authorisations(store::Reader& reader,
                                                       FacilityId const& facility,
                                                       Interval during) {
    return reader.all(
        "SELECT a.authorisation_id, a.person_id, a.machine_kind, a.expires_at "
        "FROM authorisation a WHERE a.facility_id = $1 AND a.expires_at > $2 "
        "AND a.expires_at <= $3 AND a.revoked_at IS NULL AND NOT EXISTS ("
        "SELECT 1 FROM authorisation b WHERE b.facility_id = a.facility_id "
        "AND b.person_id = a.person_id AND b.machine_kind = a.machine_kind "
        "AND b.revoked_at IS NULL AND (b.expires_at IS NULL OR b.expires_at > a.expires_at)) "
        "ORDER BY a.authorisation_id",
        [](store::Row const& row) {
            return EndingAuthorisation{row.text(0), row.id<PersonId>(1), row.text(2), row.at(3)};
        },
        facility, during.start, during.end);
}

}  // namespace karkhana::telling
