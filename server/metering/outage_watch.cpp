#include "server/metering/outage_watch.hpp"

#include <algorithm>

#include "server/facility/records.hpp"
#include "server/metering/series.hpp"

namespace karkhana::metering {
namespace {

using namespace std::chrono_literals;

/// Longer than a lost reply or a restart of the daemon, shorter than anybody's grace time.
constexpr Duration shortest_outage = 60s;
/// With a clock that runs faster the wire still needs its time.
constexpr auto shortest_silence = 10s;
constexpr auto meter_says_nothing = 5s;
constexpr auto written_every = 10s;
constexpr std::string_view unreachable = "unreachable";
constexpr std::string_view unmetered = "unmetered";

}  // namespace

void OutageWatch::note_absence(std::optional<Instant> last_alive) {
    auto const now = services_.clock.now();
    if (!last_alive || now - *last_alive <= shortest_outage) return;
    services_.ledger.write([&](store::Writer& writer) {
        facility::insert_outage(writer, services_.facility,
                                {.id = services_.ids.make<OutageId>(),
                                 .machine = std::nullopt,
                                 .during = {*last_alive, now},
                                 .kind = std::string{unreachable},
                                 .reason = ""},
                                now);
        return true;
    });
}

void OutageWatch::watch() {
    for (auto const& machine : machines_) watch(machine);
}

/// The kind of outage that the machine has now; empty when everything of it answers.
std::string_view OutageWatch::missing(MachineId const& machine) const {
    auto const contact = services_.contacts.actual(machine);
    if (contact == ContactState::unknown) return unreachable;
    auto const meter = meters_.of(machine);
    bool const silent = std::ranges::any_of(meter.energy, [&](Channel channel) {
        return services_.meters.silent(channel, meter_says_nothing);
    });
    if (!silent) return {};
    return contact == ContactState::none ? unreachable : unmetered;
}

void OutageWatch::watch(MachineId const& machine) {
    auto const now = services_.monotonic.now();
    auto const at = services_.clock.now();
    auto& watched = watched_.try_emplace(machine, Watched{now, at, {}, {}, {}}).first->second;
    auto const kind = missing(machine);
    if (kind != watched.kind) {
        if (watched.outage) write(machine, watched, at);
        watched = {now, at, kind, {}, {}};
    }
    if (kind.empty()) {
        watched = {now, at, {}, {}, {}};
        return;
    }
    bool const lasts =
        now - watched.reached > shortest_silence && at - watched.reached_at > shortest_outage;
    if (lasts && (!watched.outage || now - watched.written >= written_every))
        write(machine, watched, at);
}

void OutageWatch::write(MachineId const& machine, Watched& watched, Instant until) {
    auto const id = watched.outage.value_or(services_.ids.make<OutageId>());
    services_.ledger.write([&](store::Writer& writer) {
        if (watched.outage)
            facility::extend_outage(writer, services_.facility, id, until);
        else
            facility::insert_outage(writer, services_.facility,
                                    {.id = id,
                                     .machine = machine,
                                     .during = {watched.reached_at, until},
                                     .kind = std::string{watched.kind},
                                     .reason = ""},
                                    until);
        return true;
    });
    watched.outage = id;
    watched.written = services_.monotonic.now();
}

std::optional<Instant> last_alive(store::Store& telemetry, FacilityId const& facility) {
    Series series{telemetry, facility};
    std::optional<Instant> last;
    for (auto const& [channel, reading] : series.last_journaled())
        last = std::max(last.value_or(reading.at), reading.at);
    for (auto const& [channel, knot] : series.last_boundaries())
        last = std::max(last.value_or(knot.at), knot.at);
    return last;
}

}  // namespace karkhana::metering
