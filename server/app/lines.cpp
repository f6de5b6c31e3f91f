#include "server/app/lines.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <future>

#include "devices/profiles/load.hpp"
#include "server/app/device_problems.hpp"
#include "server/app/register_form.hpp"

namespace karkhana::app {
namespace {

using metering::ContactState;

/// Read-back older than this is not a state any more.
constexpr std::chrono::seconds kContactAge{3};

modbus::Endpoint endpoint_of(LineConfig const& line) {
    if (line.tcp.empty())
        return modbus::SerialEndpoint{line.serial, line.baud,
                                      static_cast<modbus::Parity>(line.parity), line.stop_bits};
    auto const colon = line.tcp.rfind(':');
    std::uint16_t port = 502;
    std::from_chars(line.tcp.data() + colon + 1, line.tcp.data() + line.tcp.size(), port);
    return modbus::TcpEndpoint{line.tcp.substr(0, colon), port};
}

std::int64_t rated_w(Config const& config, std::string const& slug) {
    for (auto const& machine : config.machines)
        if (machine.slug == slug) return machine.rated_w;
    return 0;
}

poller::UnitSetup unit_setup(DeviceConfig const& device, Profiles const& profiles,
                             Config const& config, std::vector<metering::Device> const& devices,
                             std::vector<metering::Point> const& points) {
    poller::UnitSetup unit;
    unit.unit = static_cast<std::uint8_t>(device.unit);
    unit.profile = profiles.at(device.profile);
    unit.serial = device.serial;
    // A machine may be asked for more than its plate says when it starts.
    unit.max_power_w = rated_w(config, device.machine) * 2;
    for (auto const& slug : device.machines) unit.max_power_w += rated_w(config, slug) * 2;
    auto const known =
        std::ranges::find_if(devices, [&](auto const& d) { return d.name == device.name; });
    // The ledger keeps the points that the device had under another profile: they are history.
    for (auto const& point : points)
        if (known != devices.end() && point.device == known->id &&
            unit.profile->find(point.name) != nullptr)
            unit.watched.push_back({point.name, point.channel});
    return unit;
}

/// A contact that the board does not have is none.
void add_relays(LinePlan& plan, DeviceConfig const& device, std::uint16_t line,
                std::shared_ptr<profiles::Profile const> const& profile,
                std::map<std::string, MachineId> const& machine_ids) {
    if (!profile->relay) return;
    auto const channels = std::min<std::size_t>(device.relays.size(), profile->relay->channels);
    for (std::size_t channel = 0; channel < channels; ++channel)
        if (!device.relays[channel].empty())
            plan.relays.push_back({machine_ids.at(device.relays[channel]), line,
                                   static_cast<std::uint8_t>(device.unit),
                                   static_cast<std::uint16_t>(channel), profile});
}

metering::DeviceHealth device_health(metering::Device const& device,
                                     poller::UnitHealth const& unit) {
    metering::DeviceHealth health;
    health.device = device.id;
    health.last_good = unit.last_good;
    health.latency_us = unit.latency.count();
    health.polls = static_cast<std::int64_t>(unit.polls);
    health.errors = static_cast<std::int64_t>(unit.timeouts + unit.protocol_errors +
                                              unit.exceptions + unit.disconnects);
    // A device without a number says 0.
    if (unit.serial && *unit.serial != 0) health.serial = std::to_string(*unit.serial);
    switch (unit.state) {
    case poller::UnitState::starting: break;
    case poller::UnitState::healthy: health.state = "good"; break;
    case poller::UnitState::suspect: health.state = "slow"; break;
    case poller::UnitState::dead:
    case poller::UnitState::stranger: health.state = "silent"; break;
    }
    return health;
}

/// A board that tells its contacts in time is good; there is nothing in between.
std::string_view board_state(interlock::BoardHealth const& board, Monotonic now) {
    if (!board.heard) return board.errors > 0 ? "silent" : "never_seen";
    return now - *board.heard > kContactAge ? "silent" : "good";
}

ContactState contact_state(interlock::Contact contact) {
    switch (contact) {
    case interlock::Contact::open: return ContactState::open;
    case interlock::Contact::closed: return ContactState::closed;
    case interlock::Contact::unknown: break;
    }
    return ContactState::unknown;
}

}  // namespace

Profiles load_all_profiles(std::string const& folder, config::Problems& problems) {
    Profiles known;
    for (auto& profile : profiles::load_profiles(folder, problems)) {
        auto const name = profile.device;
        known[name] = std::make_shared<profiles::Profile const>(std::move(profile));
    }
    return known;
}

std::vector<metering::DeviceSetup> device_setups(
    Config const& config, Profiles const& profiles,
    std::map<std::string, MachineId> const& machine_ids) {
    std::vector<metering::DeviceSetup> setups;
    for (auto const& device : config.devices) {
        metering::DeviceSetup setup;
        setup.name = device.name;
        setup.line = device.line;
        for (auto const& line : config.lines)
            if (line.name == device.line) setup.endpoint = line.endpoint();
        setup.unit = device.unit;
        setup.profile = device.profile;
        if (device.serial) setup.serial = std::to_string(*device.serial);
        if (!device.machine.empty()) setup.machine = machine_ids.at(device.machine);
        setup.role = device.role;
        setup.share = device.share;
        for (auto const& slug : device.machines) setup.machines.push_back(machine_ids.at(slug));
        for (auto const& point : profiles.at(device.profile)->points)
            if (is_watched(point))
                setup.points.push_back({point.name, point.unit,
                                        point.kind == profiles::PointKind::counter, point.billing,
                                        point.modulus, 1, form_of(point)});
        setups.push_back(std::move(setup));
    }
    return setups;
}

std::vector<metering::Device> devices_in_use(Config const& config,
                                             std::vector<metering::Device> devices) {
    std::erase_if(devices, [&](metering::Device const& device) {
        return std::ranges::find(config.devices, device.name, &DeviceConfig::name) ==
               config.devices.end();
    });
    return devices;
}

LinePlan plan_lines(Config const& config, Profiles const& profiles,
                    std::map<std::string, MachineId> const& machine_ids,
                    std::vector<metering::Device> const& devices,
                    std::vector<metering::Point> const& points, std::uint64_t boot,
                    int clock_speed) {
    LinePlan plan;
    for (auto const& line : config.lines) {
        LinePlan::Line out;
        auto const index = static_cast<std::uint16_t>(plan.lines.size());
        out.endpoint = endpoint_of(line);
        out.setup.index = index;
        out.setup.name = line.name;
        out.setup.boot = boot;
        out.setup.clock_speed = clock_speed;
        if (!line.serial.empty())
            out.setup.character =
                poller::character_time(line.baud, line.parity != 'N', line.stop_bits);
        for (auto const& device : config.devices) {
            if (device.line != line.name) continue;
            auto unit = unit_setup(device, profiles, config, devices, points);
            if (!unit.watched.empty()) out.setup.units.push_back(std::move(unit));
            add_relays(plan, device, index, profiles.at(device.profile), machine_ids);
        }
        plan.lines.push_back(std::move(out));
    }
    return plan;
}

Lines::Lines(LinePlan plan, std::vector<metering::Device> devices, ReadingSink& sink,
             WallClock const& wall, MonotonicClock const& monotonic,
             std::function<void(std::string_view, std::string_view)> log)
    : plan_(std::move(plan)),
      devices_(std::move(devices)),
      wall_(wall),
      monotonic_(monotonic),
      log_(std::move(log)),
      interlock_(plan_.relays, interlock::Timing{}, monotonic, *this) {
    for (auto const& line : plan_.lines) {
        modbus::LineTiming timing;
        timing.max_late = line.max_late;
        pollers_.push_back(std::make_unique<poller::LinePoller>(
            line.setup, std::make_unique<modbus::Line>(line.endpoint, timing, monotonic), sink,
            wall, monotonic));
        for (auto const& unit : line.setup.units)
            for (auto const& watched : unit.watched)
                places_[watched.channel] = {pollers_.size() - 1, unit.unit};
        for (auto* guest : interlock_.guests(line.setup.index)) pollers_.back()->attach(*guest);
    }
}

Lines::~Lines() { stop(); }

void Lines::start() {
    for (auto& poller : pollers_) poller->start();
}

void Lines::stop() {
    for (auto& poller : pollers_) poller->stop();
}

Result<std::vector<Reading>> Lines::snapshot(std::span<Channel const> channels,
                                             std::chrono::milliseconds deadline) {
    auto const until = monotonic_.now() + deadline;
    std::map<std::pair<std::size_t, int>, std::future<poller::SnapshotResult>> asked;
    for (auto const channel : channels) {
        auto const known = places_.find(channel);
        if (known == places_.end()) continue;  // of a device that is configured no more
        auto const& place = known->second;
        auto& future = asked[{place.line, place.unit}];
        if (!future.valid()) future = pollers_[place.line]->snapshot(place.unit, until);
    }
    std::map<Channel, Reading> found;
    for (auto& [unit, future] : asked) {
        // A poller answers every snapshot by its deadline; the second is for a stopping one.
        if (future.wait_for(deadline + std::chrono::seconds{1}) != std::future_status::ready)
            continue;
        if (auto const result = future.get())
            for (auto const& reading : *result) found[reading.channel] = reading;
    }
    std::vector<Reading> readings;
    for (auto const channel : channels) {
        Reading missing;
        missing.channel = channel;
        auto const here = found.find(channel);
        readings.push_back(here == found.end() ? missing : here->second);
    }
    if (found.empty()) return refuse(ErrorKind::conflict, "meter_silent");
    return readings;
}

void Lines::set(MachineId const& machine, metering::ContactWish const& wish) {
    interlock::Command command;
    command.id = wish.id;
    command.closed = wish.closed;
    command.authorised_until = monotonic_.now() + wish.lease;
    command.expires = monotonic_.now() + std::chrono::seconds{3};
    command.resume = wish.resume;
    interlock_.set_desired(machine, command);
}

ContactState Lines::actual(MachineId const& machine) {
    auto const state = interlock_.state(machine);
    if (!state) return ContactState::none;
    if (!state->seen || monotonic_.now() - *state->seen > kContactAge) return ContactState::unknown;
    return contact_state(state->actual);
}

ContactState Lines::wait_for(MachineId const& machine, bool closed,
                             std::chrono::milliseconds deadline) {
    auto const wanted = closed ? ContactState::closed : ContactState::open;
    std::unique_lock lock{mutex_};
    auto const settled = [&] {
        auto const now = actual(machine);
        return now == wanted || now == ContactState::none;
    };
    changed_.wait_for(lock, deadline, settled);
    return actual(machine);
}

std::string Lines::alarm(MachineId const& machine) {
    auto const state = interlock_.state(machine);
    if (!state || state->alarm == interlock::Alarm::none) return {};
    return std::string{interlock::name_of(state->alarm)};
}

void Lines::relay_changed(interlock::RelayState const& before, interlock::RelayState const& after) {
    if (after.alarm != before.alarm)
        log_(after.alarm == interlock::Alarm::none ? "info" : "warning",
             fmt::format("contact of machine {}: {}, alarm {}", after.machine.text(),
                         interlock::name_of(after.actual), interlock::name_of(after.alarm)));
    { std::lock_guard const lock{mutex_}; }  // whoever is about to wait sees it or is woken
    changed_.notify_all();
}

metering::Device const* Lines::device_at(std::string_view line, std::uint8_t unit) const {
    auto const found = std::ranges::find_if(
        devices_, [&](auto const& each) { return each.line == line && each.unit == unit; });
    return found == devices_.end() ? nullptr : &*found;
}

std::vector<metering::DeviceHealth> Lines::health() const {
    std::vector<metering::DeviceHealth> all;
    for (auto const& poller : pollers_) {
        auto const line = poller->health();
        for (auto const& unit : line.units) {
            auto const* const device = device_at(line.name, unit.unit);
            if (device == nullptr) continue;
            auto health = device_health(*device, unit);
            // Nobody is to blame of the units of a line that leads nowhere, but none is heard.
            if (line.exchanges > 0 && !line.connected) health.state = "silent";
            all.push_back(std::move(health));
        }
    }
    for (auto const& board : interlock_.health())
        if (auto health = health_of(board)) all.push_back(std::move(*health));
    return all;
}

std::optional<metering::DeviceHealth> Lines::health_of(interlock::BoardHealth const& board) const {
    auto const& line = plan_.lines.at(board.line).setup;
    auto const* const device = device_at(line.name, board.unit);
    if (device == nullptr) return std::nullopt;
    metering::DeviceHealth health;
    health.device = device->id;
    health.state = board_state(board, monotonic_.now());
    health.polls = static_cast<std::int64_t>(board.polls);
    health.errors = static_cast<std::int64_t>(board.errors);
    if (!board.heard) return health;
    auto const ago = std::chrono::duration_cast<Duration>(monotonic_.now() - *board.heard);
    health.last_good = wall_.now() - ago * line.clock_speed;
    health.latency_us = board.latency.count();
    return health;
}

}  // namespace karkhana::app
