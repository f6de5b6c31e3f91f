#include "server/metering/outage_watch.hpp"

#include <algorithm>
#include <utility>

#include "server/facility/records.hpp"
#include "server/metering/mains.hpp"
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
constexpr std::string_view load_shedding = "load_shedding";

/// Where a contact is on its line: "hall 9/3".
std::string place_of(ContactEvent const& relay) {
    return relay.line + " " + std::to_string(relay.unit) + "/" + std::to_string(relay.channel);
}

}  // namespace

std::vector<MeterPlace> meter_places(std::vector<Device> const& devices,
                                     std::vector<Point> const& points) {
    std::vector<MeterPlace> places;
    for (auto const& device : devices) {
        auto const heard = std::ranges::find_if(points, [&](Point const& point) {
            bool const electric = point.unit == Unit::wh || point.unit == Unit::w;
            return point.device == device.id && electric;
        });
        if (heard != points.end()) places.push_back({heard->channel, device.line});
    }
    return places;
}

void OutageWatch::note_absence(std::optional<Instant> last_alive) {
    auto const now = services_.clock.now();
    if (!last_alive || now - *last_alive <= shortest_outage) return;
    auto const id = services_.ids.make<OutageId>();
    services_.ledger.write([&](store::Writer& writer) {
        facility::insert_outage(writer, services_.facility,
                                {.id = id,
                                 .machine = std::nullopt,
                                 .during = {*last_alive, now},
                                 .kind = std::string{unreachable},
                                 .reason = ""},
                                now);
        for (bool const at_end : {false, true})
            facility::add_evidence(writer, services_.facility,
                                   {.outage = id,
                                    .at_end = at_end,
                                    .what = "daemon",
                                    .source = "karkhana",
                                    .at = at_end ? now : *last_alive});
        return true;
    });
}

