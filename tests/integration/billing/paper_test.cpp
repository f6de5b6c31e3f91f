#include <algorithm>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include "server/base/unicode.hpp"
#include "server/billing/tax_records.hpp"
#include "server/billing/words.hpp"
#include "server/exports/verify_page.hpp"
#include "server/people/audit.hpp"
#include "tests/integration/billing/settled.hpp"

namespace karkhana::billing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Papers : public SettledTest {
protected:
    http::Principal manager = centre.person("manager", {});
    http::Principal lakshmi = centre.person("owner", {centre.enterprise("Lakshmi")});
    http::Principal rahim = centre.person("owner", {centre.enterprise("Rahim")});

    Invoice oldest_of(std::string const& name) {
        for (auto const& invoice : centre.invoices())
            if (invoice.final && invoice.enterprise == centre.enterprise(name)) return invoice;
        throw std::runtime_error("no such invoice");
    }
    void expect_pdf(http::Principal const& who, std::string const& path) {
        auto const answer = centre.get(who, path);
        EXPECT_EQ(answer.status, 200) << path << answer.body;
        EXPECT_EQ(answer.content_type, "application/pdf");
        EXPECT_THAT(answer.body, StartsWith("%PDF-"));
        EXPECT_EQ(centre.get(who, path).body, answer.body);
    }
    static std::string code(http::Response const& answer) {
        return std::string{boost::json::parse(answer.body).at("code").as_string()};
    }
    http::Response check(std::string const& number, std::string const& hash,
                         std::string const& more = "") {
        return centre.get(manager, exports::verify_address("", "bhairab", number, hash) + more);
    }
};
KARKHANA_ON_BOTH_ENGINES(Papers);

TEST_P(Papers, ABillFitsTheThreePapers) {
    auto const path = "/api/v1/invoices/" + oldest_of("Lakshmi").id.text() + ".pdf";
    for (std::string const paper : {"a4", "a5", "slip"})
        expect_pdf(lakshmi, path + "?language=both&paper=" + paper);
    EXPECT_NE(centre.get(lakshmi, path + "?paper=a5").body, centre.get(lakshmi, path).body);
    EXPECT_EQ(code(centre.get(lakshmi, path + "?paper=a3")), "unknown_paper");
}

TEST_P(Papers, WhoTakesADocumentIsKept) {
    auto const path = "/api/v1/invoices/" + oldest_of("Lakshmi").id.text() + ".pdf";
    EXPECT_EQ(centre.get(rahim, path).status, 404);
    EXPECT_EQ(centre.get(lakshmi, path).status, 200);
    auto const kept = ledger().read(
        [&](store::Reader& reader) { return people::audit_of(reader, facility, "getInvoicePdf"); });
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].event.person, lakshmi.person);
    EXPECT_EQ(kept[0].event.subject, "invoice/" + oldest_of("Lakshmi").id.text());
    EXPECT_THAT(kept[0].event.after, HasSubstr(oldest_of("Lakshmi").number_text));
}

TEST_P(Papers, ATaxInvoiceHasTenColumnsForWhoAsksForThem) {
    auto const path = "/api/v1/invoices/" + oldest_of("Lakshmi").id.text() + ".pdf";
    EXPECT_EQ(code(centre.get(lakshmi, path + "?columns=12")), "unknown_columns");
    EXPECT_EQ(centre.get(lakshmi, path + "?columns=10").body, centre.get(lakshmi, path).body)
        << "a bill without tax has no such columns";
    auto const from = centre.clock.now();
    ledger().write([&](store::Writer& writer) {
        insert_tax_setting(writer, facility,
                           {from, Regime::vat, TaxRounding::line, false, "1-1", "registered"},
                           manager.person, from);
        insert_tax_code(writer, facility,
                        {"standard", from, 1500, {"VAT", "ভ্যাট"}, "S099.20", "Act"}, manager.person,
                        from);
        return true;
    });
    auto const draft = centre.invoices().front();
    auto const taxed = "/api/v1/invoices/" + centre.finalise(draft.id).value().id.text() + ".pdf";
    auto const eleven = centre.get(manager, taxed + "?language=en").body;
    EXPECT_EQ(centre.get(manager, taxed + "?language=en&columns=11").body, eleven);
    EXPECT_NE(centre.get(manager, taxed + "?language=en&columns=10").body, eleven);
}

