#include "server/metering/devices.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace karkhana::metering {
namespace {

DeviceId save_device(store::Writer& writer, IdSource& ids, FacilityId const& facility,
                     DeviceSetup const& setup) {
    writer.execute(
        "INSERT INTO device (facility_id, device_id, name, line, endpoint, unit, profile, serial, "
        "machine_id, role, share) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
        "ON CONFLICT (facility_id, name) DO UPDATE SET line = excluded.line, "
        "endpoint = excluded.endpoint, unit = excluded.unit, profile = excluded.profile, "
        "serial = CASE WHEN excluded.serial = '' OR EXISTS (SELECT 1 FROM meter_exchange x "
        "WHERE x.facility_id = device.facility_id AND x.device_id = device.device_id "
        "AND x.serial_before = excluded.serial) THEN device.serial ELSE excluded.serial END, "
        "serial_told = CASE WHEN excluded.serial IN ('', device.serial) OR EXISTS ("
        "SELECT 1 FROM meter_exchange x WHERE x.facility_id = device.facility_id "
        "AND x.device_id = device.device_id AND x.serial_before = excluded.serial) "
        "THEN device.serial_told ELSE 0 END, "
        "machine_id = excluded.machine_id, role = excluded.role, share = excluded.share",
        facility, ids.make<DeviceId>(), setup.name, setup.line, setup.endpoint, setup.unit,
        setup.profile, setup.serial, setup.machine, name_of(setup.role),
        setup.role == MeterRole::shared ? name_of(setup.share) : "");
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

void save_machines(store::Writer& writer, FacilityId const& facility, DeviceId const& device,
                   std::vector<MachineId> const& machines) {
    for (auto const& machine : machines)
        writer.execute("INSERT INTO device_machine (facility_id, device_id, machine_id) "
                       "VALUES ($1, $2, $3)",
                       facility, device, machine);
}

bool is_energy(Point const& point) { return point.counter && point.unit == Unit::wh; }

/// What a device says of its machine.
struct OfDevice {
    Point const* energy = nullptr;
    Point const* power = nullptr;

    void add(Point const& point) {
        if (is_energy(point) && (energy == nullptr || (point.billing && !energy->billing)))
            energy = &point;
        if (point.unit == Unit::w && (power == nullptr || point.name == "active_power"))
            power = &point;
    }
};

MachineMeter meter_of(MachineId const& machine, std::map<DeviceId, OfDevice> const& devices) {
    MachineMeter meter{machine};
    bool const billed = std::ranges::any_of(devices, [](auto const& entry) {
        return entry.second.energy != nullptr && entry.second.energy->billing;
    });
    std::vector<Channel> others;
    for (auto const& [id, device] : devices) {
        bool const meters =
            device.energy != nullptr && (billed ? device.energy->billing : meter.energy.empty());
        if (meters) meter.energy.push_back(device.energy->channel);
        if (device.power != nullptr) meter.evidence.push_back(device.power->channel);
        if (device.power != nullptr)
            (meters ? meter.power : others).push_back(device.power->channel);
    }
    // A drive beside a meter tells the same power once more; alone it is better than nothing.
    if (meter.power.empty() && !others.empty()) meter.power.push_back(std::ranges::min(others));
    std::ranges::sort(meter.energy);
    std::ranges::sort(meter.power);
    return meter;
}

/// Of a shared meter's counters the first one that may be billed, or the first.
void add_shared(std::vector<SharedMeter>& shared, Point const& point,
                std::vector<Point> const& points) {
    auto const better = [&](Point const& other) {
        return other.device == point.device && is_energy(other) && other.channel != point.channel &&
               (other.billing != point.billing ? other.billing : other.channel < point.channel);
    };
    if (std::ranges::any_of(points, better)) return;
    shared.push_back({point.channel, point.share, point.machines, {}});
}

}  // namespace

std::vector<Point> configure_devices(store::Writer& writer, IdSource& ids,
                                     FacilityId const& facility,
                                     std::vector<DeviceSetup> const& setups) {
    writer.execute("UPDATE point SET machine_id = NULL WHERE facility_id = $1", facility);
    writer.execute("UPDATE device SET machine_id = NULL, role = 'machine', share = '' "
                   "WHERE facility_id = $1",
                   facility);
    writer.execute("DELETE FROM device_machine WHERE facility_id = $1", facility);
    for (auto const& setup : setups) {
        auto const device = save_device(writer, ids, facility, setup);
        save_machines(writer, facility, device, setup.machines);
        for (auto const& point : setup.points)
            save_point(writer, facility, device, setup.machine, point);
    }
    return list_points(writer, facility);
}

void save_serial(store::Writer& writer, FacilityId const& facility, DeviceId const& device,
                 std::string_view serial, bool told) {
    writer.execute("UPDATE device SET serial = $3, serial_told = $4 "
                   "WHERE facility_id = $1 AND device_id = $2",
                   facility, device, serial, told);
}

MeterPlan machine_meters(std::vector<Point> const& points) {
    std::map<MachineId, std::map<DeviceId, OfDevice>> own;
    MeterPlan plan;
    for (auto const& point : points) {
        if (point.machine) own[*point.machine][point.device].add(point);
        if (point.role == MeterRole::shared && is_energy(point))
            add_shared(plan.shared, point, points);
    }
    std::map<MachineId, MachineMeter> meters;
    std::set<MachineId> metered;
    for (auto const& [machine, devices] : own) {
        meters[machine] = meter_of(machine, devices);
        if (!meters[machine].energy.empty()) metered.insert(machine);
    }
    for (auto& shared : plan.shared) {
        for (auto const& machine : std::exchange(shared.machines, {})) {
            auto& meter = meters.try_emplace(machine, MachineMeter{machine}).first->second;
            if (metered.contains(machine)) {
                std::ranges::copy(meter.energy, std::back_inserter(shared.less));
                continue;
            }
            shared.machines.push_back(machine);
            meter.energy.push_back(shared.channel);
        }
    }
    for (auto const& [machine, meter] : meters) plan.machines.push_back(meter);
    return plan;
}

void share_rooms(MeterPlan& plan, std::set<MachineId> const& rooms) {
    for (auto const& meter : plan.machines) {
        if (!rooms.contains(meter.machine)) continue;
        for (auto const channel : meter.energy)
            if (std::ranges::find(plan.shared, channel, &SharedMeter::channel) == plan.shared.end())
                plan.shared.push_back({channel, Split::time, {meter.machine}, {}});
    }
}

}  // namespace karkhana::metering
