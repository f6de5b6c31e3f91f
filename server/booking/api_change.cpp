#include <algorithm>

#include "server/booking/audit.hpp"
#include "server/booking/caller.hpp"
#include "server/booking/draft.hpp"
#include "server/booking/fees.hpp"
#include "server/booking/ground.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/steps.hpp"
#include "server/booking/wishes.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::booking {
namespace {

/// What one run of the transaction found out, for the answer after it.
struct Attempt {
    std::optional<Booking> before;
    std::optional<Booking> after;
    Wish wish;
    Asker asker;
    std::vector<Violation> violations;
};

struct Change {
    std::optional<MachineId> machine;
    std::optional<Instant> start;
    std::optional<Instant> end;
    std::vector<Override> overrides;
    bool without_fee = false;  ///< it is the facility that wants it
    bool dry_run = false;      ///< everything is decided, and nothing kept
};

/// Errors: those of JsonBody, `nothing_to_change`, `not_theirs` of what only the desk lets pass.
Result<Change> read_change(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    Change change{body.maybe_id<MachineId>("machine_id"),
                  body.maybe_at("start"),
                  body.maybe_at("end"),
                  read_overrides(body),
                  body.maybe_flag("without_fee").value_or(false),
                  body.maybe_flag("dry_run").value_or(false)};
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (!change.machine && !change.start && !change.end)
        return refuse(ErrorKind::invalid, "nothing_to_change", "say another machine, start or end");
    if (change.without_fee && !Caller{request.principal.value()}.is_desk())
        return refuse(ErrorKind::forbidden, "not_theirs", "the desk says what is not charged",
                      "/without_fee");
    return change;
}

/// What may move when. A party that is here does not move out of its check-in time, and one that
/// has begun only changes its end.
Result<void> check_movable(Settings const& settings, Booking const& before, Booking const& after,
                           Instant now) {
    auto const wrong_state = [&](std::string detail) {
        return refuse(ErrorKind::conflict, "wrong_state", std::move(detail));
    };
    if (!is_live(before.state))
        return wrong_state("the booking is " + std::string(name_of(before.state)));
    if (is_offered(before)) return wrong_state("an offer is taken or declined as it is");
    bool const moves = before.machine != after.machine || before.during.start != after.during.start;
    bool const begun = before.state == State::running || before.state == State::paused;
    if (begun && moves) return wrong_state("a job that has begun cannot be moved");
    if (before.state == State::checked_in && moves &&
        after.during.start > now + settings.check_in_early)
        return wrong_state("a party that is checked in cannot be moved so far");
    return {};
}

Booking changed(Booking booking, Change const& change) {
    booking.machine = change.machine.value_or(booking.machine);
    booking.during = {change.start.value_or(booking.during.start),
                      change.end.value_or(booking.during.end)};
    return booking;
}

/// Time that is given up too late is charged as if it had been cancelled.
std::optional<Fee> fee_of_move(Services const& services, store::Reader& reader,
                               Booking const& before, Booking const& after, Change const& change,
                               Instant now) {
    if (change.without_fee) return std::nullopt;
    auto const book = services.books->get(reader, before.facility);
    return fee_of_change(reader, *book, before, after, terms_of(reader, *book, before), now);
}

http::Response stale() {
    return http::problem({ErrorKind::stale, "stale", "", "somebody changed it since you read it"});
}

http::Response move(Services const& services, store::Writer& writer, http::Request const& request,
                    Change const& change, std::int64_t version, Instant now, Attempt& attempt) {
    attempt = {};
    auto const found = find_own(writer, request);
    if (!found) return http::problem(found.error());
    auto const& before = found->booking;
    auto after = changed(before, change);
    if (before.version != version) return stale();
    if (auto const movable = check_movable(services.settings, before, after, now); !movable)
        return http::problem(movable.error());
    if (after.during.empty())
        return http::problem({ErrorKind::invalid, "bad_interval", "/end", "the end comes first"});
    attempt.wish = wish_of(writer, *services.books->get(writer, before.facility), before);
    attempt.wish.machine = after.machine;
    attempt.wish.during = after.during;
    attempt.wish.overrides = change.overrides;
    attempt.asker = asker_of(*request.principal, before.enterprise);
    auto const decision =
        decide(services, writer, before.facility, attempt.wish, attempt.asker, now);
    if (!decision) return http::problem(decision.error());
    attempt.violations = decision->violations;
    if (!decision->granted()) return http::problem({ErrorKind::invalid, "policy_refused"});
    auto const fee = fee_of_move(services, writer, before, after, change, now);
    if (!update_granted(writer, *decision, attempt.wish, after, request.principal->person,
                        "changeBooking", fee ? name_of(fee->kind) : "", now))
        return stale();
    if (fee) insert_fee(writer, before, *fee, now);
    attempt.before = before;
    attempt.after = after;
    return booking_answer(services, writer, request, after, 200);
}

}  // namespace

http::Response change_booking(Services const& services, http::Request const& request) {
    auto const change = read_change(request);
    if (!change) return http::problem(change.error());
    auto const version = http::if_match(request);
    if (!version) return http::problem(version.error());
    auto const now = services.clock.now();
    auto const facility = request.principal.value().facility;
    Attempt attempt;
    auto const take = [&](store::Writer& writer) {
        return move(services, writer, request, *change, *version, now, attempt);
    };
    try {
        auto answer = change->dry_run
                          ? undone(services, take)
                          : people::write_once(services.store, services.clock, request, take);
        if (answer.status >= 400 && !attempt.violations.empty())
            return refuse_wish(services, facility, attempt.wish, attempt.asker, attempt.violations,
                               now);
        if (answer.status < 400 && attempt.after && !change->dry_run)
            publish_change(services, *attempt.after, &*attempt.before);
        return answer;
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
        return refuse_wish(services, facility, attempt.wish, attempt.asker, {}, now);
    }
}

}  // namespace karkhana::booking