TEST_P(Papers, WhoAsksForTooManyDocumentsWaits) {
    auto const bill = oldest_of("Lakshmi");
    for (int i = 0; i < 60; ++i) ASSERT_EQ(check(bill.number_text, bill.hash).status, 200);
    auto const refused = check(bill.number_text, bill.hash);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(code(refused), "too_many_visits");
    EXPECT_EQ(std::ranges::count(refused.headers,
                                 std::pair<std::string, std::string>{"Retry-After", "60"}),
              1);
    centre.clock.advance(std::chrono::seconds{60});
    EXPECT_EQ(check(bill.number_text, bill.hash).status, 200);
}

TEST_P(Papers, AnybodyMayCheckADocumentTheyHold) {
    auto const bill = oldest_of("Lakshmi");
    auto const page = check(bill.number_text, bill.hash, "&language=en");
    EXPECT_EQ(page.status, 200);
    for (auto const& part : {bill.number_text, bill.hash, taka_text(bill.total, Language::en),
                             std::string{"has not been changed since"}})
        EXPECT_THAT(page.body, HasSubstr(part));
    EXPECT_THAT(page.body, Not(HasSubstr("Lakshmi"))) << "nothing else";
    EXPECT_THAT(check(bill.number_text, bill.hash).body, HasSubstr("বদলায়নি"));
}

TEST_P(Papers, WhoGuessesLearnsNothing) {
    auto const bill = oldest_of("Lakshmi");
    auto const body = [&](std::string const& number, std::string const& hash) {
        auto text = check(number, hash, "&language=en").body;
        return text.substr(0, text.find("<a href"));
    };
    auto const unknown = body("BHAIRAB/2026-27/999999", bill.hash);
    EXPECT_THAT(unknown, HasSubstr("No document has this number and this proof."));
    EXPECT_EQ(body(bill.number_text, std::string(64, '0')), unknown);
    EXPECT_EQ(body(bill.number_text, ""), unknown);
    EXPECT_EQ(body(bill.number_text, bill.hash.substr(0, 15) + "%"), unknown);
    EXPECT_EQ(body(bill.number_text + std::string(200, ' '), bill.hash), unknown);
    EXPECT_EQ(body("\xe0\xa6", bill.hash), unknown);
    EXPECT_EQ(body(std::string("B\0B", 3), bill.hash), unknown);
    auto const injected = check("\"><script>alert(1)</script>", bill.hash).body;
    EXPECT_THAT(injected, Not(HasSubstr("<script")));
}

TEST_P(Papers, ThePageSaysWhenWhatIsKeptIsNotWhatWasIssued) {
    auto const bill = oldest_of("Lakshmi");
    ledger().write([](store::Writer& writer) {
        writer.execute(writer.is_postgres() ? "ALTER TABLE invoice DISABLE TRIGGER ALL"
                                            : "DROP TRIGGER invoice_final_stays");
        return writer.execute("UPDATE invoice SET total_poisha = total_poisha + 1 "
                              "WHERE state = 'final'");
    });
    EXPECT_THAT(check(bill.number_text, bill.hash, "&language=en").body,
                HasSubstr("is not what was issued"));
}

TEST_P(Papers, LettersGoToWhomTheyConcern) {
    auto const mine = "/api/v1/enterprises/" + centre.enterprise("Lakshmi").text();
    expect_pdf(lakshmi, mine + "/statement.pdf?period=2026-12&language=both");
    expect_pdf(lakshmi, mine + "/reminder.pdf?paper=slip");
    expect_pdf(manager, mine + "/reminder.pdf?language=bn");
    EXPECT_EQ(code(centre.get(rahim, mine + "/statement.pdf?period=2026-12")), "not_found");
    EXPECT_EQ(code(centre.get(rahim, mine + "/reminder.pdf")), "not_found");
    EXPECT_EQ(code(centre.get(lakshmi, mine + "/statement.pdf")), "missing_parameter");
    auto const payments = ledger().read([&](store::Reader& reader) {
        return list_payments(reader, facility, {Instant{}, centre.clock.now()}, 0, 10);
    });
    ASSERT_EQ(payments.size(), 2U);
    for (auto const& one : payments) {
        auto const path = "/api/v1/payments/" + one.id.text() + ".pdf";
        bool const hers = one.enterprise == centre.enterprise("Lakshmi");
        expect_pdf(hers ? lakshmi : rahim, path + "?language=both");
        EXPECT_EQ(code(centre.get(hers ? rahim : lakshmi, path)), "not_found");
    }
}

