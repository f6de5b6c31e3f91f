#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "server/app/jobs.hpp"
#include "server/app/lines.hpp"
#include "server/app/load.hpp"
#include "server/app/prepare.hpp"
#include "server/booking/api.hpp"
#include "server/metering/device_watch.hpp"
#include "server/metering/live.hpp"
#include "server/metering/meters.hpp"
#include "server/metering/outage_watch.hpp"
#include "server/metering/rules_clock.hpp"
#include "server/metering/run.hpp"
#include "server/metering/series_writer.hpp"

namespace karkhana::app {

/// The machines' side of the daemon: lines, meters, series, run control, and the threads that keep
/// them going.
class Workshop {
public:
    struct Needs {
        Loaded const& loaded;
        Stores const& stores;
        Prepared const& prepared;
        WallClock const& clock;
        MonotonicClock const& monotonic;
        IdSource& ids;
        booking::Services const& booking;
        metering::Publish publish;
        std::function<bool()> listening;  ///< whether anybody follows the events
        Log log;
        int clock_speed = 1;
    };
    explicit Workshop(Needs const& needs);
    Workshop(Workshop const&) = delete;
    Workshop& operator=(Workshop const&) = delete;

    metering::Services const& services() const { return services_; }
    metering::RunControl& run() { return run_; }
    Lines& lines() { return lines_; }

    void start();
    void stop();

    /// Goes over to another configuration of the same lines and devices. `reconfigured` brings the
    /// ledger up to it while the lines that change stand still. The names of those lines. Between
    /// start and stop.
    std::vector<std::string> reload(Loaded const& loaded, Prepared const& before,
                                    std::function<Prepared()> const& reconfigured);

    /// What is wrong, for readiness; empty when all is well.
    std::string trouble() const;
    /// Lines of the Prometheus text format.
    std::string metrics() const;

private:
    void add_jobs(int clock_speed, Log const& log);
    void tell_losses(Log const& log);
    void keep_boundaries(int clock_speed);
    void configure_meters(Loaded const& loaded, Prepared const& prepared);

    int clock_speed_;
    metering::Meters meters_;
    metering::SeriesWriter series_;
    Lines lines_;
    metering::Services services_;
    metering::RunControl run_;
    metering::ClockWatch clock_watch_;
    metering::LiveEvents live_;
    metering::OutageWatch outages_;
    metering::DeviceWatch devices_;
    std::atomic<bool> reconciled_ = false;
    std::atomic<bool> stopping_ = false;
    metering::SeriesWriter::Counts told_;  ///< only the storage jobs touch it
    std::mutex storing_;                   ///< the series are written by one at a time
    // Each has a thread of its own: what waits for a meter must not hold up a lease, and what
    // waits for the disk neither.
    Jobs leases_, attendance_, boundaries_, storage_, screens_;
};

}  // namespace karkhana::app
