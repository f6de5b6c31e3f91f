#include "server/billing/rated_sessions.hpp"

#include "server/store/id_list.hpp"

namespace karkhana::billing {
namespace {

#define KARKHANA_RATED                                                                             \
    "SELECT session_id, rate_card_id, enterprise_id, stopped_at, machine_kind, classes, "          \
    "booked_from, booked_to, assisted, busy_above_w FROM rated_session WHERE facility_id = $1 "
constexpr std::string_view kRatedAfter =
    KARKHANA_RATED "AND session_id > $2 ORDER BY session_id LIMIT 1000";
constexpr std::string_view kFindRatedSqlite =
    KARKHANA_RATED "AND session_id IN (SELECT value FROM json_each($2)) ORDER BY session_id";
constexpr std::string_view kFindRatedPostgres =
    KARKHANA_RATED "AND session_id = ANY(CAST($2 AS uuid[])) ORDER BY session_id";
#undef KARKHANA_RATED
constexpr std::string_view kRatedBetween =
    "SELECT session_id FROM rated_session WHERE facility_id = $1 AND stopped_at >= $2 "
    "AND stopped_at < $3 ORDER BY stopped_at, session_id";

RatedSession read_rated(store::Row const& row) {
    RatedSession rated{row.id<SessionId>(0),
                       row.id<RateCardId>(1),
                       row.id<EnterpriseId>(2),
                       row.at(3),
                       row.text(4),
                       {}};
    rated.payer.classes = read_classes(row.text(5));
    if (auto const from = row.maybe_at(6)) rated.payer.booked = {*from, row.at(7)};
    rated.payer.assisted = row.integer(8) != 0;
    rated.payer.busy_above_w = row.integer(9);
    return rated;
}

}  // namespace

std::vector<RatedSession> rated_after(store::Reader& reader, FacilityId const& facility,
                                      SessionId const& last) {
    return reader.all(kRatedAfter, read_rated, facility, last);
}

std::vector<RatedSession> find_rated(store::Reader& reader, FacilityId const& facility,
                                     std::vector<SessionId> const& ids) {
    return reader.all(reader.is_postgres() ? kFindRatedPostgres : kFindRatedSqlite, read_rated,
                      facility, store::id_list(reader, ids));
}

std::vector<SessionId> rated_between(store::Reader& reader, FacilityId const& facility,
                                     Interval during) {
    return reader.all(
        kRatedBetween, [](store::Row const& row) { return row.id<SessionId>(0); }, facility,
        during.start, during.end);
}

Payer as_rated(Payer frozen, Payer const& now) {
    frozen.booked_at = now.booked_at;
    frozen.quoted = now.quoted;
    return frozen;
}

}  // namespace karkhana::billing
