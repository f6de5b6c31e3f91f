#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <string>

#include "server/base/random.hpp"
#include "server/facility/book_records.hpp"
#include "server/facility/records.hpp"
#include "server/office/api.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::office {

inline Instant dhaka(std::string const& text) {
    return parse_rfc3339(text.substr(0, 10) + "T" + text.substr(11) + ":00+06:00").value();
}

/// A facility with two machines and people, on either engine; it is Saturday the 21st of November
/// 2026, 08:00. Requests come as the dispatcher would hand them on.
class OfficeTest : public tests::StoreTest {
protected:
    OfficeTest() {
        ledger().write([&](store::Writer& writer) {
            for (auto const& each : {here, elsewhere})
                facility::insert_facility(writer, each, clock.now());
            facility::replace_opening_hours(writer, here.id, {{6, 540, 1020}, {7, 540, 1020}});
            for (auto const& each : {laser, press})
                facility::save_machine(writer, each, clock.now());
            facility::save_machine(writer, foreign, clock.now());
            return true;
        });
        manager = add_person(here.id, "manager");
        desk = add_person(here.id, "operator");
        member = add_person(here.id, "member");
        stranger = add_person(elsewhere.id, "manager");
        add_routes(router, {ledger(), clock, ids});
    }

    http::Principal add_person(FacilityId const& facility, std::string const& role) {
        people::Person const person{
            .id = ids.make<PersonId>(), .login = role, .name = {role, role}, .roles = {}};
        return ledger().write([&](store::Writer& writer) {
            people::insert_person(writer, facility, person, "not a hash", clock.now());
            return http::Principal{.facility = facility, .person = person.id, .roles = {role}};
        });
    }
    facility::Machine machine(FacilityId const& of, std::string slug, int position) {
        return {.facility = of,
                .id = ids.make<MachineId>(),
                .slug = slug,
                .name = {slug, slug},
                .kind = slug,
                .position = position};
    }
    http::Response call(http::Principal const& who, std::string method, std::string const& target,
                        std::string body, std::string const& seen = "") {
        std::vector<std::pair<std::string, std::string>> headers{
            {"idempotency-key", ids.make<BookingId>().text()}};
        if (!seen.empty()) headers.emplace_back("if-match", seen);
        return tests::ask(
            router, who,
            tests::request_of(std::move(method), "/api/v1" + target, std::move(body),
                              std::move(headers)),
            [&](std::string const& operation) { return people::may_call(who, operation); });
    }
    http::Response get(http::Principal const& who, std::string const& target) {
        return call(who, "GET", target, "");
    }
    http::Response post(std::string const& target, std::string const& body) {
        return call(manager, "POST", target, body);
    }
    /// The code of the refusal of a change that must leave everything as it was; the status where
    /// nothing is refused.
    std::string refused(std::string const& target, std::string const& body) {
        auto const before = changes();
        auto const answer = post(target, body);
        EXPECT_EQ(changes(), before) << body;
        if (answer.status < 400) return std::to_string(answer.status);
        return std::string{boost::json::parse(answer.body).as_object().at("code").as_string()};
    }
    std::int64_t changes() {
        return ledger().read([&](store::Reader& reader) {
            return reader
                .first("SELECT COUNT(*) FROM audit_event",
                       [](store::Row const& row) { return row.integer(0); })
                .value();
        });
    }
    facility::Book book() {
        return ledger().read(
            [&](store::Reader& reader) { return facility::read_book(reader, here.id); });
    }

    ManualWallClock clock{dhaka("2026-11-21 08:00")};
    std::unique_ptr<Random> random = system_random();
    IdSource ids{*random, clock};
    facility::Facility here{.id = ids.make<FacilityId>(),
                            .slug = "bhairab",
                            .name = {"Bhairab", "ভৈরব"},
                            .zone = "Asia/Dhaka"};
    facility::Facility elsewhere{.id = ids.make<FacilityId>(),
                                 .slug = "bogura",
                                 .name = {"Bogura", "বগুড়া"},
                                 .zone = "Asia/Dhaka"};
    facility::Machine laser = machine(here.id, "laser", 1);
    facility::Machine press = machine(here.id, "press", 2);
    facility::Machine foreign = machine(elsewhere.id, "laser", 1);
    http::Principal manager, desk, member, stranger;
    http::Router router;
};

inline boost::json::object json_of(http::Response const& response) {
    return boost::json::parse(response.body).as_object();
}
inline boost::json::array items_of(http::Response const& response) {
    return json_of(response).at("items").as_array();
}
inline std::string text_at(boost::json::value const& value, std::string_view key) {
    return std::string{value.as_object().at(key).as_string()};
}

}  // namespace karkhana::office
