#include "server/app/demo_life.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <stdexcept>

#include "server/app/local_caller.hpp"
#include "server/base/calendar.hpp"
#include "server/billing/api.hpp"
#include "server/costs/api.hpp"
#include "server/people/records.hpp"
#include "server/recycling/api.hpp"

namespace karkhana::app {
namespace {

namespace json = boost::json;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

json::object taka(std::int64_t amount) { return {{"amount", amount * 100}, {"currency", "BDT"}}; }

/// Nobody's meters ran yet: the house alone, and it used nothing.
costs::Measured nothing_measured() {
    costs::Measured measured;
    measured.uses.emplace_back();
    return measured;
}

/// The people of the demo at their desks, in the time of the story.
class Story {
public:
    Story(Config const& config, Stores const& stores, Instant now) : ledger_(stores.ledger()) {
        clock_.set(now);
        ledger_.read([&](store::Reader& reader) {
            facility_ = facility::find_facility_by_slug(reader, config.facility.slug).value().id;
            zone_ = facility::zone_of(reader, facility_);
            for (auto const* login : {"manager", "operator", "accountant", "member-b"}) {
                auto const person = people::find_person_by_login(reader, facility_, login).value();
                http::Principal who{.facility = facility_, .person = person.id};
                for (auto const& grant : person.roles) {
                    who.roles.push_back(grant.role);
                    if (grant.enterprise) who.enterprises.push_back(*grant.enterprise);
                }
                people_.emplace(login, std::move(who));
            }
            for (auto const& one : people::all_enterprises(reader, facility_))
                enterprises_.emplace(one.name.en.back(), one.id.text());
            return true;
        });
        billing::add_routes(router_, {ledger_, clock_, ids_, rate_cards_});
        costs::add_routes(router_, {ledger_, clock_, ids_, books_,
                                    [](auto const&...) { return nothing_measured(); }});
        recycling::add_routes(router_, {ledger_, clock_, ids_, books_,
                                        [](auto const&...) -> Result<recycling::Weighed> {
                                            return refuse(ErrorKind::conflict, "no_indicator");
                                        }});
    }

