#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>

#include "server/facility/outage_evidence.hpp"
#include "server/facility/records.hpp"
#include "tests/integration/billing/settled.hpp"
#include "tests/support/counting_store.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string text(json::value const& value) { return std::string{value.as_string()}; }

class BillingApi : public SettledTest {
protected:
    http::Principal manager = centre.person("manager", {});
    http::Principal clerk = centre.person("accountant", {});
    http::Principal lakshmi = centre.person("owner", {centre.enterprise("Lakshmi")});
    http::Principal rahim = centre.person("owner", {centre.enterprise("Rahim")});

    /// Remembers the body, to be held against this schema when all have ended.
    json::object body(http::Response const& response, std::string const& schema, int status) {
        EXPECT_EQ(response.status, status) << response.body;
        auto const value = json::parse(response.body);
        answers_ += json::serialize(json::object{{"schema", schema}, {"body", value}}) + '\n';
        return value.as_object();
    }
    json::array invoices(http::Principal const& who, std::string const& query) {
        return body(centre.get(who, "/api/v1/invoices" + query), "InvoiceList", 200)
            .at("items")
            .as_array();
    }
    std::string invoice_of(std::string const& enterprise, std::string const& state) {
        for (auto const& one : invoices(manager, "?state=" + state))
            if (text(one.at("enterprise").at("name").at("en")) == enterprise)
                return text(one.at("id"));
        throw std::runtime_error("no such invoice");
    }
    std::string oldest_of(std::string const& enterprise) {
        return text(invoices(manager, "?enterprise_id=" + centre.enterprise(enterprise).text())
                        .back()
                        .at("id"));
    }
    std::string code(http::Response const& response, int status) {
        return text(body(response, "Problem", status).at("code"));
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
KARKHANA_ON_BOTH_ENGINES(BillingApi);

TEST_P(BillingApi, RateCardsAreAddedAndNeverChanged) {
    std::string const draft = R"({"name":"New","effective_from":"2027-01-01T00:00:00+06:00",
        "peak_from_minute":1020,"peak_to_minute":1380,"source":"committee","components":[
        {"basis":"kwh","window":"any","price_e4":10164000,"label":{"en":"E","bn":"বি"}},
        {"basis":"piece","window":"any","price_e4":1,"label":{"en":"P","bn":"প"},
         "machine_kind":"laser"}]})";
    auto const made = body(centre.post(clerk, "/api/v1/rate-cards", draft), "RateCard", 201);
    EXPECT_EQ(made.at("version"), 2);
    EXPECT_EQ(code(centre.post(clerk, "/api/v1/rate-cards", draft), 409), "rate_card_exists");
    auto const cards = body(centre.get(rahim, "/api/v1/rate-cards"), "RateCardList", 200);
    ASSERT_EQ(cards.at("items").as_array().size(), 2U);
    EXPECT_EQ(cards.at("items").at(0).at("effective_to"), "2027-01-01T00:00:00+06:00");
    std::string past = draft;
    past.replace(past.find("2027"), 4, "2025");
    EXPECT_EQ(code(centre.post(clerk, "/api/v1/rate-cards", past), 422), "in_past");
}

TEST_P(BillingApi, EveryWordOfARateCardIsRead) {
    auto const refused = [&](std::string const& component) {
        return code(centre.post(clerk, "/api/v1/rate-cards",
                                R"({"name":"New","effective_from":"2027-01-01T00:00:00+06:00",)"
                                R"("peak_from_minute":1020,"peak_to_minute":1380,)"
                                R"("source":"committee","components":[)" +
                                    component + "]}"),
                    422);
    };
    auto const with = [](std::string const& part) {
        return R"({"label":{"en":"E","bn":"b"},)" + part + "}";
    };
    EXPECT_EQ(refused("7"), "object_required");
    EXPECT_EQ(refused(with(R"("basis":"kWh","window":"any","price_e4":1)")), "unknown_basis");
    EXPECT_EQ(refused(with(R"("basis":"kwh","window":"nite","price_e4":1)")), "unknown_window");
    EXPECT_EQ(refused(with(R"("basis":"kwh","window":"any","price_e4":"12950000")")),
              "integer_required");
    EXPECT_EQ(refused(with(R"("basis":"kwh","window":"any")")), "missing_field") << "no price";
    EXPECT_EQ(refused(with(R"("basis":"kwh","window":"any","price_e4":1,"x":1)")), "unknown_field");
    EXPECT_EQ(refused(R"({"basis":"kwh","window":"any","price_e4":1,"label":{"en":"E"}})"),
              "missing_field");
    EXPECT_EQ(refused(R"({"basis":"kwh","window":"any","price_e4":1,)"
                      R"("label":{"en":"E","bn":"b","fr":"x"}})"),
              "unknown_field");
    auto const cards = body(centre.get(clerk, "/api/v1/rate-cards"), "RateCardList", 200);
    EXPECT_EQ(cards.at("items").as_array().size(), 1U) << "what was refused was kept";
}

