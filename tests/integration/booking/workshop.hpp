#pragma once

#include <boost/json/parse.hpp>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/booking/api.hpp"
#include "server/facility/records.hpp"
#include "server/http/router.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::booking {

inline Instant dhaka(std::string const& text) {
    return parse_rfc3339(text.substr(0, 10) + "T" + text.substr(11) + ":00+06:00").value();
}

/// A facility with machines, MEs and people around a store, and the routes of booking as the
/// dispatcher would call them. It is Saturday the 21st of November 2026, 08:00; the workshop is
/// open from Saturday to Thursday, 09:00-17:00. A minute costs a taka.
class Workshop {
public:
    explicit Workshop(store::Store& ledger);

    facility::Machine add_machine(facility::Machine machine);
    /// A laser on a grid of 15 minutes, 30 to 240 minutes long, without clean-up.
    facility::Machine add_laser(std::string slug);
    EnterpriseId add_enterprise(std::string const& name);
    http::Principal add_person(std::string const& login, std::string role,
                               std::vector<EnterpriseId> enterprises);
    void add_outage(std::optional<MachineId> machine, Interval during, std::string kind);
    void suspend(EnterpriseId const& enterprise);

    using Headers = std::vector<std::pair<std::string, std::string>>;
    http::Response call(http::Principal const& who, std::string method, std::string const& target,
                        std::string body, Headers headers);
    http::Response get(http::Principal const& who, std::string const& target);
    /// With an Idempotency-Key of its own.
    http::Response post(http::Principal const& who, std::string const& path, std::string body);
    http::Response book(http::Principal const& who, MachineId const& machine, Interval during);
    http::Response patch(http::Principal const& who, std::string const& booking,
                         std::int64_t version, std::string body);
    std::string draft(MachineId const& machine, Interval during) const;
    std::string time(Instant at) const { return to_rfc3339(at, zone); }

    store::Store& ledger;
    ManualWallClock clock{dhaka("2026-11-21 08:00")};
    Zone zone = Zone::find("Asia/Dhaka").value();
    std::unique_ptr<Random> random = system_random();
    IdSource ids{*random, clock};
    FacilityId facility;
    EnterpriseId mita;
    EnterpriseId rahim;
    http::Principal manager;
    http::Principal desk;    ///< an operator
    http::Principal member;  ///< acts for mita
    http::Principal other;   ///< acts for rahim
    std::vector<std::pair<std::string, std::string>> published;
    std::function<std::int64_t()> price_of_minute = [] { return 100; };  ///< poisha
    std::function<Account(EnterpriseId const&)> account_of = [](auto const&) { return Account{}; };
    Services services;
    http::Router router;

private:
    std::mutex publishing_;
};

