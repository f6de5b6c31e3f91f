#include "server/metering/alarm.hpp"

#include "server/metering/rules_alarm.hpp"

namespace karkhana::metering {
namespace {

/// Places of the list: what nobody has acknowledged is above all others.
constexpr std::int64_t unseen_from = 500'000'000'000;

#define KARKHANA_ALARM                                                                             \
    "SELECT alarm_id, sequence, machine_id, kind, raised_at, last_at, times, cleared_at, "         \
    "evidence, acknowledged_at, acknowledged_by, note FROM alarm WHERE facility_id = $1 "

Alarm alarm_of(store::Row const& row) {
    return {.id = row.id<AlarmId>(0),
            .sequence = row.integer(1),
            .machine = row.id<MachineId>(2),
            .kind = row.text(3),
            .raised = row.at(4),
            .last = row.at(5),
            .times = static_cast<int>(row.integer(6)),
            .cleared = row.maybe_at(7),
            .evidence = row.text(8),
            .acknowledged = row.maybe_at(9),
            .acknowledged_by = row.maybe_id<PersonId>(10),
            .note = row.text(11)};
}

}  // namespace

std::optional<Alarm> lasting_alarm(store::Reader& reader, FacilityId const& facility,
                                   MachineId const& machine, std::string_view kind) {
    return reader.first(KARKHANA_ALARM "AND machine_id = $2 AND kind = $3 AND cleared_at IS NULL",
                        alarm_of, facility, machine, kind);
}

std::optional<AlarmId> raise_alarm(store::Writer& writer, IdSource& ids, FacilityId const& facility,
                                   Fault const& fault) {
    auto const unseen =
        writer.first(KARKHANA_ALARM "AND machine_id = $2 AND kind = $3 AND acknowledged_at IS NULL",
                     alarm_of, facility, fault.machine, fault.kind);
    if (unseen) {
        // One that lasts is no second one.
        if (!unseen->cleared) return std::nullopt;
        writer.execute("UPDATE alarm SET last_at = $3, times = times + 1, cleared_at = NULL "
                       "WHERE facility_id = $1 AND alarm_id = $2",
                       facility, unseen->id, fault.at);
        return unseen->id;
    }
    if (lasting_alarm(writer, facility, fault.machine, fault.kind)) return std::nullopt;
    auto const id = ids.make<AlarmId>();
    auto const last = writer.first(
        "SELECT sequence FROM alarm WHERE facility_id = $1 ORDER BY sequence DESC LIMIT 1",
        [](store::Row const& row) { return row.integer(0); }, facility);
    writer.execute(
        "INSERT INTO alarm (facility_id, alarm_id, sequence, machine_id, kind, "
        "raised_at, last_at, times, evidence) VALUES ($1, $2, $3, $4, $5, $6, $6, 1, $7)",
        facility, id, last.value_or(0) + 1, fault.machine, fault.kind, fault.at, fault.evidence);
    return id;
}

void clear_alarm(store::Writer& writer, FacilityId const& facility, AlarmId const& id, Instant at,
                 std::string_view evidence) {
    writer.execute("UPDATE alarm SET cleared_at = $3, evidence = $4 "
                   "WHERE facility_id = $1 AND alarm_id = $2 AND cleared_at IS NULL",
                   facility, id, at, evidence);
}

void clear_all_alarms(store::Writer& writer, FacilityId const& facility, Instant at) {
    writer.execute("UPDATE alarm SET cleared_at = $2 WHERE facility_id = $1 AND cleared_at IS NULL",
                   facility, at);
}

bool acknowledge_alarm(store::Writer& writer, FacilityId const& facility, AlarmId const& id,
                       PersonId const& person, std::string_view note, Instant at) {
    return writer.execute("UPDATE alarm SET acknowledged_at = $3, acknowledged_by = $4, note = $5 "
                          "WHERE facility_id = $1 AND alarm_id = $2 AND acknowledged_at IS NULL",
                          facility, id, at, person, note) == 1;
}

std::optional<Alarm> find_alarm(store::Reader& reader, FacilityId const& facility,
                                AlarmId const& id) {
    return reader.first(KARKHANA_ALARM "AND alarm_id = $2", alarm_of, facility, id);
}

std::int64_t place_of(Alarm const& alarm) {
    return alarm.sequence + (alarm.acknowledged ? 0 : unseen_from);
}

std::vector<Alarm> list_alarms(store::Reader& reader, FacilityId const& facility,
                               std::int64_t cursor, int limit) {
    auto const before = cursor == 0 ? unseen_from * 2 : cursor;
    std::vector<Alarm> found;
    if (before > unseen_from)
        found = reader.all(KARKHANA_ALARM "AND acknowledged_at IS NULL AND sequence < $2 "
                                          "ORDER BY sequence DESC LIMIT $3",
                           alarm_of, facility, before - unseen_from, limit);
    auto const rest = limit - static_cast<int>(found.size());
    if (rest == 0) return found;
    for (auto& alarm : reader.all(KARKHANA_ALARM "AND acknowledged_at IS NOT NULL "
                                                 "AND sequence < $2 ORDER BY sequence DESC "
                                                 "LIMIT $3",
                                  alarm_of, facility, before, rest))
        found.push_back(std::move(alarm));
    return found;
}

std::map<MachineId, std::string> worst_alarms(store::Reader& reader, FacilityId const& facility) {
    std::map<MachineId, std::string> worst;
    reader.each(
        "SELECT machine_id, kind FROM alarm WHERE facility_id = $1 AND acknowledged_at IS NULL",
        [&](store::Row const& row) {
            auto& known = worst[row.id<MachineId>(0)];
            known = std::string{worse_alarm(known, row.text(1))};
        },
        facility);
    return worst;
}

#undef KARKHANA_ALARM

}  // namespace karkhana::metering
