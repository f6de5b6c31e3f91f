#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>

#include "tests/integration/billing/settled.hpp"
#include "tests/support/test_database.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;

std::string word(json::value const& value) { return std::string{value.as_string()}; }

/// Money by HTTP; every answer is held against the contract when all have ended.
class MoneyApi : public SettledTest {
protected:
    http::Principal manager = centre.person("manager", {});
    http::Principal clerk = centre.person("accountant", {});
    http::Principal lakshmi = centre.person("owner", {centre.enterprise("Lakshmi")});
    http::Principal rahim = centre.person("owner", {centre.enterprise("Rahim")});
    std::string me = centre.enterprise("Lakshmi").text();
    std::string account = "/api/v1/enterprises/" + me;

    json::object body(http::Response const& response, std::string const& schema, int status) {
        EXPECT_EQ(response.status, status) << response.body;
        auto const value = json::parse(response.body);
        answers_ += json::serialize(json::object{{"schema", schema}, {"body", value}}) + '\n';
        return value.as_object();
    }
    std::string code(http::Response const& response, int status) {
        return word(body(response, "Problem", status).at("code"));
    }
    json::object post(http::Principal const& who, std::string const& path, std::string const& text,
                      std::string const& schema, int status) {
        return body(centre.post(who, "/api/v1" + path, text), schema, status);
    }
    json::object get(http::Principal const& who, std::string const& path,
                     std::string const& schema) {
        return body(centre.get(who, "/api/v1" + path), schema, 200);
    }
    /// The newest final invoice of Lakshmi: nothing of it is paid.
    std::string bill() {
        auto const found = get(manager, "/invoices?state=final&enterprise_id=" + me, "InvoiceList");
        return word(found.at("items").at(0).at("id"));
    }
    static std::string taka(std::int64_t poisha) {
        return R"({"amount":)" + std::to_string(poisha) + R"(,"currency":"BDT"})";
    }

    static void TearDownTestSuite() {
        if (answers_.empty()) return;
        tests::TemporaryFolder const folder;
        auto const file = folder.file("answers.json");
        std::ofstream{file} << answers_;
        auto const command =
            "/usr/bin/python3 tests/integration/billing/check_answers.py " + file + " >&2";
        EXPECT_EQ(std::system(command.c_str()), 0) << "an answer is not as the contract says";
    }

private:
    static inline std::string answers_;
};
KARKHANA_ON_BOTH_ENGINES(MoneyApi);

TEST_P(MoneyApi, AShopClaimsForItselfAndTwoOfTheOfficeBookIt) {
    auto const claim = [&](http::Principal const& who, std::string const& trx_id) {
        return centre.post(who, "/api/v1/claims",
                           R"({"channel":"bkash","trx_id":")" + trx_id + R"(","enterprise_id":")" +
                               me + R"(","invoice_id":")" + bill() + R"(","amount":)" +
                               taka(9'000) + "}");
    };
    EXPECT_EQ(code(claim(rahim, "8N7A6B5C4D"), 404), "not_found") << "not for another";
    auto const made = body(claim(lakshmi, "8n7a 6b5c 4d"), "Claim", 201);
    EXPECT_EQ(made.at("trx_id"), "8N7A6B5C4D");
    EXPECT_EQ(code(claim(clerk, "8N7A6B5C4D"), 409), "trx_id_claimed");
    auto const path = "/claims/" + word(made.at("id"));
    EXPECT_EQ(centre.post(lakshmi, "/api/v1" + path + "/apply", "").status, 403);
    EXPECT_EQ(code(centre.post(clerk, "/api/v1" + path + "/apply", ""), 409), "wrong_state");
    post(clerk, path + "/match", "{}", "Claim", 200);
    EXPECT_EQ(post(clerk, path + "/apply", "", "Claim", 200).at("state"), "applied");
    EXPECT_EQ(get(lakshmi, "/claims", "ClaimList").at("items").as_array().size(), 1U);
    EXPECT_EQ(get(rahim, "/claims", "ClaimList").at("items").as_array().size(), 0U);
    EXPECT_EQ(get(manager, "/claims?state=applied", "ClaimList").at("items").as_array().size(), 1U);
    auto const other = body(claim(lakshmi, "X"), "Claim", 201);
    post(clerk, "/claims/" + word(other.at("id")) + "/reject", R"({"reason":"no such"})", "Claim",
         200);
    auto const paid = get(manager, "/payments?limit=1", "PaymentList").at("items").at(0);
    post(manager, "/payments/" + word(paid.at("id")) + "/reversal", R"({"reason":"bounced"})",
         "Payment", 200);
    EXPECT_THAT(centre.findings(), ::testing::IsEmpty());
}

