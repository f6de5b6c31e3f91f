#include "tests/integration/people/people_fixture.hpp"

#include <boost/json/parse.hpp>

#include "server/facility/records.hpp"
#include "server/people/api.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"
#include "server/people/sessions.hpp"

namespace karkhana::people {
namespace {

std::vector<std::pair<std::string, std::string>> query_of(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> query;
    while (!text.empty()) {
        auto const end = std::min(text.find('&'), text.size());
        auto const pair = text.substr(0, end);
        auto const equals = pair.find('=');
        query.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return query;
}

}  // namespace

PeopleTest::PeopleTest()
    : services{.store = ledger(),
               .clock = clock,
               .real_clock = real_clock,
               .ids = ids,
               .secrets = *random,
               .passwords = passwords,
               .balances = [this](store::Reader&, FacilityId const&) { return balances; },
               .clock_speed = 60,
               .key = std::string(64, 'k')},
      here(add_facility("bhairab")),
      elsewhere(add_facility("bogura")) {
    add_routes(router, services);
    access::add_routes(router, access_services);
    ledger().write([&](store::Writer& writer) {
        facility::replace_opening_hours(writer, here, {{6, 480, 1200}});
        return true;
    });
}

FacilityId PeopleTest::add_facility(std::string slug) {
    auto const id = ids.make<FacilityId>();
    ledger().write([&](store::Writer& writer) {
        facility::insert_facility(
            writer, {.id = id, .slug = slug, .name = {slug, slug}, .zone = "Asia/Dhaka"},
            clock.now());
        return true;
    });
    return id;
}

Person PeopleTest::add_person(FacilityId const& facility, std::string login,
                              std::vector<RoleGrant> roles) {
    Person const person{.id = ids.make<PersonId>(),
                        .login = login,
                        .name = {login, login},
                        .roles = std::move(roles)};
    auto const hash = passwords.hash("kajol-moyna").value();
    ledger().write([&](store::Writer& writer) {
        insert_person(writer, facility, person, hash, clock.now());
        return true;
    });
    return person;
}

Enterprise PeopleTest::add_enterprise(std::string name, FacilityId const& facility) {
    Enterprise const enterprise{.id = ids.make<EnterpriseId>(), .name = {name, name}};
    ledger().write([&](store::Writer& writer) {
        insert_enterprise(writer, facility, enterprise, clock.now());
        return true;
    });
    return enterprise;
}

http::Response PeopleTest::call(std::string method, std::string target, std::string body,
                                std::string credential, Headers headers) {
    http::Request request;
    request.method = std::move(method);
    auto const question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos)
        request.query = query_of(std::string_view{target}.substr(question + 1));
    request.headers = std::move(headers);
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    request.body = std::move(body);
    request.peer = peer;
    if (!user_agent.empty()) request.headers.emplace_back("user-agent", user_agent);
    if (!credential.empty())
        request.headers.emplace_back(credential.starts_with("Bearer") ? "authorization" : "cookie",
                                     credential);
    auto match = router.match(request.method, request.path);
    if (!match.route) return {.status = 404};
    request.params = std::move(match.params);
    if (match.route->access == http::Access::signed_in) {
        request.principal = authenticate(ledger(), real_clock, request);
        if (!request.principal) return {.status = 401};
        if (!may_call(*request.principal, match.route->operation_id)) return {.status = 403};
    }
    return match.route->handler(request);
}

http::Response PeopleTest::post(std::string target, std::string body, std::string credential) {
    return call("POST", std::move(target), std::move(body), std::move(credential),
                {{"idempotency-key", ids.make<PersonId>().text()}});
}

http::Response PeopleTest::try_log_in(std::string const& login, std::string const& password,
                                      std::string const& credential) {
    return call("POST", "/api/v1/session",
                R"({"login":")" + login + R"(","password":")" + password + R"("})", credential);
}

std::string PeopleTest::log_in(std::string const& login) {
    auto const answer = try_log_in(login, "kajol-moyna");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return cookie_of(answer);
}

std::int64_t PeopleTest::count(std::string_view sql) {
    return ledger().read([&](store::Reader& reader) {
        return reader.first(sql, [](store::Row const& row) { return row.integer(0); }).value();
    });
}

void PeopleTest::tamper_with_audit(std::string_view sql, FacilityId const& facility) {
    ledger().write([&](store::Writer& writer) {
        if (is_postgres()) {
            writer.execute("ALTER TABLE audit_event DISABLE TRIGGER ALL");
        } else {
            writer.execute("DROP TRIGGER IF EXISTS audit_event_no_update");
            writer.execute("DROP TRIGGER IF EXISTS audit_event_no_delete");
        }
        return writer.execute(sql, facility);
    });
}

boost::json::object json_of(http::Response const& response) {
    return boost::json::parse(response.body).as_object();
}

std::string code_of(http::Response const& response) {
    if (response.status < 400 || response.body.empty()) return "";
    return std::string{json_of(response).at("code").as_string()};
}

std::string header_of(http::Response const& response, std::string_view name) {
    for (auto const& [key, value] : response.headers)
        if (key == name) return value;
    return "";
}

std::string cookie_of(http::Response const& response) {
    auto const header = header_of(response, "Set-Cookie");
    return header.substr(0, header.find(';'));
}

}  // namespace karkhana::people