TEST_P(Papers, WhoOwesNothingIsNotReminded) {
    for (auto const& invoice : centre.invoices())
        if (invoice.final && invoice.paid < invoice.total) {
            ASSERT_TRUE(ledger().write([&](store::Writer& writer) {
                return receive_cash(writer, facility, centre.ids, invoice.id,
                                    invoice.total - invoice.paid, std::nullopt, PersonId{},
                                    centre.clock.now());
            }));
        }
    auto const path =
        "/api/v1/enterprises/" + centre.enterprise("Lakshmi").text() + "/reminder.pdf";
    EXPECT_EQ(code(centre.get(manager, path)), "nothing_due");
}

class Slips : public Papers {
protected:
    SessionId job(std::string const& day, std::int64_t wh, std::int64_t pieces) {
        meter_ += wh;
        auto const start = dhaka(day + " 09:00");
        return centre.use(
            {.enterprise = "Lakshmi",
             .during = {start, start + std::chrono::minutes{60}},
             .readings = {{start, {meter_ - wh}}, {start + std::chrono::minutes{60}, {meter_}}},
             .pieces = pieces});
    }
    std::int64_t meter_ = 1'000'000;
};
KARKHANA_ON_BOTH_ENGINES(Slips);

TEST_P(Slips, AJobIsHeldAgainstTheOwnLastThree) {
    job("2026-11-10", 90'000, 1);  // the fourth before: not counted
    job("2026-11-11", 2'000, 20);
    job("2026-11-12", 3'000, 30);
    job("2026-11-13", 4'000, 50);
    auto const last = job("2026-11-14", 5'000, 40);
    job("2026-11-15", 70'000, 1);  // later
    centre.run("2026-11");
    auto const path = "/api/v1/usage-sessions/" + last.text() + "/slip";
    auto const slip = boost::json::parse(centre.get(lakshmi, path).body).as_object();
    EXPECT_EQ(slip.at("earlier_jobs"), 3);
    EXPECT_EQ(slip.at("quantity"), 40);
    EXPECT_EQ(slip.at("each").at("energy_wh"), 125);
    EXPECT_EQ(slip.at("each").at("seconds"), 90);
    EXPECT_EQ(slip.at("earlier_each").at("energy_wh"), 90);
    EXPECT_EQ(slip.at("earlier_each").at("seconds"), 108);
    // 5 kWh at 10.00 and 40 pieces at 2.50: 150.00.
    EXPECT_EQ(slip.at("spent").at("price").at("amount"), 15'000);
    EXPECT_EQ(slip.at("each").at("price").at("amount"), 375);
    // 20.00 + 50.00, 30.00 + 75.00, 40.00 + 125.00: 340.00 for 100 pieces.
    EXPECT_EQ(slip.at("earlier_each").at("price").at("amount"), 340);
    EXPECT_EQ(slip.at("message").at("en"),
              "laser 14/11 09:00-10:00 START 1,099.000 STOP 1,104.000, Tk 150.00, 5.000 kWh. "
              "40 pair, each: Tk 3.75, 0.125 kWh, 1.5 min. Last 3: Tk 3.40, 0.090 kWh, "
              "1.8 min");
    for (auto const* language : {"en", "bn"}) {
        auto const message = std::string{slip.at("message").at(language).as_string()};
        EXPECT_LE(character_count(message), 160U) << message;
    }
    expect_pdf(lakshmi, path + ".pdf?language=both");
    auto const text = centre.get(lakshmi, path + ".txt?language=en").body;
    for (std::string const part :
         {"START (kWh): 1,099.000", "STOP (kWh): 1,104.000", "Last 3: 0.090", "Charged: Tk 150.00"})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_EQ(code(centre.get(rahim, path)), "not_found");
}

TEST_P(Slips, AJobThatGoesOnHasNone) {
    auto const open = centre.begin({.machine = "press",
                                    .during = {dhaka("2026-11-30 10:00"), {}},
                                    .readings = {{dhaka("2026-11-30 10:00"), {0}}}});
    EXPECT_EQ(code(centre.get(manager, "/api/v1/usage-sessions/" + open.text() + "/slip")),
              "wrong_state");
}

}  // namespace
}  // namespace karkhana::billing
