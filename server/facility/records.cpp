#include "server/facility/records.hpp"

#include "server/facility/book_cache.hpp"

namespace karkhana::facility {
namespace {

constexpr std::string_view facility_by_id =
    "SELECT facility_id, slug, name_en, name_bn, address_en, address_bn, zone, weekend, "
    "week_starts, generator_w FROM facility WHERE facility_id = $1";
constexpr std::string_view facility_by_slug =
    "SELECT facility_id, slug, name_en, name_bn, address_en, address_bn, zone, weekend, "
    "week_starts, generator_w FROM facility WHERE slug = $1";
constexpr std::string_view all_facilities =
    "SELECT facility_id, slug, name_en, name_bn, address_en, address_bn, zone, weekend, "
    "week_starts, generator_w FROM facility ORDER BY created_at, facility_id";

/// The weekend is kept as a bit a weekday: 1 << 5 is Friday.
std::vector<int> weekend_of(std::int64_t bits) {
    std::vector<int> days;
    for (int weekday = 1; weekday <= 7; ++weekday)
        if ((bits >> weekday & 1) != 0) days.push_back(weekday);
    return days;
}

std::int64_t weekend_bits(std::vector<int> const& days) {
    std::int64_t bits = 0;
    for (int const weekday : days) bits |= std::int64_t{1} << weekday;
    return bits;
}

Facility facility_of(store::Row const& row) {
    return {.id = row.id<FacilityId>(0),
            .slug = row.text(1),
            .name = {row.text(2), row.text(3)},
            .address = {row.text(4), row.text(5)},
            .zone = row.text(6),
            .weekend = weekend_of(row.integer(7)),
            .week_starts = row.small(8),
            .generator_w = row.integer(9)};
}

Outage outage_of(store::Row const& row) {
    auto const cause = row.maybe_text(7);
    return {.id = row.id<OutageId>(0),
            .machine = row.maybe_id<MachineId>(1),
            .during = {row.at(2), row.at(3)},
            .kind = row.text(4),
            .reason = row.text(5),
            .source = outage_source_of(row.text(6)).value(),
            .cause = cause ? Uuid::parse(*cause) : std::nullopt};
}

Machine machine_of(store::Row const& row) {
    return {.facility = row.id<FacilityId>(0),
            .id = row.id<MachineId>(1),
            .slug = row.text(2),
            .name = {row.text(3), row.text(4)},
            .kind = row.text(5),
            .rated_w = row.integer(6),
            .grid_minutes = row.small(7),
            .min_minutes = row.small(8),
            .max_minutes = row.small(9),
            .setup_minutes = row.small(16),
            .buffer_minutes = row.small(10),
            .seats = row.small(17),
            .horizon_days = row.small(11),
            .busy_above_w = row.integer(12),
            .piece_unit = row.text(13),
            .out_of_order = row.flag(14),
            .position = row.small(15)};
}

/// A booking is exclusive or shared as its machine was when it was made, and the database guards
/// each kind in its own way.
void refuse_to_share_what_is_booked(store::Writer& writer, Machine const& machine) {
    auto const seats = writer.first(
        "SELECT seats FROM machine m WHERE facility_id = $1 AND slug = $2 AND EXISTS ("
        "SELECT 1 FROM booking b WHERE b.facility_id = m.facility_id "
        "AND b.machine_id = m.machine_id AND b.live = 1)",
        [](store::Row const& row) { return row.integer(0); }, machine.facility, machine.slug);
    if (seats && (*seats == 1) != (machine.seats == 1))
        throw store::ConstraintViolated(
            store::ConstraintViolated::Kind::check,
            "'" + machine.slug + "' has bookings: it cannot change between one seat and more");
}

}  // namespace

std::optional<Facility> find_facility(store::Reader& reader, FacilityId const& id) {
    return reader.first(facility_by_id, facility_of, id);
}

std::optional<Facility> find_facility_by_slug(store::Reader& reader, std::string_view slug) {
    return reader.first(facility_by_slug, facility_of, slug);
}

std::vector<Facility> list_facilities(store::Reader& reader) {
    return reader.all(all_facilities, facility_of);
}

Zone zone_of(store::Reader& reader, FacilityId const& facility) {
    return Zone::find(find_facility(reader, facility).value().zone).value();
}

void insert_facility(store::Writer& writer, Facility const& facility, Instant now) {
    writer.execute(
        "INSERT INTO facility (facility_id, slug, name_en, name_bn, address_en, address_bn, zone, "
        "weekend, week_starts, generator_w, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        facility.id, facility.slug, facility.name.en, facility.name.bn, facility.address.en,
        facility.address.bn, facility.zone, weekend_bits(facility.weekend), facility.week_starts,
        facility.generator_w, now);
}

void save_week(store::Writer& writer, Facility const& facility) {
    writer.execute("UPDATE facility SET weekend = $2, week_starts = $3, generator_w = $4 "
                   "WHERE facility_id = $1",
                   facility.id, weekend_bits(facility.weekend), facility.week_starts,
                   facility.generator_w);
    touch_settings(writer, facility.id);
}

std::vector<OpeningHours> opening_hours(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT weekday, opens_minute, closes_minute FROM opening_hours WHERE facility_id = $1 "
        "ORDER BY weekday, opens_minute",
        [](store::Row const& row) {
            return OpeningHours{row.small(0), row.small(1), row.small(2)};
        },
        facility);
}

