#include "server/booking/rules_waitlist.hpp"

#include <algorithm>
#include <tuple>

#include "server/booking/rules_availability.hpp"
#include "server/booking/rules_holds.hpp"
#include "server/booking/words.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;

/// How many days of a window are looked at for reserved hours.
constexpr int days_looked_at = 7;

bool is_for(facility::Reserved::Audience audience, Waiter const& waiter) {
    using enum facility::Reserved::Audience;
    switch (audience) {
    case women_led: return waiter.women_led;
    case member: return waiter.membership != "non_member";
    case priority: return waiter.membership == "priority";
    }
    return false;
}

bool is_of(facility::Reserved const& reserved, facility::Book const& book,
           std::vector<MachineId> const& machines) {
    if (reserved.machine) return std::ranges::find(machines, *reserved.machine) != machines.end();
    return !reserved.group || std::ranges::any_of(machines, [&](MachineId const& machine) {
        return facility::is_member(book, *reserved.group, machine);
    });
}

/// Times of a machine, one after the other, that are refused for the same.
struct Refusal {
    Slot first;
    Interval all;
    Codes against;
};

/// What is found for one entry.
struct Sought {
    std::optional<Slot> granted;
    std::vector<Refusal> refused;
    int tries = 0;

    void refuse(Slot const& slot, Codes against) {
        bool const same = !refused.empty() && refused.back().first.machine == slot.machine &&
                          refused.back().against == against;
        if (same)
            refused.back().all.end = slot.during.end;
        else
            refused.push_back({slot, slot.during, std::move(against)});
    }
};

/// Seeks times for one entry after the other.
class Offering {
public:
    Offering(World world, std::vector<Place> places, std::vector<Waiter> const& waiters,
             SpeaksAgainst const& speaks_against)
        : world_(std::move(world)), places_(std::move(places)), speaks_against_(speaks_against) {
        Interval range{world_.now, world_.now};
        for (auto const& waiter : waiters)
            range.end = std::max(range.end, waiter.entry.wanted.end + longest_booking);
        open_ = facility::open_intervals(world_.zone(), world_.opening(), range);
    }

    std::optional<Turn> turn_of(Waiter const& waiter) {
        auto const sought = seek(waiter);
        std::optional<Turn> turn;
        if (sought.granted) {
            turn = Turn{waiter, *sought.granted, {}, passed(*sought.granted)};
            take(*sought.granted);
        } else if (!sought.refused.empty()) {
            auto const first = std::ranges::min_element(
                sought.refused, {}, [](Refusal const& each) { return each.all.start; });
            turn = Turn{waiter, first->first, first->against, {}};
        }
        before_.emplace_back(waiter.entry, sought.refused);
        return turn;
    }

private:
    Sought seek(Waiter const& waiter) {
        world_.party = Party{.membership = waiter.membership, .women_led = waiter.women_led};
        Sought sought;
        auto const machines = machines_for(waiter.entry, *world_.book);
        for (auto const& place : places_)
            if (std::ranges::find(machines, place.machine.id) != machines.end())
                try_on(place, waiter, sought);
        return sought;
    }

    void try_on(Place const& place, Waiter const& waiter, Sought& sought) const {
        auto const& entry = waiter.entry;
        auto const from = std::max(entry.wanted.start, world_.now);
        auto const length = granted_length(limits_at(world_, place.machine, from), entry.length);
        Interval const starts{from, entry.wanted.end - length + Duration{1}};
        if (starts.empty()) return;
        each_start(world_, place, open_, length, starts, [&](Start const& start) {
            Slot const slot{place.machine.id, {start.at, start.at + length}};
            bool const later = sought.granted && sought.granted->during.start <= start.at;
            if (later || sought.tries++ >= times_tried) return false;
            auto against =
                length < entry.length ? Codes{"too_long"} : speaks_against_(waiter, slot);
            if (against.empty()) {
                sought.granted = slot;
                return false;
            }
            sought.refuse(slot, std::move(against));
            return length >= entry.length;
        });
    }

    /// Of those before, who was refused a time that overlaps.
    std::vector<Skipped> passed(Slot const& granted) const {
        std::vector<Skipped> found;
        for (auto const& [entry, refused] : before_) {
            auto const at = std::ranges::find_if(refused, [&](Refusal const& each) {
                return each.first.machine == granted.machine && each.all.overlaps(granted.during);
            });
            if (at != refused.end()) found.push_back({entry, granted, at->against});
        }
        return found;
    }

    /// Of a room the seats are counted by the rules.
    void take(Slot const& slot) {
        auto const place = std::ranges::find(places_, slot.machine,
                                             [](Place const& each) { return each.machine.id; });
        if (place->machine.seats == 1)
            place->taken.push_back(occupied(place->machine, slot.during));
    }

    World world_;
    std::vector<Place> places_;
    std::vector<Interval> open_;
    SpeaksAgainst const& speaks_against_;
    std::vector<std::pair<WaitlistEntry, std::vector<Refusal>>> before_;
};

}  // namespace

std::vector<MachineId> machines_for(WaitlistEntry const& entry, facility::Book const& book) {
    if (entry.machine) return {*entry.machine};
    auto const group = std::ranges::find(book.groups, *entry.group, &facility::Group::id);
    return group == book.groups.end() ? std::vector<MachineId>{} : group->machines;
}

std::optional<Violation> too_far(World const& world, WaitlistEntry const& entry) {
    auto const wanted = machines_for(entry, *world.book);
    std::optional<int> horizon;
    for (auto const& machine : world.book->machines)
        if (std::ranges::find(wanted, machine.id) != wanted.end())
            horizon = std::max(horizon.value_or(0),
                               limits_at(world, machine, entry.wanted.start).horizon_days);
    if (!horizon) return std::nullopt;
    auto const last = local_day(world.zone(), world.now) + days{*horizon};
    if (local_day(world.zone(), entry.wanted.start) <= last) return std::nullopt;
    return said_too_far(*horizon, last);
}

