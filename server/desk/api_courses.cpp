#include <algorithm>
#include <boost/json/array.hpp>

#include "server/booking/records.hpp"
#include "server/booking/start.hpp"
#include "server/desk/attendance.hpp"
#include "server/desk/courses.hpp"
#include "server/desk/handlers.hpp"
#include "server/facility/book_records.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/handlers.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"

namespace karkhana::desk {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::size_t longest_curriculum = 4000;
constexpr std::size_t most_kinds = 20;

json::object course_json(Course const& course, Zone const& zone) {
    json::array kinds;
    for (auto const& kind : course.kinds) kinds.push_back(json::object{{"kind", kind}});
    return {{"id", course.id.text()},
            {"name", facility::name_json(course.name)},
            {"curriculum", course.curriculum},
            {"valid_months", course.valid_months},
            {"machine_kinds", std::move(kinds)},
            {"retired_at", http::or_null(course.retired_at, zone)}};
}

json::object competence_json(Competence const& competence, Zone const& zone) {
    json::array brought;
    for (auto const& each : competence.authorisations) brought.emplace_back(each.text());
    return {{"id", competence.id.text()},
            {"course_id", competence.course.text()},
            {"person_id", competence.person.text()},
            {"booking_id", competence.booking.text()},
            {"passed_at", to_rfc3339(competence.passed_at, zone)},
            {"passed_by", competence.passed_by.text()},
            {"authorisation_ids", std::move(brought)}};
}

std::optional<Error> unknown_kind(store::Reader& reader, FacilityId const& facility,
                                  std::vector<std::string> const& kinds) {
    auto const machines = facility::list_machines(reader, facility);
    for (auto const& kind : kinds)
        if (std::ranges::find(machines, kind, &facility::Machine::kind) == machines.end())
            return Error{ErrorKind::invalid, "unknown_kind", "/machine_kinds",
                         "There is no machine of that kind."};
    return std::nullopt;
}

/// Whether the person came to the session, by what was recorded last.
bool came_to(store::Reader& reader, FacilityId const& facility, BookingId const& booking,
             PersonId const& person) {
    auto attendance = attendance_of(reader, facility, {booking});
    auto const& list = attendance[booking];
    auto const found = std::ranges::find(list, std::optional{person}, &Attendee::person);
    return found != list.end() && found->came;
}

/// What stands in the way of passing.
std::optional<Error> may_not_pass(store::Reader& reader, FacilityId const& facility,
                                  Course const& course, Competence const& wanted, Instant now) {
    if (course.retired_at)
        return Error{ErrorKind::conflict, "course_retired", "", "It is no longer taught."};
    if (wanted.passed_by == wanted.person)
        return Error{ErrorKind::forbidden, "second_person", "/person_id",
                     "Nobody passes themselves."};
    if (!people::find_person(reader, facility, wanted.person))
        return Error{ErrorKind::not_found, "not_found", "/person_id", "There is no such person."};
    auto const session = booking::find_booking(reader, facility, wanted.booking);
    if (!session)
        return Error{ErrorKind::not_found, "not_found", "/booking_id", "There is no such session."};
    auto const machine = facility::find_machine(reader, facility, session->machine).value();
    if (session->kind == booking::Kind::job ||
        std::ranges::find(course.kinds, machine.kind) == course.kinds.end())
        return Error{ErrorKind::conflict, "not_a_training", "/booking_id",
                     "It is no session at a machine of this course."};
    if (!came_to(reader, facility, wanted.booking, wanted.person))
        return Error{ErrorKind::conflict, "did_not_attend", "/person_id",
                     "Who was not there has not passed."};
    auto const book = facility::read_book(reader, facility);
    for (auto const& kind : course.kinds)
        if (auto const old = booking::old_enough(reader, book, kind, wanted.person, now); !old)
            return old.error();
    return std::nullopt;
}

void grant_all(Services const& services, store::Writer& writer, FacilityId const& facility,
               Course const& course, Competence& passed, Instant now) {
    auto const zone = facility::zone_of(writer, facility);
    auto const until = valid_until(local_day(zone, now), course.valid_months);
    for (auto const& kind : course.kinds) {
        passed.authorisations.push_back(services.ids.make<people::AuthorisationId>());
        people::grant(
            writer, facility,
            {.id = passed.authorisations.back(),
             .person = passed.person,
             .machine_kind = kind,
             .granted_at = now,
             .expires_at = until ? std::optional{day_interval(zone, *until).start} : std::nullopt,
             .revoked_at = {},
             .granted_by = {}},
            passed.passed_by);
    }
}

std::optional<Course> find_course(store::Reader& reader, FacilityId const& facility,
                                  CourseId const& id) {
    auto courses = list_courses(reader, facility);
    auto const found = std::ranges::find(courses, id, &Course::id);
    if (found == courses.end()) return std::nullopt;
    return std::move(*found);
}

}  // namespace