inline Workshop::Workshop(store::Store& store)
    : ledger(store), services{.store = store, .clock = clock, .ids = ids} {
    facility = ids.make<FacilityId>();
    ledger.write([&](store::Writer& writer) {
        facility::insert_facility(writer,
                                  {.id = facility,
                                   .slug = facility.text(),
                                   .name = {"Workshop", "কারখানা"},
                                   .zone = zone.name()},
                                  clock.now());
        std::vector<facility::OpeningHours> hours;
        for (int const weekday : {1, 2, 3, 4, 6, 7}) hours.push_back({weekday, 540, 1020});
        facility::replace_opening_hours(writer, facility, hours);
        return true;
    });
    mita = add_enterprise("Mita Leather");
    rahim = add_enterprise("Rahim Shoes");
    manager = add_person("manager", "manager", {});
    desk = add_person("desk", "operator", {});
    member = add_person("mita", "owner", {mita});
    other = add_person("rahim", "owner", {rahim});
    services.account = [this](store::Reader&, FacilityId const&, EnterpriseId const& enterprise) {
        return account_of(enterprise);
    };
    services.pricing.price = [this](store::Reader&, FacilityId const&, facility::Machine const&,
                                    Interval during, PriceWish const&) {
        auto const minutes = std::chrono::floor<std::chrono::minutes>(during.length()).count();
        PriceTerm const term{.label = {"Time", "সময়"},
                             .basis = "used_minute",
                             .window = "any",
                             .quantity = minutes * 60,
                             .unit = "s",
                             .price = {price_of_minute() * 10'000},
                             .amount = {minutes * price_of_minute()}};
        return PriceAnswer{.price = term.amount, .terms = {term}, .estimated_energy_wh = minutes};
    };
    services.publish = [this](FacilityId const&, std::string_view name, std::string json) {
        std::lock_guard const lock(publishing_);
        published.emplace_back(name, std::move(json));
    };
    add_routes(router, services);
}

inline facility::Machine Workshop::add_machine(facility::Machine machine) {
    machine.facility = facility;
    machine.id = ids.make<MachineId>();
    ledger.write([&](store::Writer& writer) {
        return facility::save_machine(writer, machine, clock.now());
    });
    return machine;
}

inline facility::Machine Workshop::add_laser(std::string slug) {
    return add_machine({.slug = slug,
                        .name = {slug, slug},
                        .kind = "laser",
                        .grid_minutes = 15,
                        .min_minutes = 30,
                        .max_minutes = 240});
}

inline EnterpriseId Workshop::add_enterprise(std::string const& name) {
    people::Enterprise const enterprise{.id = ids.make<EnterpriseId>(), .name = {name, name}};
    return ledger.write([&](store::Writer& writer) {
        people::insert_enterprise(writer, facility, enterprise, clock.now());
        return enterprise.id;
    });
}

inline http::Principal Workshop::add_person(std::string const& login, std::string role,
                                            std::vector<EnterpriseId> enterprises) {
    people::Person person{
        .id = ids.make<PersonId>(), .login = login, .name = {login, login}, .roles = {}};
    if (enterprises.empty()) person.roles.push_back({role, std::nullopt});
    for (auto const& enterprise : enterprises) person.roles.push_back({role, enterprise});
    return ledger.write([&](store::Writer& writer) {
        people::insert_person(writer, facility, person, "not a hash", clock.now());
        return http::Principal{
            .facility = facility, .person = person.id, .roles = {role}, .enterprises = enterprises};
    });
}

inline void Workshop::add_outage(std::optional<MachineId> machine, Interval during,
                                 std::string kind) {
    ledger.write([&](store::Writer& writer) {
        facility::insert_outage(writer, facility,
                                {.id = ids.make<OutageId>(),
                                 .machine = machine,
                                 .during = during,
                                 .kind = std::move(kind),
                                 .reason = ""},
                                clock.now());
        return true;
    });
}

inline void Workshop::suspend(EnterpriseId const& enterprise) {
    ledger.write([&](store::Writer& writer) {
        return writer.execute(
            "UPDATE enterprise SET suspended = 1 WHERE facility_id = $1 AND enterprise_id = $2",
            facility, enterprise);
    });
}

inline http::Response Workshop::call(http::Principal const& who, std::string method,
                                     std::string const& target, std::string body, Headers headers) {
    return tests::ask(
        router, who,
        tests::request_of(std::move(method), target, std::move(body), std::move(headers)),
        [&](std::string const& operation) { return people::may_call(who, operation); });
}

inline http::Response Workshop::get(http::Principal const& who, std::string const& target) {
    return call(who, "GET", target, "", {});
}

inline http::Response Workshop::post(http::Principal const& who, std::string const& path,
                                     std::string body) {
    return call(who, "POST", path, std::move(body),
                {{"idempotency-key", ids.make<BookingId>().text()}});
}

inline std::string Workshop::draft(MachineId const& machine, Interval during) const {
    return R"({"machine_id":")" + machine.text() + R"(","start":")" + time(during.start) +
           R"(","end":")" + time(during.end) + R"("})";
}

inline http::Response Workshop::book(http::Principal const& who, MachineId const& machine,
                                     Interval during) {
    return post(who, "/api/v1/bookings", draft(machine, during));
}

inline http::Response Workshop::patch(http::Principal const& who, std::string const& booking,
                                      std::int64_t version, std::string body) {
    return call(who, "PATCH", "/api/v1/bookings/" + booking, std::move(body),
                {{"if-match", "\"" + std::to_string(version) + "\""}});
}

inline boost::json::object json_of(http::Response const& response) {
    return boost::json::parse(response.body).as_object();
}

inline std::string text_of(boost::json::object const& object, std::string_view key) {
    return std::string(object.at(key).as_string());
}

/// The `code` of a problem; empty when it is none.
inline std::string code_of(http::Response const& response) {
    return response.status < 400 ? "" : text_of(json_of(response), "code");
}

/// The codes of a refusal's violations, separated by spaces.
inline std::string violations_of(boost::json::object const& body) {
    std::string codes;
    for (auto const& violation : body.at("violations").as_array())
        codes += (codes.empty() ? "" : " ") + text_of(violation.as_object(), "code");
    return codes;
}

inline std::string header_of(http::Response const& response, std::string_view name) {
    for (auto const& [key, value] : response.headers)
        if (key == name) return value;
    return "";
}

}  // namespace karkhana::booking
