#include <algorithm>
#include <boost/json/parse.hpp>
#include <map>
#include <sstream>

#include "server/booking/caller.hpp"
#include "server/booking/decide.hpp"
#include "server/booking/draft.hpp"
#include "server/booking/ground.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/queue_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/steps.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;
using std::chrono::days;
using std::chrono::minutes;

constexpr std::int64_t entries_allowed = 5;
constexpr days longest_window{31};

/// Everything that is needed to show the queue, read once.
struct Board {
    std::shared_ptr<facility::Book const> book;
    std::vector<Waiter> waiters;  ///< in the public order
    std::map<WaitlistEntryId, WaitlistOffer> offers;
    std::map<BookingId, Booking> bookings;
    std::map<EnterpriseId, people::Enterprise> enterprises;
};

Board read_board(Services const& services, store::Reader& reader, FacilityId const& facility) {
    Board board{services.books->get(reader, facility), open_waiters(reader, facility), {}, {}, {}};
    put_in_order(*board.book, board.waiters);
    std::vector<BookingId> held;
    for (auto const& offer : open_offers(reader, facility)) {
        board.offers.emplace(offer.entry, offer);
        held.push_back(offer.booking);
    }
    for (auto& booking : find_bookings(reader, facility, held))
        board.bookings.emplace(booking.id, std::move(booking));
    std::vector<EnterpriseId> parties;
    for (auto const& waiter : board.waiters) parties.push_back(waiter.entry.enterprise);
    board.enterprises = people::find_enterprises(reader, facility, parties);
    return board;
}

json::value machine_json_of(facility::Book const& book, std::optional<MachineId> const& id) {
    auto const found = std::ranges::find_if(
        book.machines, [&](facility::Machine const& each) { return id && each.id == *id; });
    if (found == book.machines.end()) return nullptr;
    return facility::machine_ref_json(*found);
}

json::value group_json_of(facility::Book const& book, std::optional<GroupId> const& id) {
    auto const found = std::ranges::find_if(
        book.groups, [&](facility::Group const& each) { return id && each.id == *id; });
    if (found == book.groups.end()) return nullptr;
    return json::object{{"id", found->id.text()},
                        {"slug", found->slug},
                        {"name", facility::name_json(found->name)}};
}

/// What is not lent any more has no name.
json::array resources_json(facility::Book const& book, std::vector<ResourceId> const& ids) {
    json::array shown;
    for (auto const& resource : book.resources)
        if (std::ranges::find(ids, resource.id) != ids.end())
            shown.push_back(
                {{"id", resource.id.text()}, {"name", facility::name_json(resource.name)}});
    return shown;
}

json::array actions_of(WaitlistEntry const& entry, http::Principal const& who, bool own) {
    json::array actions;
    bool const open = entry.state == WaitlistEntry::State::waiting ||
                      entry.state == WaitlistEntry::State::offered;
    if (own && entry.state == WaitlistEntry::State::offered) {
        actions.emplace_back("take");
        actions.emplace_back("decline");
    }
    if (own && open) actions.emplace_back("leave");
    if (open && who.has("manager")) actions.emplace_back("skip");
    return actions;
}

/// Who is not of the party sees the place in the list and what is waited for, not whose it is.
json::object entry_json(Board const& board, Waiter const& waiter, std::int64_t number,
                        http::Principal const& who) {
    auto const& entry = waiter.entry;
    auto const& zone = board.book->zone;
    Caller const caller{who};
    bool const seen = caller.sees(entry.enterprise);
    json::object shown{
        {"number", number},
        {"state", name_of(entry.state)},
        {"mine", who.acts_for(entry.enterprise)},
        {"machine", machine_json_of(*board.book, entry.machine)},
        {"group", group_json_of(*board.book, entry.group)},
        {"joined_at", to_rfc3339(entry.joined_at, zone)},
        {"id", nullptr},
        {"enterprise", nullptr},
        {"offer", nullptr},
        {"actions", actions_of(entry, who, caller.actor_for(entry.enterprise).has_value())}};
    if (!seen) return shown;
    shown["id"] = entry.id.text();
    if (auto const party = board.enterprises.find(entry.enterprise);
        party != board.enterprises.end())
        shown["enterprise"] = json::object{{"id", party->second.id.text()},
                                           {"name", facility::name_json(party->second.name)}};
    shown["from"] = to_rfc3339(entry.wanted.start, zone);
    shown["until"] = to_rfc3339(entry.wanted.end, zone);
    shown["length_minutes"] = std::chrono::duration_cast<minutes>(entry.length).count();
    shown["assisted"] = entry.assisted;
    shown["people"] = entry.people;
    shown["kind"] = name_of(entry.kind);
    shown["resources"] = resources_json(*board.book, entry.resources);
    if (auto const offer = board.offers.find(entry.id); offer != board.offers.end()) {
        auto const& booking = board.bookings.at(offer->second.booking);
        shown["offer"] = json::object{{"booking_id", booking.id.text()},
                                      {"machine", machine_json_of(*board.book, booking.machine)},
                                      {"start", to_rfc3339(booking.during.start, zone)},
                                      {"end", to_rfc3339(booking.during.end, zone)},
                                      {"hold_until", to_rfc3339(offer->second.hold_until, zone)}};
    }
    return shown;
}

