#include "server/booking/decide.hpp"

#include <algorithm>
#include <unordered_map>

#include "server/booking/audit.hpp"
#include "server/booking/ground.hpp"
#include "server/booking/queue_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_hold.hpp"
#include "server/booking/rules_holds.hpp"
#include "server/booking/secret_records.hpp"
#include "server/booking/turns.hpp"
#include "server/booking/views.hpp"
#include "server/booking/words.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/book_cache.hpp"
#include "server/facility/records.hpp"

namespace karkhana::booking {
namespace {

/// What every booking draws of the generator. The machines are those of the book.
void add_loads(store::Reader& reader, World& world, Interval range,
               std::optional<BookingId> const& except) {
    auto const& book = *world.book;
    for (auto const& booking : bookings_between(reader, book.facility.id, range, true)) {
        auto const machine =
            std::ranges::find(book.machines, booking.machine, &facility::Machine::id);
        if (machine == book.machines.end() || booking.id == except) continue;
        world.held.push_back(load_of(book.facility, *machine, booking.people, booking.during));
    }
}

/// First the ME, whose quotas are counted, then the machines by id: everybody in one order.
void lock(store::Writer& writer, facility::Book const& book, Wish const& wish) {
    if (!writer.is_postgres()) return;
    lock_party(writer, book.facility.id, wish.enterprise);
    std::vector<MachineId> machines;
    if (wish.machine) machines.push_back(*wish.machine);
    if (wish.changes) machines.push_back(wish.changes->machine);
    for (auto const& group : book.groups)
        if (wish.group && group.id == *wish.group)
            machines.insert(machines.end(), group.machines.begin(), group.machines.end());
    std::ranges::sort(machines);
    machines.erase(std::ranges::unique(machines).begin(), machines.end());
    for (auto const& machine : machines) facility::lock_machine(writer, book.facility.id, machine);
}

/// The price that was quoted, if the wish brings a quote that holds for it.
Result<void> take_quote(store::Reader& reader, Wish const& wish, Decision& decision, Instant now) {
    if (wish.quote.empty()) return {};
    auto const quoted =
        read_quote(find_secret(reader, decision.world.book->facility.id, quote_secret), wish.quote);
    if (!quoted) return tl::make_unexpected(quoted.error());
    bool const same = quoted->machine == decision.place.machine.id &&
                      quoted->enterprise == wish.enterprise && quoted->during == wish.during &&
                      quoted->quantity == wish.quantity;
    if (!same)
        return refuse(ErrorKind::invalid, "quote_mismatch", "the quote was for something else",
                      "/quote");
    if (quoted->valid_until <= now)
        return refuse(ErrorKind::conflict, "quote_expired", "the quote holds no longer", "/quote");
    decision.ask.price = quoted->price;
    decision.quote_card = quoted->card;
    return {};
}

/// What the wish names besides the machine. What a booking is given without asking would be held a
/// second time under a name: another's operator, the power of the site, the room itself.
/// Errors: `not_found`, `resource_is_given`.
Result<void> check_resources(facility::Book const& book, Wish const& wish) {
    auto const is_wished = [&](facility::Machine const& machine) {
        return wish.group ? facility::is_member(book, *wish.group, machine.id)
                          : machine.id == wish.machine;
    };
    for (auto const& id : wish.resources) {
        auto const found = std::ranges::find(book.resources, id, &facility::Resource::id);
        if (found == book.resources.end())
            return refuse(ErrorKind::not_found, "not_found", "no such resource", "/resources");
        bool const own_room = std::ranges::any_of(book.machines, [&](auto const& machine) {
            return room_of(machine) == id && is_wished(machine);
        });
        if (own_room || found->kind == "operator" || found->kind == "power")
            return refuse(ErrorKind::invalid, "resource_is_given",
                          "a booking is given it without asking", "/resources");
    }
    return {};
}

/// Sorts what is violated into what may pass and what stands in the way.
void let_pass(Decision& decision, Wish const& wish, Asker const& asker) {
    std::vector<Violation> left;
    for (auto& violation : decision.violations) {
        auto const asked = std::ranges::find(wish.overrides, violation.rule, &Override::rule);
        if (asked != wish.overrides.end() && may_override(decision.world, decision.place.machine,
                                                          wish.during.start, violation.rule, asker))
            decision.overridden.push_back({violation.rule, asked->reason, numbers_text(violation)});
        else
            left.push_back(std::move(violation));
    }
    decision.violations = std::move(left);
}

/// What was approved stays so where it was, as long as it takes no more than was approved. A job
/// that has begun goes on by the rules of its end; what still waits is approved as it will be.
bool is_settled(Wish const& wish, Place const& place, Limits const& limits) {
    if (!wish.changes || wish.changes->machine != place.machine.id) return false;
    auto const& before = *wish.changes;
    if (before.state != State::confirmed && before.state != State::checked_in) return true;
    bool const no_more =
        before.during.start <= wish.during.start && wish.during.end <= before.during.end;
    return limits.approval != Limits::Approval::always || no_more;
}

/// The world, the ME and the price, and what the rules say of one machine.
Result<Decision> consider(Services const& services, store::Reader& reader, World const& world,
                          people::Enterprise const& enterprise, Place const& place,
                          Wish const& wish, Asker const& asker, std::span<Turn const> others) {
    Decision found{.world = world,
                   .place = place,
                   .ask = ask_of(services, reader, *world.book, place.machine, wish, asker),
                   .enterprise = enterprise,
                   .violations = {},
                   .overridden = {},
                   .passed = {},
                   .holds = {},
                   .price = {},
                   .quote_card = {},
                   .operated_by = operator_of(wish, asker),
                   .hold_until = {}};
    if (auto const quoted = take_quote(reader, wish, found, world.now); !quoted)
        return tl::make_unexpected(quoted.error());
    found.price = found.ask.price;
    found.violations = check_policy(found.world, place, found.ask);
    auto const* const first = in_the_way(found.world, place, found.ask, others);
    if (first != nullptr)
        found.violations.push_back(said_waited_for(found.world, first->slot.during));
    let_pass(found, wish, asker);
    if (first != nullptr) found.passed = first->waiter.entry.id;
    if (!found.granted()) return found;
    if (may_hold(*world.book, place.machine))
        found.holds = plan_holds(found.world, place, found.ask).holds;
    // The manager is the one who would approve it; what is approved already stays so.
    auto const limits = limits_at(found.world, place.machine, wish.during.start);
    bool const approve = !asker.manager && !is_settled(wish, place, limits) &&
                         needs_approval(found.world, place.machine, found.ask);
    if (approve && wish.changes)
        return refuse(ErrorKind::conflict, "needs_approval",
                      "this machine has to be asked for by a booking of its own", "/machine_id");
    if (approve) {
        found.state = State::pending;
        found.hold_until = answer_until(limits.approval_hold, wish.during, world.now);
    }
    return found;
}

/// The queue's log tells everybody that somebody was let pass before them.
void tell_passed(store::Writer& writer, Decision const& decision, std::optional<PersonId> person,
                 Instant now) {
    auto const let = std::ranges::find(decision.overridden, Rule::waited_for, &Override::rule);
    if (!decision.passed || let == decision.overridden.end()) return;
    append_queue(writer, decision.place.machine.facility,
                 {.entry = *decision.passed,
                  .at = now,
                  .what = "passed_over",
                  .rules = std::string{name_of(Rule::waited_for)},
                  .person = person,
                  .reason = let->reason});
}

}  // namespace

Wish wish_of(store::Reader& reader, facility::Book const& book, Booking const& booking) {
    Wish wish{.enterprise = booking.enterprise,
              .machine = booking.machine,
              .during = booking.during,
              .quantity = booking.quantity,
              .kind = booking.kind,
              .people = booking.people,
              .assisted = booking.assisted,
              .operated_by = booking.operated_by,
              .changes = booking,
              .follows = booking.follows};
    if (book.resources.empty()) return wish;
    auto const in_use = [&](ResourceId const& id) {
        return std::ranges::find(book.resources, id, &facility::Resource::id) !=
               book.resources.end();
    };
    // What goes on with another one begins with what that one was asked for with.
    bool const goes_on = booking.follows && held_by(reader, booking.facility, booking.id).empty();
    for (auto const& each :
         held_by(reader, booking.facility, goes_on ? *booking.follows : booking.id))
        if (each.asked && in_use(each.resource)) wish.resources.push_back(each.resource);
    return wish;
}

Asker asker_of(http::Principal const& who, EnterpriseId const& enterprise) {
    return {.person = who.person,
            .party = who.acts_for(enterprise),
            .manager = who.has("manager"),
            .operator_ = who.has("operator")};
}

Result<Decision> decide(Services const& services, store::Writer& writer, FacilityId const& facility,
                        Wish const& wish, Asker const& asker, Instant now) {
    auto const book = services.books->get(writer, facility);
    lock(writer, *book, wish);
    auto machines = machines_of(writer, *book, wish);
    if (!machines) return tl::make_unexpected(machines.error());
    auto range = occupied(machines->front(), wish.during);
    for (auto const& machine : *machines) {
        auto const held = occupied(machine, wish.during);
        range = {std::min(range.start, held.start), std::max(range.end, held.end)};
    }
    auto const except = wish.changes ? std::optional{wish.changes->id} : std::nullopt;
    auto world = read_world(writer, book, range, now, except);
    // The generator is one for all machines: while it is needed, one decides after the other.
    if (writer.is_postgres() && needs_generator(world)) {
        lock_generator(writer, facility);
        world = read_world(writer, book, range, now, except);
    }
    auto const enterprise = add_party(services, writer, world, wish, range);
    if (!enterprise) return tl::make_unexpected(enterprise.error());
    auto const others = turns_in_the_way(services, writer, book, *machines, wish, now);
    // One machine's slot is the database's to decide; among many the free one must be known.
    std::vector<Place> places;
    if (wish.group)
        places = read_places(writer, facility, std::move(*machines), range, except);
    else
        places.push_back({std::move(machines->front()), {}});
    std::optional<Decision> first;
    std::optional<Error> mismatch;
    for (auto const& place : places) {
        auto found = consider(services, writer, world, *enterprise, place, wish, asker, others);
        // The quote is for one of the group, which may come later.
        if (!found && wish.group && found.error().code == "quote_mismatch") {
            mismatch = found.error();
            continue;
        }
        if (!found || found->granted()) return found;
        if (!first) first = std::move(*found);
    }
    if (!first) return tl::make_unexpected(mismatch.value());
    return std::move(*first);
}

Booking insert_granted(store::Writer& writer, Decision const& decision, Wish const& wish,
                       Booking draft, std::string_view action, Instant now) {
    auto const& machine = decision.place.machine;
    draft.facility = machine.facility;
    draft.machine = machine.id;
    draft.enterprise = wish.enterprise;
    draft.during = wish.during;
    draft.kind = wish.kind;
    draft.people = wish.people;
    draft.assisted = wish.assisted;
    draft.operated_by = decision.operated_by;
    draft.quantity = wish.quantity;
    draft.quote = decision.price;
    draft.quote_card = decision.quote_card;
    draft.created_at = now;
    if (decision.state == State::pending && draft.state == State::confirmed) {
        draft.state = State::pending;
        draft.pending_for = PendingFor::approval;
        draft.hold_until = decision.hold_until;
    }
    insert_booking(writer, draft, now);
    if (!decision.holds.empty()) replace_holds(writer, machine, draft.id, decision.holds);
    insert_overrides(writer, draft.facility, draft.id, draft.created_by, decision.overridden, now);
    tell_passed(writer, decision, draft.created_by, now);
    append_change(writer, action, draft.created_by, nullptr, draft, "", now);
    return draft;
}

bool update_granted(store::Writer& writer, Decision const& decision, Wish const& wish,
                    Booking& after, std::optional<PersonId> person, std::string_view action,
                    std::string_view reason, Instant now) {
    after.quote = decision.price;
    auto const& before = wish.changes.value();
    // A quote was for a slot of one machine; who stays longer keeps its prices.
    if (before.machine != after.machine || before.during.start != after.during.start)
        after.quote_card = decision.quote_card;
    // What waits to be approved waits no longer than until it would begin.
    if (after.hold_until) after.hold_until = std::min(*after.hold_until, after.during.start);
    if (!update_booking(writer, after)) return false;
    ++after.version;
    // Who leaves a shared room lets go of the seats.
    if (before.machine != after.machine || may_hold(*decision.world.book, decision.place.machine))
        replace_holds(writer, decision.place.machine, after.id, decision.holds);
    if (person)
        insert_overrides(writer, after.facility, after.id, *person, decision.overridden, now);
    tell_passed(writer, decision, person, now);
    append_change(writer, action, person, &before, after, reason, now);
    return true;
}

World read_world(store::Reader& reader, BookOf book, Interval range, Instant now,
                 std::optional<BookingId> except) {
    auto const& facility = book->facility.id;
    World world{.book = std::move(book), .now = now};
    world.outages = facility::outages_between(reader, facility, range);
    bool const generator = needs_generator(world);
    if (!generator && world.book->resources.empty() &&
        std::ranges::all_of(world.book->machines, [](auto const& each) { return each.seats == 1; }))
        return world;
    world.held = held_between(reader, facility, range, except);
    if (generator) add_loads(reader, world, range, except);
    if (std::ranges::count(world.book->resources, "operator", &facility::Resource::kind) > 0)
        world.on_shift = shifts_between(reader, facility, range);
    return world;
}

Result<people::Enterprise> add_party(Services const& services, store::Reader& reader, World& world,
                                     Wish const& wish, Interval range) {
    auto const& book = *world.book;
    auto const& facility = book.facility.id;
    auto known = find_party(reader, facility, wish.enterprise);
    if (!known)
        return refuse(ErrorKind::not_found, "not_found", "no such enterprise", "/enterprise_id");
    read_past(reader, book,
              {.facility = facility,
               .enterprise = wish.enterprise,
               .range = range,
               .except = wish.changes ? std::optional{wish.changes->id} : wish.follows,
               .kind = wish.kind,
               .now = world.now},
              known->party);
    if (services.account &&
        limits_any(book, {"overdue_days", "overdue_poisha", "least_balance_poisha"}))
        known->party.account = services.account(reader, facility, wish.enterprise);
    // What is changed does not stand in its own way.
    if (wish.changes && is_live(wish.changes->state))
        known->party.account.balance += wish.changes->quote;
    world.party = std::move(known->party);
    return std::move(known->enterprise);
}

Result<std::vector<facility::Machine>> machines_of(store::Reader& reader,
                                                   facility::Book const& book, Wish const& wish) {
    if (auto const fit = check_resources(book, wish); !fit) return tl::make_unexpected(fit.error());
    if (wish.operated_by && !is_person(reader, book.facility.id, *wish.operated_by))
        return refuse(ErrorKind::not_found, "not_found", "no such person", "/operated_by");
    std::vector<facility::Machine> found;
    if (!wish.group) {
        auto const at =
            std::ranges::find(book.machines, wish.machine.value(), &facility::Machine::id);
        if (at == book.machines.end())
            return refuse(ErrorKind::not_found, "not_found", "no such machine", "/machine_id");
        return std::vector{*at};
    }
    for (auto const& machine : book.machines)
        if (facility::is_member(book, *wish.group, machine.id)) found.push_back(machine);
    if (found.empty())
        return refuse(ErrorKind::not_found, "not_found", "no such group", "/group_id");
    auto const week = week_of(book.zone, wish.during.start, book.facility.week_starts);
    auto booked = booked_minutes(reader, book.facility.id, week);
    std::ranges::stable_sort(found, {},
                             [&](facility::Machine const& each) { return booked[each.id]; });
    return found;
}

std::vector<Place> read_places(store::Reader& reader, FacilityId const& facility,
                               std::vector<facility::Machine> machines, Interval range,
                               std::optional<BookingId> except) {
    std::vector<Place> places;
    std::unordered_map<MachineId, std::size_t> index;
    std::vector<MachineId> ids;
    for (auto& machine : machines) {
        ids.push_back(machine.id);
        index.emplace(machine.id, places.size());
        places.push_back({std::move(machine), {}});
    }
    Place* place = nullptr;
    for (auto const& [machine, occupied] : taken_of(reader, facility, ids, range, except)) {
        // They come machine by machine, hundreds of each.
        if (place == nullptr || place->machine.id != machine) place = &places[index.at(machine)];
        place->taken.push_back(occupied);
    }
    return places;
}

std::optional<PersonId> operator_of(Wish const& wish, Asker const& asker) {
    if (wish.assisted || wish.operated_by) return wish.operated_by;
    return asker.party ? asker.person : std::nullopt;
}

Hand hand_of(store::Reader& reader, facility::Book const& book, Wish const& wish,
             Asker const& asker, std::string const& machine_kind) {
    if (wish.assisted) return {.assisted = true, .operator_ = wish.operated_by};
    if (!limits_any(book, {"needs_authorisation", "least_age"})) return {};
    auto const person = operator_of(wish, asker);
    if (!person) return {};
    return licences_of(reader, book.facility.id, *person).hand(machine_kind, false);
}

Ask ask_of(Services const& services, store::Reader& reader, facility::Book const& book,
           facility::Machine const& machine, Wish const& wish, Asker const& asker) {
    Ask ask{.during = wish.during,
            .change = wish.changes.has_value(),
            .kind = wish.kind,
            .people = wish.people,
            .hand = hand_of(reader, book, wish, asker, machine.kind),
            .resources = wish.resources};
    if (wish.changes && wish.changes->machine == machine.id) ask.held = wish.changes->during;
    // What is longer than any booking has no price.
    if (wish.during.length() <= longest_booking)
        ask.price =
            services.pricing.price(reader, book.facility.id, machine, wish.during, price_wish(wish))
                .price;
    return ask;
}

bool may_override(World const& world, facility::Machine const& machine, Instant start, Rule rule,
                  Asker const& asker) {
    auto const who = overriders_of(*world.book, name_of(rule), scope_at(world, machine, start));
    return (asker.manager && who.manager_may) || (asker.operator_ && who.operator_may);
}

}  // namespace karkhana::booking
