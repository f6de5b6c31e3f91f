#include <future>

#include "server/app/lines.hpp"

// What a person asks of a line by hand.
namespace karkhana::app {
namespace {

/// A poller tells of every command by its deadline; the second is for one that stops meanwhile.
constexpr Duration kGrace = std::chrono::seconds(1);

}  // namespace

std::optional<modbus::Outcome> Lines::exchange(std::string_view line, poller::Exchange command) {
    std::shared_ptr<poller::LinePoller> poller;
    {
        std::shared_lock const lock{layout_};
        for (std::size_t i = 0; i < pollers_.size(); ++i)
            if (plan_.lines[i].setup.name == line) poller = pollers_[i];
    }
    if (!poller) return std::nullopt;
    auto const promise = std::make_shared<std::promise<modbus::Outcome>>();
    auto future = promise->get_future();
    command.done = [promise](modbus::Outcome outcome) { promise->set_value(std::move(outcome)); };
    auto const last = command.expires + command.patience + kGrace;
    poller->exchange(std::move(command));
    if (future.wait_for(last - monotonic_.now()) != std::future_status::ready)
        return tl::unexpected(modbus::Failure{modbus::Fault::expired});
    return future.get();
}

std::optional<metering::MetMeter> Lines::meet(Channel channel, std::chrono::milliseconds deadline) {
    std::shared_ptr<poller::LinePoller> poller;
    std::uint8_t unit = 0;
    {
        std::shared_lock const lock{layout_};
        auto const known = places_.find(channel);
        if (known == places_.end()) return std::nullopt;
        poller = pollers_[known->second.line];
        unit = known->second.unit;
    }
    auto const promise = std::make_shared<std::promise<poller::SnapshotResult>>();
    auto future = promise->get_future();
    poller->snapshot({.unit = unit,
                      .deadline = monotonic_.now() + deadline,
                      .done = [promise](auto result) { promise->set_value(std::move(result)); },
                      .who = true,
                      .channel = channel});
    if (future.wait_for(deadline + kGrace) != std::future_status::ready) return std::nullopt;
    auto const result = future.get();
    if (!result) return std::nullopt;
    metering::MetMeter met;
    for (auto const& each : poller->health().units)
        if (each.unit == unit && each.serial) met.serial = std::to_string(*each.serial);
    for (auto const& reading : *result)
        if (reading.channel == channel) met.reading = reading;
    return met;
}

std::vector<interlock::RelaySetup> Lines::relays_of(std::string_view line) const {
    std::shared_lock const lock{layout_};
    std::vector<interlock::RelaySetup> found;
    for (auto const& relay : plan_.relays)
        if (plan_.lines.at(relay.line).setup.name == line) found.push_back(relay);
    return found;
}

}  // namespace karkhana::app
