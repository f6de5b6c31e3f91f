#include <gmock/gmock.h>

#include "server/billing/document.hpp"
#include "server/billing/items.hpp"
#include "server/billing/tax_records.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/records.hpp"
#include "server/facility/mode.hpp"
#include "server/metering/sessions.hpp"
#include "tests/integration/billing/centre.hpp"

namespace karkhana::billing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// November's bill of Lakshmi: energy of Tk 115.67, and what a test adds.
class Documents : public tests::StoreTest {
protected:
    Documents() { centre.add_usual_rates(); }

    Item item(std::string source, std::string source_id, std::int64_t poisha) {
        Item made;
        made.id = centre.ids.make<ItemId>();
        made.enterprise = centre.enterprise("Lakshmi");
        made.source = std::move(source);
        made.source_id = std::move(source_id);
        made.happened_at = dhaka("2026-11-20 15:00");
        made.label = {"Design file", "নকশার ফাইল"};
        made.unit = "file";
        made.price = {poisha * 10'000};
        made.amount = {poisha};
        made.income = "income:service";
        made.tax_code = std::string{kStandardTax};
        made.created_at = centre.clock.now();
        return made;
    }
    Result<Item> add(Item const& item) {
        return ledger().write(
            [&](store::Writer& writer) { return add_item(writer, facility, item); });
    }
    Item correction(Invoice const& of, int line, std::string source_id, std::int64_t poisha) {
        auto made = item("adjustment", std::move(source_id), poisha);
        made.income = "income:electricity";
        made.refers_invoice = of.id;
        made.refers_line = line;
        made.note = "A register was read wrongly.";
        return made;
    }
    void register_for_vat() {
        ledger().write([&](store::Writer& writer) {
            auto const now = centre.clock.now();
            insert_tax_setting(writer, facility,
                               {dhaka("2026-11-01 00:00"), Regime::vat, TaxRounding::line, false,
                                "000000001-0101", "registered"},
                               clerk, now);
            insert_tax_code(writer, facility,
                            {"standard",
                             dhaka("2026-11-01 00:00"),
                             1500,
                             {"VAT", "ভ্যাট"},
                             "S099.20",
                             "Act 47/2012 s.15"},
                            clerk, now);
            return 0;
        });
    }
    InvoiceDocument document(InvoiceId const& id) {
        return ledger().read([&](store::Reader& reader) {
            return read_document(find_canonical(reader, facility, id).value()).value();
        });
    }
    std::map<std::string, Money> balances() {
        std::map<std::string, Money> found;
        for (auto const& [account, amount] :
             ledger().read([&](store::Reader& reader) { return trial_balance(reader, facility); }))
            found[account] = amount;
        return found;
    }
    /// A booking of Tk 900.00 that nobody came to: 30 % of it.
    booking::KeptFee missed() {
        Interval const slot{dhaka("2026-11-20 10:00"), dhaka("2026-11-20 12:00")};
        auto const id = centre.book({.during = slot});
        return ledger().write([&](store::Writer& writer) {
            auto const booked = booking::find_booking(writer, facility, id).value();
            booking::insert_fee(
                writer, booked,
                {booking::FeeKind::no_show,
                 120,
                 {27'000},
                 false,
                 booking::GivenUp{booked.machine, slot, std::nullopt, {90'000}, 30}},
                slot.end);
            return booking::fees_of(writer, facility, id).at(0);
        });
    }
    /// Both have been there since October, of this class.
    void since_october(std::string const& membership) {
        ledger().write([&](store::Writer& writer) {
            return writer.execute("UPDATE enterprise SET membership = $1, created_at = $2",
                                  membership, dhaka("2026-10-01 00:00"));
        });
    }
    /// So many hours of Lakshmi at the laser.
    void work_for(std::string const& from, int hours) {
        Interval const during{dhaka(from), dhaka(from) + std::chrono::hours{hours}};
        centre.use({.during = during,
                    .readings = {{during.start, Energy{1'000}}, {during.end, Energy{1'000}}}});
    }
    void settle(booking::KeptFee const& fee) {
        ledger().write([&](store::Writer& writer) {
            return booking::settle_fee(writer, facility, fee, {{27'000}, false, ""},
                                       dhaka("2026-11-20 12:00"));
        });
    }
    void forgive(booking::KeptFee const& fee) {
        ledger().write([&](store::Writer& writer) {
            return booking::forgive_fee(writer, facility, fee, "The road was flooded.",
                                        centre.clock.now());
        });
    }
    Invoice issue(std::string const& period) {
        return centre.finalise(centre.run(period).at(0)).value();
    }

    Centre centre{ledger()};
    FacilityId facility = centre.facility().id;
    PersonId clerk = centre.person("accountant", {}).person;
};
KARKHANA_ON_BOTH_ENGINES(Documents);

TEST_P(Documents, AnEventIsBilledOnceHoweverOftenItIsSaid) {
    auto const first = item("event", "press-7", 45'000);
    auto const said = add(first);
    ASSERT_TRUE(said);
    for (int again = 0; again < 2; ++again) {
        auto same = first;
        same.id = centre.ids.make<ItemId>();
        EXPECT_EQ(add(same).value().id, said->id);
    }
    auto other = first;
    other.id = centre.ids.make<ItemId>();
    other.price = {46'000 * 10'000};
    other.amount = {46'000};
    EXPECT_EQ(add(other).error().code, "event_differs");
    auto wrong = item("event", "press-8", 45'000);
    wrong.amount = {45'001};
    EXPECT_EQ(add(wrong).error().code, "wrong_amount");
    EXPECT_EQ(issue("2026-11").total, Money{45'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, AServiceStandsBehindTheSessionsAndEarnsForItsOwnHead) {
    centre.half_an_hour("Lakshmi", "2026-11-20", 11'567);
    ASSERT_TRUE(add(item("service", "1", 30'000)));
    auto const bill = issue("2026-11");
    EXPECT_EQ(bill.total, Money{41'567});
    auto const issued = document(bill.id);
    ASSERT_EQ(issued.items.size(), 1U);
    EXPECT_EQ(issued.items[0].line, 2);
    EXPECT_EQ(balances()["income:service"], Money{-30'000});
    EXPECT_EQ(balances()["income:electricity"], Money{-11'567});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, ADraftIsMadeAnewUntilItIsFinal) {
    ASSERT_TRUE(add(item("service", "1", 30'000)));
    auto const draft = centre.run("2026-11").at(0);
    centre.half_an_hour("Lakshmi", "2026-11-20", 11'567);
    ASSERT_TRUE(add(item("service", "2", 5'000)));
    EXPECT_EQ(centre.run("2026-11").at(0), draft);
    EXPECT_THAT(centre.run("2026-11"), IsEmpty()) << "nothing new";
    auto const bill = centre.finalise(draft).value();
    EXPECT_EQ(bill.total, Money{46'567});
    EXPECT_THAT(centre.run("2026-11"), IsEmpty());
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, ATaxInvoiceHasTheTaxOfEachLine) {
    register_for_vat();
    centre.half_an_hour("Lakshmi", "2026-11-20", 11'567);
    ASSERT_TRUE(add(item("service", "1", 30'000)));
    auto const drafted = centre.run("2026-11").at(0);
    EXPECT_EQ(centre.invoices().at(0).total, Money{41'567 + 1'735 + 4'500});
    auto const bill = centre.finalise(drafted).value();
    EXPECT_EQ(bill.tax, Money{6'235});
    EXPECT_EQ(document(bill.id).tax.lines[0].tax, Money{1'735});
    EXPECT_EQ(balances()["liabilities:vat-output"], Money{-6'235});
    EXPECT_EQ(balances()[account::receivable(centre.enterprise("Lakshmi"))], Money{47'802});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, TooMuchIsGivenBackByACreditNoteOfItsOwnSeries) {
    register_for_vat();
    centre.half_an_hour("Lakshmi", "2026-11-20", 70'000);  // Tk 700.00
    auto const bill = issue("2026-11");
    ASSERT_TRUE(add(correction(bill, 1, "register/1", -35'000)));
    ASSERT_TRUE(add(item("service", "1", 10'000)));
    auto const drafts = centre.run("2026-12");
    ASSERT_EQ(drafts.size(), 2U);
    std::map<bool, Invoice> issued;
    for (auto const& id : drafts) {
        auto const one = centre.finalise(id).value();
        issued[one.credit_note] = one;
    }
    EXPECT_EQ(issued[true].total, Money{40'250});
    EXPECT_EQ(issued[true].tax, Money{5'250});
    EXPECT_EQ(issued[true].number_text, "BHAIRAB/CN/2026-27/000001");
    EXPECT_EQ(issued[true].refers_to, bill.id);
    EXPECT_EQ(issued[false].number_text, "BHAIRAB/2026-27/000002");
    auto const note = document(issued[true].id);
    EXPECT_EQ(note.refers_to->number, bill.number_text);
    EXPECT_EQ(note.items[0].amount, Money{35'000});
    EXPECT_EQ(note.items[0].refers->line, 1);
    EXPECT_EQ(note.reason, "A register was read wrongly.");
    auto const owed = bill.total.poisha - 40'250 + 11'500;
    EXPECT_EQ(balances()[account::receivable(centre.enterprise("Lakshmi"))], Money{owed});
    EXPECT_EQ(balances()["liabilities:vat-output"], Money{-(10'500 - 5'250 + 1'500)});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, AFeeIsBilledWhenItIsSettled) {
    register_for_vat();
    auto const fee = missed();
    EXPECT_THAT(centre.run("2026-11"), IsEmpty()) << "others may come yet";
    settle(fee);
    EXPECT_EQ(issue("2026-11").total, Money{31'050});
    EXPECT_EQ(balances()["income:no-show"], Money{-27'000});
    EXPECT_THAT(centre.run("2026-12"), IsEmpty());
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, AFeeThatIsForgivenLeavesTheDraft) {
    auto const fee = missed();
    settle(fee);
    ASSERT_TRUE(add(item("service", "1", 5'000)));
    auto const draft = centre.run("2026-11").at(0);
    EXPECT_EQ(centre.invoices().at(0).total, Money{32'000});
    forgive(fee);
    // A run of another month sees it first: the draft that the fee leaves is summed up anew.
    centre.run("2026-12");
    EXPECT_EQ(centre.invoices().at(0).total, Money{5'000});
    EXPECT_EQ(centre.finalise(draft).value().total, Money{5'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, AFeeThatIsForgivenAfterItsBillIsGivenBack) {
    auto const fee = missed();
    settle(fee);
    auto const bill = issue("2026-11");
    forgive(fee);
    auto const note = issue("2026-12");
    EXPECT_TRUE(note.credit_note);
    EXPECT_EQ(note.refers_to, bill.id);
    EXPECT_EQ(note.total, Money{27'000});
    EXPECT_EQ(document(note.id).reason, "The road was flooded.");
    EXPECT_THAT(centre.run("2026-12"), IsEmpty()) << "once";
    EXPECT_EQ(balances()[account::receivable(centre.enterprise("Lakshmi"))], Money{0});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, AFeeIsGivenBackOnceWhoeverGivesIt) {
    auto const fee = missed();
    settle(fee);
    auto const bill = issue("2026-11");
    auto const path = "/api/v1/invoices/" + bill.id.text() + "/credit-notes";
    auto const manager = centre.person("manager", {});
    auto const ask = [&](std::string const& amount) {
        return centre.post(manager, path,
                           R"({"reason":"a guest","lines":[{"line":1,"amount":{"amount":)" +
                               amount + R"(,"currency":"BDT"}}]})");
    };
    EXPECT_THAT(ask("27001").body, HasSubstr("more_than_billed"));
    ASSERT_EQ(ask("26000").status, 201);
    forgive(fee);
    EXPECT_THAT(centre.run("2026-11"), IsEmpty()) << "it was forgiven in December";
    auto const note = centre.run("2026-12").at(0);
    EXPECT_THAT(centre.post(manager, "/api/v1/invoices/" + note.text() + "/finalize", "{}").body,
                HasSubstr("same_person"));
    EXPECT_EQ(centre.finalise(note).value().total, Money{27'000});
    EXPECT_THAT(centre.run("2026-12"), IsEmpty());
    EXPECT_EQ(balances()[account::receivable(centre.enterprise("Lakshmi"))], Money{0});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, ARegimeWithoutTaxIsNoTaxWhateverIsSaidWithIt) {
    ledger().write([&](store::Writer& writer) {
        insert_tax_setting(
            writer, facility,
            {dhaka("2026-11-01 00:00"), Regime::none, TaxRounding::invoice, true, "1-1", "said"},
            clerk, centre.clock.now());
        return 0;
    });
    ASSERT_TRUE(add(item("service", "1", 30'000)));
    EXPECT_EQ(issue("2026-11").total, Money{30'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, TooLittleIsALineOfTheNextBill) {
    centre.half_an_hour("Lakshmi", "2026-11-20", 40'500);
    auto const bill = issue("2026-11");
    ASSERT_TRUE(add(correction(bill, 1, "register/1", 12'500)));
    auto const next = issue("2026-12");
    EXPECT_EQ(next.total, Money{12'500});
    EXPECT_EQ(document(next.id).items[0].refers->number, bill.number_text);
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, WhatEndsLateIsOnTheNextBill) {
    centre.half_an_hour("Lakshmi", "2026-11-20", 11'567);
    issue("2026-11");
    centre.half_an_hour("Lakshmi", "2026-11-21", 10'000);  // told of in December
    auto const next = issue("2026-12");
    EXPECT_EQ(next.total, Money{10'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

/// Nine hours, then three more, at Tk 450 an hour up to ten hours and Tk 400 above.
Component hours_of_the_month(TierModel model) {
    return {.basis = Basis::used_minute,
            .label = {"Machine time of the month", "মাসের মেশিন সময়"},
            .per = 3600,
            .unit = "hour",
            .tier_model = model,
            .tiers = {{10 * 3600, {45'000 * 10'000}}, {std::nullopt, {40'000 * 10'000}}},
            .scope = Scope::month};
}

TEST_P(Documents, AMonthOfTiersIsRatedAnewUntilItsBillIsFinal) {
    centre.add_rates(dhaka("2026-11-01 00:00"), {hours_of_the_month(TierModel::graduated)});
    work_for("2026-11-20 08:00", 9);
    auto const draft = centre.run("2026-11").at(0);
    EXPECT_EQ(centre.invoices().at(0).total, Money{405'000});
    work_for("2026-11-21 08:00", 3);
    EXPECT_EQ(centre.run("2026-11").at(0), draft);
    EXPECT_EQ(centre.finalise(draft).value().total, Money{530'000});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, LateHoursOfAMonthAreBilledAsTheDifference) {
    centre.add_rates(dhaka("2026-11-01 00:00"), {hours_of_the_month(TierModel::graduated)});
    work_for("2026-11-20 08:00", 9);
    auto const bill = issue("2026-11");
    EXPECT_EQ(bill.total, Money{405'000});
    work_for("2026-11-21 08:00", 3);
    auto const next = issue("2026-12");
    EXPECT_EQ(next.total, Money{125'000}) << "not three hours of the first tier";
    EXPECT_EQ(document(next.id).items.at(0).refers->number, bill.number_text);
    EXPECT_THAT(centre.run("2026-12"), IsEmpty()) << "once";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, LateHoursThatMakeAMonthCheaperAreGivenBack) {
    register_for_vat();
    auto hours = hours_of_the_month(TierModel::volume);
    hours.tiers[0].up_to = 15 * 3600;
    centre.add_rates(dhaka("2026-11-01 00:00"), {hours});
    work_for("2026-11-19 08:00", 8);
    work_for("2026-11-20 08:00", 7);
    EXPECT_EQ(issue("2026-11").total, Money{675'000 + 101'250});
    work_for("2026-11-21 08:00", 1);
    auto const note = issue("2026-12");
    EXPECT_TRUE(note.credit_note);
    EXPECT_EQ(note.total, Money{40'250});
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, TheLeastOfAMonthWaitsUntilItIsOver) {
    centre.add_rates(dhaka("2026-11-01 00:00"),
                     {{.basis = Basis::session, .price = {50'000 * 10'000}, .label = {"A", "ক"}},
                      {.basis = Basis::minimum,
                       .price = {100'000 * 10'000},
                       .label = {"Least of a month", "মাসের ন্যূনতম"},
                       .scope = Scope::month}});
    work_for("2026-12-20 08:00", 1);
    centre.clock.set(dhaka("2026-12-25 09:00"));
    centre.run("2026-12");
    EXPECT_EQ(centre.invoices().at(0).total, Money{50'000});
    centre.clock.set(dhaka("2027-01-01 09:00"));
    centre.run("2026-12");
    Money most;
    for (auto const& one : centre.invoices())
        if (one.enterprise == centre.enterprise("Lakshmi")) most = one.total;
    EXPECT_EQ(most, Money{100'000});
}

/// A month that costs Tk 1,000.00 at least, of energy at Tk 10.00, and a membership of Tk 500.00.
std::vector<Component> least_of_a_month() {
    return {{.basis = Basis::kwh, .price = {10'000'000}, .label = {"Energy", "বিদ্যুৎ"}},
            {.basis = Basis::membership,
             .price = {50'000 * 10'000},
             .label = {"Membership", "সদস্য ফি"},
             .price_class = PriceClass::member},
            {.basis = Basis::minimum,
             .price = {100'000 * 10'000},
             .label = {"Least of a month", "মাসের ন্যূনতম"},
             .scope = Scope::month}};
}

TEST_P(Documents, LateUseLowersTheLeastOfAMonthThatWasIssued) {
    register_for_vat();
    since_october("non_member");
    centre.add_rates(dhaka("2026-11-01 00:00"), least_of_a_month());
    centre.half_an_hour("Lakshmi", "2026-11-20", 60'000);
    for (auto const& id : centre.run("2026-11")) ASSERT_TRUE(centre.finalise(id));
    auto const lakshmi = centre.enterprise("Lakshmi");
    EXPECT_EQ(balances()[account::receivable(lakshmi)], Money{115'000}) << "60,000 + 40,000 + VAT";
    centre.half_an_hour("Lakshmi", "2026-11-21", 25'000);
    std::vector<Invoice> issued;
    for (auto const& id : centre.run("2026-12")) issued.push_back(centre.finalise(id).value());
    ASSERT_EQ(issued.size(), 2U);
    auto const& note = issued[0].credit_note ? issued[0] : issued[1];
    auto const& bill = issued[0].credit_note ? issued[1] : issued[0];
    EXPECT_EQ(note.total, Money{28'750}) << "the least tops up 25,000 less";
    EXPECT_EQ(document(note.id).items.at(0).refers->line, 2);
    EXPECT_EQ(bill.total, Money{28'750});
    EXPECT_EQ(balances()[account::receivable(lakshmi)], Money{115'000});
    EXPECT_THAT(centre.run("2026-12"), IsEmpty()) << "once";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, ARegisterReadTooHighBringsTheLeastOfItsMonth) {
    since_october("non_member");
    centre.add_rates(dhaka("2026-11-01 00:00"), least_of_a_month());
    auto const session = centre.half_an_hour("Lakshmi", "2026-11-20", 120'000);
    for (auto const& id : centre.run("2026-11")) ASSERT_TRUE(centre.finalise(id));
    auto const lakshmi = centre.enterprise("Lakshmi");
    EXPECT_EQ(balances()[account::receivable(lakshmi)], Money{120'000}) << "no least";
    auto const registers = ledger().read([&](store::Reader& reader) {
        return metering::find_session(reader, facility, session).value().registers;
    });
    auto const answer = centre.post(
        centre.person("manager", {}), "/api/v1/usage-sessions/" + session.text() + "/registers",
        R"({"edge":"stop","replaces":1,"value_wh":)" +
            std::to_string(registers.back().value.wh - 50'000) + R"(,"reason":"read wrongly"})");
    ASSERT_EQ(answer.status, 200) << answer.body;
    for (auto const& id : centre.run("2026-12")) ASSERT_TRUE(centre.finalise(id));
    EXPECT_EQ(balances()[account::receivable(lakshmi)], Money{100'000}) << "70,000 and 30,000";
    EXPECT_THAT(centre.run("2026-12"), IsEmpty()) << "once";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, AMonthStaysThatOfWhatItsPartyWas) {
    since_october("member");
    centre.add_rates(dhaka("2026-11-01 00:00"), least_of_a_month());
    centre.half_an_hour("Lakshmi", "2026-11-20", 60'000);
    for (auto const& id : centre.run("2026-11")) ASSERT_TRUE(centre.finalise(id));
    auto const lakshmi = account::receivable(centre.enterprise("Lakshmi"));
    auto const owed = balances()[lakshmi];
    EXPECT_EQ(owed, Money{150'000}) << "60,000, 50,000 of the membership, and 40,000";
    since_october("non_member");
    EXPECT_THAT(centre.run("2026-12"), IsEmpty()) << "another class today is of another month";
    centre.half_an_hour("Lakshmi", "2026-11-21", 10'000);
    for (auto const& id : centre.run("2026-12")) ASSERT_TRUE(centre.finalise(id));
    EXPECT_EQ(balances()[lakshmi], owed) << "10,000 more of use, 10,000 less of the least";
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, ADiscountOfAMonthSaysOfWhichPricesItsLineIsTheSum) {
    auto hours = hours_of_the_month(TierModel::graduated);
    centre.add_rates(dhaka("2026-11-01 00:00"), {hours,
                                                 {.basis = Basis::discount,
                                                  .price = {1'000},
                                                  .label = {"Tenth off", "দশ ভাগের এক ছাড়"},
                                                  .scope = Scope::month}});
    work_for("2026-11-19 08:00", 12);
    auto const bill = issue("2026-11");
    EXPECT_EQ(bill.total, Money{477'000});
    auto const items = document(bill.id).items;
    ASSERT_EQ(items.size(), 1U);
    EXPECT_THAT(items[0].note, HasSubstr("Machine time of the month Tk 4,500.00"));
    EXPECT_THAT(items[0].note, HasSubstr("Tenth off −Tk 530.00"));
    EXPECT_THAT(items[0].note, HasSubstr("দশ ভাগের এক ছাড়"));
    auto const proof = centre.get(centre.person("accountant", {}),
                                  "/api/v1/invoices/" + bill.id.text() + "/lines/1/proof");
    EXPECT_THAT(proof.body, HasSubstr("\"uses\":[{"));
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, AFacilityThatIsNotForRevenueAsksForNothingAndSaysWhatItWasWorth) {
    register_for_vat();
    ledger().write([&](store::Writer& writer) {
        facility::insert_mode_switch(
            writer, facility,
            {dhaka("2026-11-15 00:00"), facility::Mode::non_revenue, "until the board decides"},
            clerk, centre.clock.now());
        return 0;
    });
    centre.half_an_hour("Lakshmi", "2026-11-20", 11'567);
    auto const draft = centre.run("2026-11").at(0);
    EXPECT_THAT(centre.run("2026-11"), IsEmpty()) << "nothing new";
    ASSERT_TRUE(add(item("service", "1", 30'000)));
    ASSERT_EQ(centre.run("2026-11").at(0), draft);
    auto const bill = centre.finalise(draft).value();
    EXPECT_EQ(bill.total, Money{0});
    EXPECT_EQ(bill.tax, Money{0});
    auto const issued = document(bill.id);
    EXPECT_EQ(issued.items.back().amount, Money{-41'567});
    EXPECT_EQ(balances()["contra:not-charged"], Money{41'567});
    EXPECT_EQ(balances()[account::receivable(centre.enterprise("Lakshmi"))], Money{0});
    EXPECT_THAT(centre.run("2026-12"), IsEmpty());
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, WhatIsFinalCannotBeChangedBesidesTheProgram) {
    ASSERT_TRUE(add(item("service", "1", 30'000)));
    auto const bill = issue("2026-11");
    for (std::string_view const sql :
         {"UPDATE billable_item SET amount_poisha = 1", "DELETE FROM billable_item",
          "UPDATE billable_item SET state = 'waiting'", "DELETE FROM invoice_item",
          "UPDATE invoice_item SET line = 9", "UPDATE invoice SET tax_poisha = 1"})
        EXPECT_THROW(ledger().write([&](store::Writer& writer) { return writer.execute(sql); }),
                     std::exception)
            << sql;
    EXPECT_THAT(centre.findings(), IsEmpty());
}

TEST_P(Documents, ATaxThatIsChangedBehindItIsNamed) {
    register_for_vat();
    ASSERT_TRUE(add(item("service", "1", 30'000)));
    auto const bill = issue("2026-11");
    ledger().write([&](store::Writer& writer) {
        // Another rate for the day of the bill, as nobody could enter it.
        insert_tax_code(writer, facility,
                        {"standard", dhaka("2026-11-30 00:00"), 500, {"VAT", "ভ্যাট"}, "", "forged"},
                        clerk, centre.clock.now());
        return 0;
    });
    EXPECT_THAT(centre.findings(), Contains(HasSubstr("its tax does not follow")));
}

}  // namespace
}  // namespace karkhana::billing
