#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
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
        std::string where;  ///< the endpoint as the configuration says it
        /// See modbus::LineTiming; three times what the slowest device is allowed, a second at
        /// least.
        Duration max_late = std::chrono::seconds(1);
    };
    std::vector<Line> lines;
    std::vector<interlock::RelaySetup> relays;
    std::vector<interlock::BoardSetup> boards;  ///< those too that switch no machine
};

modbus::Endpoint endpoint_of(LineConfig const& line);

using Profiles = std::map<std::string, std::shared_ptr<profiles::Profile const>>;
Profiles load_all_profiles(std::string const& shipped, std::string const& own,
                           config::Problems& problems);

/// A device's profile as it is set, and behind its transformers.
std::shared_ptr<profiles::Profile const> profile_of(DeviceConfig const& device,
                                                    Profiles const& profiles);

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

/// Read-back older than this is not a state any more.
constexpr std::chrono::seconds kContactAge{3};

/// The lines at work: one thread each. Answers metering's questions to meters and contacts.
class Lines final : public metering::MeterPort,
                    public metering::ContactPort,
                    public metering::LinePort,
                    public interlock::InterlockListener {
public:
    Lines(LinePlan plan, std::vector<metering::Device> devices, ReadingSink& sink,
          WallClock const& wall, MonotonicClock const& monotonic,
          std::function<void(std::string_view level, std::string_view line)> log);
    ~Lines() override;

    void start();
    void stop();

    /// Takes a plan of the same lines and relays, in the same order. The lines it changes stand
    /// still while `meanwhile` runs and says which devices there are then, and go on by the new
    /// plan, or by the old one when it throws; the others go on all the time. The names of those
    /// that changed. Between start and stop, from one thread.
    std::vector<std::string> replace(
        LinePlan plan, std::function<std::vector<metering::Device>()> const& meanwhile);

    Result<std::vector<Reading>> snapshot(std::span<Channel const> channels,
                                          std::chrono::milliseconds deadline) override;
    std::optional<metering::MetMeter> meet(Channel channel,
                                           std::chrono::milliseconds deadline) override;
    void exchanged(DeviceId const& device, std::string_view serial) override;
    void set(MachineId const& machine, metering::ContactWish const& wish) override;
    metering::ContactState actual(MachineId const& machine) override;
    metering::ContactState wait_for(MachineId const& machine, bool closed,
                                    std::chrono::milliseconds deadline) override;
    std::string alarm(MachineId const& machine) override;
    std::vector<metering::ContactEvent> take_events() override;
    std::optional<metering::ContactEvent> describe(MachineId const& machine) override;
    void relay_changed(interlock::RelayState const& before,
                       interlock::RelayState const& after) override;

    std::vector<metering::DeviceHealth> health() const;
    std::vector<metering::LineStatus> lines() const override;
    std::optional<std::vector<metering::LineFrame>> frames(std::string_view line) const override;

    /// One exchange between two readings, by the deadline of `command`, whose `done` is not used.
    /// Nothing where no line has this name.
    std::optional<modbus::Outcome> exchange(std::string_view line, poller::Exchange command);
    /// The contacts of a line.
    std::vector<interlock::RelaySetup> relays_of(std::string_view line) const;

private:
    struct Place {
        std::size_t line = 0;
        std::uint8_t unit = 0;
    };

    std::shared_ptr<poller::LinePoller> open(LinePlan::Line const& line);
    void find_places();
    void reopen(std::vector<std::size_t> const& lines);
    std::optional<metering::DeviceHealth> health_of(interlock::BoardHealth const& board) const;
    metering::LineUnitStatus status_of(poller::LineHealth const& line,
                                       poller::UnitTraffic const& traffic,
                                       std::vector<metering::DeviceHealth> const& known) const;
    Instant facility_time(Monotonic at, int clock_speed) const;
    metering::ContactEvent event_of(interlock::RelayState const& state) const;
    metering::Device const* device_at(std::string_view line, std::uint8_t unit) const;

    mutable std::shared_mutex layout_;  ///< of plan_, devices_, places_ and pollers_
    LinePlan plan_;
    std::vector<metering::Device> devices_;
    ReadingSink& sink_;
    WallClock const& wall_;
    MonotonicClock const& monotonic_;
    std::function<void(std::string_view, std::string_view)> log_;
    std::map<Channel, Place> places_;
    interlock::Interlock interlock_;
    std::vector<std::shared_ptr<poller::LinePoller>> pollers_;
    std::mutex mutex_;  ///< with changed_: a contact moved
    std::condition_variable changed_;
    std::vector<metering::ContactEvent> events_;  ///< under the mutex
};

}  // namespace karkhana::app
