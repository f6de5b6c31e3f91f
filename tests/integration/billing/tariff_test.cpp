#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include "server/billing/verify.hpp"
#include "tests/integration/billing/settled.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kWholeCard = R"({"name":"Rates","source":"committee",
    "effective_from":"2027-01-01T00:00:00+06:00","peak_from_minute":1020,"peak_to_minute":1380,
    "peak_weekdays":31,"holidays":[{"day":"2027-03-26"},{"day":"2027-02-21"}],
    "price_lock":"at_use","discount_order":"before_minimum","components":[
    {"basis":"booked_minute","window":"peak","price_e4":0,"label":{"en":"Time","bn":"সময়"},
     "machine_kind":"laser","price_class":"member","per":3600,"unit":"hour","increment":900,
     "income":"income:laser","tax_code":"S008.10","tier_model":"graduated",
     "tiers":[{"price_e4":450000000,"up_to":36000},{"price_e4":400000000}]},
    {"basis":"minimum","window":"any","price_e4":1000000000,"label":{"en":"M","bn":"ম"},
     "scope":"month"},
    {"basis":"discount","window":"any","price_e4":2000,"label":{"en":"D","bn":"ছ"},
     "price_class":"women_led","taken_off":"income:laser"},
    {"basis":"pack","window":"any","price_e4":4000000000,"label":{"en":"Ten hours","bn":"দশ ঘণ্টা"},
     "covers":{"basis":"used_minute","quantity":36000}}]})";

class Tariffs : public tests::StoreTest {
protected:
    Centre centre{ledger()};
    FacilityId facility = centre.facility().id;
    http::Principal clerk = centre.person("accountant", {});

    json::object post(std::string const& path, std::string text, int status) {
        auto const response = centre.post(clerk, path, std::move(text));
        EXPECT_EQ(response.status, status) << response.body;
        return json::parse(response.body).as_object();
    }
    std::string refused(std::string_view from, std::string_view to) {
        std::string draft{kWholeCard};
        draft.replace(draft.find(from), from.size(), to);
        return std::string{post("/api/v1/rate-cards", draft, 422).at("code").as_string()};
    }
    RateCardId add(std::vector<Component> components, std::string const& from,
                   PriceLock lock = PriceLock::at_start) {
        return centre.add_card({.id = centre.ids.make<RateCardId>(),
                                .name = "Prices",
                                .effective_from = dhaka(from),
                                .source = "committee",
                                .components = std::move(components),
                                .price_lock = lock});
    }
    std::vector<std::int64_t> charged(std::string const& enterprise) {
        std::vector<std::int64_t> amounts;
        for (auto const& charge : ledger().read([&](store::Reader& reader) {
                 return waiting_charges(reader, facility,
                                        {dhaka("2026-11-01 00:00"), dhaka("2026-12-01 00:00")});
             }))
            if (charge.enterprise == centre.enterprise(enterprise))
                amounts.push_back(charge.term.amount.poisha);
        return amounts;
    }
    void change(std::string const& sql) {
        ledger().write([&](store::Writer& writer) {
            EXPECT_GT(writer.execute(sql), 0);
            return 0;
        });
    }
};
KARKHANA_ON_BOTH_ENGINES(Tariffs);