/// The entry as it is now; those that have left the queue have the number 0.
http::Response entry_answer(Services const& services, store::Reader& reader,
                            http::Principal const& who, WaitlistEntryId const& id, int status) {
    auto board = read_board(services, reader, who.facility);
    auto const at =
        std::ranges::find(board.waiters, id, [](Waiter const& waiter) { return waiter.entry.id; });
    if (at != board.waiters.end())
        return http::json_response(status,
                                   entry_json(board, *at, at - board.waiters.begin() + 1, who));
    auto const entry = find_entry(reader, who.facility, id).value();
    board.enterprises = people::find_enterprises(reader, who.facility, {entry.enterprise});
    return http::json_response(status, entry_json(board, {entry, "", false}, 0, who));
}

/// As whoever books says who runs the machine. Errors: `not_theirs`.
Result<std::optional<PersonId>> operator_wanted(http::Principal const& who,
                                                EnterpriseId const& party, bool assisted,
                                                std::optional<PersonId> named) {
    bool const other = named && (assisted || *named != who.person);
    if (!Caller{who}.is_desk() && other)
        return refuse(ErrorKind::forbidden, "not_theirs", "the desk says who runs the machine",
                      "/operated_by");
    return operator_of({.enterprise = party, .assisted = assisted, .operated_by = named},
                       asker_of(who, party));
}

/// What is waited for, and who waits.
Result<WaitlistEntry> read_wanted(http::Request const& request, Instant now) {
    auto body = http::JsonBody::parse(request);
    auto const machine = body.maybe_id<MachineId>("machine_id");
    auto const group = body.maybe_id<GroupId>("group_id");
    auto const named = body.maybe_id<EnterpriseId>("enterprise_id");
    auto const from = body.at("from"), until = body.at("until");
    auto const length = minutes{body.integer("length_minutes", 1, 7 * 24 * 60)};
    auto const quantity = body.maybe_integer("quantity", 0, 1'000'000);
    auto const people = static_cast<int>(body.maybe_integer("people", 1, 100).value_or(1));
    bool const assisted = body.maybe_flag("assisted").value_or(false);
    auto const kind = read_kind(body);
    auto resources = read_resources(body);
    auto const operated_by = body.maybe_id<PersonId>("operated_by");
    if (machine.has_value() == group.has_value())
        body.fail("machine_or_group", "machine_id", "say one machine or one group");
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (until <= now || until - from < length || until - from > longest_window)
        return refuse(ErrorKind::invalid, "bad_interval",
                      "the time must be to come, long enough, and of 31 days at most", "/until");
    auto const& who = request.principal.value();
    auto const party = Caller{who}.party(named);
    if (!party) return tl::make_unexpected(party.error());
    auto const by = operator_wanted(who, *party, assisted, operated_by);
    if (!by) return tl::make_unexpected(by.error());
    return WaitlistEntry{.enterprise = *party,
                         .machine = machine,
                         .group = group,
                         .wanted = {from, until},
                         .length = length,
                         .quantity = quantity,
                         .people = people,
                         .assisted = assisted,
                         .operated_by = *by,
                         .kind = kind,
                         .resources = std::move(resources)};
}

