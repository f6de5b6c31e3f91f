#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>

#include "server/booking/caller.hpp"
#include "server/booking/ground.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/reslot.hpp"
#include "server/booking/steps.hpp"
#include "server/booking/sweep_steps.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;

struct Taking {
    Services const& services;
    store::Writer& writer;
    Tale& tale;
    PersonId person;
    bool manager = false;
    Instant now;
};

Outcome move_there(Taking const& taking, Booking const& before, Proposed const& what) {
    auto& writer = taking.writer;
    bool const begun = before.state == State::running || before.state == State::paused;
    if (!is_live(before.state) || (begun && what.remedy == Remedy::move))
        return refusal(ErrorKind::conflict, "wrong_state", "the booking cannot be moved any more");
    auto after = before;
    after.machine = what.machine.value();
    after.during = what.during.value();
    auto against = speaks_against(taking.services, writer, after, &before, taking.now);
    forgive_displaced(against);
    if (!against.empty()) return tl::make_unexpected(refused_by_rules(against));
    bool const asked_for = taking.manager || after.machine == before.machine ||
                           !approval_until(taking.services, writer, after, &before, taking.now);
    if (!asked_for)
        return refusal(ErrorKind::conflict, "needs_approval",
                       "this machine has to be asked for by a booking of its own");
    auto const machine = facility::find_machine(writer, after.facility, after.machine).value();
    // What was quoted was for another time.
    if (after.machine != before.machine || after.during.start != before.during.start)
        after.quote_card.reset();
    after.quote = taking.services.pricing
                      .price(writer, after.facility, machine, after.during, price_wish(after))
                      .price;
    if (!update_booking(writer, after))
        return refusal(ErrorKind::conflict, "wrong_state", "it has just changed");
    keep_holds(taking.services, writer, after, &before, taking.now);
    ++after.version;
    ++after.calendar_sequence;
    taking.tale.changed("moveBooking", before, after, name_of(what.remedy));
    return after;
}

/// What was broken off goes on as a booking of its own, and what was cancelled is booked again. As
/// the other it has to be approved, but by the manager who takes it.
Outcome book_rest(Taking const& taking, Booking const& before, Proposed const& what) {
    auto& writer = taking.writer;
    auto const machine =
        facility::find_machine(writer, before.facility, what.machine.value()).value();
    Booking rest{.facility = before.facility,
                 .id = taking.services.ids.make<BookingId>(),
                 .machine = machine.id,
                 .enterprise = before.enterprise,
                 .created_by = taking.person,
                 .during = what.during.value(),
                 .kind = before.kind,
                 .origin = Origin::reslot,
                 .people = before.people,
                 .assisted = before.assisted,
                 .operated_by = before.operated_by,
                 .follows = before.id,
                 .note = before.note,
                 .created_at = taking.now};
    // Of one that had begun it is not known how many are made.
    if (what.remedy != Remedy::rest) rest.quantity = before.quantity;
    rest.quote =
        taking.services.pricing.price(writer, rest.facility, machine, rest.during, price_wish(rest))
            .price;
    auto against = speaks_against(taking.services, writer, rest, nullptr, taking.now);
    forgive_displaced(against);
    if (!against.empty()) return tl::make_unexpected(refused_by_rules(against));
    auto const until = taking.manager
                           ? std::nullopt
                           : approval_until(taking.services, writer, rest, nullptr, taking.now);
    if (until) {
        rest.state = State::pending;
        rest.pending_for = PendingFor::approval;
        rest.hold_until = until;
    }
    insert_booking(writer, rest, taking.now);
    keep_holds(taking.services, writer, rest, nullptr, taking.now);
    if (before.state == State::interrupted)
        if (auto const settled = step_to(writer, before, State::completed, std::nullopt,
                                         "its rest is booked", taking.now))
            taking.tale.changed("settleBooking", before, *settled, rest.id.text());
    taking.tale.changed("moveBooking", before, rest, name_of(what.remedy));
    return rest;
}

