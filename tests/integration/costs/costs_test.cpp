#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/billing/ledger.hpp"
#include "server/costs/api.hpp"
#include "server/costs/measure.hpp"
#include "server/facility/mode.hpp"
#include "server/metering/devices.hpp"
#include "server/metering/series.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::costs {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using booking::dhaka;

class Costs : public tests::StoreTest {
protected:
    Costs() {
        add_routes(workshop.router, services);
        workshop.clock.set(dhaka("2026-12-03 10:00"));
    }

    json::object ok(http::Response const& answer, int status = 201) {
        EXPECT_EQ(answer.status, status) << answer.body;
        return json::parse(answer.body).as_object();
    }
    std::string code(http::Response const& answer) {
        return std::to_string(answer.status) + " " +
               std::string{json::parse(answer.body).at("code").as_string()};
    }
    static json::object money(std::int64_t poisha) {
        return {{"amount", poisha}, {"currency", "BDT"}};
    }
    static std::int64_t amount(json::value const& of) { return of.at("amount").as_int64(); }

    /// A main meter and one at the laser, read at noon of two days and at the peaks between them.
    void add_meters(Instant first, Instant last) {
        auto const counter = [](std::string name) {
            return metering::PointSetup{
                .name = std::move(name), .unit = Unit::wh, .counter = true, .billing = true};
        };
        auto const points = workshop.ledger.write([&](store::Writer& writer) {
            return metering::configure_devices(writer, workshop.ids, workshop.facility,
                                               {{.name = "main",
                                                 .profile = "any",
                                                 .points = {counter("energy_import")},
                                                 .role = metering::MeterRole::site},
                                                {.name = "laser",
                                                 .profile = "any",
                                                 .machine = laser.id,
                                                 .points = {counter("energy_import")}}});
        });
        std::vector<metering::Crossing> kept;
        for (auto const& point : points) {
            bool const site = point.role == metering::MeterRole::site;
            // A kilowatt at the main meter, half of it at the laser.
            for (auto at = first; at <= last; at += 15min)
                kept.push_back({.channel = point.channel,
                                .at = at,
                                .value = 1'000'000 + (at - first) / 15min * (site ? 250 : 125),
                                .quality = Quality::good,
                                .method = metering::Method::read});
        }
        metering::Series series{telemetry(), workshop.facility};
        series.append({}, kept, series.next_number());
    }
    static json::object bill() {
        return {{"paper_number", "0412/26"},
                {"from", "2026-11-28"},
                {"to", "2026-11-30"},
                {"sanctioned_w", 30'000},
                {"lines", json::array{json::object{{"head", "energy"},
                                                   {"window", "peak"},
                                                   {"energy_wh", 12'000},
                                                   {"amount", money(15'540)}},
                                      json::object{{"head", "energy"},
                                                   {"window", "off_peak"},
                                                   {"energy_wh", 36'000},
                                                   {"amount", money(34'848)}},
                                      json::object{{"head", "demand"}, {"amount", money(144'000)}},
                                      json::object{{"head", "vat"}, {"amount", money(9'719)}}}},
                {"total", money(204'107)},
                {"source", "Photo of the paper in the folder of 2026"}};
    }
    http::Response enter(json::object const& body) {
        return workshop.post(accountant, "/api/v1/utility-bills", json::serialize(body));
    }

    booking::Workshop workshop{ledger()};
    facility::BookCache books;
    Services services{
        workshop.ledger, workshop.clock, workshop.ids, books,
        [this](FacilityId const& facility, Zone const& zone, UtilityBill const& bill) {
            return measure(ledger(), telemetry(), facility, zone, bill);
        }};
    facility::Machine laser = workshop.add_laser("laser-1");
    http::Principal accountant = workshop.add_person("accounts", "accountant", {});
};
KARKHANA_ON_BOTH_ENGINES(Costs);

TEST_P(Costs, ABillIsComparedWithTheMetersByItsWindows) {
    add_meters(dhaka("2026-11-27 12:00"), dhaka("2026-12-01 12:00"));
    auto const made = ok(enter(bill()));
    auto const& compared = made.at("reconciliation").as_object();
    EXPECT_EQ(compared.at("site_wh").as_int64(), 48'000);
    EXPECT_EQ(compared.at("machines_wh").as_int64(), 24'000);
    EXPECT_EQ(compared.at("remainder_wh").as_int64(), 24'000);
    EXPECT_EQ(compared.at("difference_wh").as_int64(), 0);
    EXPECT_EQ(compared.at("gap_from_seconds").as_int64(), 0);
    EXPECT_FALSE(compared.at("flagged").as_bool());
    auto const& shares = made.at("shares").as_array();
    ASSERT_EQ(shares.size(), 2U);
    EXPECT_TRUE(shares[0].at("machine_id").is_null()) << "the house first";
    EXPECT_EQ(amount(shares[1].at("energy")), (15'540 + 34'848) / 2);
    EXPECT_EQ(amount(shares[0].at("total")) + amount(shares[1].at("total")), 204'107);
}

TEST_P(Costs, NoRegisterIsMadeUpWhereNoneWasRead) {
    // The daemon began an hour after the utility's reading, and stopped two days later.
    add_meters(dhaka("2026-11-28 01:00"), dhaka("2026-11-29 23:30"));
    auto const compared = ok(enter(bill())).at("reconciliation").as_object();
    EXPECT_EQ(compared.at("gap_from_seconds").as_int64(), 3'600);
    EXPECT_EQ(compared.at("gap_to_seconds").as_int64(), -1'800);
    EXPECT_EQ(compared.at("site_wh").as_int64(), 46'500);
    EXPECT_EQ(compared.at("difference_wh").as_int64(), 1'500);
    EXPECT_EQ(compared.at("difference_e4").as_int64(), 313);
    EXPECT_TRUE(compared.at("flagged").as_bool());
}

TEST_P(Costs, ABillThatIsWrongOrThereAlreadyIsRefused) {
    auto wrong = bill();
    wrong["total"] = money(204'108);
    EXPECT_EQ(code(enter(wrong)), "422 bill_does_not_sum");
    wrong = bill();
    wrong["to"] = "2026-12-15";
    EXPECT_EQ(code(enter(wrong)), "422 bad_period") << "it is not over";
    auto const made = ok(enter(bill()));
    EXPECT_TRUE(made.at("reconciliation").at("site_wh").is_null()) << "there is no main meter";
    EXPECT_EQ(code(enter(bill())), "409 bill_overlaps");
    EXPECT_EQ(workshop.post(workshop.desk, "/api/v1/utility-bills", json::serialize(bill())).status,
              403);
}

TEST_P(Costs, ACorrectionIsAnotherVersionAndNothingIsOverwritten) {
    auto const made = ok(enter(bill()));
    auto const path = "/api/v1/utility-bills/" + std::string{made.at("id").as_string()};
    auto right = bill();
    right["lines"].as_array()[2].as_object()["amount"] = money(96'000);
    right["total"] = money(156'107);
    right["reason"] = "";
    EXPECT_EQ(code(workshop.post(accountant, path + "/correct", json::serialize(right))),
              "422 missing_field");
    right["reason"] = "twenty kilowatts, not thirty";
    auto const corrected =
        ok(workshop.post(accountant, path + "/correct", json::serialize(right)), 200);
    EXPECT_EQ(corrected.at("version").as_int64(), 2);
    auto const versions = ok(workshop.get(accountant, path), 200).at("versions").as_array();
    ASSERT_EQ(versions.size(), 2U);
    EXPECT_EQ(amount(versions[1].at("total")), 204'107);
    EXPECT_EQ(amount(versions[0].at("total")), 156'107);
    auto const listed = ok(workshop.get(accountant, "/api/v1/utility-bills"), 200);
    ASSERT_EQ(listed.at("items").as_array().size(), 1U) << "the latest version alone";
    EXPECT_ANY_THROW(workshop.ledger.write([&](store::Writer& writer) {
        return writer.execute("UPDATE utility_bill SET total_poisha = 1 WHERE facility_id = $1",
                              workshop.facility);
    }));
}

TEST_P(Costs, TheReportSetsIncomeAgainstCostsAndProposesPrices) {
    ok(enter(bill()));
    auto const cost = [&](std::string head, std::string const& machine, std::int64_t poisha) {
        json::object draft{{"head", head},
                           {"month_from", "2026-10"},
                           {"month_to", "2027-03"},
                           {"monthly", money(poisha)},
                           {"source", "contract"}};
        if (!machine.empty()) draft["machine_id"] = machine;
        auto const made = workshop.post(accountant, "/api/v1/costs", json::serialize(draft));
        return std::string{ok(made).at("id").as_string()};
    };
    auto const wages = cost("operators", "", 1'000'000);
    cost("loan", laser.id.text(), 300'000);
    cost("depreciation", laser.id.text(), 200'000);
    auto const begin = dhaka("2026-11-28 10:00");
    workshop.ledger.write([&](store::Writer& writer) {
        writer.execute("INSERT INTO usage_session (facility_id, session_id, machine_id, kind, "
                       "state, opened_by, start_at, stop_at, energy_wh, quantity, quality) VALUES "
                       "($1, $2, $3, 'own_use', 'closed', 'operator', $4, $5, 20000, 500, 'good')",
                       workshop.facility, workshop.ids.make<SessionId>(), laser.id, begin,
                       begin + 10h);
        billing::JournalEntry entry{.id = workshop.ids.make<EntryId>(),
                                    .kind = "invoice",
                                    .document = workshop.ids.make<InvoiceId>().text(),
                                    .booked_at = begin + 11h,
                                    .postings = {}};
        entry.postings = {{billing::account::receivable(workshop.mita), {900'000}},
                          {std::string{billing::account::machine_time}, {-900'000}}};
        return billing::book(writer, workshop.facility, entry);
    });
    auto const path = "/api/v1/reports/cost-recovery?period=2026-11";
    auto const told = ok(workshop.get(accountant, path), 200);
    EXPECT_EQ(amount(told.at("income")), 900'000);
    EXPECT_EQ(amount(told.at("cost")), 204'107 + 1'000'000 + 300'000);
    EXPECT_EQ(amount(told.at("not_counted")), 200'000) << "the loan pays for the same machine";
    EXPECT_EQ(told.at("recovery_e4").as_int64(), 5'984);
    auto const machine = told.at("machines").as_array().at(0).as_object();
    EXPECT_EQ(machine.at("used_seconds").as_int64(), 36'000);
    EXPECT_EQ(machine.at("own_use_seconds").as_int64(), 36'000) << "the owner's own";
    EXPECT_EQ(machine.at("own_use_wh").as_int64(), 20'000);
    EXPECT_EQ(machine.at("break_even").at("hour_e4").as_int64(), 150'410'700 * 10);
    EXPECT_EQ(machine.at("break_even").at("piece_e4").as_int64(), 30'082'140);
    std::int64_t terms = 0;
    for (auto const& term : told.at("cost_terms").as_array()) terms += amount(term.at("amount"));
    EXPECT_EQ(terms, amount(told.at("cost")) + 200'000) << "every number opens to its terms";
    ok(workshop.post(accountant, "/api/v1/costs/" + wages + "/correct",
                     json::serialize(json::object{{"head", "operators"},
                                                  {"month_from", "2026-10"},
                                                  {"month_to", "2027-03"},
                                                  {"monthly", money(0)},
                                                  {"source", "contract"},
                                                  {"reason", "twice"}})),
       200);
    EXPECT_EQ(amount(ok(workshop.get(accountant, path), 200).at("cost")), 204'107 + 300'000);
    EXPECT_EQ(code(workshop.get(accountant, "/api/v1/reports/cost-recovery?period=2026-13")),
              "422 bad_month");
}

TEST_P(Costs, DemandIsAllocatedAsTheSettingOfItsTimeSays) {
    add_meters(dhaka("2026-11-27 12:00"), dhaka("2026-12-01 12:00"));
    auto const setting = R"({"from":"2026-11-01T00:00:00+06:00","demand_by":"overhead",)"
                         R"("tolerance_e4":100})";
    ok(workshop.post(workshop.manager, "/api/v1/cost-settings", setting));
    EXPECT_EQ(code(workshop.post(workshop.manager, "/api/v1/cost-settings", setting)),
              "409 already_effective");
    auto const shares = ok(enter(bill())).at("shares").as_array();
    EXPECT_EQ(amount(shares[0].at("demand")), 144'000);
    EXPECT_EQ(amount(shares[1].at("demand")), 0);
}

TEST_P(Costs, TheModeIsSwitchedFromNowOnAndThePastStays) {
    auto const post = [&](std::string const& body) {
        return workshop.post(workshop.manager, "/api/v1/facility-modes", body);
    };
    EXPECT_EQ(code(post(R"({"mode":"non_revenue","from":"2026-12-01T00:00:00+06:00",)"
                        R"("reason":"lease"})")),
              "422 in_past");
    EXPECT_EQ(code(post(R"({"mode":"free","reason":"lease"})")), "422 bad_mode");
    ok(post(R"({"mode":"non_revenue","from":"2027-01-01T00:00:00+06:00","reason":"lease"})"));
    auto const at = [&](std::string const& when) {
        return workshop.ledger.read([&](store::Reader& reader) {
            return facility::mode_at(reader, workshop.facility, dhaka(when));
        });
    };
    EXPECT_EQ(at("2026-12-31 23:59"), facility::Mode::revenue);
    EXPECT_EQ(at("2027-01-01 00:00"), facility::Mode::non_revenue);
    auto const listed = ok(workshop.get(accountant, "/api/v1/facility-modes"), 200);
    EXPECT_EQ(listed.at("now").as_string(), "revenue");
    EXPECT_EQ(listed.at("items").as_array().size(), 1U);
}

}  // namespace
}  // namespace karkhana::costs