/// Errors: `not_found` with the field, `resource_is_given`, `already_waiting`, `too_many_waiting`.
Result<std::vector<facility::Machine>> check_wanted(facility::Book const& book,
                                                    store::Reader& reader,
                                                    WaitlistEntry const& wanted) {
    auto const& facility = wanted.facility;
    Wish const wish{.enterprise = wanted.enterprise,
                    .machine = wanted.machine,
                    .group = wanted.group,
                    .during = wanted.wanted,
                    .operated_by = wanted.operated_by,
                    .resources = wanted.resources};
    auto machines = machines_of(reader, book, wish);
    if (!machines) return tl::make_unexpected(machines.error());
    if (!people::find_enterprise(reader, facility, wanted.enterprise))
        return refuse(ErrorKind::not_found, "not_found", "no such enterprise", "/enterprise_id");
    if (waits_already(reader, wanted))
        return refuse(ErrorKind::conflict, "already_waiting",
                      "the ME waits for a time of it that overlaps");
    if (open_entries_of(reader, facility, wanted.enterprise) >= entries_allowed)
        return refuse(ErrorKind::conflict, "too_many_waiting",
                      "an ME waits for " + std::to_string(entries_allowed) + " things at most");
    return machines;
}

/// One piece of work on the entry of the path, for whoever may act for its ME.
http::Response on_entry(
    Services const& services, http::Request const& request,
    std::function<Result<void>(store::Writer&, WaitlistEntry const&, Tale&, Instant)> const& work) {
    auto const id = http::path_id<WaitlistEntryId>(request);
    if (!id) return http::problem(id.error());
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    std::vector<Booking> changed;
    auto answer =
        people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
            auto const entry = find_entry(writer, who.facility, *id);
            if (!entry) return http::problem({ErrorKind::not_found, "not_found"});
            if (auto const actor = Caller{who}.actor_for(entry->enterprise); !actor)
                return http::problem(actor.error());
            Tale tale{who.facility, who.person};
            if (auto const done = work(writer, *entry, tale, now); !done)
                return http::problem(done.error());
            tale.write(writer, now);
            changed = tale.bookings();
            return entry_answer(services, writer, who, *id, 200);
        });
    if (answer.status < 400)
        for (auto const& booking : changed) publish_change(services, booking, nullptr);
    return answer;
}

Result<void> wrong_state(std::string detail) {
    return refuse(ErrorKind::conflict, "wrong_state", std::move(detail));
}

/// Ends the open offer of the entry: its slot is free again.
Result<void> give_up_offer(store::Writer& writer, WaitlistEntry const& entry, Tale& tale,
                           std::string_view how, PersonId const& person, std::string const& reason,
                           Instant now) {
    auto const offer = open_offer_of(writer, entry.facility, entry.id);
    if (!offer) return wrong_state("nothing is offered");
    // The booking is locked before the offer is changed, as by everybody.
    auto const booking = find_booking(writer, entry.facility, offer->booking).value();
    if (booking.state != State::pending || !close_offer(writer, entry.facility, offer->id, how))
        return wrong_state("nothing is offered");
    auto const after = step_to(writer, booking, State::cancelled, person, reason, now);
    if (!after) return wrong_state("it has just changed");
    tale.changed("cancelBooking", booking, *after, reason);
    return {};
}

/// Who has the offer has the time, or asks the manager for it where it has to be approved.
std::optional<Booking> take(Services const& services, store::Writer& writer, Booking const& offered,
                            http::Principal const& who, Instant now) {
    auto const until = who.has("manager")
                           ? std::nullopt
                           : approval_until(services, writer, offered, &offered, now);
    if (!until) return step_to(writer, offered, State::confirmed, who.person, "", now);
    if (!wait_for_approval(writer, offered, *until)) return std::nullopt;
    auto after = offered;
    after.pending_for = PendingFor::approval;
    after.hold_until = until;
    ++after.version;
    return after;
}

Result<void> leave_queue(store::Writer& writer, WaitlistEntry const& entry,
                         WaitlistEntry::State to) {
    if (change_entry(writer, entry, to)) return {};
    return wrong_state("it has just changed");
}

