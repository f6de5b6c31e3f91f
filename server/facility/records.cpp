#include "server/facility/records.hpp"

namespace karkhana::facility {
namespace {

Facility facility_of(store::Row const& row) {
    return {.id = row.id<FacilityId>(0),
            .slug = row.text(1),
            .name = {row.text(2), row.text(3)},
            .address = {row.text(4), row.text(5)},
            .zone = row.text(6)};
}

int small(store::Row const& row, int column) { return static_cast<int>(row.integer(column)); }

Machine machine_of(store::Row const& row) {
    return {.facility = row.id<FacilityId>(0),
            .id = row.id<MachineId>(1),
            .slug = row.text(2),
            .name = {row.text(3), row.text(4)},
            .kind = row.text(5),
            .rated_w = row.integer(6),
            .grid_minutes = small(row, 7),
            .min_minutes = small(row, 8),
            .max_minutes = small(row, 9),
            .buffer_minutes = small(row, 10),
            .horizon_days = small(row, 11),
            .busy_above_w = row.integer(12),
            .piece_unit = row.text(13),
            .out_of_order = row.flag(14),
            .position = small(row, 15)};
}

}  // namespace

std::optional<Facility> find_facility(store::Reader& reader, FacilityId const& id) {
    return reader.first("SELECT facility_id, slug, name_en, name_bn, address_en, address_bn, zone "
                        "FROM facility WHERE facility_id = $1",
                        facility_of, id);
}

std::optional<Facility> find_facility_by_slug(store::Reader& reader, std::string_view slug) {
    return reader.first("SELECT facility_id, slug, name_en, name_bn, address_en, address_bn, zone "
                        "FROM facility WHERE slug = $1",
                        facility_of, slug);
}

std::vector<Facility> list_facilities(store::Reader& reader) {
    return reader.all("SELECT facility_id, slug, name_en, name_bn, address_en, address_bn, zone "
                      "FROM facility ORDER BY created_at, facility_id",
                      facility_of);
}

void insert_facility(store::Writer& writer, Facility const& facility, Instant now) {
    writer.execute(
        "INSERT INTO facility (facility_id, slug, name_en, name_bn, address_en, address_bn, zone, "
        "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        facility.id, facility.slug, facility.name.en, facility.name.bn, facility.address.en,
        facility.address.bn, facility.zone, now);
}

std::vector<OpeningHours> opening_hours(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT weekday, opens_minute, closes_minute FROM opening_hours WHERE facility_id = $1 "
        "ORDER BY weekday, opens_minute",
        [](store::Row const& row) {
            return OpeningHours{small(row, 0), small(row, 1), small(row, 2)};
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
}

std::optional<Machine> find_machine(store::Reader& reader, FacilityId const& facility,
                                    MachineId const& id) {
    return reader.first(
        "SELECT facility_id, machine_id, slug, name_en, name_bn, kind, rated_w, grid_minutes, "
        "min_minutes, max_minutes, buffer_minutes, horizon_days, busy_above_w, piece_unit, "
        "out_of_order, position FROM machine WHERE facility_id = $1 AND machine_id = $2",
        machine_of, facility, id);
}

std::vector<Machine> list_machines(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT facility_id, machine_id, slug, name_en, name_bn, kind, rated_w, grid_minutes, "
        "min_minutes, max_minutes, buffer_minutes, horizon_days, busy_above_w, piece_unit, "
        "out_of_order, position FROM machine WHERE facility_id = $1 "
        "ORDER BY position, machine_id",
        machine_of, facility);
}

MachineId save_machine(store::Writer& writer, Machine const& machine, Instant now) {
    auto const kept = writer.first(
        "INSERT INTO machine (facility_id, machine_id, slug, name_en, name_bn, kind, rated_w, "
        "grid_minutes, min_minutes, max_minutes, buffer_minutes, horizon_days, busy_above_w, "
        "piece_unit, out_of_order, position, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) "
        "ON CONFLICT (facility_id, slug) DO UPDATE SET name_en = excluded.name_en, "
        "name_bn = excluded.name_bn, kind = excluded.kind, rated_w = excluded.rated_w, "
        "grid_minutes = excluded.grid_minutes, min_minutes = excluded.min_minutes, "
        "max_minutes = excluded.max_minutes, buffer_minutes = excluded.buffer_minutes, "
        "horizon_days = excluded.horizon_days, busy_above_w = excluded.busy_above_w, "
        "piece_unit = excluded.piece_unit, out_of_order = excluded.out_of_order, "
        "position = excluded.position RETURNING machine_id",
        [](store::Row const& row) { return row.id<MachineId>(0); }, machine.facility, machine.id,
        machine.slug, machine.name.en, machine.name.bn, machine.kind, machine.rated_w,
        machine.grid_minutes, machine.min_minutes, machine.max_minutes, machine.buffer_minutes,
        machine.horizon_days, machine.busy_above_w, machine.piece_unit,
        machine.out_of_order ? 1 : 0, machine.position, now);
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
        "SELECT outage_id, machine_id, starts_at, ends_at, kind, reason FROM outage "
        "WHERE facility_id = $1 AND ends_at > $2 AND starts_at < $3 ORDER BY starts_at, outage_id",
        [](store::Row const& row) {
            return Outage{.id = row.id<OutageId>(0),
                          .machine = row.maybe_id<MachineId>(1),
                          .during = {row.at(2), row.at(3)},
                          .kind = row.text(4),
                          .reason = row.text(5)};
        },
        facility, during.start, during.end);
}

void insert_outage(store::Writer& writer, FacilityId const& facility, Outage const& outage,
                   Instant now) {
    writer.execute(
        "INSERT INTO outage (facility_id, outage_id, machine_id, starts_at, ends_at, kind, reason, "
        "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        facility, outage.id, outage.machine, outage.during.start, outage.during.end, outage.kind,
        outage.reason, now);
}

void extend_outage(store::Writer& writer, FacilityId const& facility, OutageId const& id,
                   Instant until) {
    writer.execute("UPDATE outage SET ends_at = $3 WHERE facility_id = $1 AND outage_id = $2 "
                   "AND ends_at < $3",
                   facility, id, until);
}

}  // namespace karkhana::facility
