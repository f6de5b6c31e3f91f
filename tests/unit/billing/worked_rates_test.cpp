#include <gtest/gtest.h>

#include "server/billing/rating.hpp"
#include "server/billing/rating_period.hpp"

/// Worked examples of what a session and a month cost, in poisha, as a person would work them out
/// on paper: machine time at Tk 450.00 an hour, Tk 540.00 in the peak from 17:00 to 23:00, energy
/// at Tk 9.68 and Tk 12.95 a kWh.
namespace karkhana::billing {
namespace {

constexpr std::int64_t kHour = 3600;

Instant at(std::string_view text) { return parse_rfc3339(std::string{text} + "+06:00").value(); }
Zone zone() { return Zone::find("Asia/Dhaka").value(); }

/// `poisha` for so many seconds.
Component time_of(Basis basis, Window window, std::int64_t poisha, std::int64_t per = kHour) {
    Component component{0, "", basis, window, Rate{poisha * 10'000}, {"Machine time", "সময়"}};
    component.per = per;
    return component;
}
Component energy_of(Window window, std::int64_t poisha_e4) {
    return {0, "", Basis::kwh, window, Rate{poisha_e4}, {"Electricity", "বিদ্যুৎ"}};
}
Component minimum_of(std::int64_t poisha) {
    return {0, "", Basis::minimum, Window::any, Rate{poisha * 10'000}, {"Minimum", "সর্বনিম্ন"}};
}
Component discount_of(std::int64_t e4, std::string taken_off, PriceClass price_class) {
    Component component{0, "", Basis::discount, Window::any, Rate{e4}, {"Discount", "ছাড়"}};
    component.taken_off = std::move(taken_off);
    component.price_class = price_class;
    return component;
}

RateCard card_of(std::vector<Component> components) {
    RateCard card;
    card.components = std::move(components);
    int sequence = 0;
    for (auto& component : card.components) component.sequence = ++sequence;
    EXPECT_TRUE(check(card)) << check(card).error().code;
    return card;
}
RateCard hourly_card() {
    return card_of({time_of(Basis::used_minute, Window::off_peak, 45'000),
                    time_of(Basis::used_minute, Window::peak, 54'000)});
}

Usage use(std::string_view from, std::string_view to) {
    return {"laser", {at(from), at(to)}, {}, std::nullopt};
}
/// So many seconds of a morning.
Usage lasting(std::int64_t seconds) {
    auto const from = at("2025-07-10T08:00:00");
    return {"laser", {from, from + std::chrono::seconds{seconds}}, {}, std::nullopt};
}

std::vector<std::int64_t> amounts(std::vector<Term> const& terms) {
    std::vector<std::int64_t> found;
    for (auto const& term : terms) found.push_back(term.amount.poisha);
    return found;
}
std::vector<std::int64_t> amounts(RateCard const& card, Usage const& usage) {
    return amounts(rate(card, usage, zone()).value());
}
using Poisha = std::vector<std::int64_t>;

TEST(WorkedRates, TimeIsSplitWhereThePeakBegins) {
    EXPECT_EQ(amounts(hourly_card(), use("2025-07-10T16:20:00", "2025-07-10T18:05:00")),
              (Poisha{30'000, 58'500}));
}

TEST(WorkedRates, APeakBeginsAndEndsToTheSecond) {
    EXPECT_EQ(amounts(hourly_card(), use("2025-07-10T15:00:00", "2025-07-10T17:00:00")),
              (Poisha{90'000}));
    EXPECT_EQ(amounts(hourly_card(), use("2025-07-10T17:00:00", "2025-07-10T17:30:00")),
              (Poisha{27'000}));
    EXPECT_EQ(amounts(hourly_card(), use("2025-07-10T22:30:00", "2025-07-10T23:30:00")),
              (Poisha{22'500, 27'000}));
}

TEST(WorkedRates, APriceThatChangesMidSessionIsLockedAsTheCardSays) {
    auto first = card_of({time_of(Basis::used_minute, Window::any, 45'000)});
    auto second = card_of({time_of(Basis::used_minute, Window::any, 50'000)});
    first.id = RateCardId::parse("00000000-0000-7000-8000-000000000001").value();
    second.id = RateCardId::parse("00000000-0000-7000-8000-000000000002").value();
    second.effective_from = at("2025-07-01T00:00:00");
    auto const usage = use("2025-06-30T23:40:00", "2025-07-01T01:10:00");
    auto const at_use = rate_at_use({&first, &second}, usage, zone()).value();
    EXPECT_EQ(amounts(at_use), (Poisha{15'000, 58'333}));
    EXPECT_EQ(at_use[0].card, first.id);
    EXPECT_EQ(at_use[1].card, second.id);
    EXPECT_EQ(amounts(first, usage), (Poisha{67'500}));   // at its start, or as booked
    EXPECT_EQ(amounts(second, usage), (Poisha{75'000}));  // booked by a quote of the new one
}

TEST(WorkedRates, EnergyAcrossAChangeOfPriceNeedsARegisterThere) {
    auto const first = card_of({energy_of(Window::any, 9'680'000)});
    auto second = first;
    second.effective_from = at("2025-07-01T00:00:00");
    auto usage = use("2025-06-30T23:30:00", "2025-07-01T00:30:00");
    usage.parts = {{usage.during, {1'000}}};
    EXPECT_EQ(rate_at_use({&first, &second}, usage, zone()).error().code, "unsplit_usage");
    usage.parts = {{{usage.during.start, second.effective_from}, {400}},
                   {{second.effective_from, usage.during.end}, {600}}};
    EXPECT_EQ(amounts(rate_at_use({&first, &second}, usage, zone()).value()), (Poisha{387, 581}));
}

TEST(WorkedRates, WhatIsAskedOnceForASessionIsAskedOnceWhenPricesChange) {
    auto component = minimum_of(1'000);
    component.basis = Basis::setup;
    auto const first = card_of({component, minimum_of(90'000)});
    auto second = first;
    second.effective_from = at("2025-07-01T00:00:00");
    auto const usage = use("2025-06-30T23:40:00", "2025-07-01T01:10:00");
    EXPECT_EQ(amounts(rate_at_use({&first, &second}, usage, zone()).value()),
              (Poisha{1'000, 89'000}));
}

TEST(WorkedRates, HalfAPoishaIsRoundedAwayFromZero) {
    auto const card = card_of({time_of(Basis::used_minute, Window::any, 45'000)});
    EXPECT_EQ(amounts(card, lasting(1)), (Poisha{13}));
    EXPECT_EQ(amounts(card, lasting(3)), (Poisha{38}));
    EXPECT_EQ(price_of(Rate{450'000'000}, -3, kHour), Money{-38});
}

TEST(WorkedRates, AMinimumChargeIsALineOfWhatWasMissing) {
    auto const card =
        card_of({time_of(Basis::used_minute, Window::any, 45'000), minimum_of(15'000)});
    EXPECT_EQ(amounts(card, lasting(600)), (Poisha{7'500, 7'500}));
    EXPECT_EQ(amounts(card, lasting(1'200)), (Poisha{15'000}));
}

TEST(WorkedRates, AMonthsMinimumIsOfTheDaysThatTheMEWasThere) {
    auto minimum = minimum_of(100'000);
    minimum.scope = Scope::month;
    auto const card = card_of({minimum});
    auto const joined = parse_date("2025-07-11").value();
    auto const share = share_of_month(std::chrono::year{2025} / 7, joined, std::nullopt);
    EXPECT_EQ(share, (MonthShare{21, 31}));
    auto const term = month_minimum(card, {}, Money{50'000}, share);
    ASSERT_TRUE(term);
    EXPECT_EQ(price_of(term->price, 1, 1), Money{67'742});
    EXPECT_EQ(term->amount, Money{17'742});
    EXPECT_FALSE(month_minimum(card, {}, Money{67'742}, share));
}

RateCard month_card(TierModel model, std::vector<Tier> tiers) {
    auto component = time_of(Basis::used_minute, Window::any, 0);
    component.tier_model = model;
    component.tiers = std::move(tiers);
    component.scope = Scope::month;
    return card_of({component});
}

TEST(WorkedRates, LateUsageIsRatedWithAllOfItsMonth) {
    auto const card = month_card(
        TierModel::graduated, {{10 * kHour, Rate{450'000'000}}, {std::nullopt, Rate{400'000'000}}});
    auto const before = rate_period(card, {lasting(9 * kHour)}, zone()).value();
    EXPECT_EQ(total_of(before), Money{405'000});
    auto const after = rate_period(card, {lasting(9 * kHour), lasting(3 * kHour)}, zone()).value();
    EXPECT_EQ(amounts(after), (Poisha{450'000, 80'000}));
    EXPECT_EQ(total_of(after) - total_of(before), Money{125'000});
    // It is of the month: no session is charged it.
    EXPECT_EQ(amounts(card, lasting(9 * kHour)), (Poisha{}));
}

TEST(WorkedRates, LateUsageMayLowerWhatAVolumeCosts) {
    auto const card = month_card(
        TierModel::volume, {{15 * kHour, Rate{450'000'000}}, {std::nullopt, Rate{400'000'000}}});
    auto const before = rate_period(card, {lasting(15 * kHour)}, zone()).value();
    auto const after = rate_period(card, {lasting(15 * kHour), lasting(kHour)}, zone()).value();
    EXPECT_EQ(amounts(before), (Poisha{675'000}));
    EXPECT_EQ(amounts(after), (Poisha{640'000}));
    EXPECT_EQ(total_of(after) - total_of(before), Money{-35'000});
}

TEST(WorkedRates, ABlockIsPaidWholeAsSoonAsItIsBegun) {
    auto const card = month_card(TierModel::block, {{10 * kHour, Rate{400'000 * 10'000LL}},
                                                    {15 * kHour, Rate{150'000 * 10'000LL}}});
    EXPECT_EQ(amounts(rate_period(card, {lasting(1)}, zone()).value()), (Poisha{400'000}));
    EXPECT_EQ(amounts(rate_period(card, {lasting(10 * kHour)}, zone()).value()), (Poisha{400'000}));
    EXPECT_EQ(amounts(rate_period(card, {lasting(15 * kHour + 1)}, zone()).value()),
              (Poisha{400'000, 300'000}));
}

Usage metered() {
    auto usage = use("2025-07-10T16:45:00", "2025-07-10T17:15:00");
    Instant const five = at("2025-07-10T17:00:00");
    usage.parts = {{{usage.during.start, five}, {12'347'200 - 12'345'600}},
                   {{five, usage.during.end}, {12'349'050 - 12'347'200}}};
    return usage;
}

TEST(WorkedRates, EnergyIsSplitByTheRegisterWhereThePeakBegins) {
    auto const card =
        card_of({energy_of(Window::off_peak, 9'680'000), energy_of(Window::peak, 12'950'000)});
    EXPECT_EQ(amounts(card, metered()), (Poisha{1'549, 2'396}));
}

TEST(WorkedRates, EnergyAcrossARolloverIsWhatWasUsed) {
    auto const card = card_of({energy_of(Window::any, 9'680'000)});
    auto usage = lasting(900);
    usage.parts = {{usage.during, {4'500}}};
    EXPECT_EQ(amounts(card, usage), (Poisha{4'356}));
    usage.parts = {{usage.during, {180}}};
    EXPECT_EQ(amounts(card, usage), (Poisha{174}));
}

TEST(WorkedRates, AWomenLedMEHasAFifthOffItsMachineTimeAlone) {
    auto energy = energy_of(Window::any, 10'761'400);
    auto const card = card_of({time_of(Basis::used_minute, Window::any, 45'000), energy,
                               discount_of(2'000, "income:machine-time", PriceClass::women_led)});
    auto usage = lasting(9'000);
    usage.parts = {{usage.during, {9'837}}};
    EXPECT_EQ(amounts(card, usage), (Poisha{112'500, 10'586}));
    usage.classes = {PriceClass::member, PriceClass::women_led};
    EXPECT_EQ(amounts(card, usage), (Poisha{112'500, 10'586, -22'500}));
}

TEST(WorkedRates, ADiscountIsRoundedOnceAwayFromZero) {
    auto once = minimum_of(10'003);
    once.basis = Basis::session;
    auto const card = card_of({once, discount_of(2'000, "", PriceClass::everybody)});
    EXPECT_EQ(amounts(card, lasting(60)), (Poisha{10'003, -2'001}));
}

TEST(WorkedRates, ADiscountComesAfterTheMinimumUnlessTheCardSaysBefore) {
    auto card = card_of({time_of(Basis::used_minute, Window::any, 45'000), minimum_of(15'000),
                         discount_of(2'000, "", PriceClass::everybody)});
    EXPECT_EQ(amounts(card, lasting(600)), (Poisha{7'500, 7'500, -3'000}));
    card.discount_order = DiscountOrder::before_minimum;
    EXPECT_EQ(amounts(card, lasting(600)), (Poisha{7'500, -1'500, 9'000}));
}

TEST(WorkedRates, ADiscountHasALineForEachTaxCode) {
    auto time = time_of(Basis::used_minute, Window::any, 45'000);
    auto once = minimum_of(20'000);
    once.basis = Basis::session;
    once.tax_code = "S008.10";
    auto const card = card_of({time, once, discount_of(1'000, "", PriceClass::everybody)});
    auto const terms = rate(card, lasting(9'000), zone()).value();
    EXPECT_EQ(amounts(terms), (Poisha{112'500, 20'000, -11'250, -2'000}));
    EXPECT_EQ(terms[2].tax_code, "");
    EXPECT_EQ(terms[3].tax_code, "S008.10");
    EXPECT_EQ(terms[3].account(), "contra:discount");
}

TEST(WorkedRates, AMembershipIsOfTheDaysThatTheMEWasThere) {
    auto const of = [](int year, unsigned month, std::string_view joined) {
        return prorate(Money{50'000}, share_of_month(std::chrono::year{year} / month,
                                                     parse_date(joined).value(), std::nullopt));
    };
    EXPECT_EQ(of(2025, 7, "2025-07-11"), Money{33'871});
    EXPECT_EQ(of(2026, 2, "2026-02-15"), Money{25'000});
    EXPECT_EQ(of(2026, 2, "2026-03-01"), Money{0});
    auto const last = parse_date("2026-02-14").value();
    EXPECT_EQ(share_of_month(std::chrono::year{2026} / 2, std::nullopt, last),
              (MonthShare{14, 28}));
}

TEST(WorkedRates, APriceOfLessThanAPoishaIsNotRoundedBeforeItIsMultiplied) {
    auto const card = card_of({energy_of(Window::any, 10'164'000)});
    auto usage = lasting(900);
    usage.parts = {{usage.during, {1'600}}};
    EXPECT_EQ(amounts(card, usage), (Poisha{1'626}));
    usage.parts = {{usage.during, {16'000'000}}};
    EXPECT_EQ(amounts(card, usage), (Poisha{16'262'400}));
}

}  // namespace
}  // namespace karkhana::billing
