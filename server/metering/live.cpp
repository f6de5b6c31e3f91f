#include "server/metering/live.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <iterator>
#include <set>
#include <utility>

#include "server/booking/records.hpp"
#include "server/booking/rules_safety.hpp"
#include "server/booking/rules_settings.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/metering/alarm.hpp"
#include "server/metering/records.hpp"
#include "server/people/json.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::metering {

namespace {

namespace json = boost::json;
using booking::Booking;
using booking::State;

constexpr auto horizon = std::chrono::hours(24);
constexpr std::chrono::seconds stale_after{10};
constexpr std::chrono::seconds silent_after{60};
constexpr std::chrono::seconds told_every{1};

/// Everything of the facility that is read once for all its machines.
struct Surroundings {
    std::shared_ptr<facility::Book const> book;
    std::string season;  ///< the opening profile of today
    Instant now;
    std::vector<facility::Outage> outages;
    std::vector<Booking> bookings;  ///< live ones of the next day, and those that overrun
    std::vector<UsageSession> sessions;
    std::map<MachineId, std::string> alarms;  ///< the worst that nobody has acknowledged
    std::map<BookingId, StopWish> wishes;
    std::map<EnterpriseId, people::Enterprise> enterprises;  ///< of the bookings
    std::set<BookingId> stopped;                             ///< paused, and by no person
};

/// Bookings that are over by their time, and whose session goes on.
std::vector<Booking> overrunning(store::Reader& reader, FacilityId const& facility,
                                 Surroundings const& around) {
    std::vector<BookingId> ids;
    for (auto const& session : around.sessions) {
        if (!session.booking || session.state != SessionState::open) continue;
        if (std::ranges::find(around.bookings, *session.booking, &Booking::id) ==
            around.bookings.end())
            ids.push_back(*session.booking);
    }
    auto found = booking::find_bookings(reader, facility, ids);
    std::erase_if(found, [](Booking const& each) { return !booking::is_live(each.state); });
    return found;
}

Surroundings look_around(Services const& services, store::Reader& reader,
                         FacilityId const& facility, Instant now) {
    Interval const ahead{now, now + horizon};
    auto const book = services.booking.books->get(reader, facility);
    Surroundings around{.book = book,
                        .season =
                            facility::profile_on(book->opening, local_day(book->zone, now)).slug,
                        .now = now,
                        .outages = facility::outages_between(reader, facility, ahead),
                        .bookings = booking::bookings_between(reader, facility, ahead, true),
                        .sessions = open_sessions(reader, facility),
                        .alarms = worst_alarms(reader, facility),
                        .wishes = stop_wishes(reader, facility),
                        .enterprises = {},
                        .stopped = {}};
    std::ranges::move(overrunning(reader, facility, around), std::back_inserter(around.bookings));
    std::set<EnterpriseId> who;
    for (auto const& booking : around.bookings) who.insert(booking.enterprise);
    around.enterprises = people::find_enterprises(reader, facility, {who.begin(), who.end()});
    around.stopped = paused_by_daemon(reader, facility, around.bookings);
    std::ranges::sort(around.bookings, {}, [](Booking const& b) { return b.during.start; });
    return around;
}

void add_slots(LiveMachine& live, Surroundings const& around) {
    auto const slot_of = [&](Booking const& booking) {
        return LiveSlot{booking, around.enterprises.at(booking.enterprise)};
    };
    Booking const* now = nullptr;
    Booking const* next = nullptr;
    for (auto const& booking : around.bookings) {
        if (booking.machine != live.machine.id) continue;
        bool const active = booking.state == State::running || booking.state == State::paused;
        if (live.machine.seats > 1 && (active || booking.during.contains(around.now)))
            live.in_room.push_back(slot_of(booking));
        if (active)
            now = &booking;
        else if (booking.during.contains(around.now) && now == nullptr)
            now = &booking;
        else if (booking.during.start > around.now && next == nullptr)
            next = &booking;
    }
    if (now != nullptr) live.now = slot_of(*now);
    if (next != nullptr) live.next = slot_of(*next);
}

/// What a session used so far; nothing where others share its meter: that is parted when it ends.
std::optional<std::int64_t> used_so_far(Meters const& meters, MachineMeters const& plan,
                                        UsageSession const& session) {
    if (session.registers.empty()) return std::nullopt;
    std::int64_t used = 0;
    for (auto const& segment : segments_of(session)) used += segment.energy.wh;
    for (auto const channel : channels_of(session)) {
        // The machine was given another meter since.
        bool const alone = plan.shared(channel) == nullptr;
        if (!alone || !plan.of(session.machine).counts(channel)) return std::nullopt;
        if (auto const believed = meters.believed(channel))
            used += std::max<std::int64_t>(0, believed->continued() -
                                                  last_of(session, channel)->value.wh);
    }
    return used;
}

void add_power(LiveMachine& live, Meters const& meters, MachineMeter const& meter) {
    for (auto const channel : meter.power) {
        auto const power = meters.latest(channel);
        if (!power) continue;
        live.power_w = live.power_w.value_or(0) + power->reading.value;
        live.as_of =
            std::max(live.as_of.value_or(power->reading.answered), power->reading.answered);
    }
}

void add_meter(LiveMachine& live, Services const& services, MachineMeters const& plan,
               UsageSession const* session) {
    auto const meter = plan.of(live.machine.id);
    add_power(live, services.meters, meter);
    for (auto const channel : meter.energy) {
        auto const energy = services.meters.believed(channel);
        if (!energy) return;
        if (!live.register_wh) live.register_wh = energy->reading.value;
        live.as_of =
            std::max(live.as_of.value_or(energy->reading.answered), energy->reading.answered);
        auto const quality =
            services.meters.silent(channel, stale_after) ? Quality::stale : Quality::good;
        live.quality = live.quality == Quality::missing ? quality : worse(live.quality, quality);
    }
    if (session != nullptr && session->state == SessionState::open)
        live.session_energy_wh = used_so_far(services.meters, plan, *session);
}

bool outage_now(Surroundings const& around, MachineId const& machine, bool of_machine) {
    return std::ranges::any_of(around.outages, [&](facility::Outage const& outage) {
        bool const here = !outage.machine || *outage.machine == machine;
        bool const broken = outage.kind == "breakdown" || outage.kind == "maintenance";
        return here && outage.during.contains(around.now) && broken == of_machine;
    });
}

/// Until when a machine that is free stays so, as far as one day shows.
std::optional<Instant> free_until(Surroundings const& around, LiveMachine const& live) {
    std::optional<Instant> until;
    auto const end_at = [&](Instant at) { until = until ? std::min(*until, at) : at; };
    if (live.next) end_at(live.next->booking.during.start);
    for (auto const& outage : around.outages)
        if (!outage.machine || *outage.machine == live.machine.id) end_at(outage.during.start);
    auto const open = facility::open_intervals(around.book->zone, around.book->opening,
                                               {around.now, around.now + horizon});
    if (!open.empty() && open.front().end < around.now + horizon) end_at(open.front().end);
    return until;
}

LiveMachine live_machine(Services const& services, RunControl const& run,
                         Surroundings const& around, facility::Machine const& machine) {
    booking::Scope const today{
        .machine = machine.id, .membership = "", .season = around.season, .at = around.now};
    auto const limits = booking::limits_for(*around.book, machine, today);
    LiveMachine live{.machine = machine};
    // Whoever looks for a time is to be offered those that can be booked.
    live.machine.grid_minutes = limits.grid_minutes;
    live.machine.min_minutes = limits.min_minutes;
    live.machine.max_minutes = limits.max_minutes;
    live.machine.horizon_days = limits.horizon_days;
    auto const found = std::ranges::find(around.sessions, machine.id, &UsageSession::machine);
    auto const* session = found == around.sessions.end() ? nullptr : &*found;
    auto const meter = run.meters().of(machine.id);
    add_slots(live, around);
    add_meter(live, services, run.meters(), session);
    live.contact = services.contacts.actual(machine.id);
    live.stopping = run.stopping(machine.id);
    live.ticks = booking::ticks_wanted(*around.book, today);
    live.trials = limits.trials;
    auto const unseen = around.alarms.find(machine.id);
    live.alarm = unseen != around.alarms.end() ? unseen->second : "";
    if (live.alarm.empty()) live.alarm = services.contacts.alarm(machine.id);
    bool const silent = std::ranges::any_of(meter.energy, [&](Channel channel) {
        return services.meters.silent(channel, silent_after);
    });
    if (live.alarm.empty() && silent) live.alarm = "meter_silent";
    MachineFacts facts{.out_of_order = machine.out_of_order, .meter_silent = silent};
    facts.outage_of_machine = outage_now(around, machine.id, true);
    facts.outage_of_facility = outage_now(around, machine.id, false) ||
                               !facility::is_open(around.book->zone, around.book->opening,
                                                  {around.now, around.now + Duration{1}});
    facts.active = session != nullptr && session->state == SessionState::open;
    if (live.now) {
        auto const state = live.now->booking.state;
        if (auto const wish = around.wishes.find(live.now->booking.id); wish != around.wishes.end())
            live.asked = wish->second.target;
        facts.booked = true;
        facts.active = facts.active || state == State::running || state == State::paused;
        facts.stopped = around.stopped.contains(live.now->booking.id);
        facts.paused = state == State::paused && !facts.stopped;
    }
    live.state = state_of(facts);
    if (live.state == "free") live.free_until = free_until(around, live);
    return live;
}

json::value stopping_json(LiveMachine const& live, Zone const& zone) {
    if (!live.stopping) return nullptr;
    return json::object{
        {"stop", name_of(live.stopping->stop)},
        {"at_latest", http::or_null(live.stopping->at_latest, zone)},
        {"asked", live.asked ? json::value(booking::name_of(*live.asked)) : json::value(nullptr)}};
}

json::object slot_json(LiveSlot const& slot, Zone const& zone, http::Principal const* who) {
    auto const& booking = slot.booking;
    bool const mine = who != nullptr && who->acts_for(booking.enterprise);
    bool const told = mine || (who != nullptr && people::is_staff(*who));
    json::object object{
        {"booking_id", told ? json::value(booking.id.text()) : json::value(nullptr)},
        {"machine_id", booking.machine.text()},
        {"start", to_rfc3339(booking.during.start, zone)},
        {"end", to_rfc3339(booking.during.end, zone)},
        {"state", booking::name_of(booking.state)},
        {"mine", mine}};
    object["enterprise"] =
        told ? json::value(people::enterprise_ref_json(slot.enterprise)) : json::value(nullptr);
    return object;
}

json::value slot_json(std::optional<LiveSlot> const& slot, Zone const& zone,
                      http::Principal const* who) {
    return slot ? json::value(slot_json(*slot, zone, who)) : json::value(nullptr);
}

json::array slots_json(std::vector<LiveSlot> const& slots, Zone const& zone,
                       http::Principal const* who) {
    json::array shown;
    for (auto const& slot : slots) shown.push_back(slot_json(slot, zone, who));
    return shown;
}

}  // namespace