Result<std::string> reason_of(http::Request const& request, bool wanted) {
    auto body = http::JsonBody::parse(request);
    auto reason = wanted ? body.text("reason", 500) : body.maybe_text("reason", 500).value_or("");
    if (wanted && reason.empty()) body.fail("reason_missing", "reason", "say why");
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    return reason;
}

json::array words(std::string const& text) {
    json::array found;
    std::istringstream in{text};
    for (std::string word; in >> word;) found.emplace_back(word);
    return found;
}

json::object event_json(QueueEvent const& event, Zone const& zone, bool seen,
                        json::value enterprise) {
    json::object shown{{"sequence", event.sequence},
                       {"at", to_rfc3339(event.at, zone)},
                       {"what", event.what},
                       {"rules", words(event.rules)},
                       {"slot", event.slot.empty() ? json::value{} : json::parse(event.slot)},
                       {"hash", event.hash},
                       {"entry_id", nullptr},
                       {"enterprise", nullptr},
                       {"person_id", nullptr},
                       {"reason", ""}};
    if (!seen) return shown;
    shown["entry_id"] = event.entry.text();
    shown["enterprise"] = std::move(enterprise);
    shown["reason"] = event.reason;
    if (event.person) shown["person_id"] = event.person->text();
    return shown;
}

}  // namespace

http::Response join_waitlist(Services const& services, http::Request const& request) {
    auto const now = services.clock.now();
    auto read = read_wanted(request, now);
    if (!read) return http::problem(read.error());
    auto const& who = request.principal.value();
    auto& entry = *read;
    entry.facility = who.facility;
    entry.id = services.ids.make<WaitlistEntryId>();
    entry.joined_by = who.person;
    entry.joined_at = now;
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        // What it waits for already is counted: one after the other.
        lock_party(writer, who.facility, entry.enterprise);
        auto const book = services.books->get(writer, who.facility);
        auto const machines = check_wanted(*book, writer, entry);
        if (!machines) return http::problem(machines.error());
        World const world{.book = book,
                          .now = now,
                          .party = find_party(writer, who.facility, entry.enterprise)->party};
        if (auto const far = too_far(world, entry)) return refused_by_rules({*far});
        if (auto const never = never_fits(world, *machines, entry))
            return refused_by_rules({*never});
        insert_entry(writer, entry);
        append_queue(writer, who.facility,
                     {.entry = entry.id, .at = now, .what = "joined", .person = who.person});
        return entry_answer(services, writer, who, entry.id, 201);
    });
}

http::Response list_waitlist(Services const& services, http::Request const& request) {
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        auto const board = read_board(services, reader, who.facility);
        json::array items;
        for (auto const& waiter : board.waiters)
            items.push_back(
                entry_json(board, waiter, static_cast<std::int64_t>(items.size()) + 1, who));
        return http::json_response(200, json::object{{"rule", facility::name_json(waitlist_rule())},
                                                     {"items", std::move(items)}});
    });
}

http::Response leave_waitlist(Services const& services, http::Request const& request) {
    auto const reason = reason_of(request, false);
    if (!reason) return http::problem(reason.error());
    auto const person = request.principal.value().person;
    return on_entry(services, request,
                    [&](store::Writer& writer, WaitlistEntry const& entry, Tale& tale,
                        Instant now) -> Result<void> {
                        if (entry.state == WaitlistEntry::State::offered) {
                            auto const given = give_up_offer(writer, entry, tale, "declined",
                                                             person, *reason, now);
                            if (!given) return given;
                        } else if (entry.state != WaitlistEntry::State::waiting) {
                            return wrong_state("it does not wait any more");
                        }
                        tale.queued({.entry = entry.id,
                                     .at = now,
                                     .what = "left",
                                     .person = person,
                                     .reason = *reason});
                        return leave_queue(writer, entry, WaitlistEntry::State::left);
                    });
}

http::Response decline_offer(Services const& services, http::Request const& request) {
    auto const reason = reason_of(request, false);
    if (!reason) return http::problem(reason.error());
    auto const person = request.principal.value().person;
    return on_entry(
        services, request,
        [&](store::Writer& writer, WaitlistEntry const& entry, Tale& tale, Instant now) {
            auto given = give_up_offer(writer, entry, tale, "declined", person, *reason, now);
            if (!given) return given;
            tale.queued({.entry = entry.id,
                         .at = now,
                         .what = "declined",
                         .person = person,
                         .reason = *reason});
            return leave_queue(writer, entry, WaitlistEntry::State::left);
        });
}

