#include <cstdio>
#include <fstream>
#include <gmock/gmock.h>
#include <sstream>

#include "server/people/audit.hpp"
#include "tests/integration/billing/settled.hpp"

namespace karkhana::billing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// What goes to other programs, held against these programs or against their rules.
class Books : public SettledTest {
protected:
    http::Principal clerk = centre.person("accountant", {});
    http::Principal lakshmi = centre.person("owner", {centre.enterprise("Lakshmi")});
    tests::TemporaryFolder folder;

    std::string take(std::string const& name, int status = 200) {
        auto const answer = centre.get(clerk, "/api/v1/exports/" + name);
        EXPECT_EQ(answer.status, status) << answer.body;
        return answer.body;
    }
    std::string kept(std::string const& name, std::string const& content) {
        auto const file = folder.file(name);
        std::ofstream{file, std::ios::binary} << content;
        return file;
    }
    /// What a judge prints; empty when it finds a fault.
    static std::string judged(std::string const& command) {
        auto* const pipe =
            ::popen(("/usr/bin/python3 tests/integration/billing/" + command).c_str(), "r");
        std::string out;
        for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
        return ::pclose(pipe) == 0 ? out : "";
    }
    std::string balances(std::string const& program) {
        std::string all;
        for (auto const& [account, amount] :
             ledger().read([&](store::Reader& reader) { return trial_balance(reader, facility); }))
            if (amount != Money{})
                all += program + " " + account + " " + std::to_string(amount.poisha) + "\n";
        return all;
    }
    static std::string of(std::string const& program, std::string const& told) {
        std::string mine, line;
        for (std::istringstream lines{told}; std::getline(lines, line);)
            if (line.starts_with(program + " ") && !line.ends_with(" 0")) mine += line + "\n";
        return mine;
    }
};
KARKHANA_ON_BOTH_ENGINES(Books);

TEST_P(Books, HledgerAndLedgerAgreeWithTheTrialBalance) {
    auto const whole = take("journal.hledger");
    EXPECT_THAT(whole, HasSubstr("(BHAIRAB/2026-27/000003) invoice Lakshmi\n    ; entry:5, "));
    EXPECT_THAT(whole, HasSubstr("    assets:cash  BDT 10.00 = BDT 10.00\n"));
    auto const told = judged("read_journal.py " + kept("all.journal", whole));
    ASSERT_NE(of("hledger", told), "");
    EXPECT_EQ(of("hledger", told), balances("hledger"));
    EXPECT_EQ(of("ledger", told), balances("ledger"));
    auto const swapped = std::string{whole}.replace(whole.find("BDT 10.00 ="), 9, "BDT 11.00");
    EXPECT_EQ(judged("read_journal.py " + kept("wrong.journal", swapped) + " 2>&1"), "")
        << "an amount that was changed goes through";
}

TEST_P(Books, WhatIsForNoBillIsOnAccount) {
    auto const lakshmis = centre.enterprise("Lakshmi");
    ledger().write([&](store::Writer& writer) {
        auto const now = centre.clock.now();
        open_account(writer, facility, centre.ids, {lakshmis, Money{500}, "", now, now});
        return true;
    });
    auto const told = judged("read_journal.py " + kept("all.journal", take("journal.hledger")));
    EXPECT_EQ(of("hledger", told), balances("hledger"));
    EXPECT_EQ(of("ledger", told), balances("ledger"));
    auto const vouchers = take("journal.tally?period=2026-12");
    EXPECT_THAT(vouchers, HasSubstr("<BILLTYPE>On Account</BILLTYPE>"));
    auto const files =
        kept("m.xml", take("ledgers.tally?period=2026-12")) + " " + kept("v.xml", vouchers);
    EXPECT_EQ(judged("check_books.py tally " + files), "vouchers 6\n");
    EXPECT_EQ(judged("check_books.py iif " + kept("q.iif", take("journal.iif?period=2026-12"))),
              "transactions 6\n");
}

