#include "server/app/workshop.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

#include "server/metering/boundary_wait.hpp"
#include "server/metering/devices.hpp"
#include "server/metering/recall.hpp"

namespace karkhana::app {
namespace {

using namespace std::chrono_literals;

metering::StopRules stops_of(Workshop::Needs const& needs) {
    metering::StopRules stops;
    for (auto const& [slug, rule] : needs.loaded.config.stops)
        stops[needs.prepared.machine_ids.at(slug)] = rule;
    return stops;
}

std::optional<Channel> mains_channel(Workshop::Needs const& needs) {
    auto const& mains = needs.loaded.config.mains;
    if (!mains) return std::nullopt;
    return channel_of(needs.prepared, *mains);
}

LinePlan plan_of(Loaded const& loaded, Prepared const& prepared, Instant now, int clock_speed) {
    return plan_lines(loaded.config, loaded.profiles, prepared.machine_ids, prepared.devices,
                      prepared.points, static_cast<std::uint64_t>(micros(now)), clock_speed);
}

}  // namespace

Workshop::Workshop(Needs const& needs)
    : clock_speed_(needs.clock_speed),
      meters_(needs.prepared.zone, needs.monotonic),
      series_(needs.stores.ledger(), needs.stores.telemetry(), needs.prepared.facility.id, meters_,
              needs.clock, {}),
      lines_(plan_of(needs.loaded, needs.prepared, needs.clock.now(), needs.clock_speed),
             devices_in_use(needs.loaded.config, needs.prepared.devices), series_, needs.clock,
             needs.monotonic, needs.log),
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
                &lines_,
                needs.loaded.config.estimated_bills},
      run_(services_, needs.prepared.zone, meter_plan(needs.prepared, needs.loaded.config),
           stops_of(needs)),
      clock_watch_(needs.clock_speed),
      live_(services_, run_),
      outages_(services_, run_.meters(), machines_of(needs.prepared), mains_channel(needs),
               metering::meter_places(devices_in_use(needs.loaded.config, needs.prepared.devices),
                                      needs.prepared.points)),
      devices_(services_, run_.alarms(), needs.prepared.devices, needs.prepared.points),
      leases_(needs.log),
      attendance_(needs.log),
      boundaries_(needs.log),
      storage_(needs.log),
      screens_(needs.log) {
    configure_meters(needs.loaded, needs.prepared);
    run_.watch_mains(mains_channel(needs));
    outages_.on_back = [this](MachineId const& machine) { run_.read_after_outage(machine); };
    outages_.on_cut = [this](bool off) { run_.cut(off); };
    add_jobs(needs.clock_speed, needs.log);
}

void Workshop::configure_meters(Loaded const& loaded, Prepared const& prepared) {
    meters_.configure(prepared.points, most_watts(loaded.config, prepared),
                      metering::recall(services_.ledger, services_.telemetry, services_.facility,
                                       prepared.points));
}

std::vector<std::string> Workshop::reload(Loaded const& loaded, Prepared const& before,
                                          std::function<Prepared()> const& reconfigured) {
    // Points keep their channels: what is watched has not changed.
    auto plan = plan_of(loaded, before, services_.clock.now(), clock_speed_);
    return lines_.replace(std::move(plan), [&] {
        std::lock_guard const lock{storing_};
        series_.flush();
        auto const prepared = reconfigured();
        configure_meters(loaded, prepared);
        return devices_in_use(loaded.config, prepared.devices);
    });
}

void Workshop::tell_losses(Log const& log) {
    auto const now = series_.counts();
    if (now.dropped > told_.dropped)
        log("error", fmt::format("{} readings found no room on the disk, {} of them of counters",
                                 now.dropped - told_.dropped,
                                 now.counters_dropped - told_.counters_dropped));
    told_ = now;
}

void Workshop::add_jobs(int clock_speed, Log const& log) {
    leases_.every(500ms, "leases", [this] { run_.renew(); });
    attendance_.every(1s, "attendance", [this] {
        if (!reconciled_) run_.reconcile();
        reconciled_ = true;
        if (auto const by = clock_watch_.look(services_.clock.now(), services_.monotonic.now()))
            run_.clock_was_set(*by);
        run_.tick();
    });
    attendance_.every(1s, "outages", [this] { outages_.watch(); });
    boundaries_.every(1s, "boundaries", [this, clock_speed] { keep_boundaries(clock_speed); });
    storage_.every(1s, "readings", [this] {
        meters_.watch_silence();
        std::lock_guard const lock{storing_};
        series_.flush();
    });
    storage_.every(10s, "losses", [this, log] { tell_losses(log); });
    storage_.every(10s, "compaction", [this] {
        std::lock_guard const lock{storing_};
        series_.compact();
    });
    screens_.every(250ms, "screens", [this] { live_.publish_changes(); });
    screens_.every(250ms, "alarms", [this] { run_.alarms().look(); });
    screens_.every(1s, "devices", [this] { devices_.look(); });
}

/// A boundary's register is its own when it is asked for within a second of facility time. The
/// next boundary is looked for anew each time, because the clock may have been set.
void Workshop::keep_boundaries(int clock_speed) {
    auto const wait = [this](std::chrono::microseconds most) {
        std::this_thread::sleep_for(most);
        return !stopping_;
    };
    for (;;) {
        auto const next = run_.next_boundary();
        bool const far = next - services_.clock.now() > 1500ms * clock_speed;
        if (far || !metering::wait_until(services_.clock, services_.monotonic, next, wait)) return;
        run_.at_boundary(next);
    }
}

void Workshop::start() {
    outages_.note_absence(metering::last_alive(services_.telemetry, services_.facility));
    run_.hold_running();
    lines_.start();
    for (auto* jobs : {&leases_, &attendance_, &boundaries_, &storage_, &screens_}) jobs->start();
}

void Workshop::stop() {
    stopping_ = true;
    for (auto* jobs : {&screens_, &boundaries_, &attendance_, &leases_}) jobs->stop();
    lines_.stop();
    storage_.stop();
    series_.flush();
}

std::string Workshop::trouble() const {
    auto const answers = [](store::Reader& reader) { return reader.exists("SELECT 1"); };
    for (auto* database : {&services_.ledger, &services_.telemetry}) {
        if (!database->read(answers)) return "a database does not answer";
        // Where nothing can be written it throws that its disk is full.
        database->write([](store::Writer&) { return 0; });
    }
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
    add("counter_readings_dropped", "counter", counts.counters_dropped);
    add("readings_waiting", "gauge", counts.waiting);
    return out;
}

}  // namespace karkhana::app
