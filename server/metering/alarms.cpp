#include "server/metering/alarms.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "server/metering/rows.hpp"

namespace karkhana::metering {
namespace {

namespace json = boost::json;

/// What the meters of the machine say now: the sum over those that count for it alone, as long as
/// each of them has said something.
json::object meters_say(Meters const& meters, MachineMeters const& plan, MachineId const& machine) {
    auto const meter = plan.of(machine);
    json::object evidence;
    std::optional<std::int64_t> energy, power;
    std::string words;
    bool whole = true;
    for (auto const channel : meter.energy) {
        if (plan.shared(channel) != nullptr) continue;
        auto const believed = meters.believed(channel);
        whole = whole && believed;
        if (!believed) continue;
        energy = energy.value_or(0) + believed->continued();
        words.append(words.empty() ? "" : ", ").append(words_text(believed->reading.raw));
    }
    if (energy && whole) {
        evidence["register_wh"] = *energy;
        evidence["words"] = words;
    }
    for (auto const channel : meter.power)
        if (auto const latest = meters.latest(channel))
            power = power.value_or(0) + latest->reading.value;
    if (power) evidence["power_w"] = *power;
    return evidence;
}

void add_contact(json::object& evidence, ContactEvent const& event) {
    if (event.line.empty()) return;
    evidence["line"] = event.line;
    evidence["unit"] = event.unit;
    evidence["channel"] = event.channel;
    evidence["contact"] = name_of(event.contact);
    evidence["coil"] = name_of(event.coil);
    evidence["wanted"] = event.wanted_closed ? "closed" : "open";
}

}  // namespace

void Alarms::look() {
    if (!std::exchange(begun_, true))
        services_.ledger.write([&](store::Writer& writer) {
            clear_all_alarms(writer, services_.facility, services_.clock.now());
            return true;
        });
    for (auto& event : services_.contacts.take_events()) pending_.push_back(std::move(event));
    // What a failing database did not take is there still for the next turn.
    while (!pending_.empty()) {
        keep(pending_.front());
        pending_.erase(pending_.begin());
    }
}

void Alarms::keep(ContactEvent const& event) {
    if (event.alarm == event.before) return;
    if (!event.before.empty()) clear(event.machine, event.before, event.at);
    if (!event.alarm.empty()) raise(event, event.alarm);
}

void Alarms::raise(MachineId const& machine, std::string_view kind) {
    ContactEvent event;
    event.machine = machine;
    event.at = services_.clock.now();
    if (auto const known = services_.contacts.describe(machine)) event = *known;
    raise(event, kind);
}

void Alarms::clock_was_set(MachineId const& machine, std::int64_t by_s) {
    ContactEvent event;
    event.machine = machine;
    event.at = services_.clock.now();
    raise(event, "clock_set", by_s);
    clear(machine, "clock_set");
}

void Alarms::raise(ContactEvent const& event, std::string_view kind,
                   std::optional<std::int64_t> set_by_s) {
    auto evidence = meters_say(services_.meters, meters_, event.machine);
    add_contact(evidence, event);
    if (set_by_s) evidence["set_by_s"] = *set_by_s;
    Fault const fault{event.machine, std::string{kind}, event.at, json::serialize(evidence)};
    std::lock_guard const lock{mutex_};
    auto const id = services_.ledger.write([&](store::Writer& writer) {
        return raise_alarm(writer, services_.ids, services_.facility, fault);
    });
    if (id) tell(*id, event.machine, kind, "raised");
}

void Alarms::clear(MachineId const& machine, std::string_view kind) {
    clear(machine, kind, services_.clock.now());
}

void Alarms::clear(MachineId const& machine, std::string_view kind, Instant at) {
    auto const known = services_.ledger.read([&](store::Reader& reader) {
        return lasting_alarm(reader, services_.facility, machine, kind);
    });
    if (!known) return;
    auto evidence = json::parse(known->evidence).as_object();
    auto const now = meters_say(services_.meters, meters_, machine);
    auto const* const until = now.if_contains("register_wh");
    if (auto const* from = evidence.if_contains("register_wh"); from && until) {
        // What is added moves what is there.
        auto const used = until->as_int64() - from->as_int64();
        evidence["until_register_wh"] = *until;
        evidence["energy_wh"] = used;
    }
    services_.ledger.write([&](store::Writer& writer) {
        clear_alarm(writer, services_.facility, known->id, at, json::serialize(evidence));
        return true;
    });
    tell(known->id, machine, kind, "cleared");
}

void Alarms::tell_acknowledged(Alarm const& alarm) const {
    tell(alarm.id, alarm.machine, alarm.kind, "acknowledged");
}

void Alarms::tell(AlarmId const& id, MachineId const& machine, std::string_view kind,
                  std::string_view state) const {
    services_.publish(
        services_.facility, "alarm",
        json::serialize(json::object{
            {"id", id.text()}, {"machine_id", machine.text()}, {"kind", kind}, {"state", state}}));
}

}  // namespace karkhana::metering