http::Response take_offer(Services const& services, http::Request const& request) {
    if (auto const nothing = reason_of(request, false); !nothing)
        return http::problem(nothing.error());
    auto const& who = request.principal.value();
    auto const person = who.person;
    std::vector<Violation> against;
    auto answer = on_entry(
        services, request,
        [&](store::Writer& writer, WaitlistEntry const& entry, Tale& tale,
            Instant now) -> Result<void> {
            against.clear();
            auto const offer = open_offer_of(writer, entry.facility, entry.id);
            if (!offer) return wrong_state("nothing is offered");
            if (offer->hold_until <= now)
                return refuse(ErrorKind::conflict, "offer_over", "the time to answer is over");
            auto const booking = find_booking(writer, entry.facility, offer->booking).value();
            if (booking.state != State::pending) return wrong_state("it has just changed");
            lock_party(writer, entry.facility, entry.enterprise);
            against = speaks_against(services, writer, booking, &booking, now);
            forgive_time(against);
            if (!against.empty()) return refuse(ErrorKind::invalid, "policy_refused", "");
            auto const after = take(services, writer, booking, who, now);
            if (!after || !close_offer(writer, entry.facility, offer->id, "taken"))
                return wrong_state("it has just changed");
            tale.queued({.entry = entry.id, .at = now, .what = "taken", .person = person});
            tale.changed("takeOffer", booking, *after, "");
            return leave_queue(writer, entry, WaitlistEntry::State::taken);
        });
    return against.empty() ? answer : refused_by_rules(against);
}

http::Response skip_waiting(Services const& services, http::Request const& request) {
    auto const reason = reason_of(request, true);
    if (!reason) return http::problem(reason.error());
    auto const person = request.principal.value().person;
    return on_entry(services, request,
                    [&](store::Writer& writer, WaitlistEntry const& entry, Tale& tale,
                        Instant now) -> Result<void> {
                        if (entry.state == WaitlistEntry::State::offered) {
                            auto const given = give_up_offer(writer, entry, tale, "withdrawn",
                                                             person, *reason, now);
                            if (!given) return given;
                        }
                        auto const book = services.books->get(writer, entry.facility);
                        auto const terms =
                            terms_for(*book, {.machine = entry.machine.value_or(MachineId{}),
                                              .membership = "",
                                              .season = "",
                                              .at = now});
                        if (!pass_over(writer, entry, now + terms.offer))
                            return wrong_state("it does not wait any more");
                        tale.queued({.entry = entry.id,
                                     .at = now,
                                     .what = "passed_over",
                                     .person = person,
                                     .reason = *reason});
                        return {};
                    });
}

http::Response get_queue_log(Services const& services, http::Request const& request) {
    auto const limit = http::query_limit(request);
    if (!limit) return http::problem(limit.error());
    auto const cursor = http::query_cursor(request);
    if (!cursor) return http::problem(cursor.error());
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        auto const book = services.books->get(reader, who.facility);
        auto events = list_queue(reader, who.facility, *cursor, *limit + 1);
        bool const more = events.size() > static_cast<std::size_t>(*limit);
        if (more) events.pop_back();
        std::vector<WaitlistEntryId> ids;
        for (auto const& event : events) ids.push_back(event.entry);
        auto const parties = enterprises_of_entries(reader, who.facility, ids);
        std::vector<EnterpriseId> named;
        for (auto const& [entry, enterprise] : parties) named.push_back(enterprise);
        auto const enterprises = people::find_enterprises(reader, who.facility, named);
        json::array items;
        for (auto const& event : events) {
            auto const& party = enterprises.at(parties.at(event.entry));
            items.push_back(event_json(
                event, book->zone, Caller{who}.sees(party.id),
                json::object{{"id", party.id.text()}, {"name", facility::name_json(party.name)}}));
        }
        json::value const next =
            more ? json::value(std::to_string(events.back().sequence)) : json::value(nullptr);
        return http::json_response(200, json::object{{"items", std::move(items)}, {"next", next}});
    });
}

}  // namespace karkhana::booking
