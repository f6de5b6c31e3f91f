#include "server/booking/caller.hpp"
#include "server/booking/draft.hpp"
#include "server/booking/handlers.hpp"
#include "server/booking/wishes.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::booking {
namespace {

/// What one run of the transaction found out, for the answer after it.
struct Creation {
    std::vector<Violation> violations;
    std::optional<Booking> inserted;
};

http::Response insert(Services const& services, store::Writer& writer, http::Request const& request,
                      Draft const& draft, Booking const& booking, Creation& attempt, Instant now) {
    attempt = {};
    auto const& who = request.principal.value();
    auto const decision = decide(services, writer, who.facility, draft.wish,
                                 asker_of(who, draft.wish.enterprise), now);
    if (!decision) return http::problem(decision.error());
    if (!decision->granted()) {
        attempt.violations = decision->violations;
        return http::problem({ErrorKind::invalid, "policy_refused"});
    }
    attempt.inserted = insert_granted(writer, *decision, draft.wish, booking, "createBooking", now);
    auto const& made = *attempt.inserted;
    std::vector<Transition> const history{{.at = now, .to = made.state, .person = who.person}};
    std::vector<NamedHold> holds;
    if (!decision->holds.empty()) holds = named_holds(writer, who.facility, made.id);
    return show(201,
                {.booking = made,
                 .machine = decision->place.machine,
                 .enterprise = decision->enterprise,
                 .actions = Caller{who}.actions(made, services.settings, now, false),
                 .history = &history,
                 .holds = &holds},
                decision->world.zone())
        .with("Location", "/api/v1/bookings/" + made.id.text());
}

}  // namespace

http::Response create_booking(Services const& services, http::Request const& request) {
    auto const draft = read_draft(request);
    if (!draft) return http::problem(draft.error());
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    Booking const booking{.id = services.ids.make<BookingId>(),
                          .created_by = who.person,
                          .origin = draft->origin,
                          .note = draft->note};
    Creation attempt;
    auto const refused = [&] {
        return refuse_wish(services, who.facility, draft->wish,
                           asker_of(who, draft->wish.enterprise), attempt.violations, now);
    };
    try {
        auto answer =
            people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
                return insert(services, writer, request, *draft, booking, attempt, now);
            });
        if (answer.status >= 400) return attempt.violations.empty() ? answer : refused();
        if (attempt.inserted) publish_change(services, *attempt.inserted, nullptr);
        return answer;
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
        return refused();
    }
}

http::Response create_quote(Services const& services, http::Request const& request) {
    auto const draft = read_draft(request);
    if (!draft) return http::problem(draft.error());
    auto const& who = request.principal.value();
    auto const& wish = draft->wish;
    auto const now = services.clock.now();
    auto const secret = make_secret(services.store, who.facility, quote_secret);
    return services.store.read([&](store::Reader& reader) {
        auto const assessment =
            assess(services, reader, who.facility, wish, asker_of(who, wish.enterprise), now);
        if (!assessment) return http::problem(assessment.error());
        auto const& machine = assessment->place.machine;
        // What is longer than any booking has no price.
        PriceAnswer price;
        if (wish.during.length() <= longest_booking)
            price = services.pricing.price(reader, who.facility, machine, wish.during,
                                           price_wish(wish));
        auto answer = price_json(price);
        answer["machine_id"] = machine.id.text();
        answer["approval"] = assessment->approval;
        for (auto& [name, value] : assessment_json(*assessment)) answer[name] = value;
        if (assessment->violations.empty()) {
            auto const until = now + quote_validity;
            answer["quote"] =
                sign_quote(secret, {machine.id, wish.enterprise, wish.during, wish.quantity,
                                    price.price, price.rate_card, until});
            answer["valid_until"] = to_rfc3339(until, assessment->world.zone());
        }
        return http::json_response(200, answer);
    });
}

}  // namespace karkhana::booking
