#include "server/app/workshop.hpp"

#include <fmt/format.h>

#include "server/metering/devices.hpp"
#include "server/metering/recall.hpp"

namespace karkhana::app {
namespace {

using namespace std::chrono_literals;

std::map<MachineId, std::int64_t> most_watts(Workshop::Needs const& needs) {
    std::map<MachineId, std::int64_t> watts;
    for (auto const& machine : needs.loaded.config.machines)
        watts[needs.prepared.machine_ids.at(machine.slug)] = machine.rated_w * 2;
    return watts;
}

std::vector<MachineId> machines_of(Prepared const& prepared) {
    std::vector<MachineId> found;
    for (auto const& [slug, id] : prepared.machine_ids) found.push_back(id);
    return found;
}

LinePlan plan_of(Workshop::Needs const& needs) {
    return plan_lines(needs.loaded.config, needs.loaded.profiles, needs.prepared.machine_ids,
                      needs.prepared.devices, needs.prepared.points,
                      static_cast<std::uint64_t>(micros(needs.clock.now())), needs.clock_speed);
}

}  // namespace

Workshop::Workshop(Needs const& needs)
    : meters_(needs.prepared.zone, needs.monotonic),
      series_(needs.stores.ledger(), needs.stores.telemetry(), needs.prepared.facility.id, meters_,
              needs.clock, {}),
      lines_(plan_of(needs), devices_in_use(needs.loaded.config, needs.prepared.devices), series_,
             needs.clock, needs.monotonic, needs.log),
      services_{needs.stores.ledger(),
                needs.stores.telemetry(),
                needs.clock,
                needs.monotonic,
                needs.ids,
                needs.prepared.facility.id,
                meters_,
                lines_,
                lines_,
                needs.booking,
                needs.publish,
                [this] { return lines_.health(); },
                needs.listening,
                needs.loaded.config.estimated_bills},
      run_(services_, needs.prepared.zone, meter_plan(needs.prepared, needs.loaded.config)),
      live_(services_, run_),
      outages_(services_, run_.meters(), machines_of(needs.prepared)),
      devices_(services_, needs.prepared.devices),
      boundary_(run_.next_boundary()),
      leases_(needs.log),
      attendance_(needs.log),
      boundaries_(needs.log),
      storage_(needs.log),
      screens_(needs.log) {
    meters_.configure(needs.prepared.points, most_watts(needs),
                      metering::recall(needs.stores.ledger(), needs.stores.telemetry(),
                                       needs.prepared.facility.id, needs.prepared.points));
    add_jobs(needs.clock_speed);
}

void Workshop::add_jobs(int clock_speed) {
    leases_.every(500ms, "leases", [this] { run_.renew(); });
    attendance_.every(1s, "attendance", [this] {
        if (!reconciled_) run_.reconcile();
        reconciled_ = true;
        run_.tick();
        outages_.watch();
    });
    // A boundary's register is its own when it is asked for within a second of facility time.
    boundaries_.every(clock_speed > 1 ? 5ms : 100ms, "boundaries", [this] {
        if (services_.clock.now() < boundary_) return;
        auto const passed = boundary_;
        boundary_ = run_.next_boundary();
        run_.at_boundary(passed);
    });
    storage_.every(1s, "readings", [this] {
        meters_.watch_silence();
        series_.flush();
    });
    storage_.every(10s, "compaction", [this] { series_.compact(); });
    screens_.every(250ms, "screens", [this] { live_.publish_changes(); });
    screens_.every(1s, "devices", [this] { devices_.look(); });
}

void Workshop::start() {
    outages_.note_absence(metering::last_alive(services_.telemetry, services_.facility));
    run_.hold_running();
    lines_.start();
    for (auto* jobs : {&leases_, &attendance_, &boundaries_, &storage_, &screens_}) jobs->start();
}

void Workshop::stop() {
    for (auto* jobs : {&screens_, &boundaries_, &attendance_, &leases_}) jobs->stop();
    lines_.stop();
    storage_.stop();
    series_.flush();
}

std::string Workshop::trouble() const {
    auto const answers = [](store::Reader& reader) { return reader.exists("SELECT 1"); };
    for (auto* database : {&services_.ledger, &services_.telemetry})
        if (!database->read(answers)) return "a database does not answer";
    return reconciled_ ? "" : "contacts are being reconciled";
}

std::string Workshop::metrics() const {
    auto const counts = series_.counts();
    std::string out;
    auto const add = [&](std::string_view name, std::string_view kind, std::uint64_t value) {
        out += fmt::format("# TYPE karkhana_{0} {1}\nkarkhana_{0} {2}\n", name, kind, value);
    };
    add("readings_accepted", "counter", counts.accepted);
    add("readings_durable", "counter", counts.durable);
    add("readings_dropped", "counter", counts.dropped);
    add("readings_waiting", "gauge", counts.waiting);
    return out;
}

}  // namespace karkhana::app