Component hourly(std::int64_t poisha) {
    Component component{0, "", Basis::used_minute, Window::any, {poisha * 10'000}, {"T", "স"}};
    component.per = 3600;
    component.unit = "hour";
    return component;
}

TEST_P(Tariffs, ARateCardIsKeptAsItWasSaid) {
    auto made = post("/api/v1/rate-cards", std::string{kWholeCard}, 201);
    auto said = json::parse(kWholeCard).as_object();
    auto const listed = json::parse(centre.get(clerk, "/api/v1/rate-cards").body).as_object();
    EXPECT_EQ(json::value(made), listed.at("items").at(0)) << "it is read as it was answered";
    for (auto const* mine : {"id", "version", "effective_to"}) made.erase(mine);
    auto& days = said["holidays"].as_array();
    std::swap(days[0], days[1]);  // in order
    EXPECT_EQ(json::value(made), json::value(said));
}

TEST_P(Tariffs, WhatIsWrongWithARateCardHasAName) {
    EXPECT_EQ(refused(R"("price_class":"member")", R"("price_class":"friend")"), "unknown_class");
    EXPECT_EQ(refused(R"("scope":"month")", R"("scope":"year")"), "unknown_scope");
    EXPECT_EQ(refused(R"("price_lock":"at_use")", R"("price_lock":"never")"), "unknown_price_lock");
    EXPECT_EQ(refused(R"("discount_order":"before_minimum")", R"("discount_order":"x")"),
              "unknown_discount_order");
    EXPECT_EQ(refused(R"("tier_model":"graduated")", R"("tier_model":"steps")"),
              "unknown_tier_model");
    EXPECT_EQ(refused(R"({"day":"2027-03-26"})", R"({"day":"2027-02-30"})"), "bad_date");
    EXPECT_EQ(refused(R"(,"up_to":36000)", ""), "bad_tiers");
    EXPECT_EQ(refused(R"("price_e4":2000)", R"("price_e4":20000)"), "bad_discount");
    EXPECT_EQ(refused(R"("basis":"discount")", R"("basis":"deposit","increment":5)"),
              "bad_increment");
    EXPECT_EQ(refused(R"("basis":"used_minute","quantity")", R"("basis":"setup","quantity")"),
              "bad_pack");
    EXPECT_EQ(refused(R"("basis":"minimum")", R"("basis":"session")"), "month_of_what");
    EXPECT_EQ(refused(R"("basis":"minimum","window":"any")", R"("basis":"setup","window":"peak")"),
              "window_without_time");
    EXPECT_EQ(refused("2027-01-01T00:00:00", "2027-01-01T00:01:00"), "price_grid");
}

TEST_P(Tariffs, WhatAMEWasWhenItsSessionWasRatedStays) {
    Component const energy{0, "", Basis::kwh, Window::any, {10'000'000}, {"E", "বি"}};
    Component off{0, "", Basis::discount, Window::any, {2'000}, {"D", "ছ"}};
    off.price_class = PriceClass::women_led;
    off.taken_off = "income:machine-time";
    add({hourly(45'000), energy, off}, "2026-07-01 00:00");
    change("UPDATE enterprise SET women_led = CASE WHEN enterprise_id = '" +
           centre.enterprise("Lakshmi").text() + "' THEN 1 ELSE 0 END");
    centre.half_an_hour("Lakshmi", "2026-11-05", 2'000);
    centre.half_an_hour("Rahim", "2026-11-06", 2'000);
    EXPECT_EQ(centre.charge(), 0) << "not of the last week";
    ledger().read([&](store::Reader& reader) {
        auto const dry = unrated_sessions(reader, facility, centre.zone,
                                          {dhaka("2026-11-01 00:00"), dhaka("2026-12-01 00:00")});
        EXPECT_EQ(dry.charges.size(), 5U);
        return 0;
    });
    charge_sessions_of(ledger(), facility, centre.zone,
                       {dhaka("2026-11-01 00:00"), dhaka("2026-12-01 00:00")}, centre.clock.now());
    EXPECT_THAT(charged("Lakshmi"), UnorderedElementsAre(22'500, 2'000, -4'500));
    EXPECT_THAT(charged("Rahim"), UnorderedElementsAre(22'500, 2'000));
    change("UPDATE enterprise SET women_led = 0");
    EXPECT_THAT(centre.findings(), IsEmpty());
    for (auto const& id : centre.run("2026-11")) ASSERT_TRUE(centre.finalise(id));
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Tariffs, PricesLockedAtTheirUseSplitASessionWhereTheyChange) {
    auto const first = add({hourly(45'000)}, "2026-07-01 00:00", PriceLock::at_use);
    auto const second = add({hourly(50'000)}, "2026-11-20 00:00", PriceLock::at_use);
    Interval const during{dhaka("2026-11-19 23:40"), dhaka("2026-11-20 01:10")};
    centre.use({.during = during, .readings = {{during.start, {0}}, {during.end, {0}}}});
    auto const touched = centre.run("2026-11");
    auto const lines = ledger().read(
        [&](store::Reader& reader) { return charges_of_invoice(reader, facility, touched.at(0)); });
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].rate_card, first);
    EXPECT_EQ(lines[1].rate_card, second);
    EXPECT_EQ(lines[0].term.amount, Money{15'000});
    EXPECT_EQ(lines[1].term.amount, Money{58'333});
    ASSERT_TRUE(centre.finalise(touched.at(0)));
    EXPECT_THAT(centre.findings(), IsEmpty());
}

/// Everything there is in the ledger, in words.
std::string dump(store::Store& ledger) {
    return ledger.read([](store::Reader& reader) {
        bool const postgres = reader.is_postgres();
        auto const word = [](store::Row const& row) { return row.text(0); };
        auto const tables = reader.all(
            postgres ? "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = "
                       "current_schema() ORDER BY 1"
                     : "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1",
            word);
        std::string all;
        for (auto const& table : tables) {
            std::string row = "CAST(t AS text)";
            if (!postgres) {
                row = "''";
                for (auto const& column :
                     reader.all("SELECT name FROM pragma_table_info($1)", word, table))
                    row += " || ',' || quote(\"" + column + "\")";
            }
            all += table + '\n';
            reader.each("SELECT " + row + " FROM \"" + table + "\" t ORDER BY 1",
                        [&](store::Row const& one) { all += one.text(0) + '\n'; });
        }
        return all;
    });
}

class Previews : public SettledTest {};
KARKHANA_ON_BOTH_ENGINES(Previews);

TEST_P(Previews, APreviewChangesNothingAndTellsWhatTheRunChanges) {
    centre.half_an_hour("Rahim", "2026-11-10", 5'700);
    centre.half_an_hour("Lakshmi", "2026-11-11", 6'100);
    auto const clerk = centre.person("accountant", {});
    auto const run = [&](std::string const& more) {
        auto const answer =
            centre.post(clerk, "/api/v1/billing-runs", R"({"period":"2026-11")" + more + "}");
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body).as_object();
    };
    auto const before = dump(ledger());
    auto const preview = run(R"(,"dry_run":true)");
    EXPECT_EQ(dump(ledger()), before);
    auto const& changes = preview.at("changes").as_array();
    ASSERT_EQ(changes.size(), 2U);
    for (auto const& change : changes) {
        bool const rahims =
            change.at("enterprise_id").as_string() == centre.enterprise("Rahim").text();
        EXPECT_EQ(change.at("invoice_id").is_null(), !rahims);
        EXPECT_EQ(change.at("before").at("amount"), rahims ? 11'100 : 0);
        EXPECT_EQ(change.at("after").at("amount"), rahims ? 16'800 : 6'100);
        EXPECT_EQ(change.at("lines_before"), rahims ? 2 : 0);
        EXPECT_EQ(change.at("lines_added"), 1);
        EXPECT_EQ(change.at("lines_gone"), 0);
    }
    EXPECT_EQ(json::value(run("").at("changes")), json::value(changes));
    EXPECT_NE(dump(ledger()), before);
    EXPECT_TRUE(run("").at("changes").as_array().empty());
}

}  // namespace
}  // namespace karkhana::billing
