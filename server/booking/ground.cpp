#include "server/booking/ground.hpp"

#include <algorithm>

#include "server/booking/decide.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_hold.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/book_records.hpp"
#include "server/facility/records.hpp"
#include "server/people/records.hpp"

namespace karkhana::booking {

std::vector<Bay> read_bays(store::Reader& reader, FacilityId const& facility,
                           facility::Book const& book, Interval range) {
    auto const open = facility::open_intervals(book.zone, book.opening, range);
    auto outages = facility::outages_between(reader, facility, range);
    std::erase_if(outages, [&](facility::Outage const& each) { return bridged(book, each); });
    std::vector<Bay> bays;
    std::unordered_map<MachineId, std::size_t> index;
    for (auto const& machine : book.machines) {
        index.emplace(machine.id, bays.size());
        bays.push_back({machine, without_outages(open, outages, machine.id), {}});
    }
    constexpr std::chrono::days clean_up{1};
    for (auto const& booking :
         bookings_between(reader, facility, {range.start - clean_up, range.end + clean_up}, true))
        if (auto const at = index.find(booking.machine); at != index.end())
            take(bays[at->second], busy_by(bays[at->second].machine, booking));
    return bays;
}

void lock_all(store::Writer& writer, FacilityId const& facility,
              std::set<EnterpriseId> const& parties, std::set<MachineId> const& machines) {
    for (auto const& party : parties) lock_party(writer, facility, party);
    for (auto const& machine : machines) facility::lock_machine(writer, facility, machine);
}

std::vector<Booking> lock_whole(store::Writer& writer, FacilityId const& facility,
                                std::vector<BookingId> const& ids) {
    lock_bookings(writer, facility, ids);
    auto bookings = find_bookings(writer, facility, ids);
    std::set<EnterpriseId> parties;
    std::set<MachineId> machines;
    for (auto const& booking : bookings) {
        parties.insert(booking.enterprise);
        machines.insert(booking.machine);
    }
    lock_all(writer, facility, parties, machines);
    return bookings;
}

Terms terms_of(facility::Book const& book, std::string const& membership, MachineId const& machine,
               Instant start) {
    auto const day = local_day(book.zone, start);
    return terms_for(book, {.machine = machine,
                            .membership = membership,
                            .season = facility::profile_on(book.opening, day).slug,
                            .at = start});
}

Terms terms_of(store::Reader& reader, facility::Book const& book, Booking const& booking) {
    auto const membership = membership_of(reader, booking.facility, booking.enterprise);
    return terms_of(book, membership.value(), booking.machine, booking.during.start);
}

namespace {

/// What the rules are asked of a booking that the daemon wants for somebody.
struct Look {
    World world;
    Place place;
    Ask ask;
};
Look look_at(Services const& services, store::Reader& reader, Booking const& wanted,
             Booking const* before, Instant now, std::vector<ResourceId> const& besides = {}) {
    auto const book = services.books->get(reader, wanted.facility);
    // What was asked for besides the machine is known by what is held on the one it was on.
    auto wish = wish_of(reader, *book, before == nullptr ? wanted : *before);
    if (before == nullptr) wish.changes.reset();
    wish.enterprise = wanted.enterprise;
    wish.machine = wanted.machine;
    wish.during = wanted.during;
    auto const machine = machines_of(reader, *book, wish).value().front();
    // What has been retired meanwhile is a lack, and not an error.
    wish.resources.insert(wish.resources.end(), besides.begin(), besides.end());
    auto const range = occupied(machine, wanted.during);
    auto world = read_world(reader, book, range, now, wanted.id);
    add_party(services, reader, world, wish, range).value();
    auto ask = ask_of(services, reader, *book, machine, wish, {});
    // What is there may be moved to where it never was: all rules are asked anew.
    ask.held.reset();
    return {std::move(world), {machine, {}}, std::move(ask)};
}

}  // namespace

std::vector<Violation> speaks_against(Services const& services, store::Reader& reader,
                                      Booking const& wanted, Booking const* before, Instant now,
                                      std::vector<ResourceId> const& besides) {
    auto const look = look_at(services, reader, wanted, before, now, besides);
    return check_policy(look.world, look.place, look.ask);
}

std::optional<Instant> approval_until(Services const& services, store::Reader& reader,
                                      Booking const& wanted, Booking const* before, Instant now) {
    auto const look = look_at(services, reader, wanted, before, now);
    if (!needs_approval(look.world, look.place.machine, look.ask)) return std::nullopt;
    auto const limits = limits_at(look.world, look.place.machine, wanted.during.start);
    return answer_until(limits.approval_hold, wanted.during, now);
}

void keep_holds(Services const& services, store::Writer& writer, Booking const& booking,
                Booking const* before, Instant now, std::vector<ResourceId> const& besides) {
    auto const book = services.books->get(writer, booking.facility);
    auto const machine = std::ranges::find(book->machines, booking.machine, &facility::Machine::id);
    bool const elsewhere = before != nullptr && before->machine != booking.machine;
    if (!elsewhere && !may_hold(*book, *machine)) {
        // What there is no more is held no more.
        if (before != nullptr) replace_holds(writer, *machine, booking.id, {});
        return;
    }
    auto const look = look_at(services, writer, booking, before, now, besides);
    replace_holds(writer, look.place.machine, booking.id,
                  plan_holds(look.world, look.place, look.ask).holds);
}

void forgive_time(std::vector<Violation>& violations) {
    std::erase_if(violations, [](Violation const& each) {
        return each.rule == Rule::in_past || each.rule == Rule::too_soon ||
               each.rule == Rule::too_far || each.rule == Rule::grid;
    });
}

std::vector<Violation> still_against(Services const& services, store::Reader& reader,
                                     Booking const& booking, Booking const& wanted, Instant now) {
    auto against = speaks_against(services, reader, wanted, &booking, now);
    forgive_time(against);
    if (wanted.enterprise != booking.enterprise) return against;
    auto const let_pass = overrides_of(reader, booking.facility, booking.id);
    std::erase_if(against, [&](Violation const& each) {
        return std::ranges::find(let_pass, each.rule, &KeptOverride::rule) != let_pass.end();
    });
    return against;
}

Codes codes_of(std::vector<Violation> const& violations) {
    Codes codes;
    for (auto const& violation : violations) codes.emplace_back(name_of(violation.rule));
    return codes;
}

}  // namespace karkhana::booking