Response list_courses(Services const& services, Request const& request) {
    auto const& facility = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, facility);
        json::array items;
        for (auto const& each : list_courses(reader, facility))
            items.push_back(course_json(each, zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response create_course(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    Course course{.id = services.ids.make<CourseId>(),
                  .name = people::read_both_names(body),
                  .curriculum = body.text("curriculum", longest_curriculum),
                  .valid_months = static_cast<int>(body.integer("valid_months", 0, 120)),
                  .kinds = {}};
    for (auto& part : body.objects("machine_kinds", most_kinds)) {
        course.kinds.push_back(part.text("kind", 40));
        body.close(part);
    }
    if (auto const error = body.finish()) return http::problem(*error);
    auto const name = facility::complete(course.name);
    if (!name) return http::problem(name.error());
    course.name = *name;
    std::ranges::sort(course.kinds);
    course.kinds.erase(std::ranges::unique(course.kinds).begin(), course.kinds.end());
    if (course.kinds.empty() || course.curriculum.empty())
        return http::problem({ErrorKind::invalid, "course_of_nothing", "/machine_kinds",
                              "Say what is taught, and for which machines."});
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        if (auto const error = unknown_kind(writer, who.facility, course.kinds))
            return http::problem(*error);
        insert_course(writer, who.facility, course, who.person, now);
        auto const answer = course_json(course, facility::zone_of(writer, who.facility));
        tell(writer, who, "createCourse", "course/" + course.id.text(), answer, "", now);
        return http::json_response(201, answer);
    });
}

Response retire_course(Services const& services, Request const& request) {
    auto const id = http::path_id<CourseId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        if (!retire_course(writer, who.facility, *id, now))
            return http::problem({ErrorKind::not_found, "not_found"});
        auto const answer = course_json(find_course(writer, who.facility, *id).value(),
                                        facility::zone_of(writer, who.facility));
        tell(writer, who, "retireCourse", "course/" + id->text(), answer, "", now);
        return http::json_response(200, answer);
    });
}

Response pass_course(Services const& services, Request const& request) {
    auto const id = http::path_id<CourseId>(request);
    if (!id) return http::problem(id.error());
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    auto body = JsonBody::parse(request);
    Competence const wanted{.id = services.ids.make<CompetenceId>(),
                            .course = *id,
                            .person = body.id<PersonId>("person_id"),
                            .booking = body.id<BookingId>("booking_id"),
                            .passed_at = now,
                            .passed_by = who.person};
    if (auto const error = body.finish()) return http::problem(*error);
    try {
        return people::write_once(
            services.store, services.clock, request, [&](store::Writer& writer) {
                auto const course = find_course(writer, who.facility, *id);
                if (!course) return http::problem({ErrorKind::not_found, "not_found"});
                if (auto const error = may_not_pass(writer, who.facility, *course, wanted, now))
                    return http::problem(*error);
                auto passed = wanted;
                grant_all(services, writer, who.facility, *course, passed, now);
                insert_competence(writer, who.facility, passed);
                auto const answer =
                    competence_json(passed, facility::zone_of(writer, who.facility));
                tell(writer, who, "passCourse", "person/" + passed.person.text(), answer, "", now);
                return http::json_response(201, answer);
            });
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::unique) throw;
        return http::problem(
            {ErrorKind::conflict, "already_passed", "/person_id", "It was passed already."});
    }
}

Response list_competences(Services const& services, Request const& request) {
    auto const person = http::path_id<PersonId>(request);
    if (!person) return http::problem(person.error());
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        bool const seen = people::is_staff(who) || who.person == *person;
        if (!seen || !people::find_person(reader, who.facility, *person))
            return http::problem({ErrorKind::not_found, "not_found"});
        auto const zone = facility::zone_of(reader, who.facility);
        json::array items;
        for (auto const& each : competences_of(reader, who.facility, *person))
            items.push_back(competence_json(each, zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

}  // namespace karkhana::desk
