#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>

#include "server/billing/account.hpp"
#include "server/billing/number_blocks.hpp"
#include "server/billing/packs.hpp"
#include "tests/integration/billing/money_in.hpp"
#include "tests/support/test_database.hpp"

namespace karkhana::billing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Machine time at Tk 3.00 a minute, electricity at Tk 10.00 a kWh, and two packs: one of an hour
/// for a month, and one of ten hours for ever, of which half of the rest is given back.
class Packs : public MoneyIn {
protected:
    Packs() {
        centre.add_rates(
            dhaka("2026-11-02 00:00"),
            {{.basis = Basis::kwh, .price = {10'000'000}, .label = {"Electricity", "বিদ্যুৎ"}},
             {.basis = Basis::used_minute, .price = {3'000'000}, .label = {"Time", "সময়"}},
             {.machine_kind = "laser",
              .basis = Basis::pack,
              .price = {150'000'000},
              .label = {"One hour", "এক ঘণ্টা"},
              .covers = Basis::used_minute,
              .covers_quantity = 3'600,
              .valid_days = 30},
             {.basis = Basis::pack,
              .price = {1'200'000'000},
              .label = {"Ten hours", "দশ ঘণ্টা"},
              .covers = Basis::used_minute,
              .covers_quantity = 36'000,
              .refund_e4 = 5'000}});
        centre.clock.set(dhaka("2026-11-10 09:00"));
    }
    Result<Pack> sell(int component) {
        return act([&](store::Writer& writer, Instant now) {
            auto const cards = list_rate_cards(writer, facility);
            return sell_pack(writer, facility, centre.ids, *card_at(cards, now), component, lakshmi,
                             clerk, now);
        });
    }
    std::vector<std::int64_t> left() {
        return ledger().read([&](store::Reader& reader) {
            std::vector<std::int64_t> found;
            for (auto const& pack : list_packs(reader, facility, lakshmi))
                found.push_back(pack.left());
            return found;
        });
    }
    /// The laser for so long, without electricity.
    SessionId work(std::string const& start, std::int64_t minutes) {
        auto const from = dhaka(start);
        return centre.use(
            {.during = {from, from + std::chrono::minutes{minutes}},
             .readings = {{from, {1'000}}, {from + std::chrono::minutes{minutes}, {1'000}}}});
    }
    Invoice november() {
        centre.clock.set(dhaka("2026-12-01 09:00"));
        return centre.finalise(centre.run("2026-11").at(0)).value();
    }
    Money told() {
        return ledger()
            .read([&](store::Reader& reader) {
                return account_of(reader, facility, lakshmi, centre.clock.now());
            })
            .balance;
    }
};
KARKHANA_ON_BOTH_ENGINES(Packs);

TEST_P(Packs, AreDrawnInOrderOfExpiryAndPayTheirPartOfTheBill) {
    ASSERT_TRUE(sell(4));
    ASSERT_TRUE(sell(3));
    EXPECT_EQ(sell(2).error().code, "no_such_pack");
    EXPECT_THAT(left(), ElementsAre(3'600, 36'000)) << "what expires comes first";
    work("2026-11-11 10:00", 90);
    centre.clock.set(dhaka("2026-11-11 12:00"));
    ASSERT_EQ(centre.charge(), 1);
    EXPECT_THAT(left(), ElementsAre(0, 36'000 - 1'800));
    EXPECT_EQ(told(), Money{-135'000}) << "the packs, and nothing for what they pay";
    auto const bill = november();
    EXPECT_EQ(bill.total, Money{135'000});
    // 90 minutes are Tk 270.00; they cost all of the first pack and a twentieth of the second.
    EXPECT_EQ(balance("liabilities:pack"), Money{-(135'000 - 15'000 - 6'000)});
    EXPECT_EQ(balance("income:machine-time"), Money{-27'000});
    EXPECT_EQ(balance("contra:pack"), Money{27'000 - 21'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
    auto const document = ledger().read([&](store::Reader& reader) {
        return read_document(find_canonical(reader, facility, bill.id).value()).value();
    });
    std::vector<std::string> said;
    for (auto const& item : document.items) said.push_back(item.label.en);
    EXPECT_THAT(said, ::testing::UnorderedElementsAre("One hour", "Ten hours",
                                                      "One hour: 1 h drawn, 0 min left",
                                                      "Ten hours: 30 min drawn, 9 h 30 min left"));
}

TEST_P(Packs, AnotherProgramWorksOutABillThatDrew) {
    take_vat(false);
    ASSERT_TRUE(sell(4));
    work("2026-11-11 10:00", 47);
    centre.clock.set(dhaka("2026-11-11 12:00"));
    auto const bill = november();
    EXPECT_EQ(bill.tax, Money{18'000}) << "of the pack alone: of what it pays no tax is due again";
    auto const answer = centre.get(centre.person("accountant", {}),
                                   "/api/v1/invoices/" + bill.id.text() + "/evidence");
    ASSERT_EQ(answer.status, 200);
    tests::TemporaryFolder const folder;
    auto const check = [&](std::string const& text) {
        auto const file = folder.file("bill.json");
        std::ofstream{file} << text;
        return std::system(
            ("/usr/bin/python3 deploy/check_bill/check_bill.py " + file + " >/dev/null").c_str());
    };
    EXPECT_EQ(check(answer.body), 0);
    for (auto const& [what, instead] :
         {std::pair{"\"left\":33180", "\"left\":99999"},
          {"\"quantity\":2820,\"left\"", "\"quantity\":2700,\"left\""},
          {"\"amount\":14100,\"drawn_at\"", "\"amount\":14200,\"drawn_at\""}}) {
        auto forged = answer.body;
        auto const at = forged.find(what);
        ASSERT_NE(at, std::string::npos) << what << answer.body;
        EXPECT_NE(check(forged.replace(at, std::string_view{what}.size(), instead)), 0) << what;
    }
}

TEST_P(Packs, WhatBeginsTooLateOrElsewhereDrawsNothing) {
    ASSERT_TRUE(sell(3));
    centre.use({.machine = "press",
                .during = {dhaka("2026-11-11 10:00"), dhaka("2026-11-11 10:30")},
                .readings = {{dhaka("2026-11-11 10:00"), {0}}, {dhaka("2026-11-11 10:30"), {0}}}});
    work("2026-11-09 10:00", 30);
    work("2026-12-10 09:00", 30);
    centre.clock.set(dhaka("2026-12-12 09:00"));
    ASSERT_GT(centre.charge(), 0);
    EXPECT_THAT(left(), ElementsAre(3'600)) << "before its sale, after its end, another machine";
    auto const bill = centre.finalise(centre.run("2026-11").at(0));
    ASSERT_TRUE(bill);
    centre.clock.set(dhaka("2026-12-18 09:00"));
    EXPECT_EQ(end_expired_packs(ledger(), facility, centre.ids, centre.clock.now()), 1);
    EXPECT_EQ(end_expired_packs(ledger(), facility, centre.ids, centre.clock.now()), 0);
    EXPECT_EQ(balance("liabilities:pack"), Money{});
    EXPECT_EQ(balance("income:pack-unused"), Money{-15'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Packs, AreGivenBackAsTheirCardSays) {
    auto const unbilled = sell(4);
    auto const refund = [&](PackId const& id) {
        return act([&](store::Writer& writer, Instant now) {
            return refund_pack(writer, facility, centre.ids, id, "moves away", clerk, now);
        });
    };
    EXPECT_EQ(refund(unbilled->id)->end, "withdrawn");
    auto const pack = sell(4);
    work("2026-11-11 10:00", 60);
    centre.clock.set(dhaka("2026-11-11 12:00"));
    ASSERT_EQ(centre.charge(), 1);
    EXPECT_EQ(refund(pack->id).error().code, "pack_not_billed");
    EXPECT_EQ(november().total, Money{120'000});
    ASSERT_TRUE(refund(pack->id));
    EXPECT_EQ(refund(pack->id).error().code, "pack_ended");
    auto const note = centre.finalise(centre.run("2026-12").at(0)).value();
    EXPECT_EQ(note.total, Money{54'000}) << "half of nine hours of ten";
    EXPECT_EQ(balance("liabilities:pack"), Money{});
    EXPECT_EQ(balance("income:pack-unused"), Money{-54'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Packs, GetBackWhatIsRatedAnew) {
    ASSERT_TRUE(sell(4));
    auto const session = work("2026-11-11 10:00", 60);
    centre.clock.set(dhaka("2026-11-11 12:00"));
    ASSERT_EQ(centre.charge(), 1);
    ASSERT_THAT(centre.run("2026-11"), SizeIs(1));
    EXPECT_THAT(left(), ElementsAre(32'400));
    act([&](store::Writer& writer, Instant) {
        undo_draws(writer, facility, session);
        return true;
    });
    EXPECT_THAT(left(), ElementsAre(36'000));
    auto const items = ledger().read([&](store::Reader& reader) {
        return items_with_prefix(reader, facility, "adjustment", "pack/");
    });
    ASSERT_THAT(items, SizeIs(1));
    EXPECT_EQ(items[0].state, "withdrawn");
    EXPECT_FALSE(items[0].invoice);
}

TEST_P(Packs, ThatAreTamperedWithAreNamed) {
    ASSERT_TRUE(sell(4));
    work("2026-11-11 10:00", 60);
    november();
    ASSERT_THAT(centre.findings(), IsEmpty());
    act([&](store::Writer& writer, Instant) {
        return writer.execute("DELETE FROM pack_draw WHERE facility_id = $1", facility);
    });
    EXPECT_THAT(centre.findings(), SizeIs(1));
}

TEST_P(Packs, AreSoldAndShownByTheApi) {
    auto const desk = centre.person("accountant", {});
    auto const member = centre.person("owner", {lakshmi});
    auto const path = "/api/v1/enterprises/" + lakshmi.text() + "/packs";
    EXPECT_EQ(centre.post(member, path, R"({"component": 4})").status, 403);
    auto const sold = centre.post(desk, path, R"({"component": 4})");
    ASSERT_EQ(sold.status, 201) << sold.body;
    auto const id = std::string{boost::json::parse(sold.body).at("id").as_string()};
    work("2026-11-11 10:00", 60);
    centre.clock.set(dhaka("2026-11-11 12:00"));
    ASSERT_EQ(centre.charge(), 1);
    auto const told = centre.get(member, path);
    EXPECT_THAT(told.body, HasSubstr("9 h"));
    EXPECT_THAT(told.body, HasSubstr("\"offers\":[{\"component\":3"));
    EXPECT_THAT(centre.get(member, "/api/v1/packs/" + id + "/draws").body, HasSubstr("1 h"));
    auto const other = centre.person("owner", {centre.enterprise("Rahim")});
    EXPECT_EQ(centre.get(other, "/api/v1/packs/" + id + "/draws").status, 404);
    EXPECT_EQ(centre.post(desk, "/api/v1/packs/" + id + "/refund", R"({"reason": ""})").status,
              422);
}

/// Numbers that a box gives out while it is cut off.
class Blocks : public MoneyIn {
protected:
    NumberBlock block(std::int64_t first, std::int64_t last) {
        NumberBlock made;
        made.series = "invoice";
        made.fiscal_year = "2026-27";
        made.box = "Mobile unit";
        made.first = first;
        made.last = last;
        return made;
    }
    std::string number(InvoiceId const& id) {
        return ledger().read(
            [&](store::Reader& reader) { return find_invoice(reader, facility, id)->number_text; });
    }
    Result<NumberBlock> end(NumberBlockId const& id, std::int64_t last) {
        return act([&](store::Writer& writer, Instant now) {
            return end_block(writer, facility, id, last, "the box is back", now);
        });
    }
};
KARKHANA_ON_BOTH_ENGINES(Blocks);

TEST_P(Blocks, OfABoxAreSkippedHereAndExplained) {
    billed("Lakshmi", 10'000);
    auto const made = act([&](store::Writer& writer, Instant now) {
        return reserve_block(writer, facility, centre.ids, block(0, 0), 20, now);
    });
    EXPECT_EQ(made.first, 2);
    EXPECT_EQ(made.last, 21);
    EXPECT_THAT(centre.findings(), IsEmpty()) << "the series ends in a block";
    EXPECT_EQ(number(billed("Rahim", 10'000)), "BHAIRAB/2026-27/000022");
    EXPECT_THAT(centre.findings(), IsEmpty());
    EXPECT_EQ(end(made.id, 22).error().code, "last_not_of_block");
    auto const ended = end(made.id, 14);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->last_used, 14);
    EXPECT_EQ(end(made.id, 14).error().code, "block_ended");
    EXPECT_THAT(centre.findings(), IsEmpty());
    act([&](store::Writer& writer, Instant) {
        return writer.execute("UPDATE invoice_series SET last_number = 40 WHERE facility_id = $1",
                              facility);
    });
    EXPECT_THAT(centre.findings(), SizeIs(1)) << "a gap that no block explains";
}

TEST_P(Blocks, AreGivenOutOnTheBoxAndNothingElse) {
    billed("Lakshmi", 10'000);
    auto const held = act([&](store::Writer& writer, Instant now) {
        return hold_block(writer, facility, centre.ids, block(101, 102), now);
    });
    ASSERT_TRUE(held);
    EXPECT_EQ(act([&](store::Writer& writer, Instant now) {
                  return hold_block(writer, facility, centre.ids, block(102, 110), now);
              })
                  .error()
                  .code,
              "block_known");
    EXPECT_EQ(number(billed("Rahim", 10'000)), "BHAIRAB/2026-27/000101");
    EXPECT_EQ(end(held->id, 100).error().code, "last_not_of_block");
    EXPECT_EQ(number(billed("Lakshmi", 10'000)), "BHAIRAB/2026-27/000102");
    EXPECT_THAT(centre.findings(), IsEmpty());
    centre.half_an_hour("Rahim", "2026-11-20", 10'000);
    auto const draft = centre.run("2026-11").at(0);
    EXPECT_EQ(centre.finalise(draft).error().code, "block_used_up");
    ASSERT_TRUE(end(held->id, 102));
    EXPECT_EQ(centre.finalise(draft)->number_text, "BHAIRAB/2026-27/000103");
    EXPECT_THAT(centre.findings(), IsEmpty());
}

}  // namespace
}  // namespace karkhana::billing