Outcome leave_and_book(Taking const& taking, Booking const& before, Proposed const& what) {
    auto const gone =
        step_to(taking.writer, before, State::cancelled, taking.person, "outage", taking.now);
    if (!gone) return refusal(ErrorKind::conflict, "wrong_state", "it has just changed");
    taking.tale.changed("cancelBooking", before, *gone, "outage");
    return book_rest(taking, *gone, what);
}

Outcome take_one(Taking const& taking, FacilityId const& facility, Proposal const& proposal) {
    auto& writer = taking.writer;
    auto const& what = proposal.what;
    if (!proposal.open || !what.during)
        return refusal(ErrorKind::conflict, "proposal_gone", "that time is not proposed any more");
    auto const before = find_booking(writer, facility, what.booking).value();
    lock_party(writer, facility, before.enterprise);
    auto const [first, second] = std::minmax(before.machine, what.machine.value());
    facility::lock_machine(writer, facility, first);
    if (first != second) facility::lock_machine(writer, facility, second);
    // Who has checked in is here today, and not on another day.
    bool const leaves = what.remedy == Remedy::move && before.state == State::checked_in;
    bool const same = what.remedy == Remedy::move || what.remedy == Remedy::extend;
    auto after = leaves ? leave_and_book(taking, before, what)
                 : same ? move_there(taking, before, what)
                        : book_rest(taking, before, what);
    if (after && !close_proposal(writer, facility, proposal.id, after->id))
        return refusal(ErrorKind::conflict, "proposal_gone", "somebody has just taken it");
    return after;
}

http::Response slot_taken() {
    return http::problem(
        {ErrorKind::conflict, "slot_taken", "", "somebody else has that time by now"});
}

json::object proposal_json(Proposal const& proposal, Booking const& booking,
                           facility::Outage const* outage, facility::Book const& book,
                           people::Enterprise const& party) {
    auto const machine_of = [&](MachineId const& id) {
        return facility::machine_ref_json(
            *std::ranges::find(book.machines, id, &facility::Machine::id));
    };
    json::object shown{{"id", proposal.id.text()},
                       {"booking_id", booking.id.text()},
                       {"enterprise", json::object{{"id", party.id.text()},
                                                   {"name", facility::name_json(party.name)}}},
                       {"machine", machine_of(booking.machine)},
                       {"start", to_rfc3339(booking.during.start, book.zone)},
                       {"end", to_rfc3339(booking.during.end, book.zone)},
                       {"state", name_of(booking.state)},
                       {"place", proposal.what.place},
                       {"verdict", name_of(proposal.what.remedy)},
                       {"cause", name_of(proposal.what.cause)},
                       {"outage", nullptr},
                       {"to", nullptr}};
    if (outage != nullptr) shown["outage"] = facility::outage_json(*outage, book.zone);
    if (proposal.what.during)
        shown["to"] = json::object{{"machine", machine_of(proposal.what.machine.value())},
                                   {"start", to_rfc3339(proposal.what.during->start, book.zone)},
                                   {"end", to_rfc3339(proposal.what.during->end, book.zone)}};
    return shown;
}

/// The open ones that the caller may see, with their bookings.
std::vector<std::pair<Proposal, Booking>> seen_proposals(store::Reader& reader,
                                                         http::Principal const& who,
                                                         std::optional<OutageId> outage) {
    auto const open = open_proposals(reader, who.facility, outage);
    std::vector<BookingId> ids;
    for (auto const& proposal : open) ids.push_back(proposal.what.booking);
    std::map<BookingId, Booking> bookings;
    for (auto& booking : find_bookings(reader, who.facility, ids))
        bookings.emplace(booking.id, std::move(booking));
    std::vector<std::pair<Proposal, Booking>> found;
    for (auto const& proposal : open) {
        auto const& booking = bookings.at(proposal.what.booking);
        if (Caller{who}.sees(booking.enterprise)) found.emplace_back(proposal, booking);
    }
    return found;
}

