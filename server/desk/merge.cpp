#include "server/desk/merge.hpp"

#include "server/people/reach.hpp"
#include "server/people/records.hpp"

#define KARKHANA_MERGE                                                                             \
    "SELECT merge_id, gone_id, kept_id, merged_at, merged_by, reason, undone_at "                  \
    "FROM enterprise_merge WHERE facility_id = $1 "
/// Of the merge $2, to go into enterprise_merge_part.
#define KARKHANA_PARTS                                                                             \
    "INSERT INTO enterprise_merge_part (facility_id, merge_id, what, part, doubled) "              \
    "SELECT m.facility_id, m.merge_id, "
/// Bookings that lie ahead: nothing has been metered for them.
#define KARKHANA_AHEAD "state IN ('pending', 'confirmed', 'checked_in') "
#define KARKHANA_WAITING "state IN ('waiting', 'offered') "
#define KARKHANA_PART_OF_MERGE                                                                     \
    "(SELECT p.part FROM enterprise_merge_part p WHERE p.facility_id = $1 AND p.merge_id = $2 "    \
    "AND p.doubled = 0 AND p.what = "

namespace karkhana::desk {
namespace {

Merge merge_of(store::Row const& row) {
    return {.id = row.id<MergeId>(0),
            .gone = row.id<EnterpriseId>(1),
            .kept = row.id<EnterpriseId>(2),
            .merged_at = row.at(3),
            .merged_by = row.id<PersonId>(4),
            .reason = row.text(5),
            .undone_at = row.maybe_at(6)};
}

/// In the order of their ids, so that nobody merges them the other way round meanwhile.
void lock_both(store::Writer& writer, FacilityId const& facility, Merge const& merge) {
    if (!writer.is_postgres()) return;
    writer.each(
        "SELECT 1 FROM enterprise WHERE facility_id = $1 AND enterprise_id IN ($2, $3) "
        "ORDER BY enterprise_id FOR NO KEY UPDATE",
        [](store::Row const&) {}, facility, merge.gone, merge.kept);
}

tl::unexpected<Error> conflict(std::string_view code, std::string detail) {
    return refuse(ErrorKind::conflict, code, std::move(detail));
}

Result<void> may_merge(store::Writer& writer, FacilityId const& facility, Merge const& merge) {
    auto const kept = people::find_enterprise(writer, facility, merge.kept);
    auto const gone = people::find_enterprise(writer, facility, merge.gone);
    if (!kept) return refuse(ErrorKind::not_found, "not_found");
    if (!gone) return refuse(ErrorKind::not_found, "not_found", "no such enterprise", "/gone_id");
    if (merge.gone == merge.kept)
        return refuse(ErrorKind::invalid, "same_enterprise", "An ME is not its own duplicate.",
                      "/gone_id");
    if (merged_into(writer, facility, merge.gone) || merged_into(writer, facility, merge.kept))
        return conflict("already_merged", "One of them was merged into another before.");
    if (gone->suspended && !kept->suspended)
        return conflict("merge_suspended", "The one to go is suspended: suspend the one that "
                                           "stays as well, or lift it, before.");
    if (writer.exists("SELECT 1 FROM booking WHERE facility_id = $1 AND enterprise_id = $2 "
                      "AND state IN ('running', 'paused')",
                      facility, merge.gone))
        return conflict("in_use", "A machine runs for it; when that is over, try again.");
    return {};
}

/// Places in the queue keep their turn.
std::int64_t move_waiting(store::Writer& writer, FacilityId const& facility, Merge const& merge) {
    writer.execute(KARKHANA_PARTS
                   "'waitlist', CAST(w.entry_id AS text), 0 FROM enterprise_merge m "
                   "JOIN waitlist_entry w "
                   "ON w.facility_id = m.facility_id AND w.enterprise_id = m.gone_id "
                   "WHERE m.facility_id = $1 AND m.merge_id = $2 AND w." KARKHANA_WAITING,
                   facility, merge.id);
    return writer.execute("UPDATE waitlist_entry SET enterprise_id = $3, version = version + 1 "
                          "WHERE facility_id = $1 AND enterprise_id = $2 AND " KARKHANA_WAITING,
                          facility, merge.gone, merge.kept);
}

std::int64_t move_series(store::Writer& writer, FacilityId const& facility, Merge const& merge) {
    writer.execute(KARKHANA_PARTS
                   "'series', CAST(s.series_id AS text), 0 FROM enterprise_merge m JOIN series s "
                   "ON s.facility_id = m.facility_id AND s.enterprise_id = m.gone_id "
                   "WHERE m.facility_id = $1 AND m.merge_id = $2",
                   facility, merge.id);
    return writer.execute("UPDATE series SET enterprise_id = $3 "
                          "WHERE facility_id = $1 AND enterprise_id = $2",
                          facility, merge.gone, merge.kept);
}

std::int64_t move_phones(store::Writer& writer, FacilityId const& facility, Merge const& merge) {
    std::int64_t moved = 0;
    for (auto const& phone : people::phones_of(writer, facility, merge.gone)) {
        if (!people::add_phone(writer, facility, merge.kept, phone, merge.merged_at)) continue;
        writer.execute("INSERT INTO enterprise_merge_part (facility_id, merge_id, what, part) "
                       "VALUES ($1, $2, 'phone', $3)",
                       facility, merge.id, phone.number);
        ++moved;
    }
    return moved;
}

/// Who acts for both already has one grant too many.
std::int64_t move_grants(store::Writer& writer, FacilityId const& facility, Merge const& merge) {
    auto const moved = writer.execute(
        KARKHANA_PARTS
        "'grant', CAST(g.person_id AS text), CASE WHEN k.person_id IS NULL THEN 0 ELSE 1 END "
        "FROM enterprise_merge m JOIN role_grant g "
        "ON g.facility_id = m.facility_id AND g.enterprise_id = m.gone_id "
        "LEFT JOIN role_grant k ON k.facility_id = m.facility_id "
        "AND k.enterprise_id = m.kept_id AND k.person_id = g.person_id "
        "WHERE m.facility_id = $1 AND m.merge_id = $2",
        facility, merge.id);
    writer.execute("DELETE FROM role_grant WHERE facility_id = $1 AND enterprise_id = $2 "
                   "AND person_id IN (SELECT k.person_id FROM role_grant k "
                   "WHERE k.facility_id = $1 AND k.enterprise_id = $3)",
                   facility, merge.gone, merge.kept);
    writer.execute("UPDATE role_grant SET enterprise_id = $3 WHERE facility_id = $1 "
                   "AND enterprise_id = $2",
                   facility, merge.gone, merge.kept);
    return moved;
}

std::int64_t return_grants(store::Writer& writer, FacilityId const& facility, Merge const& merge) {
    auto returned = writer.execute(
        "UPDATE role_grant SET enterprise_id = $4 WHERE facility_id = $1 "
        "AND enterprise_id = $3 AND CAST(person_id AS text) IN " KARKHANA_PART_OF_MERGE "'grant')",
        facility, merge.id, merge.kept, merge.gone);
    auto const doubled = writer.all(
        "SELECT part FROM enterprise_merge_part WHERE facility_id = $1 AND merge_id = $2 "
        "AND what = 'grant' AND doubled = 1 ORDER BY part",
        [](store::Row const& row) { return PersonId::parse(row.text(0)).value(); }, facility,
        merge.id);
    for (auto const& person : doubled)
        returned += writer.execute(
            "INSERT INTO role_grant (facility_id, person_id, position, role, enterprise_id) "
            "VALUES ($1, $2, (SELECT coalesce(max(position), -1) + 1 FROM role_grant "
            "WHERE facility_id = $1 AND person_id = $2), COALESCE((SELECT max(k.role) "
            "FROM role_grant k WHERE k.facility_id = $1 AND k.person_id = $2 "
            "AND k.enterprise_id = $4), 'member'), $3)",
            facility, person, merge.gone, merge.kept);
    return returned;
}

std::int64_t return_phones(store::Writer& writer, FacilityId const& facility, Merge const& merge) {
    auto const numbers = writer.all(
        "SELECT part FROM enterprise_merge_part WHERE facility_id = $1 AND merge_id = $2 "
        "AND what = 'phone' ORDER BY part",
        [](store::Row const& row) { return row.text(0); }, facility, merge.id);
    std::int64_t returned = 0;
    for (auto const& number : numbers)
        returned += people::remove_phone(writer, facility, merge.kept, number) ? 1 : 0;
    return returned;
}

Result<void> may_undo(store::Writer& writer, FacilityId const& facility, Merge const& merge,
                      Instant now) {
    if (merge.undone_at) return conflict("already_undone", "It was undone before.");
    if (now >= merge.merged_at + undo_window)
        return conflict("too_late", "A merge is undone within thirty days.");
    if (merged_into(writer, facility, merge.kept))
        return conflict("already_merged", "The one that was kept was merged too: undo that first.");
    bool const running =
        writer.exists("SELECT 1 FROM booking WHERE facility_id = $1 AND enterprise_id = $3 "
                      "AND state IN ('running', 'paused') "
                      "AND CAST(booking_id AS text) IN " KARKHANA_PART_OF_MERGE "'booking')",
                      facility, merge.id, merge.kept);
    if (running) return conflict("in_use", "A machine runs for it; when that is over, try again.");
    return {};
}

}  // namespace

Result<Moved> merge(store::Writer& writer, FacilityId const& facility, Merge const& merge) {
    lock_both(writer, facility, merge);
    if (auto const may = may_merge(writer, facility, merge); !may)
        return tl::make_unexpected(may.error());
    writer.execute("INSERT INTO enterprise_merge (facility_id, merge_id, gone_id, kept_id, "
                   "merged_at, merged_by, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   facility, merge.id, merge.gone, merge.kept, merge.merged_at, merge.merged_by,
                   merge.reason);
    writer.execute("UPDATE enterprise SET merged_into = $3 WHERE facility_id = $1 "
                   "AND enterprise_id = $2",
                   facility, merge.gone, merge.kept);
    Moved moved;
    writer.execute(KARKHANA_PARTS
                   "'booking', CAST(b.booking_id AS text), 0 "
                   "FROM enterprise_merge m JOIN booking b "
                   "ON b.facility_id = m.facility_id AND b.enterprise_id = m.gone_id "
                   "WHERE m.facility_id = $1 AND m.merge_id = $2 "
                   "AND b." KARKHANA_AHEAD,
                   facility, merge.id);
    moved.bookings =
        writer.execute("UPDATE booking SET enterprise_id = $3, version = version + 1 "
                       "WHERE facility_id = $1 AND enterprise_id = $2 AND " KARKHANA_AHEAD,
                       facility, merge.gone, merge.kept);
    writer.execute(KARKHANA_PARTS
                   "'card', CAST(c.card_id AS text), 0 "
                   "FROM enterprise_merge m JOIN enterprise_card c "
                   "ON c.facility_id = m.facility_id AND c.enterprise_id = m.gone_id "
                   "WHERE m.facility_id = $1 AND m.merge_id = $2 "
                   "AND c.revoked_at IS NULL",
                   facility, merge.id);
    moved.cards = writer.execute("UPDATE enterprise_card SET enterprise_id = $3 "
                                 "WHERE facility_id = $1 AND enterprise_id = $2 "
                                 "AND revoked_at IS NULL",
                                 facility, merge.gone, merge.kept);
    moved.phones = move_phones(writer, facility, merge);
    moved.grants = move_grants(writer, facility, merge);
    moved.waiting = move_waiting(writer, facility, merge);
    moved.series = move_series(writer, facility, merge);
    return moved;
}

Result<Moved> undo(store::Writer& writer, FacilityId const& facility, Merge const& merge,
                   PersonId const& by, Instant now) {
    lock_both(writer, facility, merge);
    auto const latest = find_merge(writer, facility, merge.id).value();
    if (auto const may = may_undo(writer, facility, latest, now); !may)
        return tl::make_unexpected(may.error());
    writer.execute("UPDATE enterprise_merge SET undone_at = $3, undone_by = $4 "
                   "WHERE facility_id = $1 AND merge_id = $2",
                   facility, merge.id, now, by);
    writer.execute("UPDATE enterprise SET merged_into = NULL WHERE facility_id = $1 "
                   "AND enterprise_id = $2",
                   facility, merge.gone);
    Moved moved;
    moved.bookings = writer.execute(
        "UPDATE booking SET enterprise_id = $4, version = version + 1 WHERE facility_id = $1 "
        "AND enterprise_id = $3 AND " KARKHANA_AHEAD
        "AND CAST(booking_id AS text) IN " KARKHANA_PART_OF_MERGE "'booking')",
        facility, merge.id, merge.kept, merge.gone);
    moved.cards = writer.execute(
        "UPDATE enterprise_card SET enterprise_id = $4 WHERE facility_id = $1 "
        "AND enterprise_id = $3 AND CAST(card_id AS text) IN " KARKHANA_PART_OF_MERGE "'card')",
        facility, merge.id, merge.kept, merge.gone);
    moved.phones = return_phones(writer, facility, merge);
    moved.grants = return_grants(writer, facility, merge);
    moved.waiting =
        writer.execute("UPDATE waitlist_entry SET enterprise_id = $4, version = version + 1 "
                       "WHERE facility_id = $1 AND enterprise_id = $3 AND " KARKHANA_WAITING
                       "AND CAST(entry_id AS text) IN " KARKHANA_PART_OF_MERGE "'waitlist')",
                       facility, merge.id, merge.kept, merge.gone);
    moved.series = writer.execute(
        "UPDATE series SET enterprise_id = $4 WHERE facility_id = $1 AND enterprise_id = $3 "
        "AND CAST(series_id AS text) IN " KARKHANA_PART_OF_MERGE "'series')",
        facility, merge.id, merge.kept, merge.gone);
    return moved;
}

std::optional<Merge> find_merge(store::Reader& reader, FacilityId const& facility,
                                MergeId const& id) {
    return reader.first(KARKHANA_MERGE "AND merge_id = $2", merge_of, facility, id);
}

std::vector<Merge> merges_of(store::Reader& reader, FacilityId const& facility,
                             EnterpriseId const& enterprise) {
    return reader.all(KARKHANA_MERGE "AND (gone_id = $2 OR kept_id = $2) "
                                     "ORDER BY merged_at DESC, merge_id DESC",
                      merge_of, facility, enterprise);
}

std::optional<EnterpriseId> merged_into(store::Reader& reader, FacilityId const& facility,
                                        EnterpriseId const& enterprise) {
    auto const found = reader.first(
        "SELECT merged_into FROM enterprise WHERE facility_id = $1 AND enterprise_id = $2",
        [](store::Row const& row) { return row.maybe_id<EnterpriseId>(0); }, facility, enterprise);
    return found.value_or(std::nullopt);
}

}  // namespace karkhana::desk