TEST_P(BillingApi, ADryRunSaysWhatTheRunThenDoes) {
    centre.half_an_hour("Lakshmi", "2026-11-25", 7'777);
    centre.half_an_hour("Rahim", "2026-11-26", 8'888);
    auto const run = [&](std::string const& more) {
        return body(
            centre.post(clerk, "/api/v1/billing-runs", R"({"period":"2026-11")" + more + "}"),
            "BillingRun", 200);
    };
    auto const before = centre.invoices().size();
    auto const only =
        R"(,"dry_run":true,"enterprise_id":")" + centre.enterprise("Rahim").text() + '"';
    auto const one = run(only).at("invoices").as_array();
    auto dry = run(R"(,"dry_run":true)");
    EXPECT_EQ(centre.invoices().size(), before) << "a dry run made something";
    EXPECT_EQ(json::serialize(run(R"(,"dry_run":true)")), json::serialize(dry));
    auto real = run("");
    ASSERT_EQ(dry.at("invoices").as_array().size(), 2U);
    std::string rahims;
    for (auto const& invoice : real.at("invoices").as_array())
        if (text(invoice.at("enterprise").at("name").at("en")) == "Rahim")
            rahims = text(invoice.at("id"));
    for (auto* answer : {&dry, &real}) {
        answer->erase("dry_run");
        for (auto& invoice : answer->at("invoices").as_array())
            for (auto const* field : {"id", "version"}) invoice.as_object().erase(field);
    }
    EXPECT_EQ(json::serialize(dry), json::serialize(real));
    EXPECT_EQ(run("").at("invoices").as_array().size(), 0U) << "again adds nothing";

    auto const kept = body(centre.get(clerk, "/api/v1/invoices/" + rahims), "Invoice", 200);
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one.at(0).at("lines"), kept.at("lines")) << "of one ME it brings the lines";
    EXPECT_EQ(one.at(0).at("line_count"), kept.at("line_count"));
}