json::array proposals_json(Services const& services, store::Reader& reader,
                           FacilityId const& facility,
                           std::vector<std::pair<Proposal, Booking>> const& found) {
    if (found.empty()) return {};
    auto const book = services.books->get(reader, facility);
    std::vector<EnterpriseId> parties;
    Interval hull = found.front().second.during;
    for (auto const& [proposal, booking] : found) {
        parties.push_back(booking.enterprise);
        hull = {std::min(hull.start, booking.during.start), std::max(hull.end, booking.during.end)};
    }
    auto const enterprises = people::find_enterprises(reader, facility, parties);
    auto const outages = facility::outages_between(reader, facility, hull);
    json::array items;
    for (auto const& [proposal, booking] : found) {
        auto const outage = std::ranges::find(outages, proposal.what.outage, &facility::Outage::id);
        items.push_back(proposal_json(proposal, booking,
                                      outage == outages.end() ? nullptr : &*outage, *book,
                                      enterprises.at(booking.enterprise)));
    }
    return items;
}

/// A time that was refused is proposed no more: the next one is, if there is any.
json::value next_proposal(Services const& services, http::Principal const& who,
                          ProposalId const& refused, Instant now) {
    std::vector<Booking> told;
    auto shown = services.store.write([&](store::Writer& writer) -> json::value {
        auto const proposal = find_proposal(writer, who.facility, refused);
        if (!proposal || !close_proposal(writer, who.facility, refused, std::nullopt))
            return nullptr;
        auto const& id = proposal->what.booking;
        Tale tale{who.facility};
        propose_all(services, writer, tale, who.facility,
                    displaced_now(services, writer, who.facility, {id}, now), now);
        tale.write(writer, now);
        told = tale.bookings();
        auto open = seen_proposals(writer, who, std::nullopt);
        std::erase_if(open, [&](auto const& each) {
            return each.second.id != id || !each.first.what.during;
        });
        auto items = proposals_json(services, writer, who.facility, open);
        return items.empty() ? json::value(nullptr) : std::move(items.front());
    });
    for (auto const& booking : told) publish_change(services, booking, nullptr);
    return shown;
}

Result<std::optional<OutageId>> outage_named(std::optional<std::string_view> text) {
    if (!text) return std::nullopt;
    auto const id = OutageId::parse(*text);
    if (!id) return refuse(ErrorKind::invalid, "bad_id", "outage_id must be a UUID.");
    return *id;
}

bool asks_for_another(std::string_view code) {
    return code == "slot_taken" || code == "policy_refused";
}
bool asks_for_another(http::Response const& answer) {
    return answer.status >= 400 &&
           asks_for_another(http::JsonBody::parse_text(answer.body).text("code"));
}

/// Each by itself: what cannot be had by now is left, and said, and another time is proposed.
json::object take_each(Taking taking, http::Principal const& who, std::optional<OutageId> outage) {
    json::array refused;
    std::int64_t taken = 0;
    std::set<BookingId> again;
    auto proposals = seen_proposals(taking.writer, who, outage);
    proposals.resize(std::min(proposals.size(), at_a_time));
    std::vector<BookingId> ids;
    for (auto const& [proposal, booking] : proposals) ids.push_back(booking.id);
    lock_whole(taking.writer, who.facility, ids);
    for (auto const& [proposal, booking] : proposals) {
        if (!proposal.what.during) continue;
        Tale part{who.facility, who.person};
        std::string code;
        try {
            auto const outcome = taking.writer.nested([&] {
                return take_one({taking.services, taking.writer, part, taking.person,
                                 taking.manager, taking.now},
                                who.facility, proposal);
            });
            if (!outcome)
                code = std::string(http::JsonBody::parse_text(outcome.error().body).text("code"));
        } catch (store::ConstraintViolated const& violated) {
            if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
            code = "slot_taken";
        }
        if (code.empty()) {
            taking.tale.add(std::move(part));
            ++taken;
        } else {
            refused.push_back(json::object{{"id", proposal.id.text()}, {"code", code}});
            if (asks_for_another(code) &&
                close_proposal(taking.writer, who.facility, proposal.id, std::nullopt))
                again.insert(booking.id);
        }
    }
    if (!again.empty())
        propose_all(taking.services, taking.writer, taking.tale, who.facility,
                    displaced_now(taking.services, taking.writer, who.facility, again, taking.now),
                    taking.now);
    return {{"taken", taken}, {"refused", std::move(refused)}};
}

}  // namespace