void replace_opening_hours(store::Writer& writer, FacilityId const& facility,
                           std::vector<OpeningHours> const& hours) {
    writer.execute("DELETE FROM opening_hours WHERE facility_id = $1", facility);
    for (auto const& each : hours)
        writer.execute(
            "INSERT INTO opening_hours (facility_id, weekday, opens_minute, closes_minute) "
            "VALUES ($1, $2, $3, $4)",
            facility, each.weekday, each.opens_minute, each.closes_minute);
    touch_settings(writer, facility);
}

std::optional<Machine> find_machine(store::Reader& reader, FacilityId const& facility,
                                    MachineId const& id) {
    return reader.first(
        "SELECT facility_id, machine_id, slug, name_en, name_bn, kind, rated_w, grid_minutes, "
        "min_minutes, max_minutes, buffer_minutes, horizon_days, busy_above_w, piece_unit, "
        "out_of_order, position, setup_minutes, seats FROM machine "
        "WHERE facility_id = $1 AND machine_id = $2",
        machine_of, facility, id);
}

std::vector<Machine> list_machines(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT facility_id, machine_id, slug, name_en, name_bn, kind, rated_w, grid_minutes, "
        "min_minutes, max_minutes, buffer_minutes, horizon_days, busy_above_w, piece_unit, "
        "out_of_order, position, setup_minutes, seats FROM machine WHERE facility_id = $1 "
        "ORDER BY position, machine_id",
        machine_of, facility);
}

MachineId save_machine(store::Writer& writer, Machine const& machine, Instant now) {
    refuse_to_share_what_is_booked(writer, machine);
    auto const kept = writer.first(
        "INSERT INTO machine (facility_id, machine_id, slug, name_en, name_bn, kind, rated_w, "
        "grid_minutes, min_minutes, max_minutes, buffer_minutes, horizon_days, busy_above_w, "
        "piece_unit, out_of_order, position, created_at, setup_minutes, seats) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
        "$19) "
        "ON CONFLICT (facility_id, slug) DO UPDATE SET name_en = excluded.name_en, "
        "name_bn = excluded.name_bn, kind = excluded.kind, rated_w = excluded.rated_w, "
        "grid_minutes = excluded.grid_minutes, min_minutes = excluded.min_minutes, "
        "max_minutes = excluded.max_minutes, buffer_minutes = excluded.buffer_minutes, "
        "horizon_days = excluded.horizon_days, busy_above_w = excluded.busy_above_w, "
        "piece_unit = excluded.piece_unit, out_of_order = excluded.out_of_order, "
        "position = excluded.position, setup_minutes = excluded.setup_minutes, "
        "seats = excluded.seats RETURNING machine_id",
        [](store::Row const& row) { return row.id<MachineId>(0); }, machine.facility, machine.id,
        machine.slug, machine.name.en, machine.name.bn, machine.kind, machine.rated_w,
        machine.grid_minutes, machine.min_minutes, machine.max_minutes, machine.buffer_minutes,
        machine.horizon_days, machine.busy_above_w, machine.piece_unit,
        machine.out_of_order ? 1 : 0, machine.position, now, machine.setup_minutes, machine.seats);
    touch_settings(writer, machine.facility);
    return kept.value();
}

void lock_machine(store::Writer& writer, FacilityId const& facility, MachineId const& id) {
    if (!writer.is_postgres()) return;
    writer.exists(
        "SELECT 1 FROM machine WHERE facility_id = $1 AND machine_id = $2 FOR NO KEY UPDATE",
        facility, id);
}

std::vector<Outage> outages_between(store::Reader& reader, FacilityId const& facility,
                                    Interval during) {
    return reader.all(
        "SELECT outage_id, machine_id, starts_at, ends_at, kind, reason, source, cause_id "
        "FROM outage WHERE facility_id = $1 AND ends_at > $2 AND starts_at < $3 "
        "AND withdrawn_at IS NULL ORDER BY starts_at, outage_id",
        outage_of, facility, during.start, during.end);
}

std::optional<Outage> find_outage(store::Reader& reader, FacilityId const& facility,
                                  OutageId const& id) {
    return reader.first(
        "SELECT outage_id, machine_id, starts_at, ends_at, kind, reason, source, cause_id "
        "FROM outage WHERE facility_id = $1 AND outage_id = $2 AND withdrawn_at IS NULL",
        outage_of, facility, id);
}

void insert_outage(store::Writer& writer, FacilityId const& facility, Outage const& outage,
                   Instant now) {
    writer.execute(
        "INSERT INTO outage (facility_id, outage_id, machine_id, starts_at, ends_at, kind, reason, "
        "created_at, source, cause_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        facility, outage.id, outage.machine, outage.during.start, outage.during.end, outage.kind,
        outage.reason, now, name_of(outage.source),
        outage.cause ? std::optional{outage.cause->text()} : std::nullopt);
}

bool withdraw_outage(store::Writer& writer, FacilityId const& facility, OutageId const& id,
                     Instant now) {
    auto const before = writer.execute(
        "UPDATE outage SET withdrawn_at = $3 WHERE facility_id = $1 AND outage_id = $2 "
        "AND starts_at >= $3 AND withdrawn_at IS NULL",
        facility, id, now);
    if (before == 1) return true;
    return writer.execute("UPDATE outage SET ends_at = $3 WHERE facility_id = $1 "
                          "AND outage_id = $2 AND starts_at < $3 AND ends_at > $3 "
                          "AND withdrawn_at IS NULL",
                          facility, id, now) == 1;
}

void extend_outage(store::Writer& writer, FacilityId const& facility, OutageId const& id,
                   Instant until) {
    writer.execute("UPDATE outage SET ends_at = $3 WHERE facility_id = $1 AND outage_id = $2 "
                   "AND ends_at < $3",
                   facility, id, until);
}

}  // namespace karkhana::facility
