#include "server/metering/ticks.hpp"

#include "server/store/id_list.hpp"

#define KARKHANA_TICKS                                                                             \
    "SELECT t.session_id, t.tick, p.name_en, p.name_bn, t.ticked_at FROM safety_tick t "           \
    "JOIN person p ON p.facility_id = t.facility_id AND p.person_id = t.ticked_by "                \
    "WHERE t.facility_id = $1 AND t.session_id "

namespace karkhana::metering {

void keep_ticks(store::Writer& writer, FacilityId const& facility, SessionId const& session,
                std::vector<std::string_view> const& ticks, PersonId const& person, Instant at) {
    for (auto const tick : ticks)
        writer.execute("INSERT INTO safety_tick (facility_id, session_id, tick, ticked_by, "
                       "ticked_at) VALUES ($1, $2, $3, $4, $5)",
                       facility, session, tick, person, at);
}

std::map<SessionId, std::vector<Ticked>> ticks_of(store::Reader& reader, FacilityId const& facility,
                                                  std::vector<SessionId> const& sessions) {
    std::map<SessionId, std::vector<Ticked>> found;
    if (sessions.empty()) return found;
    reader.each(
        reader.is_postgres()
            ? KARKHANA_TICKS "= ANY(CAST($2 AS uuid[])) ORDER BY t.session_id, t.tick"
            : KARKHANA_TICKS "IN (SELECT value FROM json_each($2)) ORDER BY t.session_id, t.tick",
        [&](store::Row const& row) {
            found[row.id<SessionId>(0)].push_back(
                {row.text(1), {row.text(2), row.text(3)}, row.at(4)});
        },
        facility, store::id_list(reader, sessions));
    return found;
}

}  // namespace karkhana::metering