std::optional<Violation> never_fits(World const& world,
                                    std::vector<facility::Machine> const& machines,
                                    WaitlistEntry const& entry) {
    auto const length = std::chrono::duration_cast<std::chrono::minutes>(entry.length).count();
    auto const against = [&](facility::Machine const& machine) -> std::optional<Violation> {
        auto const limits = limits_at(world, machine, entry.wanted.start);
        auto const longest = longest_of(limits).count();
        if (length % limits.grid_minutes != 0) return said_grid(limits.grid_minutes);
        if (length < limits.min_minutes) return said_too_short(limits.min_minutes, length);
        if (length > longest) return said_too_long(longest, length);
        if (machine.seats > 1 && entry.people > machine.seats)
            return said_lack({Rule::capacity, machine.name, entry.people, machine.seats});
        return std::nullopt;
    };
    std::optional<Violation> first;
    for (auto const& machine : machines) {
        auto found = against(machine);
        if (!found) return std::nullopt;
        if (!first) first = std::move(found);
    }
    return first;
}

Instant beyond_horizon(facility::Book const& book, Instant now) {
    std::int64_t horizon = 0;
    for (auto const& machine : book.machines)
        horizon = std::max<std::int64_t>(horizon, machine.horizon_days);
    for (auto const& setting : book.settings)
        if (setting.name == "horizon_days" && setting.value)
            horizon = std::max(horizon, *setting.value);
    return at_minute(book.zone, local_day(book.zone, now) + days{horizon + 1}, 0);
}

bool in_reserved_hours(facility::Book const& book, Waiter const& waiter) {
    auto const machines = machines_for(waiter.entry, book);
    return std::ranges::any_of(book.reserved, [&](facility::Reserved const& reserved) {
        if (!is_for(reserved.audience, waiter) || !is_of(reserved, book, machines)) return false;
        auto day = local_day(book.zone, waiter.entry.wanted.start);
        auto const last = local_day(book.zone, waiter.entry.wanted.end);
        for (int i = 0; i < days_looked_at && day <= last; ++i, day += days{1}) {
            auto const weekday = std::chrono::weekday{day}.iso_encoding();
            Interval const hours{at_minute(book.zone, day, reserved.span.from_minute),
                                 at_minute(book.zone, day, reserved.span.until_minute)};
            bool const in_force =
                reserved.from <= hours.start && (!reserved.to || hours.start < *reserved.to);
            if (static_cast<int>(weekday) == reserved.weekday && in_force &&
                hours.overlaps(waiter.entry.wanted))
                return true;
        }
        return false;
    });
}

void put_in_order(facility::Book const& book, std::vector<Waiter>& waiters) {
    std::ranges::sort(waiters, {}, [&](Waiter const& waiter) {
        return std::tuple{waiter.membership != "priority", !in_reserved_hours(book, waiter),
                          waiter.entry.joined_at, waiter.entry.id};
    });
}

std::vector<Turn> next_turns(World world, std::vector<Place> places, std::vector<Waiter> waiters,
                             SpeaksAgainst const& speaks_against) {
    auto const now = world.now;
    std::erase_if(waiters, [&](Waiter const& waiter) {
        auto const& entry = waiter.entry;
        return entry.state != WaitlistEntry::State::waiting ||
               (entry.passed_until && *entry.passed_until > now);
    });
    put_in_order(*world.book, waiters);
    Offering offering{std::move(world), std::move(places), waiters, speaks_against};
    std::vector<Turn> turns;
    for (auto const& waiter : waiters)
        if (auto turn = offering.turn_of(waiter)) turns.push_back(std::move(*turn));
    return turns;
}

Turn const* in_the_way(World const& world, Place const& place, Ask const& ask,
                       std::span<Turn const> turns) {
    auto const& machine = place.machine;
    auto const wanted = occupied(machine, ask.during);
    auto with = turns.empty() ? World{} : world;
    for (auto const& turn : turns) {
        auto const theirs = occupied(machine, turn.slot.during);
        if (turn.slot.machine != machine.id || !theirs.overlaps(wanted)) continue;
        if (machine.seats == 1) return &turn;
        with.held.push_back({room_of(machine), turn.waiter.entry.people, theirs});
        auto const lacks = plan_holds(with, place, ask).lacks;
        if (std::ranges::find(lacks, Rule::capacity, &Lack::rule) != lacks.end()) return &turn;
    }
    return nullptr;
}

facility::Name waitlist_rule() {
    return {
        "A free time is offered to the first in the list who may have it: priority members "
        "first, then those for whom the hours are reserved, then whoever joined first. Who may "
        "not have it by the rules of booking is skipped and keeps the place; the log says why. "
        "An offer that is not answered in time goes to the next.",
        "খালি সময় তালিকার প্রথম যিনি পেতে পারেন তাঁকে দেওয়া হয়: আগে অগ্রাধিকার সদস্য, তারপর যাঁদের "
        "জন্য ওই সময় সংরক্ষিত, তারপর যিনি আগে নাম লিখিয়েছেন। বুকিংয়ের নিয়মে যিনি পেতে পারেন না তাঁকে "
        "বাদ দিয়ে পরের জনকে দেওয়া হয়, তাঁর জায়গা থাকে; কেন তা খাতায় লেখা থাকে। সময়মতো উত্তর না "
        "দিলে প্রস্তাব পরের জনের কাছে যায়।"};
}

}  // namespace karkhana::booking
