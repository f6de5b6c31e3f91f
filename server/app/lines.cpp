#include "server/app/lines.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <future>

#include "devices/profiles/decode.hpp"
#include "devices/profiles/load.hpp"
#include "devices/profiles/recognise.hpp"
#include "server/app/device_problems.hpp"
#include "server/app/register_form.hpp"

namespace karkhana::app {
namespace {

using metering::ContactState;

/// Changes of alarms that wait to be kept, while the database takes none.
constexpr std::size_t kEventsKept = 10'000;

std::int64_t rated_w(Config const& config, std::string const& slug) {
    for (auto const& machine : config.machines)
        if (machine.slug == slug) return machine.rated_w;
    return 0;
}

/// A serial number as a register says it; nothing for one that has letters.
std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional{number} : std::nullopt;
}

poller::UnitSetup unit_setup(DeviceConfig const& device, Profiles const& profiles,
                             Config const& config, std::vector<metering::Device> const& devices,
                             std::vector<metering::Point> const& points) {
    poller::UnitSetup unit;
    unit.unit = static_cast<std::uint8_t>(device.unit);
    unit.profile = profile_of(device, profiles);
    unit.period = device.period;
    // A machine may be asked for more than its plate says when it starts.
    unit.max_power_w = rated_w(config, device.machine) * 2;
    for (auto const& slug : device.machines) unit.max_power_w += rated_w(config, slug) * 2;
    auto const known =
        std::ranges::find_if(devices, [&](auto const& d) { return d.name == device.name; });
    // Either the configuration's or that of the meter that was exchanged for it.
    unit.serial = device.serial;
    if (known != devices.end()) unit.serial = number_of(known->serial);
    unit.serial_told = known != devices.end() && known->serial_told;
    unit.exchanged_for = std::make_shared<std::atomic<std::uint64_t>>(0);
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
                std::map<std::string, metering::StopRule> const& stops,
                std::map<std::string, MachineId> const& machine_ids) {
    if (!profile->relay) return;
    plan.boards.push_back({line, static_cast<std::uint8_t>(device.unit), profile});
    auto const channels = std::min<std::size_t>(device.relays.size(), profile->relay->channels);
    for (std::size_t channel = 0; channel < channels; ++channel) {
        if (device.relays[channel].empty()) continue;
        plan.relays.push_back(relay_setup(device, channel, profile, stops));
        plan.relays.back().line = line;
        plan.relays.back().machine = machine_ids.at(device.relays[channel]);
    }
}

std::string alarm_name(interlock::Alarm alarm) {
    return alarm == interlock::Alarm::none ? "" : std::string{interlock::name_of(alarm)};
}

ContactState contact_state(interlock::Contact contact) {
    switch (contact) {
    case interlock::Contact::open: return ContactState::open;
    case interlock::Contact::closed: return ContactState::closed;
    case interlock::Contact::unknown: break;
    }
    return ContactState::unknown;
}

/// What was changed by nobody goes on as it is: everything but the number of this start.
bool same_line(LinePlan::Line const& a, LinePlan::Line const& b) {
    auto const same_watched = [](poller::Watched const& x, poller::Watched const& y) {
        return x.point == y.point && x.channel == y.channel;
    };
    auto const same_unit = [&](poller::UnitSetup const& x, poller::UnitSetup const& y) {
        return x.unit == y.unit && *x.profile == *y.profile && x.period == y.period &&
               x.max_power_w == y.max_power_w && x.serial == y.serial &&
               std::ranges::equal(x.watched, y.watched, same_watched);
    };
    return a.endpoint == b.endpoint && a.setup.character == b.setup.character &&
           a.max_late == b.max_late && std::ranges::equal(a.setup.units, b.setup.units, same_unit);
}

/// Which meter has taken a place is known from the old plan on, unless the place has another
/// number now.
void keep_exchanges(poller::LineSetup const& before, poller::LineSetup& after) {
    for (auto& unit : after.units)
        for (auto const& old : before.units)
            if (old.unit == unit.unit && old.serial == unit.serial)
                unit.exchanged_for = old.exchanged_for;
}

}  // namespace

modbus::Endpoint endpoint_of(LineConfig const& line) {
    if (line.tcp.empty())
        return modbus::SerialEndpoint{line.serial, line.baud,
                                      static_cast<modbus::Parity>(line.parity), line.stop_bits,
                                      line.echo};
    auto const colon = line.tcp.rfind(':');
    std::uint16_t port = 502;
    std::from_chars(line.tcp.data() + colon + 1, line.tcp.data() + line.tcp.size(), port);
    auto host = line.tcp.substr(0, colon);
    if (line.rtu) return modbus::RtuOverTcpEndpoint{std::move(host), port};
    return modbus::TcpEndpoint{std::move(host), port};
}

