#include "server/booking/series_records.hpp"

namespace karkhana::booking {

void insert_series(store::Writer& writer, Series const& series) {
    writer.execute(
        "INSERT INTO series (facility_id, series_id, enterprise_id, machine_id, created_by, rule, "
        "local_start, length_minutes, quantity, note, clash, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        series.facility, series.id, series.enterprise, series.machine, series.created_by,
        series.rule, series.local_start, series.length_minutes, series.quantity, series.note,
        name_of(series.clash), series.created_at);
}

void insert_outcome(store::Writer& writer, Series const& series, SeriesOutcome const& outcome) {
    writer.execute("INSERT INTO series_date (facility_id, series_id, occurrence_us, outcome, "
                   "booking_id, codes) VALUES ($1, $2, $3, $4, $5, $6)",
                   series.facility, series.id, outcome.occurrence, outcome.outcome, outcome.booking,
                   outcome.codes);
}

std::optional<Series> find_series(store::Reader& reader, FacilityId const& facility,
                                  SeriesId const& id) {
    return reader.first(
        "SELECT facility_id, series_id, enterprise_id, machine_id, created_by, rule, local_start, "
        "length_minutes, quantity, note, clash, created_at FROM series "
        "WHERE facility_id = $1 AND series_id = $2",
        [](store::Row const& row) {
            return Series{.facility = row.id<FacilityId>(0),
                          .id = row.id<SeriesId>(1),
                          .enterprise = row.id<EnterpriseId>(2),
                          .machine = row.id<MachineId>(3),
                          .created_by = row.id<PersonId>(4),
                          .rule = row.text(5),
                          .local_start = row.text(6),
                          .length_minutes = static_cast<int>(row.integer(7)),
                          .quantity = row.maybe_integer(8),
                          .note = row.text(9),
                          .clash = clash_of(row.text(10)).value(),
                          .created_at = row.at(11)};
        },
        facility, id);
}

std::int64_t changes_of_series(store::Reader& reader, FacilityId const& facility,
                               SeriesId const& id) {
    return reader
        .first(
            "SELECT CAST(coalesce(sum(b.calendar_sequence), 0) AS bigint) FROM series_date d "
            "JOIN booking b ON b.facility_id = d.facility_id AND b.booking_id = d.booking_id "
            "WHERE d.facility_id = $1 AND d.series_id = $2",
            [](store::Row const& row) { return row.integer(0); }, facility, id)
        .value();
}

std::vector<SeriesOutcome> outcomes_of(store::Reader& reader, FacilityId const& facility,
                                       SeriesId const& id) {
    return reader.all(
        "SELECT occurrence_us, outcome, booking_id, codes FROM series_date "
        "WHERE facility_id = $1 AND series_id = $2 ORDER BY occurrence_us",
        [](store::Row const& row) {
            return SeriesOutcome{row.at(0), row.text(1), row.maybe_id<BookingId>(2), row.text(3)};
        },
        facility, id);
}

std::vector<BookingId> ids_ahead_in(store::Reader& reader, FacilityId const& facility,
                                    SeriesId const& series, Instant from, Instant now) {
    return reader.all(
        "SELECT b.booking_id FROM booking b JOIN series s ON s.facility_id = b.facility_id "
        "AND s.series_id = b.series_id AND s.enterprise_id = b.enterprise_id "
        "WHERE b.facility_id = $1 AND b.series_id = $2 AND b.occurrence_us >= $3 "
        "AND b.start_us > $4 AND b.state IN ('pending', 'confirmed')",
        [](store::Row const& row) { return row.id<BookingId>(0); }, facility, series, from, now);
}

}  // namespace karkhana::booking
