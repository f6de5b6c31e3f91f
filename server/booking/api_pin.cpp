#include "server/base/digest.hpp"
#include "server/base/text.hpp"
#include "server/booking/pin_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_life.hpp"
#include "server/booking/secret_records.hpp"
#include "server/booking/steps.hpp"
#include "server/booking/views.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"

namespace karkhana::booking {
namespace {

/// Who comes early is told so, as far ahead as one workday.
constexpr std::chrono::hours pin_ahead{12};

/// What somebody typed at a machine.
struct Typed {
    MachineId machine;
    std::string pin;
    std::string secret;
};

/// The booking of now or soon whose number it is, locked.
std::optional<Booking> booking_of_pin(store::Writer& writer, FacilityId const& facility,
                                      Typed const& typed, Instant now) {
    for (auto const& booking : bookings_between(writer, facility, {now, now + pin_ahead}, true)) {
        bool const waits = booking.state == State::confirmed || booking.state == State::checked_in;
        if (waits && booking.machine == typed.machine &&
            equal_constant_time(pin_of(typed.secret, booking.id), typed.pin))
            return find_booking(writer, facility, booking.id);
    }
    return std::nullopt;
}

/// The number says that it is the party who is there, whoever is signed in at the machine.
Outcome check_in(Services const& services, store::Writer& writer, Tale& tale,
                 std::optional<Booking> const& found, PersonId const& person, Instant now) {
    if (!found)
        return tl::make_unexpected(http::problem({ErrorKind::invalid, "wrong_pin", "/pin",
                                                  "no booking of the machine has this number"}));
    if (found->state == State::checked_in) return *found;
    if (auto const may = check_transition(Actor::party, found->state, State::checked_in); !may)
        return tl::make_unexpected(http::problem(may.error()));
    if (auto const here = check_presence(services.settings, found->during, now); !here)
        return tl::make_unexpected(http::problem(here.error()));
    auto const after = step_to(writer, *found, State::checked_in, person, "pin", now);
    if (!after) return refusal(ErrorKind::conflict, "wrong_state", "it has just changed");
    tale.changed("checkInByPin", *found, *after, "pin");
    return *after;
}

/// No more of the booking than the board and whoever stands there need.
http::Response welcome(store::Reader& reader, Booking const& booking) {
    auto const zone = facility::zone_of(reader, booking.facility);
    auto const party = people::find_enterprise(reader, booking.facility, booking.enterprise);
    return http::json_response(200, {{"booking_id", booking.id.text()},
                                     {"name", facility::name_json(party.value().name)},
                                     {"start", to_rfc3339(booking.during.start, zone)},
                                     {"end", to_rfc3339(booking.during.end, zone)}});
}

}  // namespace

http::Response check_in_by_pin(Services const& services, http::Request const& request) {
    auto const id = http::path_id<MachineId>(request);
    if (!id) return http::problem(id.error());
    auto body = http::JsonBody::parse(request);
    auto const pin = ascii_digits(body.text("pin", 40));
    if (auto const error = body.finish()) return http::problem(*error);
    if (auto answer = people::answered_before(services.store, request)) return *answer;

    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    Typed const typed{*id, pin, make_secret(services.store, who.facility, pin_secret)};
    bool const known = services.store.read([&](store::Reader& reader) {
        return facility::find_machine(reader, who.facility, *id).has_value();
    });
    if (!known) return http::problem({ErrorKind::not_found, "not_found"});
    auto const attempt = services.ids.make<PinTryId>();
    auto const wait = services.store.write([&](store::Writer& writer) {
        return count_pin_try(writer, who.facility, *id, attempt, now);
    });
    if (wait)
        return http::problem({ErrorKind::limited, "too_many_pins", "",
                              "Too many wrong numbers at this machine; wait before the next one."})
            .with("Retry-After", std::to_string(wait->count()));

    std::optional<Booking> found;
    auto answer =
        people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
            found = booking_of_pin(writer, who.facility, typed, now);
            Tale tale{who.facility, who.person};
            auto const after = check_in(services, writer, tale, found, who.person, now);
            if (!after) return after.error();
            tale.write(writer, now);
            return welcome(writer, *after);
        });
    if (found) forget_pin_try(services.store, who.facility, *id, attempt);
    if (answer.status < 400 && found) {
        found->state = State::checked_in;
        publish_change(services, *found, nullptr);
    }
    return answer;
}

}  // namespace karkhana::booking
