#include "server/booking/caller.hpp"
#include "server/booking/ground.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/queue_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_terms.hpp"
#include "server/booking/steps.hpp"
#include "server/booking/waitlist_views.hpp"
#include "server/booking/world_records.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"

/// What may be done with a place in the queue, and with what is offered there.
namespace karkhana::booking {
namespace {

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

}  // namespace

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

}  // namespace karkhana::booking
