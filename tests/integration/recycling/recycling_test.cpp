#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/billing/finalize.hpp"
#include "server/billing/items.hpp"
#include "server/billing/payments.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/verify.hpp"
#include "server/billing/wallet.hpp"
#include "server/costs/records.hpp"
#include "server/metering/devices.hpp"
#include "server/recycling/api.hpp"
#include "server/recycling/money.hpp"
#include "server/recycling/records.hpp"
#include "server/recycling/weigh.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::recycling {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using booking::dhaka;

/// A weighing indicator that says what it is told.
class Scale : public metering::MeterPort {
public:
    Result<std::vector<Reading>> snapshot(std::span<Channel const> channels,
                                          std::chrono::milliseconds) override {
        ++asked;
        std::vector<Reading> said(channels.size());
        for (auto& reading : said) reading.quality = quality;
        said[0].value = gross_g;
        said[0].raw = {{0, static_cast<std::uint16_t>(gross_g)}, 2};
        said[1].value = stable ? 1 : 0;
        said[1].raw = {{static_cast<std::uint16_t>(stable ? 0x0800 : 0)}, 1};
        return said;
    }
    std::optional<metering::MetMeter> meet(Channel, std::chrono::milliseconds) override {
        return std::nullopt;
    }

    std::int64_t gross_g = 25'340;
    bool stable = true;
    Quality quality = Quality::good;
    int asked = 0;
};

class Recycling : public tests::StoreTest {
protected:
    Recycling() {
        add_routes(workshop.router, services);
        material =
            id_of(post(workshop.manager, "/materials", R"({"name":{"en":"Soles","bn":"সোল"}})"));
    }

    json::object ok(http::Response const& answer, int status = 201) {
        EXPECT_EQ(answer.status, status) << answer.body;
        return json::parse(answer.body).as_object();
    }
    std::string id_of(http::Response const& answer) {
        return std::string{ok(answer).at("id").as_string()};
    }
    std::string code(http::Response const& answer) {
        return std::to_string(answer.status) + " " +
               std::string{json::parse(answer.body).at("code").as_string()};
    }
    http::Response post(http::Principal const& who, std::string const& path,
                        std::string const& body) {
        return workshop.post(who, "/api/v1" + path, body);
    }
    void price(std::string const& deal, std::int64_t e4) {
        ok(post(
            workshop.manager, "/materials/" + material + "/prices",
            json::serialize(json::object{{"deal", deal}, {"price_e4", e4}, {"source", "board"}})));
    }
    json::object draft(std::string const& direction, std::int64_t gross_g) {
        return {{"direction", direction},
                {"material_id", material},
                {"source", "hand"},
                {"gross_g", gross_g},
                {"reason", "the indicator is at the workshop"}};
    }
    json::object deal(std::string const& direction, std::int64_t gross_g, std::string const& deal) {
        auto body = draft(direction, gross_g);
        body["enterprise_id"] = workshop.mita.text();
        body["deal"] = deal;
        return body;
    }
    json::object weighed(json::object const& body) {
        return ok(post(workshop.desk, "/weigh-tickets", json::serialize(body)));
    }
    Money in_wallet() {
        return workshop.ledger.read([&](store::Reader& reader) {
            return billing::wallet_of(reader, workshop.facility, workshop.mita).available;
        });
    }
    /// Bills what waits.
    InvoiceId on_a_draft() {
        auto const during = billing::period_interval(workshop.zone, "2026-11").value();
        return workshop.ledger.write([&](store::Writer& writer) {
            auto const now = workshop.clock.now() + 1h;
            auto const plan =
                billing::plan_run(writer, workshop.facility,
                                  billing::run_input(writer, workshop.facility, during, now),
                                  "2026-11", std::nullopt)
                    .value();
            return billing::apply_run(writer, workshop.facility, workshop.ids, "2026-11", plan, now)
                .at(0);
        });
    }
    void issue(InvoiceId const& draft) {
        workshop.ledger.write([&](store::Writer& writer) {
            auto const seller = facility::find_facility(writer, workshop.facility).value();
            return billing::finalize(writer, seller, workshop.zone, workshop.ids, draft,
                                     workshop.clock.now() + 1h)
                .value();
        });
    }
    std::vector<std::string> findings() {
        return workshop.ledger.read([&](store::Reader& reader) {
            return billing::verify_ledger(reader, workshop.facility,
                                          scrap_entries(reader, workshop.facility));
        });
    }
    std::vector<billing::Item> waiting() {
        return workshop.ledger.read([&](store::Reader& reader) {
            return billing::waiting_items(reader, workshop.facility, workshop.clock.now() + 1h);
        });
    }
    http::Response correct(json::object const& ticket, json::object body) {
        body.erase("source");
        body["reason"] = "the pallet was weighed too";
        return post(workshop.manager,
                    "/weigh-tickets/" + std::string{ticket.at("id").as_string()} + "/correct",
                    json::serialize(body));
    }
    void add_indicator() {
        auto const point = [](std::string name, Unit unit) {
            return metering::PointSetup{.name = std::move(name), .unit = unit};
        };
        workshop.ledger.write([&](store::Writer& writer) {
            return metering::configure_devices(
                writer, workshop.ids, workshop.facility,
                {{.name = "scale",
                  .profile = "laumas_w100_tlb",
                  .points = {point("gross_weight", Unit::g), point("weight_stable", Unit::flag)}}});
        });
    }