TEST_P(MoneyApi, AStatementIsTakenWholeOrItsFaultsAreTold) {
    std::string const query =
        "/api/v1/statements?channel=nagad&trx_id=TrxID&amount=Amount&paid_at=Time";
    auto const import = [&](std::string const& csv) { return centre.post(clerk, query, csv); };
    auto const refused = body(import("TrxID,Amount,Time\nA1,x,2026-11-20 10:00\n"), "Problem", 422);
    EXPECT_EQ(refused.at("code"), "bad_statement");
    EXPECT_EQ(refused.at("faults").at(0).at("line"), 2);
    EXPECT_EQ(refused.at("faults").at(0).at("column"), "Amount");
    auto const done =
        body(import("TrxID,Amount,Time\nA1,12.50,2026-11-20 10:00\n"), "StatementImport", 201);
    EXPECT_EQ(done.at("added"), 1);
    auto const lines = get(clerk, "/statement-lines?unmatched=true", "StatementLineList");
    EXPECT_EQ(lines.at("items").at(0).at("amount").at("amount"), 1'250);
}

TEST_P(MoneyApi, AnAccountIsPaidHeldAndGivenBack) {
    auto const pay = [&](std::string const& more) {
        return R"({"enterprise_id":")" + me + R"(","amount":)" + taka(50'000) + more + "}";
    };
    EXPECT_EQ(code(centre.post(clerk, "/api/v1/payments", pay(R"(,"method":"bkash")")), 422),
              "unknown_method");
    EXPECT_EQ(code(centre.post(clerk, "/api/v1/payments", pay(R"(,"method":"vds")")), 422),
              "missing_field");
    auto const paid =
        post(clerk, "/payments", pay(R"(,"method":"cash","prepaid":true)"), "Payment", 201);
    EXPECT_EQ(paid.at("to_wallet").at("amount"), 50'000);
    auto const held = post(clerk, "/enterprises/" + me + "/holds",
                           R"({"reason":"booking","amount":)" + taka(20'000) + "}", "Wallet", 201);
    EXPECT_EQ(held.at("available").at("amount"), 30'000);
    auto const hold = word(held.at("holds").at(0).at("id"));
    post(clerk, "/holds/" + hold + "/end", "{}", "Hold", 200);
    post(clerk, "/enterprises/" + me + "/refunds",
         R"({"reason":"asked","amount":)" + taka(10'000) + "}", "Wallet", 201);
    EXPECT_EQ(get(lakshmi, "/enterprises/" + me + "/wallet", "Wallet").at("available").at("amount"),
              40'000);
    EXPECT_EQ(centre.get(rahim, "/api/v1/enterprises/" + me + "/wallet").status, 404);
    auto const statement =
        get(lakshmi,
            "/enterprises/" + me + "/statement?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z",
            "AccountStatement");
    EXPECT_GE(statement.at("lines").as_array().size(), 3U);
    get(manager, "/ageing", "Ageing");
    EXPECT_THAT(centre.findings(), ::testing::IsEmpty());
}

TEST_P(MoneyApi, WaivingDisputingAndAskingByACode) {
    auto const id = bill();
    auto const asked = post(clerk, "/invoices/" + id + "/waivers",
                            R"({"reason":"flood","amount":)" + taka(100) + "}", "Waiver", 201);
    EXPECT_EQ(asked.at("granted"), true);
    auto settings = get(manager, "/money-settings", "MoneySettings");
    EXPECT_EQ(settings.at("version"), 0);
    std::string const wanted =
        R"({"version":0,"wallet_vat":"deposit","wallet_vat_rate":1500,"match_days":3,)"
        R"("reminders":[{"days":7},{"days":20}],"waiver_limit":)" +
        taka(50);
    post(manager, "/money-settings", wanted + "}", "MoneySettings", 200);
    EXPECT_EQ(code(centre.post(manager, "/api/v1/money-settings", wanted + "}"), 409),
              "edited_meanwhile");
    EXPECT_EQ(
        code(centre.post(manager, "/api/v1/money-settings", wanted + R"(,"bangla_qr":"x"})"), 422),
        "bad_qr");
    auto const more = post(clerk, "/invoices/" + id + "/waivers",
                           R"({"reason":"flood","amount":)" + taka(100) + "}", "Waiver", 201);
    auto const path = "/waivers/" + word(more.at("id")) + "/decision";
    EXPECT_EQ(code(centre.post(clerk, "/api/v1" + path, R"({"granted":true})"), 409),
              "same_person");
    post(manager, path, R"({"granted":true})", "Waiver", 200);
    get(manager, "/waivers?undecided=true", "WaiverList");
    get(lakshmi, "/invoices/" + id + "/bangla-qr", "BanglaQr");

    auto const opened = post(lakshmi, "/invoices/" + id + "/lines/1/disputes",
                             R"({"reason":"it stood still"})", "Dispute", 201);
    EXPECT_EQ(
        centre.post(rahim, "/api/v1/invoices/" + id + "/lines/1/disputes", R"({"reason":"mine?"})")
            .status,
        404);
    auto const dispute = "/disputes/" + word(opened.at("id"));
    post(clerk, dispute + "/answer", R"({"words":"we look"})", "Dispute", 200);
    post(manager, dispute + "/settle", R"({"words":"it ran"})", "Dispute", 200);
    get(lakshmi, "/disputes", "DisputeList");
    EXPECT_THAT(centre.findings(), ::testing::IsEmpty()) << "the evidence is as it was frozen";
}

TEST_P(MoneyApi, AnOperatorWhoIsAMemberSeesTheOwnMoneyAlone) {
    auto both = rahim;
    both.roles.emplace_back("operator");
    EXPECT_EQ(centre.get(lakshmi, account + "/wallet").status, 200);
    EXPECT_EQ(code(centre.get(both, account + "/wallet"), 404), "not_found");
    auto const paper = "/api/v1/invoices/" + bill() + ".pdf";
    EXPECT_EQ(centre.get(lakshmi, paper).status, 200);
    EXPECT_EQ(code(centre.get(both, paper), 404), "not_found");
    post(lakshmi, "/claims",
         R"({"channel":"bkash","trx_id":"9X8Y7Z","enterprise_id":")" + me + R"(","amount":)" +
             taka(100) + "}",
         "Claim", 201);
    EXPECT_EQ(get(lakshmi, "/claims", "ClaimList").at("items").as_array().size(), 1U);
    EXPECT_TRUE(get(both, "/claims", "ClaimList").at("items").as_array().empty());
}

TEST_P(MoneyApi, ADayAndAMonthAreClosed) {
    auto const days = get(clerk, "/cash-days", "CashDayList");
    auto const day = word(days.at("today").at("day"));
    centre.clock.advance(std::chrono::minutes{1});
    EXPECT_EQ(code(centre.post(clerk, "/api/v1/cash-days", R"({"day":")" + day + R"("})"), 422),
              "reason_needed");
    auto const closed =
        post(clerk, "/cash-days", R"({"day":")" + day + R"(","notes":[{"value":1000,"count":3}]})",
             "CashDay", 201);
    EXPECT_EQ(closed.at("counted").at("amount"), 3'000);
    auto const open = get(clerk, "/period-close?period=2026-11", "PeriodClose");
    EXPECT_EQ(open.at("may_close"), false);
    EXPECT_EQ(open.at("exceptions").at(1).at("count"), 1) << "Rahim's draft";
    EXPECT_EQ(code(centre.post(clerk, "/api/v1/period-close", R"({"period":"2026-11"})"), 409),
              "exceptions_open");
    post(clerk, "/period-close", R"({"period":"2026-10"})", "PeriodAct", 201);
    std::string const again = R"({"period":"2026-10","reason":"forgotten"})";
    post(clerk, "/period-reopen", again, "PeriodAct", 201);
    EXPECT_EQ(code(centre.post(clerk, "/api/v1/period-reopen", again), 409), "same_person");
    EXPECT_EQ(post(manager, "/period-reopen", again, "PeriodAct", 201).at("action"), "reopen");
    EXPECT_THAT(centre.findings(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace karkhana::billing
