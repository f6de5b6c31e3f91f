#include "server/maintenance/records.hpp"

// A session is at work from its start to its end; one that is open, until $2.
#define WATCHED                                                                                    \
    "SELECT p.plan_id, p.machine_id, p.name_en, p.name_bn, p.basis, p.every, p.warn_before, "      \
    "p.minutes, p.counts_from, p.cycle, p.warned_at, p.outage_id, p.retired_at, "                  \
    "CAST(coalesce(sum(coalesce(s.stop_at, $2) - s.start_at), 0) AS bigint), "                     \
    "CAST(coalesce(sum(s.quantity), 0) AS bigint), "                                               \
    "CAST(coalesce(sum(s.energy_wh), 0) AS bigint) "                                               \
    "FROM maintenance_plan p LEFT JOIN usage_session s ON s.facility_id = p.facility_id "          \
    "AND s.machine_id = p.machine_id AND s.start_at >= p.counts_from AND s.start_at < $2 "         \
    "WHERE p.facility_id = $1 AND p.retired_at IS NULL "

#define BY_PLAN                                                                                    \
    "GROUP BY p.facility_id, p.plan_id, p.machine_id, p.name_en, p.name_bn, p.basis, p.every, "    \
    "p.warn_before, p.minutes, p.counts_from, p.cycle, p.warned_at, p.outage_id, p.retired_at "    \
    "ORDER BY p.machine_id, p.plan_id"

namespace karkhana::maintenance {
namespace {

WatchedPlan plan_of(store::Row const& row) {
    return {.plan = {.id = row.id<PlanId>(0),
                     .machine = row.id<MachineId>(1),
                     .name = {row.text(2), row.text(3)},
                     .basis = basis_of(row.text(4)).value(),
                     .every = row.integer(5),
                     .warn_before = row.integer(6),
                     .length = std::chrono::minutes{row.integer(7)},
                     .counts_from = row.at(8),
                     .cycle = row.integer(9),
                     .warned_at = row.maybe_at(10),
                     .outage = row.maybe_id<OutageId>(11),
                     .retired_at = row.maybe_at(12)},
            .worked = {.at_work = Duration{row.integer(13)},
                       .pieces = row.integer(14),
                       .energy = row.energy(15)}};
}

}  // namespace

std::vector<WatchedPlan> watched_plans(store::Reader& reader, FacilityId const& facility,
                                       Instant now) {
    return reader.all(WATCHED BY_PLAN, plan_of, facility, now);
}

std::optional<WatchedPlan> find_plan(store::Reader& reader, FacilityId const& facility,
                                     PlanId const& id, Instant now) {
    return reader.first(WATCHED "AND p.plan_id = $3 " BY_PLAN, plan_of, facility, now, id);
}

void insert_plan(store::Writer& writer, FacilityId const& facility, Plan const& plan, Instant now) {
    writer.execute("INSERT INTO maintenance_plan (facility_id, plan_id, machine_id, name_en, "
                   "name_bn, basis, every, warn_before, minutes, counts_from, cycle, created_at) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                   facility, plan.id, plan.machine, plan.name.en, plan.name.bn, name_of(plan.basis),
                   plan.every, plan.warn_before, plan.length.count(), plan.counts_from, plan.cycle,
                   now);
}

void update_plan(store::Writer& writer, FacilityId const& facility, Plan const& plan) {
    writer.execute("UPDATE maintenance_plan SET warned_at = $3, outage_id = $4, counts_from = $5, "
                   "cycle = $6, retired_at = $7 WHERE facility_id = $1 AND plan_id = $2",
                   facility, plan.id, plan.warned_at, plan.outage, plan.counts_from, plan.cycle,
                   plan.retired_at);
}

void insert_service(store::Writer& writer, FacilityId const& facility, PlanId const& plan,
                    Service const& service) {
    writer.execute("INSERT INTO maintenance_done (facility_id, plan_id, cycle, done_at, done_by, "
                   "used, note) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   facility, plan, service.cycle, service.at, service.by, service.used,
                   service.note);
}

std::map<PlanId, std::vector<Service>> services_done(store::Reader& reader,
                                                     FacilityId const& facility) {
    std::map<PlanId, std::vector<Service>> found;
    reader.each(
        "SELECT plan_id, cycle, done_at, done_by, used, note FROM maintenance_done "
        "WHERE facility_id = $1 ORDER BY plan_id, cycle DESC",
        [&](store::Row const& row) {
            found[row.id<PlanId>(0)].push_back({.cycle = row.integer(1),
                                                .at = row.at(2),
                                                .by = row.id<PersonId>(3),
                                                .used = row.integer(4),
                                                .note = row.text(5)});
        },
        facility);
    return found;
}

std::map<OutageId, SetAside> times_set_aside(store::Reader& reader, FacilityId const& facility) {
    std::map<OutageId, SetAside> found;
    reader.each(
        "SELECT o.outage_id, o.starts_at, o.ends_at, o.withdrawn_at FROM maintenance_plan p "
        "JOIN outage o ON o.facility_id = p.facility_id AND o.outage_id = p.outage_id "
        "WHERE p.facility_id = $1 AND p.retired_at IS NULL",
        [&](store::Row const& row) {
            found[row.id<OutageId>(0)] = {{row.at(1), row.at(2)}, row.maybe_at(3).has_value()};
        },
        facility);
    return found;
}

void lock_care(store::Writer& writer, FacilityId const& facility) {
    if (!writer.is_postgres()) return;
    writer.exists("SELECT 1 FROM maintenance_plan WHERE facility_id = $1 AND retired_at IS NULL "
                  "ORDER BY plan_id FOR NO KEY UPDATE",
                  facility);
    writer.exists("SELECT 1 FROM ticket WHERE facility_id = $1 AND closed_at IS NULL "
                  "ORDER BY ticket_id FOR NO KEY UPDATE",
                  facility);
}

}  // namespace karkhana::maintenance