TEST_P(BillingApi, ARunAnswersWithHeadsWhateverItsLength) {
    for (int day = 10; day < 20; ++day)
        centre.half_an_hour("Lakshmi", "2026-11-" + std::to_string(day), 6'000);
    auto const answer = centre.post(clerk, "/api/v1/billing-runs", R"({"period":"2026-11"})");
    auto const run = body(answer, "BillingRun", 200);
    ASSERT_EQ(run.at("invoices").as_array().size(), 1U);
    auto const& head = run.at("invoices").at(0);
    EXPECT_EQ(head.at("line_count"), 10);
    EXPECT_EQ(head.at("lines").as_array().size(), 0U);
    EXPECT_EQ(head.at("total").at("amount"), 60'000);
    EXPECT_LT(answer.body.size(), 1'000U);
    auto const whole =
        body(centre.get(clerk, "/api/v1/invoices/" + text(head.at("id"))), "Invoice", 200);
    EXPECT_EQ(whole.at("lines").as_array().size(), 10U);
}

TEST_P(BillingApi, ARunNamesWhatItLeftOut) {
    centre.begin({.machine = "press",
                  .during = {dhaka("2026-11-30 10:00"), {}},
                  .readings = {{dhaka("2026-11-30 10:00"), {0}}}});
    centre.use({.enterprise = "Rahim",
                .during = {dhaka("2026-11-29 16:30"), dhaka("2026-11-29 17:30")},
                .readings = {{dhaka("2026-11-29 16:30"), {50'000}},
                             {dhaka("2026-11-29 17:30"), {60'000}}}});
    auto const run = body(centre.post(clerk, "/api/v1/billing-runs", R"({"period":"2026-11"})"),
                          "BillingRun", 200);
    std::vector<std::string> codes;
    for (auto const& one : run.at("skipped").as_array()) codes.push_back(text(one.at("code")));
    EXPECT_THAT(codes, ::testing::UnorderedElementsAre("open", "unsplit_usage"));
    EXPECT_EQ(code(centre.post(clerk, "/api/v1/billing-runs", R"({"period":"2026-13"})"), 422),
              "bad_period");
}

TEST_P(BillingApi, FinalisingAndPaying) {
    auto const id = invoice_of("Rahim", "draft");
    auto const path = "/api/v1/invoices/" + id;
    std::string const pay = R"({"amount":{"amount":5000,"currency":"BDT"},"method":"cash"})";
    EXPECT_EQ(code(centre.post(clerk, path + "/payments", pay), 409), "not_final");
    auto const final = body(centre.post(clerk, path + "/finalize", ""), "Invoice", 200);
    EXPECT_EQ(final.at("number"), "BHAIRAB/2026-27/000004");
    EXPECT_EQ(code(centre.post(clerk, path + "/finalize", ""), 409), "already_final");
    auto const first =
        centre.call(clerk, "POST", path + "/payments", pay, "one-key-for-one-payment");
    auto const payment = body(first, "Payment", 201);
    EXPECT_EQ(payment.at("receipt"), "BHAIRAB/R/000003");
    auto const again =
        centre.call(clerk, "POST", path + "/payments", pay, "one-key-for-one-payment");
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(body(centre.get(rahim, path), "Invoice", 200).at("paid").at("amount"), 5000);
    EXPECT_EQ(code(centre.post(clerk, path + "/payments",
                               R"({"amount":{"amount":99999,"currency":"BDT"},"method":"wallet"})"),
                   422),
              "overpaid");
    body(centre.get(clerk, "/api/v1/payments?limit=2"), "PaymentList", 200);
    auto const book = body(centre.get(clerk, "/api/v1/ledger?limit=3"), "Ledger", 200);
    std::int64_t sum = 0;
    for (auto const& one : book.at("balances").as_array())
        sum += one.at("amount").at("amount").as_int64();
    EXPECT_EQ(sum, 0);
    EXPECT_EQ(book.at("entries").as_array().size(), 3U);
    auto const rest =
        body(centre.get(clerk, "/api/v1/ledger?cursor=" + text(book.at("next"))), "Ledger", 200);
    EXPECT_EQ(rest.at("entries").as_array().size(), 4U);
}

TEST_P(BillingApi, ALineExplainsItself) {
    auto const id = invoice_of("Lakshmi", "final");
    auto const proof =
        body(centre.get(lakshmi, "/api/v1/invoices/" + id + "/lines/1/proof"), "LineProof", 200);
    EXPECT_THAT(text(proof.at("formula").at("en")), HasSubstr(" kWh × Tk 10.00 = Tk "));
    EXPECT_EQ(proof.at("registers").as_array().size(), 2U);
    EXPECT_EQ(proof.at("registers").at(0).at("edge"), "start");
    EXPECT_EQ(proof.at("halts").as_array().size(), 0U);
    auto const here = centre.facility().id;
    ledger().write([&](store::Writer& writer) {
        for (auto const& outage : facility::outages_between(
                 writer, here, {dhaka("2026-10-05 10:00"), dhaka("2026-10-05 10:30")}))
            facility::add_evidence(writer, here,
                                   {.outage = outage.id,
                                    .what = "voltage",
                                    .source = "site",
                                    .value = 0,
                                    .unit = "mV",
                                    .at = outage.during.start});
        return true;
    });
    auto const dark =
        body(centre.get(lakshmi, "/api/v1/invoices/" + oldest_of("Lakshmi") + "/lines/1/proof"),
             "LineProof", 200)
            .at("halts")
            .as_array();
    ASSERT_EQ(dark.size(), 2U);
    EXPECT_EQ(dark.at(0).at("from"), "2026-10-05T10:10:00+06:00");
    EXPECT_EQ(dark.at(0).at("reason"), "fault");
    EXPECT_EQ(dark.at(1).at("reason"), "outage");
    ASSERT_EQ(dark.at(1).at("evidence").as_array().size(), 1U);
    EXPECT_EQ(dark.at(1).at("evidence").at(0).at("what"), "voltage");
    EXPECT_EQ(dark.at(1).at("to"), "2026-10-05T10:20:00+06:00");
    EXPECT_EQ(code(centre.get(lakshmi, "/api/v1/invoices/" + id + "/lines/9/proof"), 404),
              "not_found");
    EXPECT_EQ(code(centre.get(rahim, "/api/v1/invoices/" + id + "/lines/1/proof"), 404),
              "not_found");
}

TEST_P(BillingApi, MembersSeeTheirOwnFinalInvoicesAlone) {
    auto const draft = invoice_of("Rahim", "draft");
    EXPECT_EQ(code(centre.get(rahim, "/api/v1/invoices/" + draft), 404), "not_found");
    EXPECT_EQ(invoices(lakshmi, "").size(), 2U);
    EXPECT_EQ(invoices(rahim, "?state=draft").size(), 1U) << "only what is final";
    auto const theirs = "?enterprise_id=" + centre.enterprise("Lakshmi").text();
    EXPECT_EQ(invoices(rahim, theirs).size(), 0U);
    EXPECT_EQ(centre.get(rahim, "/api/v1/ledger").status, 403);
}

TEST_P(BillingApi, WhoActsForTwoSeesTheInvoicesOfBoth) {
    auto const both =
        centre.person("owner", {centre.enterprise("Lakshmi"), centre.enterprise("Rahim")});
    std::vector<std::string> ids, pages;
    for (auto const& one : invoices(both, "")) ids.push_back(text(one.at("id")));
    EXPECT_EQ(ids.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(ids, std::ranges::greater{})) << "newest first";
    EXPECT_EQ(invoices(both, "?enterprise_id=" + centre.enterprise("Rahim").text()).size(), 1U);
    // One to a page.
    for (std::string query = "?limit=1"; !query.empty();) {
        auto const page = body(centre.get(both, "/api/v1/invoices" + query), "InvoiceList", 200);
        for (auto const& one : page.at("items").as_array()) pages.push_back(text(one.at("id")));
        auto const& next = page.at("next");
        query = next.is_null() ? "" : "?limit=1&cursor=" + text(next);
        ASSERT_LE(pages.size(), ids.size());
    }
    EXPECT_EQ(pages, ids);
}

TEST_P(BillingApi, APageThatIsNoneIsRefused) {
    for (auto const* list : {"/api/v1/payments", "/api/v1/ledger", "/api/v1/invoices"}) {
        for (auto const* cursor :
             {"abc", "9999999999999999", "9999999999999999999", "-1", "0", "7x", ""})
            EXPECT_EQ(code(centre.get(manager, std::string{list} + "?cursor=" + cursor), 422),
                      "bad_cursor")
                << list << " " << cursor;
        for (auto const* limit : {"0", "201", "abc", "-1", "5x", ""})
            EXPECT_EQ(code(centre.get(manager, std::string{list} + "?limit=" + limit), 422),
                      "bad_limit")
                << list << " " << limit;
        EXPECT_EQ(centre.get(manager, std::string{list} + "?limit=200").status, 200) << list;
    }
}

TEST_P(BillingApi, AListOfInvoicesTakesTheSameStatementsWhateverItsLength) {
    tests::CountingStore counting{ledger()};
    http::Router router;
    add_routes(router, {counting, centre.clock, centre.ids, centre.rate_cards});
    auto const statements = [&](std::string const& limit) {
        http::Request request{.method = "GET", .path = "/api/v1/invoices"};
        request.query.emplace_back("limit", limit);
        request.principal = manager;
        auto const answer = router.match("GET", request.path).route->handler(request);
        EXPECT_EQ(json::parse(answer.body).at("items").as_array().size(), std::stoul(limit));
        return counting.statements();
    };
    auto const one = statements("1");
    EXPECT_GT(one, 0);
    EXPECT_EQ(statements("4"), one);
}

// ------------------------------------------------------------------ documents

TEST_P(BillingApi, ABillIsAPdfInEitherLanguage) {
    auto const path = "/api/v1/invoices/" + invoice_of("Lakshmi", "final") + ".pdf";
    auto const own = centre.get(lakshmi, path);
    ASSERT_EQ(own.status, 200) << own.body;
    EXPECT_EQ(own.content_type, "application/pdf");
    EXPECT_THAT(own.body, StartsWith("%PDF-"));
    EXPECT_EQ(own.headers[0].second.substr(0, 33), "inline; filename=\"BHAIRAB-2026-27");
    EXPECT_EQ(centre.get(manager, path + "?language=en").body, own.body) << "her own is English";
    EXPECT_NE(centre.get(manager, path + "?language=bn").body, own.body);
    EXPECT_EQ(code(centre.get(manager, path + "?language=fr"), 422), "unknown_language");
    EXPECT_EQ(code(centre.get(rahim, path), 404), "not_found");
}

TEST_P(BillingApi, ABillIsTheSameBytesWhateverIsCalledSoToday) {
    auto const path = "/api/v1/invoices/" + invoice_of("Lakshmi", "final") + ".pdf";
    auto const before = centre.get(lakshmi, path).body;
    ledger().write([](store::Writer& writer) {
        writer.execute("UPDATE enterprise SET name_en = 'Other'");
        writer.execute("UPDATE machine SET name_en = 'Other'");
        return writer.execute("UPDATE facility SET name_en = 'Other', address_en = 'Other'");
    });
    EXPECT_EQ(centre.get(lakshmi, path).body, before);
}

TEST_P(BillingApi, ADraftIsNoDocument) {
    auto const path = "/api/v1/invoices/" + invoice_of("Rahim", "draft") + ".pdf";
    EXPECT_EQ(code(centre.get(manager, path), 409), "not_final");
    EXPECT_EQ(code(centre.get(rahim, path), 404), "not_found") << "to members it is not there";
    EXPECT_EQ(code(centre.get(manager, "/api/v1/invoices/x.pdf"), 404), "not_found");
}

std::size_t rows(std::string const& csv) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = csv.find("\r\n", at)) != std::string::npos; at += 2) ++count;
    return count - 1;
}

TEST_P(BillingApi, AMonthIsFourTables) {
    auto const table = [&](std::string const& what, std::string const& period) {
        auto const answer = centre.get(clerk, "/api/v1/exports/" + what + ".csv?period=" + period);
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(answer.content_type, "text/csv; charset=utf-8");
        EXPECT_THAT(answer.body, StartsWith("\xEF\xBB\xBF"));
        return answer.body;
    };
    EXPECT_EQ(rows(table("invoices", "2026-10")), 2U);
    EXPECT_EQ(rows(table("invoices", "2026-11")), 1U) << "drafts are not issued";
    EXPECT_THAT(table("invoices", "2026-11"), HasSubstr(",0.00,90.00,0.00,0.00,0.00,90.00,BDT"));
    EXPECT_EQ(rows(table("usage", "2026-11")), 3U);
    EXPECT_THAT(table("usage", "2026-10"), HasSubstr("2026-10-05T10:30:00+06:00"));
    EXPECT_THAT(table("usage", "2026-10"), HasSubstr("0.000,0000 0000,7.000,0000 1B58,7.000"));
    EXPECT_EQ(rows(table("payments", "2026-12")), 2U);
    EXPECT_THAT(table("payments", "2026-12"), HasSubstr("BHAIRAB/R/000001"));
    EXPECT_EQ(rows(table("journal", "2026-12")), 10U);
    EXPECT_THAT(table("journal", "2026-12"), HasSubstr("assets:cash,10.00,,BDT"));
    EXPECT_EQ(rows(table("journal", "2026-11")), 0U);
}

TEST_P(BillingApi, AnExportIsForTheOfficeAndOfAMonth) {
    EXPECT_EQ(centre.get(rahim, "/api/v1/exports/usage.csv?period=2026-11").status, 403);
    EXPECT_EQ(code(centre.get(clerk, "/api/v1/exports/people.csv?period=2026-11"), 404),
              "not_found");
    EXPECT_EQ(code(centre.get(clerk, "/api/v1/exports/usage.csv?period=soon"), 422), "bad_period");
    EXPECT_EQ(code(centre.get(clerk, "/api/v1/exports/usage.csv"), 422), "missing_parameter");
}

}  // namespace
}  // namespace karkhana::billing
