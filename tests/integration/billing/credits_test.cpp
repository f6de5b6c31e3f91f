#include <gmock/gmock.h>
#include <random>
#include <set>
#include <thread>

#include "server/billing/credits.hpp"
#include "server/billing/items.hpp"
#include "server/billing/tax_records.hpp"
#include "tests/integration/billing/damage.hpp"

namespace karkhana::billing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A bill with VAT of lines that a test chooses, and what is given back of them.
class Credits : public tests::StoreTest {
protected:
    Credits() { centre.add_usual_rates(); }

    void register_for_vat(TaxRounding rounding, bool inclusive = false) {
        auto const from = dhaka("2026-11-01 00:00");
        ledger().write([&](store::Writer& writer) {
            insert_tax_setting(writer, facility,
                               {from, Regime::vat, rounding, inclusive, "1-1", "registered"}, clerk,
                               from);
            insert_tax_code(writer, facility,
                            {"standard", from, 1500, {"VAT", "ভ্যাট"}, "S099.20", "Act"}, clerk,
                            from);
            return 0;
        });
    }
    void add(std::string source, std::int64_t poisha, std::optional<InvoiceId> of = {},
             int line = 0) {
        Item item;
        item.id = centre.ids.make<ItemId>();
        item.enterprise = centre.enterprise("Lakshmi");
        item.source = std::move(source);
        item.source_id = item.id.text();
        // One after the other, as their lines.
        item.happened_at = dhaka("2026-11-20 15:00") + std::chrono::seconds{++added};
        item.label = {"Design file", "নকশার ফাইল"};
        item.unit = "file";
        item.price = {poisha * 10'000};
        item.amount = {poisha};
        item.income = "income:service";
        item.tax_code = std::string{kStandardTax};
        item.created_at = centre.clock.now();
        item.refers_invoice = of;
        if (of) item.refers_line = line;
        if (of) item.note = "too much";
        auto const kept = ledger().write(
            [&](store::Writer& writer) { return add_item(writer, facility, item).has_value(); });
        ASSERT_TRUE(kept);
    }
    Invoice issue(std::string const& period) {
        centre.clock.advance(std::chrono::minutes{1});
        return centre.finalise(centre.run(period).at(0)).value();
    }
    Invoice bill(std::vector<std::int64_t> const& lines) {
        for (auto const poisha : lines) add("service", poisha);
        return issue("2026-11");
    }
    Invoice give_back(Invoice const& of, int line, std::int64_t poisha) {
        add("adjustment", -poisha, of.id, line);
        return issue("2026-12");
    }
    Money vat() {
        return ledger().read([&](store::Reader& reader) {
            return balance_of(reader, facility, account::vat_output);
        });
    }
    std::vector<std::string> after(std::function<void(store::Writer&)> const& damage) {
        return found_after(centre, damage);
    }

    Centre centre{ledger()};
    FacilityId facility = centre.facility().id;
    PersonId clerk = centre.person("accountant", {}).person;
    int added = 0;
};
KARKHANA_ON_BOTH_ENGINES(Credits);

TEST_P(Credits, PartsOfALineGiveBackTheTaxOfTheLineToThePoisha) {
    register_for_vat(TaxRounding::line);
    auto const of = bill({10});
    EXPECT_EQ(of.tax, Money{2});
    EXPECT_EQ(give_back(of, 1, 3).tax, Money{0});
    EXPECT_EQ(give_back(of, 1, 3).tax, Money{1}) << "of six: 0.9";
    EXPECT_EQ(give_back(of, 1, 4).tax, Money{1}) << "each by itself would have given 1 in all";
    EXPECT_EQ(vat(), Money{0});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Credits, NeverMoreTaxIsGivenBackThanTheLineHad) {
    register_for_vat(TaxRounding::line);
    auto const of = bill({103});
    EXPECT_EQ(of.tax, Money{15});
    Money given;
    for (int part = 0; part < 10; ++part) given += give_back(of, 1, 10).tax;
    EXPECT_EQ(given, Money{15}) << "ten times two";
    EXPECT_EQ(give_back(of, 1, 3).tax, Money{0});
    EXPECT_EQ(vat(), Money{0});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Credits, WhateverIsGivenBackInHoweverManyParts) {
    std::mt19937 engine{20261123};
    auto const between = [&](std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>{least, most}(engine);
    };
    register_for_vat(TaxRounding::invoice, true);
    std::vector<std::int64_t> left;
    for (int i = 0; i < 5; ++i) left.push_back(between(1, 300));
    auto const of = bill(left);
    while (std::ranges::any_of(left, [](auto amount) { return amount > 0; })) {
        // Several lines on one note, and a line twice.
        for (int i = 0; i < 4; ++i) {
            auto const line = static_cast<std::size_t>(between(0, 4));
            if (left[line] == 0) continue;
            auto const part = between(1, left[line]);
            add("adjustment", -part, of.id, static_cast<int>(line) + 1);
            left[line] -= part;
        }
        for (auto const& note : centre.run("2026-12")) ASSERT_TRUE(centre.finalise(note));
    }
    EXPECT_EQ(vat(), Money{0});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Credits, ABillShowsWhatIsLeftOfEachLineAndANotePositiveAmounts) {
    register_for_vat(TaxRounding::line);
    auto const of = bill({10'000, 500});
    auto const note = give_back(of, 1, 4'000);
    auto const accountant = centre.person("accountant", {});
    auto const shown = [&](Invoice const& one) {
        return centre.get(accountant, "/api/v1/invoices/" + one.id.text()).body;
    };
    EXPECT_THAT(shown(of), HasSubstr(R"("left":{"amount":6000)"));
    EXPECT_THAT(shown(of), HasSubstr(R"("left":{"amount":500)"));
    EXPECT_THAT(shown(note), HasSubstr(R"("amount":{"amount":4000)"));
    EXPECT_THAT(shown(note), ::testing::Not(HasSubstr("-4000")));
    auto const proof =
        centre.get(accountant, "/api/v1/invoices/" + note.id.text() + "/lines/1/proof").body;
    EXPECT_THAT(proof, ::testing::Not(HasSubstr("-4000")));
}

// ------------------------------------------------------------------ what verify says of notes

TEST_P(Credits, ANoteAtAnotherRateIsNamed) {
    register_for_vat(TaxRounding::line);
    auto const note = give_back(bill({10'000}), 1, 4'000);
    EXPECT_THAT(after([&](store::Writer& writer) {
                    forge_last(writer, note.number_text, R"("rate_e4":1500,"tax":600)",
                               R"("rate_e4":1000,"tax":600)");
                }),
                Contains(HasSubstr("its tax is not that of the lines that it gives back")));
}

TEST_P(Credits, ANoteOfAnotherLineIsNamed) {
    register_for_vat(TaxRounding::line);
    auto const note = give_back(bill({10'000, 5'000}), 1, 4'000);
    auto const found = after([&](store::Writer& writer) {
        forge_last(writer, note.number_text, R"("line":1}}])", R"("line":2}}])");
    });
    EXPECT_THAT(found, Contains(HasSubstr("a line is not what was issued")));
    EXPECT_THAT(after([&](store::Writer& writer) {
                    forge_last(writer, note.number_text, R"("line":1}}])", R"("line":7}}])");
                    writer.execute("UPDATE billable_item SET refers_line = 7 "
                                   "WHERE refers_line IS NOT NULL");
                }),
                Contains(HasSubstr("does not refer to the lines that it corrects")));
}

TEST_P(Credits, ANoteOfABillThatIsNotThereIsNamed) {
    auto const note = give_back(bill({10'000}), 1, 4'000);
    EXPECT_THAT(after([&](store::Writer& writer) {
                    writer.execute("UPDATE invoice SET refers_to = invoice_id "
                                   "WHERE number_text = $1",
                                   note.number_text);
                }),
                Contains(HasSubstr("it corrects a bill that is not there")));
}

TEST_P(Credits, MoreGivenBackThanWasBilledIsNamed) {
    auto const of = bill({10'000, 20'000});
    give_back(of, 1, 7'000);
    EXPECT_THAT(centre.findings(), IsEmpty());
    give_back(of, 1, 7'000);  // beneath the screens that refuse it
    EXPECT_THAT(centre.findings(),
                Contains(HasSubstr("more of line 1 was given back than was billed")));
}

// ------------------------------------------------------------------ tax set while bills are made

TEST_P(Credits, ATaxThatIsSetWhileBillsAreMadeFinalIsThatOfTheBillsAfterIt) {
    auto const accountant = centre.person("accountant", {});
    auto const set = [&](std::string const& bin) {
        return centre.post(accountant, "/api/v1/taxes/regimes",
                           R"({"regime":"turnover","bin":")" + bin + R"(","source":"x"})");
    };
    std::vector<InvoiceId> drafts;
    for (int month = 1; month <= 9; ++month) {
        add("service", 1'000 + month);
        drafts.push_back(centre.run("2026-1" + std::to_string(month % 2 + 1)).at(0));
        if (month % 3 != 0) continue;
        // Bills and taxes at the same moment of the clock, in whatever order they come.
        std::thread bills([&] {
            for (auto const& id : drafts) centre.finalise(id);
        });
        std::thread taxes([&] { set("1-" + std::to_string(month)); });
        bills.join();
        taxes.join();
        EXPECT_THAT(centre.findings(), IsEmpty());
        centre.clock.advance(std::chrono::minutes{1});
    }
    add("service", 5'000);
    auto const last = issue("2026-11");
    auto const early = centre.post(accountant, "/api/v1/taxes/regimes",
                                   R"({"regime":"none","source":"x","effective_from":")" +
                                       to_rfc3339(*last.issued_at, centre.zone) + R"("})");
    EXPECT_THAT(early.body, HasSubstr("tax_in_the_past"));
    EXPECT_EQ(set("1-99").status, 201) << "from the moment after the last bill";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

// ------------------------------------------------------------------ items by their prefix

TEST_P(Credits, ItemsAreFoundByTheBeginningOfTheirIdAndNoOthers) {
    auto const lakshmi = centre.enterprise("Lakshmi");
    for (std::string const id : {"2026-11/a", "2026-11/b", "2026-110", "2026-11", "2026-1", "Z"})
        ledger().write([&](store::Writer& writer) {
            Item item;
            item.id = centre.ids.make<ItemId>();
            item.enterprise = lakshmi;
            item.source = "event";
            item.source_id = id;
            item.label = {"A", "ক"};
            item.unit = "event";
            item.income = "income:service";
            item.tax_code = std::string{kStandardTax};
            return add_item(writer, facility, item).has_value();
        });
    auto const found = ledger().read([&](store::Reader& reader) {
        return items_with_prefix(reader, facility, "event", "2026-11/");
    });
    std::set<std::string> ids;
    for (auto const& item : found) ids.insert(item.source_id);
    EXPECT_EQ(ids, (std::set<std::string>{"2026-11/a", "2026-11/b"}));
}

TEST_P(Credits, ThePlanOfThatLooksAtNoOtherItem) {
    std::string const from = "SELECT 1 FROM billable_item b WHERE b.facility_id = $1 AND "
                             "b.source = 'x' AND b.source_id ";
    auto const plan = ledger().write([&](store::Writer& writer) {
        std::string text;
        auto const add_to = [&](std::string const& sql, int column) {
            writer.each(
                sql, [&](store::Row const& row) { text += row.text(column) + '\n'; }, facility);
        };
        if (writer.is_postgres()) {
            writer.execute("SET LOCAL enable_seqscan = off");
            add_to("EXPLAIN " + from + "~>=~ 'p/' AND b.source_id ~<~ 'p0'", 0);
        } else {
            add_to("EXPLAIN QUERY PLAN " + from + ">= 'p/' AND b.source_id < 'p0'", 3);
        }
        return text;
    });
    EXPECT_THAT(plan, HasSubstr(is_postgres() ? "billable_item_by_source" : "source_id>?"));
}

}  // namespace
}  // namespace karkhana::billing
