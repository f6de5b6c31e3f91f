#include <algorithm>
#include <limits>

#include "server/booking/caller.hpp"
#include "server/booking/fees.hpp"
#include "server/booking/ground.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/queue_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_hold.hpp"
#include "server/booking/steps.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"

namespace karkhana::booking {
namespace {

/// One piece of work on one booking, as a person asks for it.
struct Work {
    Services const& services;
    store::Writer& writer;
    Found const& found;
    Tale& tale;
    PersonId person;
    Instant now;

    Booking const& booking() const { return found.booking; }
    Outcome step(State to, std::string_view action, std::string const& reason) const {
        if (auto const may = check_transition(found.actor, booking().state, to); !may)
            return tl::make_unexpected(http::problem(may.error()));
        auto const after = step_to(writer, booking(), to, person, reason, now);
        if (!after) return refusal(ErrorKind::conflict, "wrong_state", "it has just changed");
        tale.changed(action, booking(), *after, reason);
        return *after;
    }
    Terms terms() const {
        return terms_of(writer, *services.books->get(writer, booking().facility), booking());
    }
};

http::Response work_once(Services const& services, http::Request const& request,
                         std::function<Outcome(Work const&)> const& work) {
    auto const now = services.clock.now();
    auto const& who = request.principal.value();
    std::optional<Booking> changed;
    auto const take = [&](store::Writer& writer) {
        changed.reset();
        auto const found = find_own(writer, request);
        if (!found) return http::problem(found.error());
        Tale tale{who.facility, who.person};
        auto after = work({services, writer, *found, tale, who.person, now});
        if (!after) return std::move(after.error());
        tale.write(writer, now);
        changed = *after;
        return booking_answer(services, writer, request, *after, 200);
    };
    auto answer = people::write_once(services.store, services.clock, request, take);
    if (answer.status < 400 && changed) publish_change(services, *changed, nullptr);
    return answer;
}

/// Who cancels what was offered declines it.
void decline_offer_of(Work const& work) {
    auto const& booking = work.booking();
    if (booking.state != State::pending || booking.pending_for != PendingFor::offer) return;
    auto const offer = open_offer_for(work.writer, booking.facility, booking.id);
    if (!offer || !close_offer(work.writer, booking.facility, offer->id, "declined")) return;
    auto const entry = find_entry(work.writer, booking.facility, offer->entry).value();
    change_entry(work.writer, entry, WaitlistEntry::State::left);
    work.tale.queued(
        {.entry = entry.id, .at = work.now, .what = "declined", .person = work.person});
}

Outcome cancel(Work const& work, std::string const& reason) {
    auto const& booking = work.booking();
    lock_party(work.writer, booking.facility, booking.enterprise);
    auto const book = work.services.books->get(work.writer, booking.facility);
    auto const fee = fee_of_cancel(work.writer, *book, booking, work.terms(), work.now);
    auto after = work.step(fee ? State::late_cancelled : State::cancelled, "cancelBooking", reason);
    if (!after) return after;
    if (fee) insert_fee(work.writer, booking, *fee, work.now);
    decline_offer_of(work);
    return after;
}

bool waits_for_approval(Booking const& booking) {
    return booking.state == State::pending && booking.pending_for == PendingFor::approval;
}

/// `seen`: the version that was looked at, when whoever approves says so.
Outcome approve(Work const& work, std::optional<std::int64_t> seen) {
    auto const& booking = work.booking();
    if (seen && *seen != booking.version)
        return refusal(ErrorKind::stale, "stale", "somebody changed it since you read it");
    if (!waits_for_approval(booking))
        return refusal(ErrorKind::conflict, "wrong_state", "nothing of it waits to be approved");
    if (hold_is_over(booking, work.now))
        return refusal(ErrorKind::conflict, "hold_over", "its time to be approved is over");
    auto const against = still_against(work.services, work.writer, booking, booking, work.now);
    if (!against.empty()) return tl::make_unexpected(refused_by_rules(against));
    return work.step(State::confirmed, "approveBooking", "");
}

Outcome excuse(Work const& work, std::string const& reason) {
    auto const& booking = work.booking();
    auto const withdrawn = withdraw_fees(work.writer, booking, work.person, reason, work.now);
    bool const late = booking.state == State::missed || booking.state == State::late_cancelled;
    if (late) return work.step(State::released, "excuseBooking", reason);
    if (withdrawn == 0)
        return refusal(ErrorKind::conflict, "nothing_to_excuse", "the booking was charged nothing");
    work.tale.changed("excuseBooking", booking, booking, reason);
    return booking;
}

Outcome give_to(Work const& work, EnterpriseId const& to) {
    auto const& booking = work.booking();
    if (booking.state != State::confirmed)
        return refusal(ErrorKind::conflict, "wrong_state", "only what is to come is handed over");
    if (to == booking.enterprise)
        return refusal(ErrorKind::conflict, "same_enterprise", "it has the booking already");
    if (!people::find_enterprise(work.writer, booking.facility, to))
        return tl::make_unexpected(
            http::problem({ErrorKind::not_found, "not_found", "/enterprise_id", "no such ME"}));
    auto after = booking;
    after.enterprise = to;
    lock_party(work.writer, booking.facility, to);
    auto const against = still_against(work.services, work.writer, booking, after, work.now);
    if (!against.empty()) return tl::make_unexpected(refused_by_rules(against));
    if (!hand_over(work.writer, booking, to))
        return refusal(ErrorKind::stale, "stale", "somebody changed it since you read it");
    ++after.version;
    ++after.calendar_sequence;
    work.tale.changed("handOverBooking", booking, after, "");
    return after;
}

/// A body with nothing but a reason. Errors: `missing_field` when it is wanted.
Result<std::string> read_reason(http::Request const& request, bool wanted) {
    auto body = http::JsonBody::parse(request);
    auto reason = wanted ? body.text("reason", 500) : body.maybe_text("reason", 500).value_or("");
    if (wanted && reason.empty()) body.fail("reason_missing", "reason", "say why");
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    return reason;
}

/// One step with a reason.
http::Response step_once(Services const& services, http::Request const& request, bool reason_wanted,
                         std::function<Outcome(Work const&, std::string const&)> const& step) {
    auto const reason = read_reason(request, reason_wanted);
    if (!reason) return http::problem(reason.error());
    return work_once(services, request, [&](Work const& work) { return step(work, *reason); });
}

boost::json::object fee_json(Fee const& fee) {
    return {{"kind", name_of(fee.kind)},
            {"minutes", fee.minutes},
            {"amount", http::to_json(fee.amount)},
            {"free", fee.free}};
}

}  // namespace

Result<Found> find_own(store::Writer& writer, http::Request const& request) {
    auto const& who = request.principal.value();
    auto const id = http::path_id<BookingId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const booking = find_booking(writer, who.facility, *id);
    if (!booking) return refuse(ErrorKind::not_found, "not_found");
    auto const actor = Caller{who}.actor_for(booking->enterprise);
    if (!actor) return tl::make_unexpected(actor.error());
    return Found{*booking, *actor};
}

tl::unexpected<http::Response> refusal(ErrorKind kind, std::string code, std::string detail) {
    return tl::make_unexpected(http::problem({kind, std::move(code), "", std::move(detail)}));
}

http::Response refused_by_rules(std::vector<Violation> const& violations) {
    return http::problem(
        {ErrorKind::invalid, "policy_refused", "", "the booking breaks the rules listed"},
        {{"violations", violations_json(violations)}, {"alternatives", boost::json::array{}}});
}

http::Response cancel_booking(Services const& services, http::Request const& request) {
    return step_once(services, request, false, cancel);
}

http::Response check_in_booking(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const by = body.maybe_text("by", 20).value_or("button");
    if (by != "button" && by != "qr") body.fail("unknown_way", "by", "button or qr");
    if (auto const error = body.finish()) return http::problem(*error);
    return work_once(services, request, [&](Work const& work) -> Outcome {
        auto const& booking = work.booking();
        if (auto const may = check_transition(work.found.actor, booking.state, State::checked_in);
            !may)
            return tl::make_unexpected(http::problem(may.error()));
        auto const here = check_presence(work.services.settings, booking.during, work.now);
        if (!here) return tl::make_unexpected(http::problem(here.error()));
        return work.step(State::checked_in, "checkInBooking", by);
    });
}

http::Response undo_booking(Services const& services, http::Request const& request) {
    return step_once(services, request, false,
                     [](Work const& work, std::string const& reason) -> Outcome {
                         auto const& booking = work.booking();
                         bool const offered = booking.pending_for == PendingFor::offer;
                         if (offered || !may_undo(work.terms(), booking, work.now))
                             return refusal(ErrorKind::conflict, "undo_over",
                                            "it is too late to undo the booking; cancel it");
                         return work.step(State::cancelled, "undoBooking", reason);
                     });
}

http::Response release_booking(Services const& services, http::Request const& request) {
    return step_once(services, request, false, [](Work const& work, std::string const& reason) {
        return work.step(State::released, "releaseBooking", reason);
    });
}

http::Response approve_booking(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const seen = body.maybe_integer("version", 1, std::numeric_limits<std::int64_t>::max());
    if (auto const error = body.finish()) return http::problem(*error);
    return work_once(services, request, [&](Work const& work) { return approve(work, seen); });
}

http::Response refuse_booking(Services const& services, http::Request const& request) {
    return step_once(services, request, true,
                     [](Work const& work, std::string const& reason) -> Outcome {
                         if (!waits_for_approval(work.booking()))
                             return refusal(ErrorKind::conflict, "wrong_state",
                                            "nothing of it waits to be approved");
                         return work.step(State::cancelled, "refuseBooking", reason);
                     });
}

http::Response excuse_booking(Services const& services, http::Request const& request) {
    return step_once(services, request, true, excuse);
}

http::Response hand_over_booking(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const named = body.id<EnterpriseId>("enterprise_id");
    if (auto const error = body.finish()) return http::problem(*error);
    // A member gives only to an ME of its own: nobody is made to pay for what it did not ask for.
    auto const to = Caller{request.principal.value()}.party(named);
    if (!to) return http::problem(to.error());
    return work_once(services, request, [&](Work const& work) { return give_to(work, *to); });
}

boost::json::object costs_json(Services const& services, store::Reader& reader,
                               Booking const& booking, Instant now) {
    boost::json::array fees;
    for (auto const& kept : fees_of(reader, booking.facility, booking.id)) {
        // Of one that was handed over the others' fees are theirs.
        if (kept.enterprise != booking.enterprise) continue;
        auto shown = fee_json(kept.fee);
        shown["withdrawn"] = kept.withdrawn_at.has_value();
        shown["reason"] = kept.reason;
        fees.push_back(std::move(shown));
    }
    boost::json::object costs{{"fees", std::move(fees)}, {"if_cancelled", nullptr}};
    costs["undo_seconds"] = 0;
    if (!is_live(booking.state)) return costs;
    auto const book = services.books->get(reader, booking.facility);
    auto const terms = terms_of(reader, *book, booking);
    if (auto const fee = fee_of_cancel(reader, *book, booking, terms, now))
        costs["if_cancelled"] = fee_json(*fee);
    if (may_undo(terms, booking, now) && booking.pending_for != PendingFor::offer)
        costs["undo_seconds"] =
            std::chrono::duration_cast<std::chrono::seconds>(booking.created_at + terms.undo - now)
                .count();
    return costs;
}

}  // namespace karkhana::booking