TEST_P(Books, AMonthBeginsWithWhatWasBefore) {
    centre.clock.advance(std::chrono::days{31});
    centre.finalise(centre.invoices().front().id).value();
    auto const january = take("journal.hledger?period=2027-01");
    EXPECT_THAT(january, HasSubstr("2027-01-01 * Balances brought forward\n"));
    auto const told = judged("read_journal.py " + kept("january.journal", january));
    EXPECT_EQ(of("hledger", told), balances("hledger"));
    EXPECT_EQ(of("ledger", told), balances("ledger"));
    EXPECT_THAT(take("journal.hledger?period=2026-12"), Not(HasSubstr("brought forward")));
    EXPECT_EQ(take("journal.hledger?period=2026-12"), take("journal.hledger?period=2026-12"));
}

TEST_P(Books, AnEntryIsInTheMonthInWhichItCounts) {
    centre.clock.set(dhaka("2027-01-03 10:00"));
    auto const lakshmis = centre.enterprise("Lakshmi");
    ledger().write([&](store::Writer& writer) {
        open_account(
            writer, facility, centre.ids,
            {lakshmis, Money{500}, "came late", centre.clock.now(), dhaka("2026-12-30 10:00")});
        return true;
    });
    for (std::string const name : {"journal.hledger", "journal.iif", "journal.csv"}) {
        EXPECT_THAT(take(name + "?period=2026-12"), HasSubstr("came late")) << name;
        EXPECT_THAT(take(name + "?period=2027-01"), Not(HasSubstr("came late"))) << name;
    }
    auto const january = judged("read_journal.py " +
                                kept("january.journal", take("journal.hledger?period=2027-01")));
    EXPECT_EQ(of("hledger", january), balances("hledger"));
}

TEST_P(Books, ANameCannotBreakTheJournal) {
    ledger().write([](store::Writer& writer) {
        return writer.execute("UPDATE enterprise SET name_en = $1",
                              "Eve; x:y, (z) | \" = BDT 7 & <b>");
    });
    auto const told = judged("read_journal.py " + kept("all.journal", take("journal.hledger")));
    EXPECT_EQ(of("hledger", told), balances("hledger"));
    EXPECT_EQ(of("ledger", told), balances("ledger"));
    auto const files = kept("m.xml", take("ledgers.tally?period=2026-12")) + " " +
                       kept("v.xml", take("journal.tally?period=2026-12"));
    EXPECT_EQ(judged("check_books.py tally " + files), "vouchers 5\n");
    EXPECT_EQ(judged("check_books.py iif " + kept("q.iif", take("journal.iif?period=2026-12"))),
              "transactions 5\n");
}

TEST_P(Books, TallyTakesAccountsAndVouchers) {
    auto const vouchers = take("journal.tally?period=2026-12");
    auto const files =
        kept("m.xml", take("ledgers.tally?period=2026-12")) + " " + kept("v.xml", vouchers);
    EXPECT_EQ(judged("check_books.py tally " + files), "vouchers 5\n");
    EXPECT_THAT(vouchers, HasSubstr("<VOUCHERNUMBER>BHAIRAB/2026-27/000001</VOUCHERNUMBER>"));
    EXPECT_THAT(vouchers, HasSubstr("<BILLTYPE>Agst Ref</BILLTYPE>"));
    auto wrong = vouchers;
    wrong.replace(wrong.find("<AMOUNT>-"), 9, "<AMOUNT>");
    auto const changed = files + ".wrong";
    kept("v.xml.wrong", wrong);
    EXPECT_EQ(judged("check_books.py tally " + changed + " 2>&1"), "");
}

