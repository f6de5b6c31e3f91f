#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "devices/interlock/interlock.hpp"
#include "devices/modbus/line.hpp"
#include "devices/poller/line_poller.hpp"
#include "server/app/config.hpp"
#include "server/metering/devices.hpp"
#include "server/metering/ports.hpp"

namespace karkhana::app {

/// Everything about the lines that follows from the configuration and the channels that the ledger
/// gave its points.
struct LinePlan {
    struct Line {
        poller::LineSetup setup;
        modbus::Endpoint endpoint;
        Duration max_late = std::chrono::seconds(1);
    };
    std::vector<Line> lines;
    std::vector<interlock::RelaySetup> relays;
};

using Profiles = std::map<std::string, std::shared_ptr<profiles::Profile const>>;
Profiles load_all_profiles(std::string const& folder, config::Problems& problems);

/// The devices as metering wants to know them.
std::vector<metering::DeviceSetup> device_setups(
    Config const& config, Profiles const& profiles,
    std::map<std::string, MachineId> const& machine_ids);

/// Those of the ledger's devices that are on a line now. The others stay there for what rests on
/// them, and another device may have their place by now.
std::vector<metering::Device> devices_in_use(Config const& config,
                                             std::vector<metering::Device> devices);

LinePlan plan_lines(Config const& config, Profiles const& profiles,
                    std::map<std::string, MachineId> const& machine_ids,
                    std::vector<metering::Device> const& devices,
                    std::vector<metering::Point> const& points, std::uint64_t boot,
                    int clock_speed);

/// The lines at work: one thread each. Answers metering's questions to meters and contacts.
class Lines final : public metering::MeterPort,
                    public metering::ContactPort,
                    public interlock::InterlockListener {
public:
    Lines(LinePlan plan, std::vector<metering::Device> devices, ReadingSink& sink,
          WallClock const& wall, MonotonicClock const& monotonic,
          std::function<void(std::string_view level, std::string_view line)> log);
    ~Lines() override;

    void start();
    void stop();

    Result<std::vector<Reading>> snapshot(std::span<Channel const> channels,
                                          std::chrono::milliseconds deadline) override;
    void exchanged(DeviceId const& device, std::string_view serial) override;
    void set(MachineId const& machine, metering::ContactWish const& wish) override;
    metering::ContactState actual(MachineId const& machine) override;
    metering::ContactState wait_for(MachineId const& machine, bool closed,
                                    std::chrono::milliseconds deadline) override;
    std::string alarm(MachineId const& machine) override;
    void relay_changed(interlock::RelayState const& before,
                       interlock::RelayState const& after) override;

    std::vector<metering::DeviceHealth> health() const;

private:
    struct Place {
        std::size_t line = 0;
        std::uint8_t unit = 0;
    };

    std::optional<metering::DeviceHealth> health_of(interlock::BoardHealth const& board) const;
    metering::Device const* device_at(std::string_view line, std::uint8_t unit) const;

    LinePlan plan_;
    std::vector<metering::Device> devices_;
    WallClock const& wall_;
    MonotonicClock const& monotonic_;
    std::function<void(std::string_view, std::string_view)> log_;
    std::map<Channel, Place> places_;
    interlock::Interlock interlock_;
    std::vector<std::unique_ptr<poller::LinePoller>> pollers_;
    std::mutex mutex_;  ///< with changed_: a contact moved
    std::condition_variable changed_;
};

}  // namespace karkhana::app
