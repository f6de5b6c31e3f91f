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

std::vector<interlock::RelaySetup> Lines::relays_of(std::string_view line) const {
    std::shared_lock const lock{layout_};
    std::vector<interlock::RelaySetup> found;
    for (auto const& relay : plan_.relays)
        if (plan_.lines.at(relay.line).setup.name == line) found.push_back(relay);
    return found;
}

}  // namespace karkhana::app
