#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "server/billing/ledger.hpp"
#include "server/billing/verify.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/imports/api.hpp"
#include "server/people/audit.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::imports {
namespace {

namespace json = boost::json;

class Imports : public tests::StoreTest {
protected:
    Imports() {
        ledger().write([&](store::Writer& writer) {
            facility::insert_facility(
                writer,
                {.id = here, .slug = "here", .name = {"Here", "এখানে"}, .zone = "Asia/Dhaka"},
                clock.now());
            people::Person const boss{.id = manager.person,
                                      .login = "boss",
                                      .name = {"Boss", "বস"},
                                      .roles = {{"manager", std::nullopt}}};
            people::insert_person(writer, here, boss, "not a hash", clock.now());
            return true;
        });
        add_routes(router, {ledger(), clock, ids});
    }

    http::Response post(std::string const& what, std::string const& csv, bool dry = false,
                        std::string key = "") {
        if (key.empty()) key = ids.make<BookingId>().text();
        return tests::ask(
            router, manager,
            tests::request_of("POST", "/api/v1/imports/" + what,
                              json::serialize(json::object{{"text", csv}, {"dry_run", dry}}),
                              {{"idempotency-key", key}}),
            [&](std::string const& operation) { return people::may_call(manager, operation); });
    }
    json::object report(http::Response const& answer, int status = 200) {
        EXPECT_EQ(answer.status, status) << answer.body;
        return json::parse(answer.body).as_object();
    }
    std::vector<people::Enterprise> enterprises() {
        return ledger().read(
            [&](store::Reader& reader) { return people::all_enterprises(reader, here); });
    }
    std::size_t told() {
        return ledger().read([&](store::Reader& reader) {
            return people::audit_of(reader, here, "importTable").size();
        });
    }

    ManualWallClock clock{parse_rfc3339("2026-11-20T10:00:00+06:00").value()};
    std::unique_ptr<Random> random = system_random();
    IdSource ids{*random, clock};
    FacilityId here = ids.make<FacilityId>();
    http::Principal manager{.facility = here, .person = ids.make<PersonId>(), .roles = {"manager"}};
    http::Router router;
};
KARKHANA_ON_BOTH_ENGINES(Imports);

const std::string kTwo = "name_en,name_bn,phone\nA,ক,01712345678\nB,খ,\n";

TEST_P(Imports, ATableIsTakenWholeOrNotAtAll) {
    auto const broken = kTwo + "C,গ,12\nD,ঘ,13\n";
    auto const refused = report(post("enterprises", broken), 422);
    EXPECT_EQ(refused.at("code"), "import_refused");
    ASSERT_EQ(refused.at("rows").as_array().size(), 2U);
    EXPECT_EQ(
        refused.at("rows").at(1),
        (json::value{{"row", 5}, {"column", "phone"}, {"code", "bad_phone"}, {"value", "13"}}));
    EXPECT_TRUE(enterprises().empty());
    EXPECT_EQ(report(post("enterprises", broken, true)).at("errors"), refused.at("rows"))
        << "a dry run says the same";
    EXPECT_EQ(told(), 0U);
}

TEST_P(Imports, ADryRunSaysWhatTheImportThenDoesAndTwiceDoesNothing) {
    auto dry = report(post("enterprises", kTwo, true));
    EXPECT_TRUE(enterprises().empty()) << "a dry run made something";
    EXPECT_EQ(dry.at("added"), 2);
    auto real = report(post("enterprises", kTwo));
    dry.erase("dry_run");
    real.erase("dry_run");
    EXPECT_EQ(dry, real);
    EXPECT_EQ(enterprises().size(), 2U);
    auto const again = report(post("enterprises", kTwo));
    EXPECT_EQ(again.at("added"), 0);
    EXPECT_EQ(again.at("unchanged"), 2);
    EXPECT_EQ(enterprises().size(), 2U);
    EXPECT_EQ(told(), 2U);
}

TEST_P(Imports, OpeningBalancesAreBookedOnce) {
    post("enterprises", kTwo);
    auto const table = "enterprise,amount,note\nA,\"১,৫০০.৫০\",old book\nB,-20,\n";
    EXPECT_EQ(report(post("opening-balances", table)).at("added"), 2);
    EXPECT_EQ(report(post("opening-balances", table)).at("added"), 0);
    auto const balances =
        ledger().read([&](store::Reader& reader) { return billing::trial_balance(reader, here); });
    Money opening, owed;
    for (auto const& [account, amount] : balances)
        (account == "equity:opening" ? opening : owed) += amount;
    EXPECT_EQ(owed, Money{148'050});
    EXPECT_EQ(opening, Money{-148'050});
    EXPECT_TRUE(ledger().read(
        [&](store::Reader& reader) { return billing::verify_ledger(reader, here).empty(); }));
    auto const other = report(post("opening-balances", "enterprise,amount\nA,7\n"), 422);
    EXPECT_EQ(other.at("rows").at(0).at("code"), "differs");
}

TEST_P(Imports, MachinesAreTheConfigurations) {
    auto const answer =
        report(post("machines", "slug,name_en,kind,rated_w\nlaser-1,Laser,laser,4000\n"));
    EXPECT_NE(std::string{answer.at("toml").as_string()}.find("[[machine]]\nslug = \"laser-1\""),
              std::string::npos);
    EXPECT_TRUE(ledger().read(
        [&](store::Reader& reader) { return facility::list_machines(reader, here).empty(); }));
}

TEST_P(Imports, AreTheManagersAndOfKnownTables) {
    EXPECT_EQ(post("invoices", kTwo).status, 404);
    EXPECT_EQ(post("invoices", kTwo, true).status, 404);
    manager.roles = {"operator"};
    EXPECT_EQ(post("enterprises", kTwo).status, 403);
}

TEST_P(Imports, AThousandFaultsAreToldShortly) {
    std::string table = "name_en,phone\n";
    for (int i = 0; i < 1'000; ++i) table += "A,1\n";
    EXPECT_EQ(report(post("enterprises", table), 422).at("rows").as_array().size(), 200U);
    for (int i = 0; i < 5'000; ++i) table += "A,1\n";
    auto const rows = report(post("enterprises", table), 422).at("rows").as_array();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.at(0).at("row"), 5'002);
}

}  // namespace
}  // namespace karkhana::imports
