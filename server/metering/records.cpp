#include "server/metering/records.hpp"

#include <unordered_map>

#include "server/metering/rows.hpp"

namespace karkhana::metering {
namespace {

/// The registers of a meter come in order: START first, STOP last, whatever the clock did between
/// them.
void join(std::vector<UsageSession>& sessions, store::Row const& row,
          std::unordered_map<SessionId, std::size_t> const& places) {
    auto const place = places.find(row.id<SessionId>(0));
    if (place != places.end()) sessions[place->second].registers.push_back(register_of(row, 1));
}

std::unordered_map<SessionId, std::size_t> places_of(std::vector<UsageSession> const& sessions) {
    std::unordered_map<SessionId, std::size_t> places;
    for (std::size_t i = 0; i < sessions.size(); ++i) places.emplace(sessions[i].id, i);
    return places;
}

}  // namespace

std::optional<UsageSession> find_session(store::Reader& reader, FacilityId const& facility,
                                         SessionId const& id) {
    auto session = reader.first(
        "SELECT session_id, machine_id, booking_id, enterprise_id, kind, state, opened_by, "
        "start_at, stop_at, energy_wh, quantity, quality, reason, version "
        "FROM usage_session WHERE facility_id = $1 AND session_id = $2",
        [&](store::Row const& row) { return session_of(facility, row); }, facility, id);
    if (!session) return session;
    session->registers = reader.all(
        "SELECT channel, edge, at, asked_at, answered_at, value_wh, carried_wh, words, quality, "
        "method, sequence, version, said_by, why, part_wh, least_wh, most_wh, split, weight, "
        "weights, less_wh FROM current_register WHERE facility_id = $1 AND session_id = $2 "
        "ORDER BY channel, CASE edge WHEN 'start' THEN 0 WHEN 'stop' THEN 2 ELSE 1 END, at, "
        "value_wh, edge",
        [](store::Row const& row) { return register_of(row, 0); }, facility, id);
    return session;
}

std::vector<Register> replaced_registers(store::Reader& reader, UsageSession const& session) {
    return reader.all(
        "SELECT channel, edge, at, asked_at, answered_at, value_wh, carried_wh, words, quality, "
        "method, sequence, version, said_by, why, part_wh, least_wh, most_wh, split, weight, "
        "weights, less_wh FROM usage_register r WHERE facility_id = $1 AND session_id = $2 "
        "AND EXISTS (SELECT 1 FROM usage_register n WHERE n.facility_id = r.facility_id "
        "AND n.session_id = r.session_id AND n.at = r.at AND n.edge = r.edge "
        "AND n.channel = r.channel AND n.version > r.version) "
        "ORDER BY at, edge, version",
        [](store::Row const& row) { return register_of(row, 0); }, session.facility, session.id);
}

std::vector<UsageSession> sessions_between(store::Reader& reader, FacilityId const& facility,
                                           Interval during) {
    auto sessions = reader.all(
        "SELECT session_id, machine_id, booking_id, enterprise_id, kind, state, opened_by, "
        "start_at, stop_at, energy_wh, quantity, quality, reason, version FROM usage_session "
        "WHERE facility_id = $1 AND start_at < $3 AND (stop_at IS NULL OR stop_at > $2) "
        "ORDER BY start_at, session_id",
        [&](store::Row const& row) { return session_of(facility, row); }, facility, during.start,
        during.end);
    auto const places = places_of(sessions);
    reader.each(
        "SELECT s.session_id, r.channel, r.edge, r.at, r.asked_at, r.answered_at, r.value_wh, "
        "r.carried_wh, r.words, r.quality, r.method, r.sequence, r.version, r.said_by, r.why, "
        "r.part_wh, r.least_wh, r.most_wh, r.split, r.weight, r.weights, r.less_wh "
        "FROM usage_session s JOIN current_register r "
        "ON r.facility_id = s.facility_id AND r.session_id = s.session_id "
        "WHERE s.facility_id = $1 AND s.start_at < $3 AND (s.stop_at IS NULL OR s.stop_at > $2) "
        "ORDER BY r.channel, "
        "CASE r.edge WHEN 'start' THEN 0 WHEN 'stop' THEN 2 ELSE 1 END, r.at, "
        "r.value_wh, r.edge",
        [&](store::Row const& row) { join(sessions, row, places); }, facility, during.start,
        during.end);
    return sessions;
}

std::vector<UsageSession> open_sessions(store::Reader& reader, FacilityId const& facility) {
    auto sessions = reader.all(
        "SELECT session_id, machine_id, booking_id, enterprise_id, kind, state, opened_by, "
        "start_at, stop_at, energy_wh, quantity, quality, reason, version FROM usage_session "
        "WHERE facility_id = $1 AND state <> 'closed' ORDER BY start_at, session_id",
        [&](store::Row const& row) { return session_of(facility, row); }, facility);
    auto const places = places_of(sessions);
    reader.each(
        "SELECT s.session_id, r.channel, r.edge, r.at, r.asked_at, r.answered_at, r.value_wh, "
        "r.carried_wh, r.words, r.quality, r.method, r.sequence, r.version, r.said_by, r.why, "
        "r.part_wh, r.least_wh, r.most_wh, r.split, r.weight, r.weights, r.less_wh "
        "FROM usage_session s JOIN current_register r "
        "ON r.facility_id = s.facility_id AND r.session_id = s.session_id "
        "WHERE s.facility_id = $1 AND s.state <> 'closed' "
        "ORDER BY r.channel, "
        "CASE r.edge WHEN 'start' THEN 0 WHEN 'stop' THEN 2 ELSE 1 END, r.at, "
        "r.value_wh, r.edge",
        [&](store::Row const& row) { join(sessions, row, places); }, facility);
    return sessions;
}

std::vector<SessionId> session_ids_of_booking(store::Reader& reader, FacilityId const& facility,
                                              BookingId const& booking) {
    return reader.all(
        "SELECT session_id FROM usage_session "
        "WHERE facility_id = $1 AND booking_id = $2 ORDER BY start_at, session_id",
        [](store::Row const& row) { return row.id<SessionId>(0); }, facility, booking);
}

std::vector<UsageSession> sessions_of_booking(store::Reader& reader, FacilityId const& facility,
                                              BookingId const& booking) {
    std::vector<UsageSession> sessions;
    for (auto const& id : session_ids_of_booking(reader, facility, booking))
        sessions.push_back(find_session(reader, facility, id).value());
    return sessions;
}

std::vector<Point> list_points(store::Reader& reader, FacilityId const& facility) {
    auto points = reader.all(
        "SELECT p.channel, p.device_id, p.machine_id, p.name, p.unit, p.counter, p.billing, "
        "p.modulus, p.resolution, p.form, COALESCE((SELECT f.form FROM point_form f "
        "WHERE f.facility_id = p.facility_id AND f.channel = p.channel "
        "ORDER BY f.since DESC LIMIT 1), p.form), d.role, d.share FROM point p JOIN device d "
        "ON d.facility_id = p.facility_id AND d.device_id = p.device_id "
        "WHERE p.facility_id = $1 ORDER BY p.channel",
        [](store::Row const& row) {
            return Point{.channel = static_cast<Channel>(row.integer(0)),
                         .device = row.id<DeviceId>(1),
                         .machine = row.maybe_id<MachineId>(2),
                         .name = row.text(3),
                         .unit = unit_of(row.text(4)),
                         .counter = row.flag(5),
                         .billing = row.flag(6),
                         .modulus = row.integer(7),
                         .resolution = row.integer(8),
                         .form = row.text(9),
                         .form_before = row.text(10),
                         .role = role_of(row.text(11)),
                         .share = split_of(row.text(12)).value_or(Split::rated_power)};
        },
        facility);
    reader.each(
        "SELECT device_id, machine_id FROM device_machine WHERE facility_id = $1 "
        "ORDER BY device_id, machine_id",
        [&](store::Row const& row) {
            for (auto& point : points)
                if (point.device == row.id<DeviceId>(0))
                    point.machines.push_back(row.id<MachineId>(1));
        },
        facility);
    return points;
}

std::vector<Device> list_devices(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT device_id, name, line, endpoint, unit, profile, serial, machine_id, "
        "serial_told FROM device "
        "WHERE facility_id = $1 ORDER BY line, unit, name",
        [](store::Row const& row) {
            return Device{.id = row.id<DeviceId>(0),
                          .name = row.text(1),
                          .line = row.text(2),
                          .endpoint = row.text(3),
                          .unit = static_cast<int>(row.integer(4)),
                          .profile = row.text(5),
                          .serial = row.text(6),
                          .machine = row.maybe_id<MachineId>(7),
                          .serial_told = row.flag(8)};
        },
        facility);
}

std::string device_name_of(store::Reader& reader, FacilityId const& facility, Channel channel) {
    return reader
        .first(
            "SELECT d.name FROM point p JOIN device d "
            "ON d.facility_id = p.facility_id AND d.device_id = p.device_id "
            "WHERE p.facility_id = $1 AND p.channel = $2",
            [](store::Row const& row) { return row.text(0); }, facility, channel)
        .value_or("");
}

}  // namespace karkhana::metering