    booking::Workshop workshop{ledger()};
    facility::BookCache books;
    Scale scale;
    Services services{workshop.ledger, workshop.clock, workshop.ids, books,
                      [this](FacilityId const& facility, std::optional<DeviceId> const& device) {
                          return weigh(ledger(), scale, facility, device);
                      }};
    facility::Machine shredder = workshop.add_laser("shredder");
    std::string material;
};
KARKHANA_ON_BOTH_ENGINES(Recycling);

TEST_P(Recycling, TheIndicatorCountsOnlyWhileItStandsStill) {
    auto const body = json::serialize(json::object{
        {"direction", "in"}, {"material_id", material}, {"source", "indicator"}, {"tare_g", 340}});
    EXPECT_EQ(code(post(workshop.desk, "/weigh-tickets", body)), "409 no_indicator");
    add_indicator();
    scale.stable = false;
    EXPECT_EQ(code(post(workshop.desk, "/weigh-tickets", body)), "409 not_stable");
    scale.stable = true;
    scale.quality = Quality::questionable;
    EXPECT_EQ(code(post(workshop.desk, "/weigh-tickets", body)), "409 indicator_silent");
    scale.quality = Quality::good;
    auto const ticket = ok(post(workshop.desk, "/weigh-tickets", body));
    EXPECT_EQ(ticket.at("number").as_int64(), 1) << "what was refused took no number";
    EXPECT_EQ(ticket.at("net_g").as_int64(), 25'000);
    EXPECT_EQ(ticket.at("words").as_string(), "0000 62FC") << "as they came";
    EXPECT_EQ(ticket.at("status_words").as_string(), "0800");
    auto const asked = scale.asked;
    std::vector<std::pair<std::string, std::string>> const key = {
        {"idempotency-key", "again-1234"}};
    auto const first = workshop.call(workshop.desk, "POST", "/api/v1/weigh-tickets", body, key);
    scale.stable = false;
    auto const again = workshop.call(workshop.desk, "POST", "/api/v1/weigh-tickets", body, key);
    EXPECT_EQ(again.body, first.body) << "though the load is off";
    EXPECT_EQ(scale.asked, asked + 1);
}

TEST_P(Recycling, ByHandItSaysWhyAndIsNeverChanged) {
    auto body = draft("in", 10'000);
    body["reason"] = "";
    EXPECT_EQ(code(post(workshop.desk, "/weigh-tickets", json::serialize(body))),
              "422 missing_field");
    body = draft("in", 10'000);
    body["at"] = workshop.time(workshop.clock.now() + 1h);
    EXPECT_EQ(code(post(workshop.desk, "/weigh-tickets", json::serialize(body))), "422 bad_time");
    weighed(draft("in", 10'000));
    EXPECT_ANY_THROW(workshop.ledger.write([&](store::Writer& writer) {
        return writer.execute("UPDATE weigh_ticket SET tare_g = 1 WHERE facility_id = $1",
                              workshop.facility);
    }));
}

TEST_P(Recycling, SupplierAndBuyerIsOneAccount) {
    EXPECT_EQ(
        code(post(workshop.desk, "/weigh-tickets", json::serialize(deal("in", 10'000, "scrap")))),
        "409 no_price");
    price("scrap", 15'000'000);   // Tk 15
    price("sale", 40'000'000);    // Tk 40
    price("tipping", 2'000'000);  // Tk 2
    weighed(deal("in", 100'000, "scrap"));
    EXPECT_EQ(in_wallet(), Money{150'000}) << "what came in pays for what goes out";
    weighed(deal("out", 30'000, "sale"));
    workshop.clock.advance(1min);
    weighed(deal("in", 5'000, "tipping"));
    auto const items = waiting();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].amount, Money{120'000});
    EXPECT_EQ(items[0].income, "income:material");
    EXPECT_EQ(items[1].amount, Money{1'000});
    EXPECT_EQ(items[1].enterprise, workshop.mita);
}

TEST_P(Recycling, ACorrectionTakesTheMoneyBackToo) {
    price("scrap", 15'000'000);
    price("sale", 40'000'000);
    auto const bought = weighed(deal("in", 100'000, "scrap"));
    auto const right = ok(correct(bought, deal("in", 80'000, "scrap")));
    EXPECT_EQ(in_wallet(), Money{120'000});
    EXPECT_EQ(findings(), std::vector<std::string>{}) << "tickets and journal say the same";
    EXPECT_EQ(right.at("corrects"), bought.at("id"));
    EXPECT_EQ(right.at("at"), bought.at("at")) << "it counts for the same moment";
    EXPECT_EQ(code(correct(bought, deal("in", 70'000, "scrap"))), "409 already_corrected");
    auto const sold = weighed(deal("out", 10'000, "sale"));
    ok(correct(sold, deal("out", 0, "sale")));
    EXPECT_TRUE(waiting().empty()) << "nothing is left to bill";
    auto const billed = weighed(deal("out", 10'000, "sale"));
    auto const draft = on_a_draft();
    EXPECT_EQ(code(correct(billed, deal("out", 0, "sale"))), "409 on_a_draft");
    issue(draft);
    ok(correct(billed, deal("out", 0, "sale")));
    auto const items = waiting();
    ASSERT_EQ(items.size(), 1U) << "the next bill gives it back";
    EXPECT_EQ(items[0].amount, Money{-40'000});
    EXPECT_EQ(items[0].refers_invoice, draft) << "as a credit note for it";
    EXPECT_EQ(items[0].refers_line, 1);
    EXPECT_EQ(findings(), std::vector<std::string>{});
    auto const nothing = weighed(deal("out", 10'000, "sale"));
    workshop.ledger.write([&](store::Writer& writer) {
        auto const id = ItemId::parse(nothing.at("id").as_string()).value();
        return billing::withdraw_item(writer, workshop.facility, id).value();
    });
    ok(correct(nothing, deal("out", 0, "sale")));
    EXPECT_EQ(waiting().size(), 1U) << "what was never billed is not given back";
}

TEST_P(Recycling, ACorrectionGivesBackWhatNobodyGaveBack) {
    price("sale", 40'000'000);
    auto const billed = weighed(deal("out", 10'000, "sale"));
    auto const invoice = on_a_draft();
    issue(invoice);
    workshop.ledger.write([&](store::Writer& writer) {
        auto const id = ItemId::parse(billed.at("id").as_string()).value();
        auto part = billing::find_item(writer, workshop.facility, id).value();
        part.id = workshop.ids.make<ItemId>();
        part.source = "adjustment";
        part.source_id = "credit/1";
        part.quantity = -1'000;
        part.amount = {-4'000};
        part.refers_invoice = invoice;
        part.refers_line = 1;
        return billing::add_item(writer, workshop.facility, part).value();
    });
    ok(correct(billed, deal("out", 0, "sale")));
    Money given;
    for (auto const& item : waiting()) given += item.amount;
    EXPECT_EQ(given, Money{-40'000}) << "all of it, once";
}

TEST_P(Recycling, ScrapPaysBillsAndIsNotTakenBackWhenSpent) {
    price("scrap", 15'000'000);
    price("sale", 40'000'000);
    auto const bought = weighed(deal("in", 100'000, "scrap"));
    weighed(deal("out", 30'000, "sale"));
    issue(on_a_draft());
    EXPECT_TRUE(workshop.ledger.write([&](store::Writer& writer) {
        return billing::receive(
            writer, workshop.facility, workshop.ids,
            {.enterprise = workshop.mita, .method = "wallet", .amount = {120'000}},
            workshop.manager.person, workshop.clock.now());
    }));
    EXPECT_EQ(in_wallet(), Money{30'000});
    EXPECT_EQ(code(correct(bought, deal("in", 79'000, "scrap"))), "409 wallet_short");
    ok(correct(bought, deal("in", 80'000, "scrap")));
    EXPECT_EQ(in_wallet(), Money{});
    EXPECT_EQ(findings(), std::vector<std::string>{});
}

TEST_P(Recycling, ABatchIsBalancedAndKnowsWhatAKilogramTook) {
    auto const open = [&] {
        return post(workshop.desk, "/recycling-batches",
                    json::serialize(json::object{{"machine_id", shredder.id.text()}}));
    };
    auto const id = id_of(open());
    EXPECT_EQ(code(open()), "409 batch_open");
    auto const began = workshop.clock.now();
    for (auto const& [direction, gross_g] :
         {std::pair{"in", 100'000}, {"out", 80'000}, {"residue", 15'000}}) {
        auto body = draft(direction, gross_g);
        body["batch_id"] = id;
        weighed(body);
    }
    workshop.clock.advance(2h);
    costs::UtilityBill bill{.id = workshop.ids.make<costs::BillId>(),
                            .paper_number = "1",
                            .during = {began - 240h, began + 240h},
                            .lines = {{.head = costs::LineHead::energy,
                                       .energy = Energy{100'000},
                                       .amount = {120'000},
                                       .label = ""}},
                            .total = {120'000},
                            .source = "paper"};
    bill.measured = {.during = bill.during,
                     .site = {},
                     .uses = {{{}, {0}, {50'000}, 0}, {shredder.id, {0}, {50'000}, 0}}};
    workshop.ledger.write([&](store::Writer& writer) {
        costs::insert_bill(writer, workshop.facility, bill, workshop.manager.person);
        return writer.execute(
            "INSERT INTO usage_session (facility_id, session_id, machine_id, kind, state, "
            "opened_by, start_at, stop_at, energy_wh, quality) VALUES "
            "($1, $2, $3, 'own_use', 'closed', 'operator', $4, $5, 13000, 'good')",
            workshop.facility, workshop.ids.make<SessionId>(), shredder.id, began, began + 1h);
    });
    auto const path = "/recycling-batches/" + id + "/end";
    auto const done = ok(post(workshop.desk, path, "{}"), 200);
    EXPECT_EQ(done.at("mass").at("loss_g").as_int64(), 5'000);
    EXPECT_TRUE(done.at("flagged").as_bool()) << "five per cent of what came in";
    EXPECT_EQ(done.at("energy_wh").as_int64(), 13'000);
    EXPECT_EQ(done.at("wh_per_kg").as_int64(), 130);
    EXPECT_EQ(done.at("electricity").at("amount").as_int64(), 15'600) << "13 of 50 kWh of Tk 600";
    EXPECT_EQ(done.at("electricity_per_kg_e4").as_int64(), 1'560'000);
    EXPECT_EQ(code(post(workshop.desk, path, "{}")), "409 wrong_state");
    ok(post(workshop.manager, "/recycling-settings",
            R"({"from":"2026-01-01T00:00:00+06:00","tolerance_e4":500,"goal_kg":700000})"));
    auto const listed = ok(workshop.get(workshop.desk, "/api/v1/recycling-batches"), 200);
    EXPECT_FALSE(listed.at("items").as_array().at(0).at("flagged").as_bool());
}

TEST_P(Recycling, TheYearIsTheSumOfItsTickets) {
    ok(post(workshop.manager, "/recycling-settings",
            R"({"from":"2026-07-01T00:00:00+06:00","tolerance_e4":200,"goal_kg":700000})"));
    workshop.clock.set(dhaka("2026-07-02 10:00"));
    auto early = draft("in", 1'000'000);
    early["at"] = "2026-06-30T23:59:59+06:00";
    weighed(early);
    early["at"] = "2026-07-01T00:00:00+06:00";
    weighed(early);
    auto const wrong = weighed(draft("in", 90'000'000));
    ok(correct(wrong, draft("in", 34'000'000)));
    weighed(draft("residue", 500'000));
    auto const report = ok(workshop.get(workshop.desk, "/api/v1/reports/recycling"), 200);
    EXPECT_EQ(report.at("year").as_string(), "2026-27");
    EXPECT_EQ(report.at("mass").at("in_g").as_int64(), 35'000'000);
    EXPECT_EQ(report.at("tickets").as_int64(), 3);
    EXPECT_EQ(report.at("progress_e4").as_int64(), 500) << "35 t of 700";
    auto const calendar =
        ok(workshop.get(workshop.desk, "/api/v1/reports/recycling?year=2026"), 200);
    EXPECT_EQ(calendar.at("mass").at("in_g").as_int64(), 36'000'000);
    EXPECT_EQ(code(workshop.get(workshop.desk, "/api/v1/reports/recycling?year=2026-28")),
              "422 bad_year");
    // The same tonnes from the tickets as they are handed out.
    auto const csv =
        workshop.get(workshop.manager, "/api/v1/reports/weigh-tickets?year=2026-27").body;
    std::int64_t in_g = 0;
    std::istringstream lines{csv};
    for (std::string line; std::getline(lines, line);) {
        std::vector<std::string> cells;
        std::istringstream row{line};
        for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
        if (cells.size() == 14 && cells[2] == "in" && cells[13].starts_with("1"))
            in_g += std::stoll(cells[7]);
    }
    EXPECT_EQ(in_g, 35'000'000);
}

}  // namespace
}  // namespace karkhana::recycling
