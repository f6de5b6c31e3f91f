#include "server/metering/find_sessions.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "server/metering/rows.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::metering {
namespace {

#define KARKHANA_SESSIONS                                                                          \
    "SELECT session_id, machine_id, booking_id, enterprise_id, kind, state, opened_by, "           \
    "start_at, stop_at, energy_wh, quantity, quality, reason, version FROM usage_session "         \
    "WHERE facility_id = $1 AND session_id "
#define KARKHANA_REGISTERS                                                                         \
    "SELECT session_id, channel, edge, at, asked_at, answered_at, value_wh, carried_wh, words, "   \
    "quality, method, sequence, version, said_by, why, part_wh, least_wh, most_wh, split, "        \
    "weight, weights, less_wh FROM current_register WHERE facility_id = $1 AND session_id "
#define KARKHANA_OF_SQLITE "IN (SELECT value FROM json_each($2))"
#define KARKHANA_OF_POSTGRES "= ANY(CAST($2 AS uuid[]))"

// Not in order: SQLite would walk along an index of that order, through all that there is.
constexpr std::string_view sessions_sqlite = KARKHANA_SESSIONS KARKHANA_OF_SQLITE;
constexpr std::string_view sessions_postgres = KARKHANA_SESSIONS KARKHANA_OF_POSTGRES;
constexpr std::string_view registers_sqlite = KARKHANA_REGISTERS KARKHANA_OF_SQLITE;
constexpr std::string_view registers_postgres = KARKHANA_REGISTERS KARKHANA_OF_POSTGRES;

#undef KARKHANA_OF_POSTGRES
#undef KARKHANA_OF_SQLITE
#undef KARKHANA_REGISTERS
#undef KARKHANA_SESSIONS

/// Of each meter START first, STOP last, whatever the clock did between them.
bool before(Register const& a, Register const& b) {
    auto const place = [](Register const& reg) {
        int const edge = reg.edge == Edge::start ? 0 : reg.edge == Edge::stop ? 2 : 1;
        return std::tuple{reg.channel, edge, reg.at, reg.value.wh, name_of(reg.edge)};
    };
    return place(a) < place(b);
}

}  // namespace

std::vector<UsageSession> find_sessions(store::Reader& reader, FacilityId const& facility,
                                        std::vector<SessionId> const& ids) {
    if (ids.empty()) return {};
    bool const postgres = reader.is_postgres();
    auto const list = store::id_list(reader, ids);
    auto sessions = reader.all(
        postgres ? sessions_postgres : sessions_sqlite,
        [&](store::Row const& row) { return session_of(facility, row); }, facility, list);
    std::ranges::sort(sessions, [](UsageSession const& a, UsageSession const& b) {
        return std::tie(a.start, a.id) < std::tie(b.start, b.id);
    });
    std::unordered_map<SessionId, UsageSession*> places;
    for (auto& session : sessions) places.emplace(session.id, &session);
    reader.each(
        postgres ? registers_postgres : registers_sqlite,
        [&](store::Row const& row) {
            auto const place = places.find(row.id<SessionId>(0));
            if (place != places.end()) place->second->registers.push_back(register_of(row, 1));
        },
        facility, list);
    for (auto& session : sessions) std::ranges::sort(session.registers, before);
    return sessions;
}

std::vector<SessionPlace> session_places(store::Reader& reader, FacilityId const& facility,
                                         SessionPage const& wanted,
                                         std::optional<EnterpriseId> const& whose) {
    return reader.all(
        "SELECT start_at, session_id FROM usage_session WHERE facility_id = $1 "
        "AND start_at < $3 AND (stop_at > $2 OR stop_at IS NULL) "
        "AND (machine_id = $4 OR $4 IS NULL) AND (kind = $5 OR $5 IS NULL) "
        "AND (enterprise_id = $6 OR $6 IS NULL) "
        "AND (start_at < $7 OR (start_at = $7 AND session_id < $8)) "
        "ORDER BY start_at DESC, session_id DESC LIMIT $9",
        [](store::Row const& row) { return SessionPlace{row.at(0), row.id<SessionId>(1)}; },
        facility, wanted.from, wanted.to, wanted.machine, wanted.kind, whose, wanted.before_start,
        wanted.before_id, wanted.limit + 1);
}

}  // namespace karkhana::metering
