#pragma once

#include <functional>
#include <memory>
#include <string>

#include "devices/interlock/interlock.hpp"
#include "devices/poller/engine.hpp"
#include "server/app/load.hpp"
#include "server/app/prepare.hpp"
#include "server/billing/api.hpp"
#include "server/booking/api.hpp"
#include "server/metering/api.hpp"
#include "server/metering/outage_watch.hpp"
#include "server/metering/recall.hpp"
#include "server/metering/rules_clock.hpp"
#include "server/metering/series_writer.hpp"
#include "tests/sim/plant.hpp"

namespace karkhana::sim {

/// What has no room on the disk. `reserve`: the store itself refuses every change; else it is told
/// that there is no room only when a file would have to grow.
enum class Full { nothing, readings, everything, reserve };

/// A store whose disk is nearly full when somebody says so.
class Disk final : public store::Store {
public:
    explicit Disk(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
    bool is_postgres() const override { return inner_->is_postgres(); }
    bool refuses = false;

protected:
    void submit(std::function<bool(store::Writer&)> work) override;
    void inspect(std::function<void(store::Reader&)> const& work) override;

private:
    std::unique_ptr<store::Store> inner_;
};

/// The daemon's rooms on the simulated plant, without a thread. Destroying it is a kill: nothing
/// is stopped in order, only the database is left.
class House final : public metering::MeterPort,
                    public metering::ContactPort,
                    public interlock::InterlockListener {
public:
    House(app::Loaded const& loaded, Clocks& clocks, Plant& plant, std::uint64_t seed);

    /// Does what is due now and passes time until `until`.
    void run_until(Instant until);
    /// A request as `who` through the real handlers.
    http::Response ask(http::Principal const& who, std::string method, std::string const& path,
                       std::string body);
    http::Principal principal(std::string role, std::optional<EnterpriseId> enterprise) const;

    Result<std::vector<Reading>> snapshot(std::span<Channel const> channels,
                                          std::chrono::milliseconds deadline) override;
    std::optional<metering::MetMeter> meet(Channel, std::chrono::milliseconds) override {
        return std::nullopt;  // no meter is exchanged there
    }
    void set(MachineId const& machine, metering::ContactWish const& wish) override;
    metering::ContactState actual(MachineId const& machine) override;
    metering::ContactState wait_for(MachineId const& machine, bool closed,
                                    std::chrono::milliseconds deadline) override;
    std::string alarm(MachineId const& machine) override;
    std::vector<metering::ContactEvent> take_events() override { return {}; }
    std::optional<metering::ContactEvent> describe(MachineId const& machine) override {
        (void)machine;
        return std::nullopt;
    }
    void relay_changed(interlock::RelayState const&, interlock::RelayState const&) override {}

    /// From now on. A daemon that starts has room.
    void fill(Full full);

    /// Told of every boundary of a quarter hour, just before and just after the daemon reads it.
    std::function<void(Instant, bool read)> at_boundary = [](Instant, bool) {};

    /// Told every half second.
    std::function<void()> at_turn = [] {};

    /// Readings that found no room.
    std::uint64_t dropped() const { return series_.counts().dropped; }

    store::Store& ledger() { return stores_.ledger(); }
    store::Store& telemetry() { return stores_.telemetry(); }
    app::Prepared const& prepared() const { return prepared_; }

private:
    void turn();
    void watch_clock();
    void pass_boundary();
    void store_readings();
    void step_devices();

    Clocks& clocks_;
    std::unique_ptr<Random> random_;
    IdSource ids_;
    app::Stores stores_;
    Disk* disk_ = nullptr;  ///< of the ledger
    app::Prepared prepared_;
    metering::Meters meters_;
    metering::SeriesWriter series_;
    app::LinePlan plan_;
    interlock::Interlock interlock_;
    poller::PollEngine engine_;
    billing::RateCardCache rate_cards_;
    booking::Services booking_;
    metering::Services metering_;
    metering::RunControl run_;
    metering::ClockWatch clock_watch_;
    metering::OutageWatch outages_;
    http::Router router_;
    Instant boundary_;
    std::uint64_t turns_ = 0;
    std::uint64_t keys_ = 0;
    std::uint64_t boot_;
};

}  // namespace karkhana::sim