Profiles load_all_profiles(std::string const& shipped, std::string const& own,
                           config::Problems& problems) {
    Profiles known;
    for (auto& profile : profiles::load_profiles(shipped, own, problems)) {
        auto const name = profile.device;
        known[name] = std::make_shared<profiles::Profile const>(std::move(profile));
    }
    return known;
}

std::shared_ptr<profiles::Profile const> profile_of(DeviceConfig const& device,
                                                    Profiles const& profiles) {
    auto const& shared = profiles.at(device.profile);
    if (device.ratios == profiles::Ratios{} && !device.other_word_order) return shared;
    auto const profile = device.other_word_order ? profiles::turned(*shared) : *shared;
    // The configuration was refused if these could not be.
    return std::make_shared<profiles::Profile const>(
        profiles::transformed(profile, device.ratios).value());
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
        auto const profile = profile_of(device, profiles);
        auto const inputs = inputs_of(config, device.name);
        for (auto const& point : profile->points)
            if (is_watched(point) || std::ranges::count(inputs, point.name) > 0)
                setup.points.push_back({point.name, point.unit,
                                        point.kind == profiles::PointKind::counter, point.billing,
                                        point.modulus, profiles::step_of(point), form_of(point)});
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
        out.where = line.endpoint();
        out.setup.index = index;
        out.setup.name = line.name;
        out.setup.boot = boot;
        out.setup.clock_speed = clock_speed;
        // Behind a gateway that passes serial frames on, a character takes its time as well.
        if (!line.serial.empty() || line.rtu)
            out.setup.character =
                poller::character_time(line.baud, line.parity != 'N', line.stop_bits);
        for (auto const& device : config.devices) {
            if (device.line != line.name) continue;
            auto unit = unit_setup(device, profiles, config, devices, points);
            // Who is allowed to take long may take longer, and comes late then. How late is not
            // learned: what never came so far says nothing of what may come, and no usual time
            // is longer than what is allowed.
            std::chrono::milliseconds const allowed{unit.profile->limits.timeout_ms};
            out.max_late = std::max<Duration>(out.max_late, 3 * allowed);
            if (!unit.watched.empty()) out.setup.units.push_back(std::move(unit));
            add_relays(plan, device, index, profiles.at(device.profile), config.stops, machine_ids);
        }
        out.setup.writable = interlock::writes_of(plan.relays, index);
        plan.lines.push_back(std::move(out));
    }
    return plan;
}

Lines::Lines(LinePlan plan, std::vector<metering::Device> devices, ReadingSink& sink,
             WallClock const& wall, MonotonicClock const& monotonic,
             std::function<void(std::string_view, std::string_view)> log)
    : plan_(std::move(plan)),
      devices_(std::move(devices)),
      sink_(sink),
      wall_(wall),
      monotonic_(monotonic),
      log_(std::move(log)),
      interlock_(plan_.relays, interlock::Timing{}, monotonic, *this, plan_.boards) {
    for (auto const& line : plan_.lines) pollers_.push_back(open(line));
    find_places();
}

std::shared_ptr<poller::LinePoller> Lines::open(LinePlan::Line const& line) {
    modbus::LineTiming timing;
    timing.max_late = line.max_late;
    auto poller = std::make_shared<poller::LinePoller>(
        line.setup, std::make_unique<modbus::Line>(line.endpoint, timing, monotonic_), sink_, wall_,
        monotonic_);
    for (auto* guest : interlock_.guests(line.setup.index)) poller->attach(*guest);
    return poller;
}

void Lines::find_places() {
    places_.clear();
    for (std::size_t line = 0; line < plan_.lines.size(); ++line)
        for (auto const& unit : plan_.lines[line].setup.units)
            for (auto const& watched : unit.watched) places_[watched.channel] = {line, unit.unit};
}

void Lines::reopen(std::vector<std::size_t> const& lines) {
    for (auto const i : lines) {
        pollers_[i] = open(plan_.lines[i]);
        pollers_[i]->start();
    }
}

