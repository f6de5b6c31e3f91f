#include <gtest/gtest.h>

#include "server/costs/rules_bill.hpp"
#include "server/costs/rules_recovery.hpp"

namespace karkhana::costs {
namespace {

MachineId machine(std::uint8_t number) {
    MachineId id;
    id.uuid.bytes[15] = number;
    return id;
}
MachineId const laser = machine(1), press = machine(2), idle = machine(3);

BillLine line(LineHead head, std::int64_t poisha) {
    return {.head = head, .amount = {poisha}, .label = ""};
}
BillLine energy(Window window, std::int64_t kwh, std::int64_t poisha) {
    BillLine one{.head = LineHead::energy, .window = window, .amount = {poisha}, .label = ""};
    one.energy = Energy{kwh * 1000};
    return one;
}

/// 300 kWh in the peak at Tk 12.95 and 1000 off it at 9.68, 30 kW at Tk 48, VAT of 5 per cent.
UtilityBill november() {
    UtilityBill bill;
    bill.during = {instant(0), instant(0) + std::chrono::days{30}};
    bill.lines = {energy(Window::peak, 300, 388'500), energy(Window::off_peak, 1000, 968'000),
                  line(LineHead::demand, 144'000),    line(LineHead::pf_surcharge, 20'000),
                  line(LineHead::vat, 76'025),        line(LineHead::meter_rent, 4'000),
                  line(LineHead::arrears, 50'000)};
    bill.total = {1'650'525};
    bill.measured.during = bill.during;
    bill.measured.site = Energy{1'300'000};
    bill.measured.uses = {{std::nullopt, {50'000}, {200'000}, 0},
                          {laser, {100'000}, {500'000}, 2'000},
                          {press, {150'000}, {300'000}, 1'000}};
    return bill;
}

std::string code(Result<UtilityBill> const& result) {
    return result ? std::string{} : std::string{result.error().code};
}

std::vector<std::int64_t> totals(std::vector<Share> const& shares) {
    std::vector<std::int64_t> found;
    for (auto const& share : shares) found.push_back(share.total().poisha);
    return found;
}

TEST(UtilityBill, SumsToThePoisha) {
    auto bill = november();
    EXPECT_EQ(code(valid_bill(bill)), "");
    bill.lines[4].amount.poisha += 1;
    EXPECT_EQ(code(valid_bill(bill)), "bill_does_not_sum");
}

TEST(UtilityBill, IsRefusedWhereItCannotBeSo) {
    auto bill = november();
    bill.lines[0].window = Window::any;
    EXPECT_EQ(code(valid_bill(bill)), "bad_window") << "windows or none";
    bill = november();
    bill.lines[2].window = Window::peak;
    EXPECT_EQ(code(valid_bill(bill)), "bad_window") << "demand has none";
    bill = november();
    bill.lines[0].energy.reset();
    EXPECT_EQ(code(valid_bill(bill)), "no_energy");
    bill = november();
    std::swap(bill.during.start, bill.during.end);
    EXPECT_EQ(code(valid_bill(bill)), "bad_period");
}

TEST(UtilityBill, RegistersTimesTheMultiplierAreTheEnergy) {
    auto bill = november();
    bill.lines[0].register_from = 1'000'000;
    bill.lines[0].register_to = 1'007'500;
    bill.lines[0].multiplier = 40;
    EXPECT_EQ(code(valid_bill(bill)), "");
    bill.lines[0].multiplier = 41;
    EXPECT_EQ(code(valid_bill(bill)), "register_does_not_match");
    bill.lines[0].register_from.reset();
    EXPECT_EQ(code(valid_bill(bill)), "register_does_not_match") << "one alone says nothing";
}

TEST(Allocation, PartsSumToTheBillWithoutItsArrears) {
    auto const shares = allocate(november(), DemandBy::kwh);
    ASSERT_EQ(shares.size(), 3U);
    EXPECT_EQ(shares[0].energy, Money{258'350});
    EXPECT_EQ(shares[1].energy, Money{613'500});
    EXPECT_EQ(shares[2].energy, Money{484'650});
    EXPECT_EQ(shares[1].demand, Money{66'462}) << "the largest remainder gets the poisha";
    EXPECT_EQ(shares[0].demand, Money{27'692});
    EXPECT_EQ(shares[1].vat, Money{34'460});
    EXPECT_EQ(totals(shares), (std::vector<std::int64_t>{308'382, 723'653, 568'490}));
}

TEST(Allocation, OfDemandByWhatWasBookedOrByNobody) {
    auto const booked = allocate(november(), DemandBy::booked);
    EXPECT_EQ(booked[0].demand, Money{});
    EXPECT_EQ(booked[1].demand, Money{96'000});
    EXPECT_EQ(booked[2].demand, Money{48'000});
    auto const overhead = allocate(november(), DemandBy::overhead);
    EXPECT_EQ(overhead[0].demand, Money{144'000});
    EXPECT_EQ(overhead[0].pf_surcharge, Money{20'000});
    EXPECT_EQ(overhead[1].demand, Money{});
}

TEST(Allocation, OfARebateAndOfAHouseBelowZero) {
    auto bill = november();
    bill.lines[3].amount = {-20'001};
    bill.measured.uses[0].peak = {-10};
    auto const shares = allocate(bill, DemandBy::kwh);
    Money rebate, peak;
    for (auto const& share : shares) rebate += share.pf_surcharge;
    EXPECT_EQ(rebate, Money{-20'001});
    EXPECT_LT(shares[1].pf_surcharge.poisha, 0);
    for (auto const& share : shares) peak += share.energy;
    EXPECT_EQ(peak, Money{1'356'500}) << "nothing is lost";
}

TEST(Reconciliation, ComparesMachinesMainMeterAndUtility) {
    auto bill = november();
    auto found = reconcile(bill, 200);
    EXPECT_EQ(found.difference, Energy{0});
    EXPECT_EQ(found.remainder, Energy{250'000});
    EXPECT_FALSE(found.flagged);
    bill.measured.site = Energy{1'274'000};
    found = reconcile(bill, 200);
    EXPECT_EQ(found.difference, Energy{26'000});
    EXPECT_EQ(found.difference_e4, 200);
    EXPECT_FALSE(found.flagged) << "two per cent is not over two per cent";
    EXPECT_TRUE(reconcile(bill, 199).flagged);
    bill.measured.site = Energy{1'040'000};
    EXPECT_TRUE(reconcile(bill, 10'000).flagged) << "machines cannot use more than the site";
    bill.measured.site.reset();
    found = reconcile(bill, 200);
    EXPECT_EQ(found.difference, Energy{250'000}) << "without a main meter it is the house";
    EXPECT_FALSE(found.flagged);
}

TEST(Recovery, SharesTheHouseByUseAndCountsCapitalOnce) {
    auto const term = [](std::string name, std::optional<MachineId> of, std::int64_t poisha) {
        return Term{std::move(name), of, {poisha}, "x"};
    };
    std::vector<Term> const costs = {
        term("electricity", {}, 308'382),     term("electricity", laser, 723'653),
        term("electricity", press, 568'490),  term("operators", {}, 1'800'000),
        term("depreciation", laser, 500'000), term("loan", laser, 650'000),
        term("maintenance", press, 100'000),  term("material", {}, 40'000)};
    std::vector<MachineUse> const uses = {{laser, 36'000, 40'000, {100'000}, 1'000, {}},
                                          {press, 18'000, 20'000, {50'000}, 0, {}},
                                          {idle, 0, 3'600, {0}, 0, {}}};
    auto const found = recover({term("income:machine-time", {}, 4'000'000)}, costs, uses);
    EXPECT_EQ(found.cost, Money{4'190'525});
    EXPECT_EQ(found.recovery_e4, 9'545);
    EXPECT_EQ(found.not_counted, Money{500'000});
    EXPECT_EQ(found.unallocated, Money{40'000});
    ASSERT_EQ(found.machines.size(), 3U);
    EXPECT_EQ(found.machines[0].cost(), Money{2'779'241});
    EXPECT_EQ(found.machines[0].break_even.hour, Rate{2'779'241'000});
    EXPECT_EQ(found.machines[0].break_even.kwh, Rate{277'924'100});
    EXPECT_EQ(found.machines[0].break_even.piece, Rate{27'792'410});
    EXPECT_EQ(found.machines[1].cost(), Money{1'371'284});
    EXPECT_FALSE(found.machines[1].break_even.piece) << "no pieces, no price of a piece";
    EXPECT_FALSE(found.machines[2].break_even.hour) << "no use, no price";
}

TEST(Recovery, WithoutAnyUseOrCostSaysNothing) {
    auto const none = recover({}, {}, {});
    EXPECT_FALSE(none.recovery_e4);
    auto const unused = recover({}, {{"rent", {}, {1'000}, "x"}}, {{idle, 0, 0, {0}, 0, {}}});
    EXPECT_EQ(unused.unallocated, Money{1'000});
    EXPECT_EQ(unused.cost, Money{1'000});
    EXPECT_EQ(unused.recovery_e4, 0);
}

TEST(Months, AreCountedAndTold) {
    EXPECT_EQ(to_text(parse_month("2026-11").value()), "2026-11");
    EXPECT_EQ(parse_month("2027-01").value() - parse_month("2026-12").value(), 1);
    for (auto const* wrong : {"2026-13", "2026-00", "26-11", "2026/11", "2026-1x"})
        EXPECT_FALSE(parse_month(wrong)) << wrong;
    CostEntry const loan{.from = 100, .to = 105, .monthly = {1'000}};
    EXPECT_EQ(loan.within(99, 101), Money{2'000});
    EXPECT_EQ(loan.within(106, 110), Money{});
}

}  // namespace
}  // namespace karkhana::costs
