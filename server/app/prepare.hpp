#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/app/config.hpp"
#include "server/app/lines.hpp"
#include "server/base/random.hpp"
#include "server/metering/devices.hpp"
#include "server/metering/stroke_counters.hpp"
#include "server/store/store.hpp"

namespace karkhana::app {

/// The two databases. On PostgreSQL they are one.
struct Stores {
    std::unique_ptr<store::Store> ledger_owner;
    std::unique_ptr<store::Store> telemetry_owner;

    store::Store& ledger() const { return *ledger_owner; }
    store::Store& telemetry() const { return telemetry_owner ? *telemetry_owner : *ledger_owner; }
};

/// Opens and migrates. Throws std::runtime_error with a sentence for the operator.
Stores open_stores(Config const& config);
/// Without changing anything, also while the daemon runs. On SQLite there may be no telemetry.
Stores open_stores_to_read(Config const& config);

/// What the configuration became in the ledger.
struct Prepared {
    facility::Facility facility;
    Zone zone;
    std::map<std::string, MachineId> machine_ids;  ///< by slug
    std::vector<metering::Device> devices;
    std::vector<metering::Point> points;
};

std::vector<MachineId> machines_of(Prepared const& prepared);
/// The most that each machine can draw: more than its plate says, when it starts.
std::map<MachineId, std::int64_t> most_watts(Config const& config, Prepared const& prepared);

/// Brings the devices alone up to the configuration, in a facility that is at work.
Prepared prepare_devices(store::Store& ledger, Config const& config, Profiles const& profiles,
                         Prepared prepared, IdSource& ids);
/// Brings facility, machines, opening hours and devices of the ledger up to the configuration; what
/// is there keeps its id. The rate card is entered once, when there is none.
Prepared prepare_facility(store::Store& ledger, Config const& config, Profiles const& profiles,
                          IdSource& ids, Instant now);

/// The channel of an input that the configuration was checked to have.
Channel channel_of(Prepared const& prepared, InputConfig const& input);

/// The counters of strokes, by machine.
std::map<MachineId, metering::StrokeCounters::Source> stroke_sources(Prepared const& prepared,
                                                                     Config const& config);

/// Which meters tell of which machine, from when on it counts as idle, and what says that it runs.
metering::MeterPlan meter_plan(Prepared const& prepared, Config const& config);

}  // namespace karkhana::app
