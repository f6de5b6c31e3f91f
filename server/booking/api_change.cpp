#include <algorithm>

#include "server/booking/audit.hpp"
#include "server/booking/caller.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/records.hpp"
#include "server/booking/wishes.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"

namespace karkhana::booking {
namespace {

/// What one run of the transaction found out, for the answer after it.
struct Attempt {
    std::optional<Booking> before;
    std::optional<Booking> after;
    Wish wish;
    std::vector<Violation> violations;
};

struct Change {
    std::optional<MachineId> machine;
    std::optional<Instant> start;
    std::optional<Instant> end;
};

Result<Change> read_change(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    Change const change{body.maybe_id<MachineId>("machine_id"), body.maybe_at("start"),
                        body.maybe_at("end")};
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    return change;
}

/// The booking, if the caller may change it. Errors: `not_found`, `forbidden`.
struct Found {
    Booking booking;
    Actor actor = Actor::party;
};
Result<Found> find_own(store::Reader& reader, http::Request const& request) {
    auto const& who = request.principal.value();
    auto const id = http::path_id<BookingId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto const booking = find_booking(reader, who.facility, *id);
    if (!booking) return refuse(ErrorKind::not_found, "not_found");
    auto const actor = Caller{who}.actor_for(booking->enterprise);
    if (!actor) return tl::make_unexpected(actor.error());
    return Found{*booking, *actor};
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
    bool const moves = before.machine != after.machine || before.during.start != after.during.start;
    bool const begun = before.state == State::running || before.state == State::paused;
    if (begun && moves) return wrong_state("a job that has begun cannot be moved");
    if (before.state == State::checked_in && moves &&
        after.during.start > now + settings.check_in_early)
        return wrong_state("a party that is checked in cannot be moved so far");
    return {};
}

/// Both machines, so that two moves that cross wait for each other instead of deadlocking.
void lock_both(store::Writer& writer, FacilityId const& facility, MachineId a, MachineId b) {
    facility::lock_machine(writer, facility, std::min(a, b));
    if (a != b) facility::lock_machine(writer, facility, std::max(a, b));
}

Booking changed(Booking booking, Change const& change) {
    booking.machine = change.machine.value_or(booking.machine);
    booking.during = {change.start.value_or(booking.during.start),
                      change.end.value_or(booking.during.end)};
    return booking;
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
    lock_both(writer, before.facility, before.machine, after.machine);
    auto const machine = facility::find_machine(writer, before.facility, after.machine);
    if (!machine) return http::problem({ErrorKind::not_found, "not_found", "/machine_id"});
    auto const enterprise =
        people::find_enterprise(writer, before.facility, before.enterprise).value();
    bool const same_machine = before.machine == after.machine;
    attempt.wish = {.machine = *machine,
                    .during = after.during,
                    .quantity = after.quantity,
                    .suspended = enterprise.suspended,
                    .held = same_machine ? std::optional{before.during} : std::nullopt,
                    .moved = before.id};
    auto const world = read_world(writer, before.facility, after.during, enterprise.suspended,
                                  services.settings, now);
    attempt.violations = check_policy(world, {*machine, {}}, after.during, attempt.wish.held);
    if (!attempt.violations.empty()) return http::problem({ErrorKind::invalid, "policy_refused"});
    after.quote =
        services.pricing.price(writer, before.facility, *machine, after.during, after.quantity)
            .price;
    if (!update_booking(writer, after)) return stale();
    ++after.version;
    append_change(writer, "changeBooking", request.principal->person, &before, after, "", now);
    attempt.before = before;
    attempt.after = after;
    return booking_answer(services, writer, request, after, 200);
}

using Guard = Result<void> (*)(Settings const&, Booking const&, Instant now);

/// One step of the life of a booking, asked for by a person.
http::Response step(Services const& services, http::Request const& request, State to,
                    std::string_view operation, std::string const& reason, Guard guard) {
    auto const now = services.clock.now();
    auto const person = request.principal.value().person;
    Attempt attempt;
    auto const take = [&](store::Writer& writer) {
        attempt = {};
        auto const found = find_own(writer, request);
        if (!found) return http::problem(found.error());
        auto const& before = found->booking;
        if (auto const may = check_transition(found->actor, before.state, to); !may)
            return http::problem(may.error());
        if (auto const fits = guard(services.settings, before, now); !fits)
            return http::problem(fits.error());
        if (!change_state(writer, before, to, person, reason, now))
            return http::problem({ErrorKind::conflict, "wrong_state", "", "it has just changed"});
        auto after = before;
        after.state = to;
        ++after.version;
        if (to == State::cancelled) after.cancel_reason = reason;
        append_change(writer, operation, person, &before, after, reason, now);
        attempt.after = after;
        return booking_answer(services, writer, request, after, 200);
    };
    auto answer = people::write_once(services.store, services.clock, request, take);
    if (answer.status < 400 && attempt.after) publish_change(services, *attempt.after, nullptr);
    return answer;
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
    try {
        auto answer =
            people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
                return move(services, writer, request, *change, *version, now, attempt);
            });
        if (answer.status >= 400 && !attempt.violations.empty())
            return refuse_wish(services, facility, attempt.wish, attempt.violations, now);
        if (answer.status < 400 && attempt.after)
            publish_change(services, *attempt.after, &*attempt.before);
        return answer;
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
        return refuse_wish(services, facility, attempt.wish, {}, now);
    }
}

http::Response cancel_booking(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const reason = body.maybe_text("reason", 500);
    if (auto const error = body.finish()) return http::problem(*error);
    return step(services, request, State::cancelled, "cancelBooking", reason.value_or(""),
                [](Settings const&, Booking const&, Instant) { return Result<void>{}; });
}

http::Response check_in_booking(Services const& services, http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    return step(services, request, State::checked_in, "checkInBooking", "",
                [](Settings const& settings, Booking const& booking, Instant now) {
                    return check_presence(settings, booking.during, now);
                });
}

}  // namespace karkhana::booking
