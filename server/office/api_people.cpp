#include <algorithm>
#include <boost/json/array.hpp>

#include "server/booking/start.hpp"
#include "server/desk/attendance.hpp"
#include "server/facility/book_records.hpp"
#include "server/facility/records.hpp"
#include "server/facility/shifts.hpp"
#include "server/office/handlers.hpp"
#include "server/office/json.hpp"
#include "server/people/authorisations.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::office {
namespace {

namespace json = boost::json;
using facility::Shift;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::chrono::days most_shifts_shown{62};

json::object shifts_json(store::Reader& reader, FacilityId const& facility, Interval during) {
    auto const zone = facility::zone_of(reader, facility);
    auto const people = people::list_people(reader, facility);
    json::array items;
    for (auto const& each : facility::shifts_between(reader, facility, during))
        items.push_back(
            shift_json(each, *std::ranges::find(people, each.person, &people::Person::id), zone));
    return items_json(std::move(items));
}

json::object authorisations_json(store::Reader& reader, FacilityId const& facility,
                                 PersonId const& person) {
    auto const zone = facility::zone_of(reader, facility);
    auto const trainings = desk::trainings_behind(reader, facility, person);
    json::array items;
    for (auto const& each : people::authorisations_of(reader, facility, person)) {
        auto shown = authorisation_json(each, zone);
        auto const behind = trainings.find(each.id);
        shown["training"] = behind == trainings.end()
                                ? json::value{}
                                : json::object{{"booking_id", behind->second.booking.text()},
                                               {"start", to_rfc3339(behind->second.start, zone)}};
        items.push_back(std::move(shown));
    }
    return items_json(std::move(items));
}

/// Members see what is theirs.
bool may_see(http::Principal const& who, PersonId const& person) {
    return people::is_staff(who) || who.person == person;
}

}  // namespace

Response list_shifts(Services const& services, Request const& request) {
    auto const during = query_interval(request, most_shifts_shown);
    if (!during) return http::problem(during.error());
    return services.store.read([&](store::Reader& reader) {
        return http::json_response(
            200, shifts_json(reader, request.principal.value().facility, *during));
    });
}

Response save_shifts(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    Interval const during{body.at("from"), body.at("to")};
    if (during.empty() || during.length() > most_shifts_shown)
        body.fail("bad_interval", "to", "After from, by 62 days at most.");
    std::vector<Shift> read;
    for (auto& part : read_list(body, "items", 1000)) {
        read.push_back({part.id<PersonId>("person_id"), {part.at("start"), part.at("end")}});
        if (!during.contains(read.back().during.start))
            part.fail("bad_shift", "start", "It begins between from and to.");
        body.close(part);
    }
    if (auto const error = body.finish()) return http::problem(*error);
    auto const shifts = facility::valid_shifts(std::move(read));
    if (!shifts) return http::problem(shifts.error());
    auto const here = request.principal.value().facility;
    auto const show = [&](store::Reader& reader) { return shifts_json(reader, here, during); };
    return change_once(
        services, request, {"saveShifts", "facility/" + here.text()}, show,
        [&](store::Writer& writer) -> std::optional<Error> {
            auto const people = people::list_people(writer, here);
            for (auto const& each : *shifts)
                if (std::ranges::find(people, each.person, &people::Person::id) == people.end())
                    return Error{ErrorKind::invalid, "unknown_person", "/items",
                                 "There is no such person."};
            // One that began before goes on into the first day.
            auto all = *shifts;
            for (auto const& each : facility::shifts_between(writer, here, during))
                if (each.during.start < during.start) all.push_back(each);
            if (auto const together = facility::valid_shifts(std::move(all)); !together)
                return together.error();
            facility::replace_shifts(writer, services.ids, here, during, *shifts);
            return std::nullopt;
        });
}

Response list_authorisations(Services const& services, Request const& request) {
    auto const person = http::path_id<PersonId>(request);
    if (!person) return http::problem(person.error());
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        if (!may_see(who, *person) || unknown_person(reader, who.facility, *person, ""))
            return http::problem({ErrorKind::not_found, "not_found"});
        return http::json_response(200, authorisations_json(reader, who.facility, *person));
    });
}

Response grant_authorisation(Services const& services, Request const& request) {
    auto const person = http::path_id<PersonId>(request);
    if (!person) return http::problem(person.error());
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    auto body = JsonBody::parse(request);
    people::Authorisation const granted{.id = services.ids.make<people::AuthorisationId>(),
                                        .person = *person,
                                        .machine_kind = body.text("machine_kind", 40),
                                        .granted_at = now,
                                        .expires_at = body.maybe_at("expires_at")};
    if (granted.expires_at && *granted.expires_at <= now)
        body.fail("in_past", "expires_at", "It ends after now.");
    if (auto const error = body.finish()) return http::problem(*error);
    auto const show = [&](store::Reader& reader) {
        return authorisations_json(reader, who.facility, *person);
    };
    return change_once(services, request, {"grantAuthorisation", "person/" + person->text(), 201},
                       show, [&](store::Writer& writer) -> std::optional<Error> {
                           if (unknown_person(writer, who.facility, *person, ""))
                               return Error{ErrorKind::not_found, "not_found"};
                           auto const machines = facility::list_machines(writer, who.facility);
                           if (std::ranges::find(machines, granted.machine_kind,
                                                 &facility::Machine::kind) == machines.end())
                               return Error{ErrorKind::invalid, "unknown_kind", "/machine_kind",
                                            "There is no machine of that kind."};
                           auto const book = facility::read_book(writer, who.facility);
                           if (auto const old = booking::old_enough(
                                   writer, book, granted.machine_kind, *person, now);
                               !old)
                               return old.error();
                           people::grant(writer, who.facility, granted, who.person);
                           return std::nullopt;
                       });
}

Response revoke_authorisation(Services const& services, Request const& request) {
    auto const id = http::path_id<people::AuthorisationId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    std::optional<PersonId> whose;
    auto const show = [&](store::Reader& reader) {
        return whose ? authorisations_json(reader, who.facility, *whose) : json::object{};
    };
    return change_once(services, request, {"revokeAuthorisation", "authorisation/" + id->text()},
                       show, [&](store::Writer& writer) -> std::optional<Error> {
                           whose = people::revoke(writer, who.facility, *id, services.clock.now());
                           if (!whose) return Error{ErrorKind::not_found, "not_found"};
                           return std::nullopt;
                       });
}

}  // namespace karkhana::office
