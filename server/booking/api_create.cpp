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

struct Draft {
    MachineId machine;
    EnterpriseId enterprise;
    Interval during;
    std::optional<std::int64_t> quantity;
    std::string note;
};

Result<Draft> read_draft(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const machine = body.id<MachineId>("machine_id");
    auto const named = body.maybe_id<EnterpriseId>("enterprise_id");
    auto const start = body.at("start"), end = body.at("end");
    auto const quantity = body.maybe_integer("quantity", 0, 1'000'000);
    auto const note = body.maybe_text("note", 500);
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (end <= start)
        return refuse(ErrorKind::invalid, "bad_interval", "the end comes after the start", "/end");
    auto const party = Caller{request.principal.value()}.party(named);
    if (!party) return tl::make_unexpected(party.error());
    return Draft{machine, *party, {start, end}, quantity, note.value_or("")};
}

/// The draft's machine and ME. Errors: `not_found` with the field.
struct Parts {
    facility::Machine machine;
    people::Enterprise enterprise;
};
Result<Parts> find_parts(store::Reader& reader, FacilityId const& facility, Draft const& draft) {
    auto machine = facility::find_machine(reader, facility, draft.machine);
    if (!machine)
        return refuse(ErrorKind::not_found, "not_found", "no such machine", "/machine_id");
    auto enterprise = people::find_enterprise(reader, facility, draft.enterprise);
    if (!enterprise)
        return refuse(ErrorKind::not_found, "not_found", "no such enterprise", "/enterprise_id");
    return Parts{std::move(*machine), std::move(*enterprise)};
}

/// What one run of the transaction found out, for the answer after it.
struct Attempt {
    facility::Machine machine;
    bool suspended = false;
    std::vector<Violation> violations;
    bool inserted = false;
};

http::Response insert(Services const& services, store::Writer& writer, http::Request const& request,
                      Booking booking, Attempt& attempt, Draft const& draft) {
    auto const& who = request.principal.value();
    facility::lock_machine(writer, who.facility, draft.machine);
    auto const parts = find_parts(writer, who.facility, draft);
    if (!parts) return http::problem(parts.error());
    attempt = {parts->machine, parts->enterprise.suspended, {}, false};
    auto const now = booking.created_at;
    auto const world =
        read_world(writer, who.facility, draft.during, attempt.suspended, services.settings, now);
    // Whether the slot is free is not asked: the database decides that when the booking goes in.
    attempt.violations = check_policy(world, {parts->machine, {}}, draft.during, std::nullopt);
    if (!attempt.violations.empty()) return http::problem({ErrorKind::invalid, "policy_refused"});
    booking.quote =
        services.pricing.price(writer, who.facility, parts->machine, draft.during, draft.quantity)
            .price;
    insert_booking(writer, booking, now);
    append_change(writer, "createBooking", who.person, nullptr, booking, "", now);
    attempt.inserted = true;
    std::vector<Transition> const history{{.at = now, .to = booking.state, .person = who.person}};
    return show(201,
                {.booking = booking,
                 .machine = parts->machine,
                 .enterprise = parts->enterprise,
                 .actions = Caller{who}.actions(booking, services.settings, now),
                 .history = &history},
                world.zone)
        .with("Location", "/api/v1/bookings/" + booking.id.text());
}

}  // namespace

http::Response create_booking(Services const& services, http::Request const& request) {
    auto const draft = read_draft(request);
    if (!draft) return http::problem(draft.error());
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    Booking const booking{.facility = who.facility,
                          .id = services.ids.make<BookingId>(),
                          .machine = draft->machine,
                          .enterprise = draft->enterprise,
                          .created_by = who.person,
                          .during = draft->during,
                          .quantity = draft->quantity,
                          .note = draft->note,
                          .created_at = now};
    Attempt attempt;
    auto const refused = [&] {
        Wish const wish{.machine = attempt.machine,
                        .during = draft->during,
                        .quantity = draft->quantity,
                        .suspended = attempt.suspended};
        return refuse_wish(services, who.facility, wish, attempt.violations, now);
    };
    try {
        auto answer =
            people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
                return insert(services, writer, request, booking, attempt, *draft);
            });
        if (answer.status >= 400) return attempt.violations.empty() ? answer : refused();
        if (attempt.inserted) publish_change(services, booking, nullptr);
        return answer;
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
        return refused();
    }
}

http::Response create_quote(Services const& services, http::Request const& request) {
    auto const draft = read_draft(request);
    if (!draft) return http::problem(draft.error());
    auto const facility = request.principal.value().facility;
    auto const now = services.clock.now();
    return services.store.read([&](store::Reader& reader) {
        auto const parts = find_parts(reader, facility, *draft);
        if (!parts) return http::problem(parts.error());
        auto assessment = assess(services, reader, facility,
                                 {.machine = parts->machine,
                                  .during = draft->during,
                                  .quantity = draft->quantity,
                                  .suspended = parts->enterprise.suspended},
                                 now);
        // What is longer than any booking has no price.
        PriceAnswer price;
        if (draft->during.length() <= longest_booking)
            price = services.pricing.price(reader, facility, parts->machine, draft->during,
                                           draft->quantity);
        auto answer = price_json(price);
        answer["violations"] = violations_json(assessment.violations);
        answer["alternatives"] = std::move(assessment.alternatives);
        return http::json_response(200, answer);
    });
}

}  // namespace karkhana::booking