http::Response list_proposals(Services const& services, http::Request const& request) {
    auto const outage = outage_named(request.parameter("outage_id"));
    if (!outage) return http::problem(outage.error());
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        auto const found = seen_proposals(reader, who, *outage);
        return http::json_response(
            200, json::object{{"items", proposals_json(services, reader, who.facility, found)}});
    });
}

http::Response take_proposal(Services const& services, http::Request const& request) {
    auto const id = http::path_id<ProposalId>(request);
    if (!id) return http::problem(id.error());
    auto body = http::JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    std::optional<Booking> before, after;
    auto const take = [&](store::Writer& writer) {
        after.reset();
        auto const proposal = find_proposal(writer, who.facility, *id);
        if (!proposal) return http::problem({ErrorKind::not_found, "not_found"});
        before = find_booking(writer, who.facility, proposal->what.booking);
        if (auto const actor = Caller{who}.actor_for(before->enterprise); !actor)
            return http::problem(actor.error());
        Tale tale{who.facility, who.person};
        auto outcome = take_one({services, writer, tale, who.person, who.has("manager"), now},
                                who.facility, *proposal);
        if (!outcome) return std::move(outcome.error());
        tale.write(writer, now);
        after = *outcome;
        return booking_answer(services, writer, request, *after, 200);
    };
    auto answer = [&] {
        try {
            return people::write_once(services.store, services.clock, request, take);
        } catch (store::ConstraintViolated const& violated) {
            if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
            return slot_taken();
        }
    }();
    if (answer.status < 400 && after) publish_change(services, *after, &*before);
    if (!asks_for_another(answer)) return answer;
    auto refused = json::parse(answer.body).as_object();
    refused["proposal"] = next_proposal(services, who, *id, now);
    answer.body = json::serialize(refused);
    return answer;
}

http::Response decline_proposal(Services const& services, http::Request const& request) {
    auto const id = http::path_id<ProposalId>(request);
    if (!id) return http::problem(id.error());
    auto body = http::JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    std::optional<Booking> kept;
    auto const decline = [&](store::Writer& writer) {
        kept.reset();
        auto const proposal = find_proposal(writer, who.facility, *id);
        if (!proposal) return http::problem({ErrorKind::not_found, "not_found"});
        auto const booking = find_booking(writer, who.facility, proposal->what.booking).value();
        if (auto const actor = Caller{who}.actor_for(booking.enterprise); !actor)
            return http::problem(actor.error());
        if (!decline_proposed(writer, who.facility, *id, who.person, now))
            return http::problem(
                {ErrorKind::conflict, "proposal_gone", "", "that time is not proposed any more"});
        Tale tale{who.facility, who.person};
        tale.changed("declineProposal", booking, booking, in_words(*id, proposal->what));
        tale.write(writer, now);
        kept = booking;
        return booking_answer(services, writer, request, booking, 200);
    };
    auto answer = people::write_once(services.store, services.clock, request, decline);
    if (answer.status < 400 && kept) publish_change(services, *kept, nullptr);
    return answer;
}

http::Response take_all_proposals(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const outage = body.maybe_id<OutageId>("outage_id");
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    std::vector<Booking> changed;
    auto answer =
        people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
            Tale tale{who.facility, who.person};
            auto const done = take_each(
                {services, writer, tale, who.person, who.has("manager"), now}, who, outage);
            tale.write(writer, now);
            changed = tale.bookings();
            return http::json_response(200, done);
        });
    if (answer.status < 400)
        for (auto const& booking : changed) publish_change(services, booking, nullptr);
    return answer;
}

}  // namespace karkhana::booking
