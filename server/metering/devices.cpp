#include "server/metering/devices.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace karkhana::metering {
namespace {

DeviceId save_device(store::Writer& writer, IdSource& ids, FacilityId const& facility,
                     DeviceSetup const& setup) {
    writer.execute(
        "INSERT INTO device (facility_id, device_id, name, line, endpoint, unit, profile, serial, "
        "machine_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "ON CONFLICT (facility_id, name) DO UPDATE SET line = excluded.line, "
        "endpoint = excluded.endpoint, unit = excluded.unit, profile = excluded.profile, "
        "serial = CASE WHEN excluded.serial = '' OR EXISTS (SELECT 1 FROM meter_exchange x "
        "WHERE x.facility_id = device.facility_id AND x.device_id = device.device_id "
        "AND x.serial_before = excluded.serial) THEN device.serial ELSE excluded.serial END, "
        "machine_id = excluded.machine_id",
        facility, ids.make<DeviceId>(), setup.name, setup.line, setup.endpoint, setup.unit,
        setup.profile, setup.serial, setup.machine);
    return writer
        .first(
            "SELECT device_id FROM device WHERE facility_id = $1 AND name = $2",
            [](store::Row const& row) { return row.id<DeviceId>(0); }, facility, setup.name)
        .value();
}

void save_point(store::Writer& writer, FacilityId const& facility, DeviceId const& device,
                std::optional<MachineId> const& machine, PointSetup const& point) {
    auto const channel = writer
                             .first(
                                 "SELECT COALESCE(MAX(channel), 0) + 1 FROM point "
                                 "WHERE facility_id = $1",
                                 [](store::Row const& row) { return row.integer(0); }, facility)
                             .value();
    writer.execute(
        "INSERT INTO point (facility_id, channel, device_id, machine_id, name, unit, counter, "
        "billing, modulus, resolution, form) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
        "ON CONFLICT (facility_id, device_id, name) DO UPDATE SET "
        "machine_id = excluded.machine_id, unit = excluded.unit, counter = excluded.counter, "
        "billing = excluded.billing, modulus = excluded.modulus, "
        "resolution = excluded.resolution, form = excluded.form",
        facility, channel, device, machine, point.name, name_of(point.unit), point.counter,
        point.billing, point.modulus, point.resolution, point.form);
    writer.execute("INSERT INTO point_form (facility_id, channel, since, form) "
                   "SELECT facility_id, channel, 0, form FROM point "
                   "WHERE facility_id = $1 AND device_id = $2 AND name = $3 "
                   "ON CONFLICT (facility_id, channel, since) DO NOTHING",
                   facility, device, point.name);
}

}  // namespace

std::vector<Point> configure_devices(store::Writer& writer, IdSource& ids,
                                     FacilityId const& facility,
                                     std::vector<DeviceSetup> const& setups) {
    writer.execute("UPDATE point SET machine_id = NULL WHERE facility_id = $1", facility);
    writer.execute("UPDATE device SET machine_id = NULL WHERE facility_id = $1", facility);
    for (auto const& setup : setups) {
        auto const device = save_device(writer, ids, facility, setup);
        for (auto const& point : setup.points)
            save_point(writer, facility, device, setup.machine, point);
    }
    return list_points(writer, facility);
}

void save_serial(store::Writer& writer, FacilityId const& facility, DeviceId const& device,
                 std::string_view serial) {
    writer.execute("UPDATE device SET serial = $3 WHERE facility_id = $1 AND device_id = $2",
                   facility, device, serial);
}

std::vector<MachineMeter> machine_meters(std::vector<Point> const& points) {
    std::map<MachineId, MachineMeter> meters;
    std::set<MachineId> billed;
    for (auto const& point : points) {
        if (!point.machine) continue;
        auto& meter = meters[*point.machine];
        meter.machine = *point.machine;
        if (point.counter && point.unit == Unit::wh) {
            bool const better = point.billing && billed.insert(*point.machine).second;
            if (!meter.energy || better) meter.energy = point.channel;
        }
        if (point.unit == Unit::w && (!meter.power || point.name == "active_power"))
            meter.power = point.channel;
    }
    std::vector<MachineMeter> found;
    for (auto const& [machine, meter] : meters) found.push_back(meter);
    return found;
}

}  // namespace karkhana::metering
