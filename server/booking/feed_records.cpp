#include "server/booking/feed_records.hpp"

#include "server/store/id_list.hpp"

#define KARKHANA_FEED_COLUMNS                                                                      \
    "facility_id, feed_id, token_sha256, scope, scope_id, language, created_by, created_at, "      \
    "revoked_at "
// A booking is at most a week long, so what ends after $2 began no earlier than $3.
#define KARKHANA_FEED_ROWS                                                                         \
    "SELECT b.booking_id, b.created_us, (SELECT max(e.at_us) FROM booking_event e "                \
    "WHERE e.facility_id = b.facility_id AND e.booking_id = b.booking_id) FROM booking b "
#define KARKHANA_FEED_WHERE                                                                        \
    "WHERE b.facility_id = $1 AND b.start_us > $3 AND b.end_us > $2 "                              \
    "AND (b.state NOT IN ('cancelled', 'late_cancelled', 'released') OR b.ended_us > $2) "
#define KARKHANA_FEED_ORDER "ORDER BY b.start_us, b.booking_id LIMIT 2000"

namespace karkhana::booking {
namespace {

constexpr std::chrono::days feed_reach{8};

Feed feed_of(store::Row const& row) {
    return {.facility = row.id<FacilityId>(0),
            .id = row.id<FeedId>(1),
            .token_sha256 = row.text(2),
            .scope = feed_scope_of(row.text(3)).value(),
            .of = Uuid::parse(row.text(4)).value(),
            .language = row.text(5) == "bn" ? Language::bn : Language::en,
            .created_by = row.id<PersonId>(6),
            .created_at = row.at(7),
            .revoked_at = row.maybe_at(8)};
}

FeedRow row_of(store::Row const& row) {
    return {row.id<BookingId>(0), row.maybe_at(2).value_or(row.at(1))};
}

}  // namespace

std::string_view name_of(FeedScope scope) {
    switch (scope) {
    case FeedScope::enterprise: return "enterprise";
    case FeedScope::person: return "person";
    case FeedScope::machine: return "machine";
    }
    return "";
}

std::optional<FeedScope> feed_scope_of(std::string_view name) {
    for (auto const scope : {FeedScope::enterprise, FeedScope::person, FeedScope::machine})
        if (name_of(scope) == name) return scope;
    return std::nullopt;
}

void insert_feed(store::Writer& writer, Feed const& feed) {
    writer.execute(
        "INSERT INTO calendar_feed (facility_id, feed_id, token_sha256, scope, scope_id, language, "
        "created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        feed.facility, feed.id, feed.token_sha256, name_of(feed.scope), feed.of.text(),
        feed.language == Language::bn ? "bn" : "en", feed.created_by, feed.created_at);
}

std::vector<Feed> list_feeds(store::Reader& reader, FacilityId const& facility,
                             std::optional<PersonId> const& created_by) {
    if (created_by)
        return reader.all("SELECT " KARKHANA_FEED_COLUMNS
                          "FROM calendar_feed WHERE facility_id = $1 AND created_by = $2 "
                          "AND revoked_at IS NULL ORDER BY feed_id DESC",
                          feed_of, facility, *created_by);
    return reader.all("SELECT " KARKHANA_FEED_COLUMNS
                      "FROM calendar_feed WHERE facility_id = $1 AND revoked_at IS NULL "
                      "ORDER BY feed_id DESC",
                      feed_of, facility);
}

std::optional<Feed> find_feed(store::Reader& reader, FacilityId const& facility, FeedId const& id) {
    return reader.first("SELECT " KARKHANA_FEED_COLUMNS
                        "FROM calendar_feed WHERE facility_id = $1 AND feed_id = $2",
                        feed_of, facility, id);
}

std::optional<Feed> find_feed_by_token(store::Reader& reader, std::string_view token_sha256) {
    return reader.first("SELECT " KARKHANA_FEED_COLUMNS
                        "FROM calendar_feed f WHERE token_sha256 = $1 AND revoked_at IS NULL "
                        "AND EXISTS (SELECT 1 FROM person p WHERE p.facility_id = f.facility_id "
                        "AND p.person_id = f.created_by AND p.disabled = 0)",
                        feed_of, token_sha256);
}

bool revoke_feed(store::Writer& writer, FacilityId const& facility, FeedId const& id, Instant now) {
    return writer.execute("UPDATE calendar_feed SET revoked_at = $3 WHERE facility_id = $1 "
                          "AND feed_id = $2 AND revoked_at IS NULL",
                          facility, id, now) == 1;
}

EnterpriseId kept_after_merges(store::Reader& reader, FacilityId const& facility,
                               EnterpriseId const& enterprise) {
    return reader
        .first(
            "WITH RECURSIVE kept AS (SELECT enterprise_id, merged_into FROM enterprise "
            "WHERE facility_id = $1 AND enterprise_id = $2 UNION ALL "
            "SELECT e.enterprise_id, e.merged_into FROM enterprise e JOIN kept k "
            "ON e.facility_id = $1 AND e.enterprise_id = k.merged_into) "
            "SELECT enterprise_id FROM kept WHERE merged_into IS NULL",
            [](store::Row const& row) { return row.id<EnterpriseId>(0); }, facility, enterprise)
        .value();
}

std::vector<FeedRow> feed_of_enterprises(store::Reader& reader, FacilityId const& facility,
                                         std::vector<EnterpriseId> const& of, Instant since) {
    if (of.empty()) return {};
    return reader.all(
        reader.is_postgres() ? KARKHANA_FEED_ROWS KARKHANA_FEED_WHERE
            "AND b.enterprise_id = ANY(CAST($4 AS uuid[])) " KARKHANA_FEED_ORDER
                             // Without statistics SQLite would go through everybody's bookings.
                             : KARKHANA_FEED_ROWS
            "INDEXED BY booking_by_enterprise " KARKHANA_FEED_WHERE
            "AND b.enterprise_id IN (SELECT value FROM json_each($4)) " KARKHANA_FEED_ORDER,
        row_of, facility, since, since - feed_reach, store::id_list(reader, of));
}

std::vector<FeedRow> feed_of_machine(store::Reader& reader, FacilityId const& facility,
                                     MachineId const& of, Instant since) {
    return reader.all(KARKHANA_FEED_ROWS KARKHANA_FEED_WHERE
                      "AND b.machine_id = $4 " KARKHANA_FEED_ORDER,
                      row_of, facility, since, since - feed_reach, of);
}

std::vector<FeedRow> feed_of_operator(store::Reader& reader, FacilityId const& facility,
                                      PersonId const& of, Instant since) {
    return reader.all(KARKHANA_FEED_ROWS KARKHANA_FEED_WHERE
                      "AND b.operated_by = $4 " KARKHANA_FEED_ORDER,
                      row_of, facility, since, since - feed_reach, of);
}

}  // namespace karkhana::booking