void OutageWatch::watch() {
    if (mains_) watch_mains();
    watch_silence();
    if (cut_ || silence_) return;
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

/// What is known of a machine that does not answer, or that answers again: its relay, its meter
/// with the last value or the first one, and the line when everything on it is gone.
OutageWatch::Evidence OutageWatch::evidence_of(MachineId const& machine, bool at_end,
                                               Instant at) const {
    Evidence found;
    if (auto const relay = services_.contacts.describe(machine)) {
        bool const alone = std::ranges::any_of(machines_, [&](MachineId const& other) {
            auto const theirs = services_.contacts.describe(other);
            return theirs && theirs->line == relay->line && missing(other) != unreachable;
        });
        bool const gone = services_.contacts.actual(machine) == ContactState::unknown;
        if (gone || at_end)
            found.push_back(
                {.at_end = at_end, .what = "relay", .source = place_of(*relay), .at = at});
        if (gone && !alone && machines_.size() > 1)
            found.push_back({.at_end = at_end, .what = "line", .source = relay->line, .at = at});
    }
    for (auto const channel : meters_.of(machine).energy)
        if (auto const believed = services_.meters.believed(channel))
            found.push_back({.at_end = at_end,
                             .what = "meter",
                             .source = "",
                             .channel = channel,
                             .value = believed->reading.value,
                             .unit = std::string{name_of(Unit::wh)},
                             .at = believed->reading.answered});
    return found;
}

void OutageWatch::watch(MachineId const& machine) {
    auto const now = services_.monotonic.now();
    auto const at = services_.clock.now();
    auto& watched = watched_.try_emplace(machine, Watched{now, at, {}, {}, {}, {}}).first->second;
    auto const kind = missing(machine);
    if (kind != watched.kind) {
        if (watched.outage) {
            write(machine, watched, at, evidence_of(machine, true, at));
            awaited_.insert(machine);
        }
        watched = {now, at, kind, {}, {}, {}};
        if (!kind.empty()) watched.evidence = evidence_of(machine, false, at);
    }
    if (kind.empty()) {
        watched = {now, at, {}, {}, {}, {}};
        if (awaited_.erase(machine) > 0) on_back(machine);
        return;
    }
    bool const lasts =
        now - watched.reached > shortest_silence && at - watched.reached_at > shortest_outage;
    if (lasts && (!watched.outage || now - watched.written >= written_every))
        write(machine, watched, at, std::exchange(watched.evidence, {}));
}

/// A cut that the mains' own input tells is exact to a reading, so the shortest one counts.
void OutageWatch::watch_mains() {
    auto const told = mains_of(services_.meters, *mains_);
    if (!told) return;
    auto const& [off, reading, unit] = *told;
    bool const goes_on = cut_.has_value() && off;
    if (!goes_on && !cut_.has_value() && !off) return;
    Evidence evidence;
    if (!goes_on)
        evidence.push_back({.at_end = !off,
                            .what = unit == Unit::mv ? "voltage" : "mains",
                            .source = "",
                            .channel = mains_,
                            .value = reading.value,
                            .unit = std::string{name_of(unit)},
                            .at = reading.answered});
    auto const now = services_.monotonic.now();
    if (!cut_) cut_ = {now, reading.answered, load_shedding, {}, {}, {}};
    bool const due = !cut_->outage || !off || now - cut_->written >= written_every;
    // An outage has a length, if it is only the microsecond that is known of it so far.
    auto const until = std::max(reading.answered, cut_->reached_at + Duration{1});
    if (due) write(std::nullopt, *cut_, until, std::move(evidence));
    if (off) return;
    cut_.reset();
    await_machines(until);
}

std::vector<Witness> OutageWatch::witnesses() const {
    std::vector<Witness> found;
    for (auto const& place : places_)
        if (auto const latest = services_.meters.latest(place.channel))
            found.push_back({place.channel, place.line, latest->heard,
                             services_.meters.silent(place.channel, meter_says_nothing)});
    return found;
}

/// What these meters said last before it, or first after it, and the lines that fell silent.
OutageWatch::Evidence OutageWatch::words_of(std::vector<Witness> const& meters, bool at_end) const {
    Evidence found;
    std::set<std::string> lines;
    for (auto const& meter : meters) {
        auto const reading = services_.meters.latest(meter.channel)->reading;
        if (!at_end && lines.insert(meter.line).second)
            found.push_back({.what = "line", .source = meter.line, .at = reading.answered});
        found.push_back({.at_end = at_end,
                         .what = "meter",
                         .source = "",
                         .channel = meter.channel,
                         .value = reading.value,
                         .unit = std::string{name_of(*services_.meters.unit_of(meter.channel))},
                         .at = reading.answered});
    }
    return found;
}

/// Inferred from silence it has to last, and begins at the last thing that any meter said.
void OutageWatch::watch_silence() {
    bool const mains_speaks = mains_ && mains_of(services_.meters, *mains_);
    auto const fell = cut_ || mains_speaks ? std::vector<Witness>{} : common_silence(witnesses());
    auto const now = services_.monotonic.now();
    auto const at = services_.clock.now();
    if (fell.empty() && silence_) end_silence(at);
    if (fell.empty()) return;
    if (!silence_) {
        auto const last = services_.meters.latest(fell.front().channel)->reading.answered;
        silence_ = {fell.front().heard, last, load_shedding, {}, {}, words_of(fell, false)};
    }
    bool const lasts =
        now - silence_->reached > shortest_silence && at - silence_->reached_at > shortest_outage;
    bool const first = !silence_->outage;
    if (!lasts || (!first && now - silence_->written < written_every)) return;
    auto evidence = std::exchange(silence_->evidence, {});
    if (first)
        for (auto const& machine : machines_)
            if (services_.contacts.actual(machine) == ContactState::unknown)
                evidence.push_back({.what = "relay",
                                    .source = place_of(*services_.contacts.describe(machine)),
                                    .at = silence_->reached_at});
    write(std::nullopt, *silence_, at, std::move(evidence));
    if (first) on_cut(true);
}

void OutageWatch::end_silence(Instant at) {
    auto over = *std::exchange(silence_, std::nullopt);
    if (!over.outage) return;
    auto speak = witnesses();
    std::erase_if(speak, &Witness::silent);
    auto evidence = words_of(speak, true);
    auto until = at;
    for (auto const& each : evidence) until = std::min(until, each.at);
    until = std::max(until, over.reached_at + Duration{1});
    write(std::nullopt, over, until, std::move(evidence));
    on_cut(false);
    await_machines(until);
}

/// After an outage of all machines each is looked at anew, and read as soon as it answers.
void OutageWatch::await_machines(Instant until) {
    for (auto const& machine : machines_) {
        awaited_.insert(machine);
        auto const found = watched_.find(machine);
        if (found != watched_.end() && !found->second.outage)
            found->second = {services_.monotonic.now(), until, {}, {}, {}, {}};
    }
}

void OutageWatch::write(std::optional<MachineId> const& machine, Watched& watched, Instant until,
                        Evidence evidence) {
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
        for (auto each : evidence) {
            each.outage = id;
            if (each.channel)
                each.source = device_name_of(writer, services_.facility, *each.channel);
            facility::add_evidence(writer, services_.facility, each);
        }
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
