#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <vector>

#include "server/access/api.hpp"
#include "server/base/random.hpp"
#include "server/http/router.hpp"
#include "server/people/rules.hpp"
#include "server/people/services.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::people {

/// Two facilities with the routes of people, on either engine. Clocks stand until they are moved.
class PeopleTest : public tests::StoreTest {
protected:
    PeopleTest();

    using Headers = std::vector<std::pair<std::string, std::string>>;

    FacilityId add_facility(std::string slug);
    FacilityId add_facility() { return add_facility("f" + std::to_string(++facilities_)); }
    /// With the password "kajol-moyna".
    Person add_person(std::string login, std::vector<RoleGrant> roles) {
        return add_person(here, std::move(login), std::move(roles));
    }
    Person add_person(FacilityId const& facility, std::string login, std::vector<RoleGrant> roles);
    Enterprise add_enterprise(std::string name, FacilityId const& facility);
    Enterprise add_enterprise(std::string name) { return add_enterprise(std::move(name), here); }

    /// What the dispatcher does: finds the route, lets in whom `credential` ("karkhana=..." or
    /// "Bearer ...") names, asks the role table, runs the handler.
    http::Response call(std::string method, std::string target, std::string body = "",
                        std::string credential = "", Headers headers = {});
    /// A POST with a new Idempotency-Key.
    http::Response post(std::string target, std::string body, std::string credential);
    http::Response try_log_in(std::string const& login, std::string const& password,
                              std::string const& credential = "");
    /// Logs in and returns the Cookie header to come back with.
    std::string log_in(std::string const& login);

    std::int64_t count(std::string_view sql);
    /// As who sits at the database could: past the triggers that make audit_event append-only.
    void tamper_with_audit(std::string_view sql, FacilityId const& facility);

    ManualWallClock clock{instant(1'795'000'000'000'000)};
    ManualWallClock real_clock{instant(1'790'000'000'000'000)};
    std::unique_ptr<Random> random = system_random();
    IdSource ids{*random, clock};
    PasswordHasher passwords{{1, 8192}, 2, 64};
    std::unordered_map<EnterpriseId, Money> balances;
    Services services;
    access::SetUp set_up;
    access::Services access_services{services, set_up};
    http::Router router;
    FacilityId here;
    FacilityId elsewhere;
    std::string peer = "203.0.113.7";
    std::string user_agent;

private:
    int facilities_ = 0;
};

boost::json::object json_of(http::Response const& response);
/// The `code` of a problem; empty when it is none.
std::string code_of(http::Response const& response);
std::string header_of(http::Response const& response, std::string_view name);
/// "karkhana=<value>" of its Set-Cookie.
std::string cookie_of(http::Response const& response);

}  // namespace karkhana::people