TEST_P(Books, QuickBooksTakesLatinLettersAlone) {
    auto const text = take("journal.iif?period=2026-12");
    EXPECT_THAT(text, HasSubstr("\r\nTRNS\tINVOICE\t12/01/2026\tAccounts Receivable\tLakshmi "));
    EXPECT_THAT(text, HasSubstr("\r\nTRNS\tPAYMENT\t12/01/2026\tCash\tRahim "));
    EXPECT_EQ(judged("check_books.py iif " + kept("q.iif", text)), "transactions 5\n");
    ledger().write([](store::Writer& writer) {
        return writer.execute("UPDATE enterprise SET name_en = name_bn WHERE name_en = 'Lakshmi'");
    });
    auto const refused = take("journal.iif?period=2026-12", 409);
    EXPECT_THAT(refused, HasSubstr("not_ascii"));
    EXPECT_THAT(refused, HasSubstr("লক্ষ্মী")) << "it says which name";
}

TEST_P(Books, BillsGoToZohoOdooAndErpNext) {
    for (auto const* program : {"zoho", "odoo", "erpnext"}) {
        auto const csv = take("invoices." + std::string{program} + "?period=2026-10");
        EXPECT_THAT(csv, Not(StartsWith("\xEF\xBB\xBF"))) << "a mark would be a part of a head";
        auto const told =
            judged("check_books.py " + std::string{program} + " " + kept("bills.csv", csv));
        for (auto const& bill : centre.invoices()) {
            if (bill.period != "2026-10") continue;
            auto const total = bill.total == Money{7'000} ? " 70.00\n" : " 80.00\n";
            EXPECT_THAT(told, HasSubstr(bill.number_text + total)) << csv;
        }
    }
}

TEST_P(Books, AWorkbookOfEveryTable) {
    for (auto const* table :
         {"invoices", "payments", "usage", "registers", "journal", "enterprises"}) {
        auto const answer =
            centre.get(clerk, "/api/v1/exports/" + std::string{table} + ".xlsx?period=2026-12");
        EXPECT_EQ(answer.status, 200) << table;
        EXPECT_THAT(answer.body, StartsWith("PK\x03\x04")) << table;
    }
    EXPECT_THAT(take("enterprises.csv?period=2026-12"), HasSubstr("Lakshmi,লক্ষ্মী,,,no\r\n"));
    for (auto const* none : {"people.csv", "usage.tally", "journal.pdf", "ledgers.csv"})
        take(std::string{none} + "?period=2026-12", 404);
    take("ledgers.tally", 422);
}

TEST_P(Books, ABillIsUblForItsOwnPeople) {
    auto const bill = centre.invoices().back();
    auto const path = "/api/v1/invoices/" + bill.id.text() + ".ubl";
    auto const rahim = centre.person("owner", {centre.enterprise("Rahim")});
    auto const own = bill.enterprise == centre.enterprise("Rahim") ? rahim : lakshmi;
    auto const other = bill.enterprise == centre.enterprise("Rahim") ? lakshmi : rahim;
    EXPECT_THAT(centre.get(own, path).body, HasSubstr("<cbc:ID>" + bill.number_text + "</"));
    EXPECT_EQ(centre.get(other, path).status, 404);
    EXPECT_EQ(centre.get(clerk, "/api/v1/invoices/" + centre.invoices().front().id.text() + ".ubl")
                  .status,
              409)
        << "a draft is no document";
}

TEST_P(Books, WhoTookWhatIsKept) {
    take("journal.csv?period=2026-12");
    take("people.csv?period=2026-12", 404);
    auto const trail = ledger().read(
        [&](store::Reader& reader) { return people::audit_of(reader, facility, "exportFile"); });
    ASSERT_EQ(trail.size(), 1U) << "what was refused went nowhere";
    EXPECT_EQ(trail[0].event.person, clerk.person);
    EXPECT_EQ(trail[0].event.subject, "export/journal.csv");
    EXPECT_EQ(trail[0].event.after, R"({"file":"journal-2026-12.csv","rows":10})");
}

}  // namespace
}  // namespace karkhana::billing