std::vector<std::string> Lines::replace(
    LinePlan plan, std::function<std::vector<metering::Device>()> const& meanwhile) {
    std::vector<std::size_t> changed;
    for (std::size_t i = 0; i < plan_.lines.size(); ++i)
        if (!same_line(plan_.lines[i], plan.lines.at(i))) changed.push_back(i);
    for (auto const i : changed) pollers_[i]->stop();
    std::vector<metering::Device> devices;
    try {
        devices = meanwhile();
    } catch (...) {
        std::unique_lock const lock{layout_};
        reopen(changed);
        throw;
    }
    std::unique_lock const lock{layout_};
    std::vector<std::string> names;
    for (auto const i : changed) {
        keep_exchanges(plan_.lines[i].setup, plan.lines[i].setup);
        plan_.lines[i] = std::move(plan.lines[i]);
        names.push_back(plan_.lines[i].setup.name);
    }
    devices_ = std::move(devices);
    find_places();
    reopen(changed);
    return names;
}

Lines::~Lines() { stop(); }

void Lines::start() {
    for (auto const& line : plan_.lines)
        for (auto const& each : line.setup.writable)
            log_("info", fmt::format("may write: line {}, unit {}, function {}, address {}",
                                     line.setup.name, each.unit, each.function, each.first));
    for (auto& poller : pollers_) poller->start();
}

void Lines::stop() {
    for (auto& poller : pollers_) poller->stop();
}

Result<std::vector<Reading>> Lines::snapshot(std::span<Channel const> channels,
                                             std::chrono::milliseconds deadline) {
    auto const until = monotonic_.now() + deadline;
    std::map<std::pair<std::size_t, int>, std::future<poller::SnapshotResult>> asked;
    {
        std::shared_lock const lock{layout_};
        for (auto const channel : channels) {
            auto const known = places_.find(channel);
            if (known == places_.end()) continue;  // of a device that is configured no more
            auto const& place = known->second;
            auto& future = asked[{place.line, place.unit}];
            if (!future.valid()) future = pollers_[place.line]->snapshot(place.unit, until);
        }
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

void Lines::exchanged(DeviceId const& device, std::string_view serial) {
    auto const number = number_of(serial);
    auto const told = number.value_or(0) != 0 ? *number : poller::serial_of_letters;
    std::shared_lock const lock{layout_};
    for (auto const& known : devices_)
        if (known.id == device)
            for (auto const& line : plan_.lines)
                for (auto const& unit : line.setup.units)
                    if (line.setup.name == known.line && unit.unit == known.unit)
                        *unit.exchanged_for = told;
}

void Lines::set(MachineId const& machine, metering::ContactWish const& wish) {
    interlock::Command command;
    command.id = wish.id;
    command.closed = wish.closed;
    command.authorised_until = monotonic_.now() + wish.lease;
    command.expires = monotonic_.now() + std::chrono::seconds{3};
    command.resume = wish.resume;
    interlock_.set_desired(machine, command);
    std::shared_lock const lock{layout_};
    for (auto const& device : devices_)
        if (device.machine == machine)
            for (auto const& [channel, place] : places_)
                if (place.unit == device.unit && plan_.lines[place.line].setup.name == device.line)
                    pollers_[place.line]->attend(place.unit, monotonic_.now() + wish.lease);
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
    return state ? alarm_name(state->alarm) : "";
}

metering::ContactEvent Lines::event_of(interlock::RelayState const& state) const {
    metering::ContactEvent event;
    event.machine = state.machine;
    event.alarm = alarm_name(state.alarm);
    event.at = wall_.now();
    event.contact = contact_state(state.actual);
    event.coil = contact_state(state.coil);
    event.wanted_closed = state.wanted_closed;
    std::shared_lock const lock{layout_};
    auto const relay =
        std::ranges::find(plan_.relays, state.machine, &interlock::RelaySetup::machine);
    event.line = plan_.lines.at(relay->line).setup.name;
    event.unit = relay->unit;
    event.channel = relay->channel + 1;
    return event;
}

std::vector<metering::ContactEvent> Lines::take_events() {
    std::lock_guard const lock{mutex_};
    return std::exchange(events_, {});
}

std::optional<metering::ContactEvent> Lines::describe(MachineId const& machine) {
    auto const state = interlock_.state(machine);
    return state ? std::optional{event_of(*state)} : std::nullopt;
}

void Lines::relay_changed(interlock::RelayState const& before, interlock::RelayState const& after) {
    if (after.alarm != before.alarm) {
        auto event = event_of(after);
        event.before = alarm_name(before.alarm);
        std::lock_guard const lock{mutex_};
        if (events_.size() < kEventsKept) events_.push_back(std::move(event));
    }
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

}  // namespace karkhana::app