LiveBoard live_board(Services const& services, RunControl const& run, store::Reader& reader,
                     FacilityId const& facility) {
    auto const around = look_around(services, reader, facility, services.clock.now());
    LiveBoard board{.zone = around.book->zone, .now = around.now, .machines = {}};
    for (auto const& machine : facility::list_machines(reader, facility))
        board.machines.push_back(live_machine(services, run, around, machine));
    return board;
}

json::object live_json(LiveMachine const& live, Zone const& zone, http::Principal const* who) {
    return {{"state", live.state},
            {"contact", name_of(live.contact)},
            {"power_w", http::or_null(live.power_w)},
            {"session_energy_wh", http::or_null(live.session_energy_wh)},
            {"register_wh", http::or_null(live.register_wh)},
            {"quality", name_of(live.quality)},
            {"as_of", http::or_null(live.as_of, zone)},
            {"free_until", http::or_null(live.free_until, zone)},
            {"now", slot_json(live.now, zone, who)},
            {"next", slot_json(live.next, zone, who)},
            {"in_room", slots_json(live.in_room, zone, who)},
            {"stopping", stopping_json(live, zone)},
            {"ticks", json::value_from(live.ticks)},
            {"alarm", live.alarm.empty() ? json::value(nullptr) : json::value(live.alarm)}};
}

void LiveEvents::publish_changes() {
    if (services_.listening && !services_.listening()) return;
    auto const changes = run_.changes();
    auto const since = looked_at_ ? services_.monotonic.now() - *looked_at_ : told_every;
    if (changes == changes_ && since < told_every) return;
    changes_ = changes;
    looked_at_ = services_.monotonic.now();
    auto const board = services_.ledger.read([&](store::Reader& reader) {
        return live_board(services_, run_, reader, services_.facility);
    });
    auto const now = services_.monotonic.now();
    for (auto const& live : board.machines) {
        auto object = live_json(live, board.zone, nullptr);
        auto const as_of = object["as_of"];
        // That a value is newer and the same is no news.
        object.erase("as_of");
        auto text = json::serialize(object);
        auto& told = told_[live.machine.id];
        if (told.text == text || (!told.text.empty() && now - told.at < told_every)) continue;
        told = {std::move(text), now};
        object["as_of"] = as_of;
        services_.publish(
            services_.facility, "machine",
            json::serialize(json::object{{"id", live.machine.id.text()}, {"live", object}}));
    }
}

}  // namespace karkhana::metering