    Zone const& zone() const { return zone_; }
    std::string const& enterprise(char letter) const { return enterprises_.at(letter); }
    void at(Instant moment) { clock_.set(moment); }
    std::string time(Instant moment) const { return to_rfc3339(moment, zone_); }
    json::object post(std::string const& login, std::string const& path, json::object const& body) {
        auto const answer =
            call(router_, people_.at(login), "POST", "/api/v1" + path, {}, json::serialize(body));
        if (answer.status >= 400)
            throw std::runtime_error("the demo's story: " + path + ": " + answer.body);
        return json::parse(answer.body).as_object();
    }
    std::string made(std::string const& login, std::string const& path, json::object const& body) {
        return std::string{post(login, path, body).at("id").as_string()};
    }

private:
    store::Store& ledger_;
    ManualWallClock clock_{Instant{}};
    std::unique_ptr<Random> random_ = system_random();
    IdSource ids_{*random_, clock_};
    billing::RateCardCache rate_cards_;
    facility::BookCache books_;
    FacilityId facility_;
    Zone zone_ = Zone::find("Asia/Dhaka").value();
    std::map<std::string, http::Principal> people_;
    std::map<char, std::string> enterprises_;
    http::Router router_;
};

void sell(Story& story, Instant from) {
    auto const file = [&](char letter, int day, int quantity) {
        story.at(from + days{day} + hours{11});
        story.post("operator", "/services/sales",
                   {{"code", "cutting-file"},
                    {"enterprise_id", story.enterprise(letter)},
                    {"quantity", quantity}});
    };
    story.at(from + hours{9});
    story.post("manager", "/services",
               {{"code", "cutting-file"},
                {"label", {{"en", "Cutting file"}, {"bn", "কাটিং ফাইল"}}},
                {"unit", "piece"},
                {"price_e4", 350'000'000},
                {"source", "Example price of the demo"}});
    file('A', 4, 6);
    file('B', 6, 4);
    file('C', 9, 3);
    file('A', 16, 5);
    file('B', 20, 2);
}

void weigh(Story& story, Instant from) {
    story.at(from + hours{10});
    story.post("manager", "/recycling-settings",
               {{"from", story.time(from)}, {"tolerance_e4", 300}, {"goal_kg", 700'000}});
    auto const soles = story.made("manager", "/materials",
                                  {{"name", {{"en", "PVC soles"}, {"bn", "পিভিসি সোল"}}}});
    story.post("manager", "/materials/" + soles + "/prices",
               {{"deal", "scrap"}, {"price_e4", 15'000'000}, {"source", "Notice board"}});
    auto const ticket = [&](int day, char const* direction, std::int64_t kg, char letter) {
        story.at(from + days{day} + hours{15});
        json::object body{{"direction", direction}, {"material_id", soles},
                          {"source", "hand"},       {"gross_g", kg * 1'000 + 18'000},
                          {"tare_g", 18'000},       {"reason", "Platform scale, paper slip"}};
        if (letter != ' ') {
            body["enterprise_id"] = story.enterprise(letter);
            body["deal"] = "scrap";
        }
        story.post("operator", "/weigh-tickets", body);
    };
    ticket(3, "in", 1'840, 'C');
    ticket(8, "in", 2'275, ' ');
    ticket(13, "in", 1'960, 'C');
    ticket(22, "in", 2'410, ' ');
    ticket(25, "out", 5'300, ' ');
}

/// What of the bills of a run is asked for, by enterprise.
std::map<std::string, json::object> bills_of(json::object const& run) {
    std::map<std::string, json::object> bills;
    for (auto const& one : run.at("invoices").as_array()) {
        auto const& bill = one.as_object();
        bills.emplace(std::string{bill.at("enterprise").at("id").as_string()}, bill);
    }
    return bills;
}

void bill(Story& story, std::string const& period, Instant at) {
    story.at(at);
    auto const bills = bills_of(story.post("accountant", "/billing-runs", {{"period", period}}));
    story.post("accountant", "/billing-runs/finalize", {{"period", period}});
    auto const of = [&](char letter) -> json::object const& {
        return bills.at(story.enterprise(letter));
    };
    auto const path = [&](char letter) {
        return "/invoices/" + std::string{of(letter).at("id").as_string()};
    };
    story.post("accountant", path('A') + "/payments",
               {{"amount", of('A').at("total")}, {"method", "cash"}});
    auto const note =
        story.made("accountant", path('B') + "/credit-notes",
                   {{"reason", "One file was cut twice by mistake"},
                    {"lines", json::array{json::object{{"line", 1}, {"amount", taka(350)}}}}});
    story.post("manager", "/invoices/" + note + "/finalize", {});
    story.post("accountant", path('B') + "/payments", {{"amount", taka(500)}, {"method", "cash"}});
    story.post("member-b", "/claims",
               {{"channel", "bkash"},
                {"trx_id", "9K7A6B5C4D"},
                {"enterprise_id", story.enterprise('B')},
                {"invoice_id", of('B').at("id")},
                {"amount", taka(700)},
                {"sender", "01712345678"},
                {"paid_at", story.time(at)}});
    story.post("accountant", path('C') + "/lines/1/disputes",
               {{"reason", "The workshop counts two files, not three"}});
    story.post("accountant", "/period-close", {{"period", period}});
}

void pay_the_utility(Story& story, Instant from, Instant until) {
    auto const day = [&](Instant moment) { return story.time(moment).substr(0, 10); };
    auto const line = [](char const* head, std::int64_t amount) {
        return json::object{{"head", head}, {"amount", taka(amount)}};
    };
    auto energy = line("energy", 12'084);
    energy["energy_wh"] = 1'140'000;
    story.post("accountant", "/utility-bills",
               {{"paper_number", "DEMO-4471"},
                {"from", day(from)},
                {"to", day(until)},
                {"lines", json::array{std::move(energy), line("demand", 1'800), line("vat", 694)}},
                {"total", taka(14'578)},
                {"source", "Paper of the utility, an example"}});
}

}  // namespace

void live_last_month(Config const& config, Stores const& stores, WallClock const& clock) {
    auto const now = clock.now();
    Story story{config, stores, now};
    auto const& zone = story.zone();
    auto const today = std::chrono::year_month_day{local_day(zone, now)};
    auto const this_month = today.year() / today.month();
    auto const last_month = this_month - std::chrono::months{1};
    auto const from = at_minute(zone, std::chrono::local_days{last_month / 1}, 0);
    auto const until = at_minute(zone, std::chrono::local_days{this_month / 1}, 0);
    sell(story, from);
    weigh(story, from);
    auto const period = fmt::format("{:04}-{:02}", static_cast<int>(last_month.year()),
                                    static_cast<unsigned>(last_month.month()));
    bill(story, period, std::min(now, until + hours{9}));
    pay_the_utility(story, from, until);
}

}  // namespace karkhana::app
