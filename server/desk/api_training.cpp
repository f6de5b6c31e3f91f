#include <algorithm>
#include <boost/json/array.hpp>

#include "server/booking/records.hpp"
#include "server/booking/start.hpp"
#include "server/desk/attendance.hpp"
#include "server/desk/handlers.hpp"
#include "server/facility/book_records.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/json.hpp"
#include "server/people/records.hpp"

namespace karkhana::desk {
namespace {

namespace json = boost::json;
using booking::Booking;
using booking::State;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::chrono::days longest_list{62};

/// What trainings are shown with; a few queries for all of them.
struct Names {
    std::map<EnterpriseId, people::Enterprise> enterprises;
    std::vector<facility::Machine> machines;
    std::vector<people::Person> people;
};

Names names_for(store::Reader& reader, FacilityId const& facility,
                std::vector<Booking> const& bookings) {
    std::vector<EnterpriseId> ids;
    for (auto const& each : bookings) ids.push_back(each.enterprise);
    return {people::find_enterprises(reader, facility, ids),
            facility::list_machines(reader, facility), people::list_people(reader, facility)};
}

json::object attendee_json(Attendee const& attendee, Names const& names) {
    auto const person = std::ranges::find_if(
        names.people, [&](people::Person const& each) { return each.id == attendee.person; });
    bool const known = attendee.person && person != names.people.end();
    facility::Name const written{attendee.name, attendee.name};
    return {{"person_id", attendee.person ? json::value(attendee.person->text()) : json::value{}},
            {"name", facility::name_json(known ? person->name : written)},
            {"woman", http::or_null(attendee.woman)},
            {"came", attendee.came},
            {"result", name_of(attendee.outcome)},
            {"authorised", attendee.authorisation.has_value()}};
}

/// Whoever acts for the enterprise may well be who comes.
json::array candidates_json(EnterpriseId const& enterprise, Names const& names) {
    json::array out;
    for (auto const& person : names.people)
        if (std::ranges::find(person.roles, std::optional{enterprise},
                              &people::RoleGrant::enterprise) != person.roles.end())
            out.push_back(json::object{{"person_id", person.id.text()},
                                       {"name", facility::name_json(person.name)}});
    return out;
}

json::object training_json(Booking const& booking, std::vector<Attendee> const& attendees,
                           Names const& names, Zone const& zone) {
    auto const machine = std::ranges::find(names.machines, booking.machine, &facility::Machine::id);
    json::array list;
    for (auto const& each : attendees) list.push_back(attendee_json(each, names));
    return {{"booking_id", booking.id.text()},
            {"kind", booking::name_of(booking.kind)},
            {"state", booking::name_of(booking.state)},
            {"machine", json::object{{"id", machine->id.text()},
                                     {"slug", machine->slug},
                                     {"name", facility::name_json(machine->name)},
                                     {"kind", machine->kind}}},
            {"enterprise", people::enterprise_ref_json(names.enterprises.at(booking.enterprise))},
            {"start", to_rfc3339(booking.during.start, zone)},
            {"end", to_rfc3339(booking.during.end, zone)},
            {"people", booking.people},
            {"note", booking.note},
            {"candidates", candidates_json(booking.enterprise, names)},
            {"attendees", std::move(list)}};
}

/// What was said of one person.
struct Said {
    Attendee attendee;
    std::optional<Instant> authorise_until;
};

Result<Said> read_said(Request const& request, Instant now) {
    auto body = JsonBody::parse(request);
    Said said;
    auto& attendee = said.attendee;
    attendee.person = body.maybe_id<PersonId>("person_id");
    attendee.name = body.maybe_text("name", 200).value_or("");
    attendee.woman = body.maybe_flag("woman");
    attendee.came = body.flag("came");
    auto const outcome = outcome_of(body.maybe_text("result", 10).value_or("none"));
    if (!outcome) body.fail("unknown_result", "result", "none, passed or failed");
    attendee.outcome = outcome.value_or(Outcome::none);
    said.authorise_until = body.maybe_at("authorise_until");
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (attendee.person.has_value() != attendee.name.empty())
        return refuse(ErrorKind::invalid, "person_or_name", "person_id or name, one of them.",
                      "/name");
    if (!attendee.came && attendee.outcome != Outcome::none)
        return refuse(ErrorKind::invalid, "was_not_there", "Who did not come has no result.",
                      "/result");
    if (said.authorise_until && *said.authorise_until <= now)
        return refuse(ErrorKind::invalid, "bad_time", "after now", "/authorise_until");
    return said;
}

std::optional<Error> may_record(Booking const& booking, Instant now) {
    if (booking.kind == booking::Kind::job)
        return Error{ErrorKind::conflict, "not_a_training", "", "It is a job of its own."};
    using enum State;
    for (auto const off : {pending, cancelled, late_cancelled, released})
        if (booking.state == off)
            return Error{ErrorKind::conflict, "wrong_state", "", "It did not take place."};
    if (now < booking.during.start)
        return Error{ErrorKind::conflict, "too_early", "", "It has not begun."};
    return std::nullopt;
}

/// Who passed may run machines of this kind; who is found not to have passed after all may not,
/// as far as it came from here. Errors: those of booking::old_enough.
Result<void> settle_authorisation(Services const& services, store::Writer& writer,
                                  http::Principal const& who, Said& said,
                                  std::string const& machine_kind,
                                  std::vector<Attendee> const& before, Instant now) {
    auto& attendee = said.attendee;
    if (!attendee.person) return {};
    auto const earlier = std::ranges::find(before, attendee.person, &Attendee::person);
    bool const had = earlier != before.end() && earlier->authorisation.has_value();
    if (attendee.outcome != Outcome::passed) {
        if (had) people::revoke(writer, who.facility, *earlier->authorisation, now);
        return {};
    }
    if (had && !said.authorise_until) {
        attendee.authorisation = earlier->authorisation;
        return {};
    }
    auto const book = facility::read_book(writer, who.facility);
    if (auto old = booking::old_enough(writer, book, machine_kind, *attendee.person, now); !old)
        return old;
    if (had) people::revoke(writer, who.facility, *earlier->authorisation, now);
    attendee.authorisation = services.ids.make<people::AuthorisationId>();
    people::grant(writer, who.facility,
                  {.id = *attendee.authorisation,
                   .person = *attendee.person,
                   .machine_kind = machine_kind,
                   .granted_at = now,
                   .expires_at = said.authorise_until,
                   .revoked_at = {},
                   .granted_by = {}},
                  who.person);
    return {};
}

json::object one_training(store::Reader& reader, FacilityId const& facility,
                          Booking const& booking) {
    auto attendance = attendance_of(reader, facility, {booking.id});
    return training_json(booking, attendance[booking.id], names_for(reader, facility, {booking}),
                         facility::zone_of(reader, facility));
}

}  // namespace

Response list_trainings(Services const& services, Request const& request) {
    auto const from = http::query_time(request, "from");
    if (!from) return http::problem(from.error());
    auto const to = http::query_time(request, "to");
    if (!to) return http::problem(to.error());
    if (*to <= *from || *to - *from > longest_list)
        return http::problem({ErrorKind::invalid, "bad_interval", "", "at most 62 days"});
    auto const& facility = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const ids = trainings_between(reader, facility, {*from, *to});
        auto bookings = booking::find_bookings(reader, facility, ids);
        std::ranges::sort(bookings, {}, [](Booking const& each) {
            return std::pair{each.during.start, each.id};
        });
        auto attendance = attendance_of(reader, facility, ids);
        auto const names = names_for(reader, facility, bookings);
        auto const zone = facility::zone_of(reader, facility);
        json::array items;
        for (auto const& each : bookings)
            items.push_back(training_json(each, attendance[each.id], names, zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response record_attendance(Services const& services, Request const& request) {
    auto const id = http::path_id<BookingId>(request);
    if (!id) return http::problem(id.error());
    auto const now = services.clock.now();
    auto const read = read_said(request, now);
    if (!read) return http::problem(read.error());
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const found = booking::find_booking(writer, who.facility, *id);
        if (!found) return http::problem({ErrorKind::not_found, "not_found"});
        if (auto const error = may_record(*found, now)) return http::problem(*error);
        auto said = *read;
        if (said.attendee.person &&
            !people::find_person(writer, who.facility, *said.attendee.person))
            return http::problem(
                {ErrorKind::not_found, "not_found", "/person_id", "There is no such person."});
        facility::lock_machine(writer, who.facility, found->machine);
        auto const machine = facility::find_machine(writer, who.facility, found->machine).value();
        auto before = attendance_of(writer, who.facility, {*id});
        auto const settled =
            settle_authorisation(services, writer, who, said, machine.kind, before[*id], now);
        if (!settled) return http::problem(settled.error());
        insert_attendee(writer, who.facility, *id, said.attendee, who.person, now);
        auto const answer = one_training(writer, who.facility, *found);
        tell(writer, who, "recordAttendance", "booking/" + id->text(), answer, "", now);
        return http::json_response(201, answer);
    });
}

}  // namespace karkhana::desk
