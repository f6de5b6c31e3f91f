#include <algorithm>
#include <set>

#include "server/app/lines.hpp"

// How the lines do, for whoever mends them.
namespace karkhana::app {
namespace {

std::string text_of(modbus::Failure failure) {
    std::string text{modbus::name_of(failure.fault)};
    if (failure.fault == modbus::Fault::refused) text += ' ' + std::to_string(failure.exception);
    return text;
}

std::map<std::string, std::int64_t> errors_of(poller::UnitTraffic const& traffic) {
    std::map<std::string, std::int64_t> errors;
    for (std::size_t i = 0; i < traffic.failures.size(); ++i)
        if (traffic.failures[i] > 0)
            errors.emplace(modbus::name_of(static_cast<modbus::Fault>(i)), traffic.failures[i]);
    return errors;
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
    if (unit.serial) health.serial = std::to_string(*unit.serial);
    if (unit.unproved) health.alarm = "unproved";
    switch (unit.state) {
    case poller::UnitState::starting: break;
    case poller::UnitState::healthy: health.state = "good"; break;
    case poller::UnitState::suspect: health.state = "slow"; break;
    case poller::UnitState::dead: health.state = "silent"; break;
    case poller::UnitState::stranger:
        health.state = "silent";
        health.alarm = "stranger";
        break;
    }
    return health;
}

/// A board that tells its contacts in time is good; there is nothing in between.
std::string_view board_state(interlock::BoardHealth const& board, Monotonic now) {
    if (!board.heard) return board.errors > 0 ? "silent" : "never_seen";
    return now - *board.heard > kContactAge ? "silent" : "good";
}

/// The units that were asked, and those whose turn has not come.
std::vector<poller::UnitTraffic> units_of(poller::LineHealth const& line) {
    auto units = line.traffic.units;
    for (auto const& unit : line.units) {
        auto const same = [&](auto const& each) { return each.unit == unit.unit; };
        if (std::ranges::none_of(units, same)) units.push_back({.unit = unit.unit});
    }
    std::ranges::sort(units, {}, &poller::UnitTraffic::unit);
    return units;
}

}  // namespace

Instant Lines::facility_time(Monotonic at, int clock_speed) const {
    auto const ago = std::chrono::duration_cast<Duration>(monotonic_.now() - at);
    return wall_.now() - ago * clock_speed;
}

metering::LineUnitStatus Lines::status_of(poller::LineHealth const& line,
                                          poller::UnitTraffic const& traffic,
                                          std::vector<metering::DeviceHealth> const& known) const {
    metering::LineUnitStatus status;
    status.unit = traffic.unit;
    if (auto const* const device = device_at(line.name, traffic.unit)) {
        status.device = device->id;
        status.device_name = device->name;
        auto const health = std::ranges::find(known, device->id, &metering::DeviceHealth::device);
        if (health != known.end()) {
            status.state = health->state;
            status.last_good = health->last_good;
        }
    }
    if (traffic.since_ok) status.silent_ms = traffic.since_ok->count() / 1000;
    if (traffic.latency) {
        status.latency_us = traffic.latency->count();
        status.latency_p99_us = traffic.latency_p99.count();
    }
    status.utilisation_permille = traffic.busy_permille;
    status.exchanges = static_cast<std::int64_t>(traffic.exchanges);
    for (auto const& unit : line.units)
        if (unit.unit == traffic.unit) status.overruns = static_cast<std::int64_t>(unit.overruns);
    status.errors = errors_of(traffic);
    if (traffic.last_failure) status.last_error = text_of(*traffic.last_failure);
    return status;
}

std::vector<metering::LineStatus> Lines::lines() const {
    auto const known = health();
    std::vector<metering::LineStatus> all;
    std::shared_lock const lock{layout_};
    for (std::size_t i = 0; i < pollers_.size(); ++i) {
        auto const health = pollers_[i]->health();
        metering::LineStatus line;
        line.name = health.name;
        line.endpoint = plan_.lines[i].where;
        line.connected = health.traffic.connected;
        line.utilisation_permille = health.traffic.busy_permille;
        line.exchanges = static_cast<std::int64_t>(health.traffic.exchanges);
        line.overruns = static_cast<std::int64_t>(health.overruns);
        for (auto const& unit : units_of(health)) {
            auto status = status_of(health, unit, known);
            // Whoever looks for devices asks many that are not there. One that only refuses is.
            bool const refuses = unit.last_failure && modbus::speaks(*unit.last_failure);
            if (status.device || status.silent_ms || refuses)
                line.units.push_back(std::move(status));
        }
        all.push_back(std::move(line));
    }
    return all;
}

std::optional<std::vector<metering::LineFrame>> Lines::frames(std::string_view line) const {
    std::shared_lock const lock{layout_};
    for (std::size_t i = 0; i < pollers_.size(); ++i) {
        auto const& setup = plan_.lines[i].setup;
        if (setup.name != line) continue;
        std::vector<metering::LineFrame> frames;
        for (auto& each : pollers_[i]->last_frames())
            frames.push_back({facility_time(each.asked, setup.clock_speed), each.took.count(),
                              each.unit, std::move(each.request), std::move(each.reply),
                              each.failure ? text_of(*each.failure) : ""});
        return frames;
    }
    return std::nullopt;
}

std::vector<metering::DeviceHealth> Lines::health() const {
    std::vector<metering::DeviceHealth> all;
    std::shared_lock const lock{layout_};
    for (auto const& poller : pollers_) {
        auto const line = poller->health();
        for (auto const& unit : line.units) {
            auto const* const device = device_at(line.name, unit.unit);
            if (device == nullptr) continue;
            auto health = device_health(*device, unit);
            // Nobody is to blame of the units of a line that leads nowhere, but none is heard.
            if (line.traffic.exchanges > 0 && !line.traffic.connected) health.state = "silent";
            all.push_back(std::move(health));
        }
    }
    for (auto const& board : interlock_.health()) {
        auto health = health_of(board);
        if (!health) continue;
        auto const meter = std::ranges::find(all, health->device, &metering::DeviceHealth::device);
        // A board that is a meter too does as the meter does.
        if (meter == all.end())
            all.push_back(std::move(*health));
        else
            meter->coils = health->coils;
    }
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
    for (int const channel : board.uncommanded) health.coils.push_back(channel + 1);
    if (!board.heard) return health;
    health.last_good = facility_time(*board.heard, line.clock_speed);
    health.latency_us = board.latency.count();
    return health;
}

}  // namespace karkhana::app
