#include "server/timetable/records.hpp"

#define KARKHANA_TIMETABLE_COLUMNS                                                                 \
    "facility_id, timetable_id, name, kind, machine_id, content, url, fetched_at, failure, "       \
    "created_by, created_at "

namespace karkhana::timetable {
namespace {

Timetable timetable_of(store::Row const& row) {
    return {.facility = row.id<FacilityId>(0),
            .id = row.id<TimetableId>(1),
            .name = row.text(2),
            .kind = row.text(3),
            .machine = row.maybe_id<MachineId>(4),
            .content = row.text(5),
            .url = row.maybe_text(6),
            .fetched_at = row.maybe_at(7),
            .failure = row.text(8),
            .created_by = row.id<PersonId>(9),
            .created_at = row.at(10)};
}

void forget_date(store::Writer& writer, Timetable const& table, Kept const& kept) {
    writer.execute("DELETE FROM timetable_date WHERE facility_id = $1 AND timetable_id = $2 "
                   "AND starts_at = $3 AND ends_at = $4",
                   table.facility, table.id, kept.during.start, kept.during.end);
}

}  // namespace

void insert_timetable(store::Writer& writer, Timetable const& table) {
    writer.execute("INSERT INTO timetable (facility_id, timetable_id, name, kind, machine_id, "
                   "content, url, created_by, created_at) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   table.facility, table.id, table.name, table.kind, table.machine, table.content,
                   table.url, table.created_by, table.created_at);
}

std::vector<Timetable> list_timetables(store::Reader& reader,
                                       std::optional<FacilityId> const& facility) {
    if (!facility)
        return reader.all("SELECT " KARKHANA_TIMETABLE_COLUMNS
                          "FROM timetable WHERE ended_at IS NULL "
                          "ORDER BY facility_id, timetable_id DESC",
                          timetable_of);
    return reader.all("SELECT " KARKHANA_TIMETABLE_COLUMNS
                      "FROM timetable WHERE facility_id = $1 AND ended_at IS NULL "
                      "ORDER BY timetable_id DESC",
                      timetable_of, *facility);
}

std::optional<Timetable> find_timetable(store::Reader& reader, FacilityId const& facility,
                                        TimetableId const& id) {
    return reader.first("SELECT " KARKHANA_TIMETABLE_COLUMNS
                        "FROM timetable WHERE facility_id = $1 AND timetable_id = $2 "
                        "AND ended_at IS NULL",
                        timetable_of, facility, id);
}

bool end_timetable(store::Writer& writer, Timetable const& table, Instant now) {
    return writer.execute("UPDATE timetable SET ended_at = $3 WHERE facility_id = $1 "
                          "AND timetable_id = $2 AND ended_at IS NULL",
                          table.facility, table.id, now) == 1;
}

void note_fetch(store::Writer& writer, Timetable const& table, std::string const& content,
                std::string const& failure, Instant now) {
    writer.execute("UPDATE timetable SET content = CASE WHEN $3 = '' THEN content ELSE $3 END, "
                   "failure = $4, fetched_at = $5 WHERE facility_id = $1 AND timetable_id = $2",
                   table.facility, table.id, content, failure, now);
}

void note_failure(store::Writer& writer, Timetable const& table, std::string const& failure) {
    writer.execute("UPDATE timetable SET failure = $3 WHERE facility_id = $1 AND timetable_id = $2",
                   table.facility, table.id, failure);
}

std::vector<Kept> kept_dates(store::Reader& reader, Timetable const& table, Instant now) {
    return reader.all(
        "SELECT starts_at, ends_at, outage_id FROM timetable_date WHERE facility_id = $1 "
        "AND timetable_id = $2 AND ends_at > $3 ORDER BY starts_at",
        [](store::Row const& row) { return Kept{{row.at(0), row.at(1)}, row.id<OutageId>(2)}; },
        table.facility, table.id, now);
}

std::map<TimetableId, std::int64_t> dates_ahead(store::Reader& reader, FacilityId const& facility,
                                                Instant now) {
    std::map<TimetableId, std::int64_t> found;
    reader.each(
        "SELECT d.timetable_id, count(*) FROM timetable_date d JOIN outage o "
        "ON o.facility_id = d.facility_id AND o.outage_id = d.outage_id "
        "WHERE d.facility_id = $1 AND d.ends_at > $2 AND o.withdrawn_at IS NULL "
        "GROUP BY d.timetable_id",
        [&](store::Row const& row) { found[row.id<TimetableId>(0)] = row.integer(1); }, facility,
        now);
    return found;
}

void lock_timetable(store::Writer& writer, Timetable const& table) {
    if (!writer.is_postgres()) return;
    writer.exists("SELECT 1 FROM timetable WHERE facility_id = $1 AND timetable_id = $2 "
                  "FOR NO KEY UPDATE",
                  table.facility, table.id);
}

void make_outage(store::Writer& writer, Timetable const& table, OutageId const& id,
                 Planned const& planned, Instant now) {
    writer.execute(
        "INSERT INTO outage (facility_id, outage_id, machine_id, starts_at, ends_at, kind, reason, "
        "created_at, source, cause_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        table.facility, id, table.machine, planned.during.start, planned.during.end, table.kind,
        planned.reason.empty() ? table.name : planned.reason, now,
        facility::name_of(facility::OutageSource::timetable), table.id);
    writer.execute("INSERT INTO timetable_date (facility_id, timetable_id, starts_at, ends_at, "
                   "outage_id) VALUES ($1, $2, $3, $4, $5)",
                   table.facility, table.id, planned.during.start, planned.during.end, id);
}

void withdraw_outage(store::Writer& writer, Timetable const& table, Kept const& kept, Instant now) {
    writer.execute("UPDATE outage SET withdrawn_at = $3 WHERE facility_id = $1 AND outage_id = $2 "
                   "AND withdrawn_at IS NULL",
                   table.facility, kept.outage, now);
    forget_date(writer, table, kept);
}

void change_outage(store::Writer& writer, Timetable const& table, Changed const& changed,
                   Instant now) {
    auto const& [kept, until] = changed;
    writer.execute("UPDATE outage SET ends_at = $3 WHERE facility_id = $1 AND outage_id = $2 "
                   "AND withdrawn_at IS NULL",
                   table.facility, kept.outage, until);
    // Should it be planned once more, it begins once more.
    if (until <= now) return forget_date(writer, table, kept);
    writer.execute("UPDATE timetable_date SET ends_at = $5 WHERE facility_id = $1 "
                   "AND timetable_id = $2 AND starts_at = $3 AND ends_at = $4",
                   table.facility, table.id, kept.during.start, kept.during.end, until);
}

}  // namespace karkhana::timetable
