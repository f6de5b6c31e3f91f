#include <gtest/gtest.h>

#include "server/billing/rating_period.hpp"

namespace karkhana::billing {
namespace {

Instant at(std::string_view text) { return parse_rfc3339(std::string{text} + "+06:00").value(); }
Zone dacca() { return Zone::find("Asia/Dhaka").value(); }

Component a_minute(Basis basis, Window window = Window::any, std::int64_t poisha = 100) {
    return {0, "", basis, window, Rate{poisha * 10'000}, {"Time", "সময়"}};
}
RateCard with(std::vector<Component> components) {
    RateCard card;
    card.components = std::move(components);
    int sequence = 0;
    for (auto& component : card.components) component.sequence = ++sequence;
    return card;
}
std::string fault(Component component) {
    auto const sound = check(with({std::move(component)}));
    return sound ? std::string{} : std::string{sound.error().code};
}
std::int64_t sum(RateCard const& card, Usage const& usage) {
    return total_of(rate(card, usage, dacca()).value()).poisha;
}
/// An hour from ten, booked from half past nine to half past ten.
Usage morning() {
    Usage usage{"laser", {at("2026-11-20T10:00:00"), at("2026-11-20T11:00:00")}, {}, std::nullopt};
    usage.booked = {at("2026-11-20T09:30:00"), at("2026-11-20T10:30:00")};
    return usage;
}

TEST(TimeOf, WhatWasBookedIsChargedLessWhatTheFacilityCouldNotServe) {
    auto usage = morning();
    usage.booked->end = at("2026-11-20T10:45:00");
    EXPECT_EQ(sum(with({a_minute(Basis::booked_minute)}), usage), 75 * 100);
    usage.halts = {{{at("2026-11-20T10:00:00"), at("2026-11-20T10:10:00")}, HaltReason::person},
                   {{at("2026-11-20T10:20:00"), at("2026-11-20T10:25:00")}, HaltReason::outage}};
    EXPECT_EQ(sum(with({a_minute(Basis::booked_minute)}), usage), 70 * 100);
    EXPECT_EQ(sum(with({a_minute(Basis::used_minute)}), usage), 45 * 100);
    EXPECT_EQ(sum(with({a_minute(Basis::longer_minute)}), usage), 70 * 100);
    usage.booked->end = at("2026-11-20T10:00:00");
    EXPECT_EQ(sum(with({a_minute(Basis::longer_minute)}), usage), 45 * 100);
    usage.booked.reset();
    EXPECT_EQ(sum(with({a_minute(Basis::booked_minute)}), usage), 55 * 100) << "a walk-in";
}

TEST(TimeOf, UnderPowerIsByTheMeanBetweenRegisters) {
    auto usage = morning();
    Instant const quarter = at("2026-11-20T10:15:00");
    usage.parts = {{{usage.during.start, quarter}, {250}}, {{quarter, usage.during.end}, {300}}};
    usage.busy_above_w = 500;  // 1000 W, then 400 W
    EXPECT_EQ(sum(with({a_minute(Basis::busy_minute)}), usage), 15 * 100);
    EXPECT_EQ(sum(with({a_minute(Basis::idle_minute)}), usage), 45 * 100);
    usage.halts = {{{at("2026-11-20T10:10:00"), at("2026-11-20T10:20:00")}, HaltReason::person}};
    EXPECT_EQ(sum(with({a_minute(Basis::busy_minute)}), usage), 10 * 100);
    EXPECT_EQ(sum(with({a_minute(Basis::idle_minute)}), usage), 40 * 100);
    usage.parts.clear();
    EXPECT_EQ(sum(with({a_minute(Basis::busy_minute)}), usage), 0);
}

TEST(TimeOf, SeveralMetersDrawTogether) {
    auto usage = morning();
    usage.parts = {{usage.during, {300}}, {usage.during, {300}}};
    usage.busy_above_w = 600;
    EXPECT_EQ(sum(with({a_minute(Basis::busy_minute)}), usage), 60 * 100);
    usage.busy_above_w = 601;
    EXPECT_EQ(sum(with({a_minute(Basis::busy_minute)}), usage), 0);
}

TEST(TimeOf, AnOperatorIsPaidForWhoIsAssisted) {
    auto usage = morning();
    EXPECT_EQ(sum(with({a_minute(Basis::operator_minute)}), usage), 0);
    usage.assisted = true;
    EXPECT_EQ(sum(with({a_minute(Basis::operator_minute)}), usage), 60 * 100);
}

TEST(Calendar, HolidaysAndSomeWeekdaysHaveNoPeak) {
    auto card = with({a_minute(Basis::used_minute, Window::peak, 200),
                      a_minute(Basis::used_minute, Window::off_peak, 100)});
    Usage usage{"laser", {at("2026-12-15T16:00:00"), at("2026-12-15T18:00:00")}, {}, std::nullopt};
    EXPECT_EQ(sum(card, usage), 60 * 100 + 60 * 200);
    card.holidays = {parse_date("2026-12-15").value()};
    EXPECT_EQ(sum(card, usage), 120 * 100);
    card.holidays = {parse_date("2026-12-16").value()};
    EXPECT_EQ(sum(card, usage), 60 * 100 + 60 * 200);
    card.peak_weekdays = kEveryWeekday & ~(1 << 2);  // the day is a Tuesday
    EXPECT_EQ(sum(card, usage), 120 * 100);
    EXPECT_FALSE(every_day_alike(card));
}

TEST(Calendar, APeakOverMidnightEndsWhereAHolidayBegins) {
    auto card = with({a_minute(Basis::used_minute, Window::peak)});
    card.peak_from_minute = 22 * 60;
    card.peak_to_minute = 2 * 60;
    card.holidays = {parse_date("2026-12-16").value()};
    Interval const night{at("2026-12-15T21:00:00"), at("2026-12-16T03:00:00")};
    EXPECT_EQ(sum(card, {"laser", night, {}, std::nullopt}), 120 * 100);
    EXPECT_EQ(tariff_boundaries(card, dacca(), night),
              (std::vector{at("2026-12-15T22:00:00"), at("2026-12-16T00:00:00")}));
}

TEST(Increment, EachLineIsRoundedUp) {
    auto component = a_minute(Basis::used_minute);
    component.increment = 900;
    auto usage = morning();
    EXPECT_EQ(sum(with({component}), usage), 60 * 100);
    usage.during.end += std::chrono::seconds{1};
    EXPECT_EQ(sum(with({component}), usage), 75 * 100);
}

TEST(Classes, WhoeverIsOfAClassPaysItsPriceInPlaceOfEverybodys) {
    auto member = a_minute(Basis::used_minute, Window::any, 80);
    member.price_class = PriceClass::member;
    auto women_led = a_minute(Basis::used_minute, Window::any, 70);
    women_led.price_class = PriceClass::women_led;
    auto const card = with({a_minute(Basis::used_minute), member, women_led});
    EXPECT_TRUE(check(card));
    EXPECT_TRUE(has_classes(card));
    auto usage = morning();
    EXPECT_EQ(sum(card, usage), 60 * 100);
    usage.classes = {PriceClass::women_led};
    EXPECT_EQ(sum(card, usage), 60 * 70);
    usage.classes = {PriceClass::member, PriceClass::women_led};
    EXPECT_EQ(sum(card, usage), 60 * 80) << "the first of the card";
}

TEST(Pieces, AreCountedByTheDozenExactly) {
    auto component = a_minute(Basis::piece, Window::any, 6'000);
    component.per = 12;
    component.unit = "dozen";
    auto usage = morning();
    usage.pieces = 40;
    EXPECT_EQ(sum(with({component}), usage), 20'000);
}

TEST(Sold, WhatIsSoldBesideIsChargedToNoSession) {
    auto const card = with({a_minute(Basis::membership), a_minute(Basis::pack),
                            a_minute(Basis::deposit), a_minute(Basis::material)});
    EXPECT_EQ(sum(card, morning()), 0);
}

TEST(Packs, PayBeforeMoneyDoes) {
    auto const card = with({a_minute(Basis::used_minute, Window::any, 7)});
    auto const terms = rate(card, morning(), dacca()).value();
    auto const drawn =
        draw_down({{Basis::kwh, 5}, {Basis::used_minute, 600}, {Basis::used_minute, 90}}, terms);
    ASSERT_EQ(drawn.size(), 2U);
    EXPECT_EQ(drawn[0], (Drawn{0, 1, 600, Money{70}}));
    EXPECT_EQ(drawn[1], (Drawn{0, 2, 90, Money{420 - 70 - 340}}));  // 2910 s are 339.5
    EXPECT_TRUE(draw_down({}, terms).empty());
    // Of what a discount takes off no pack pays.
    std::vector<Term> discounted(2);
    discounted[0].basis = Basis::used_minute;
    discounted[0].quantity = 600;
    discounted[0].price = {10'000};
    discounted[0].amount = Money{10};
    discounted[1].basis = Basis::discount;
    discounted[1].amount = Money{-3};
    auto const most = draw_down({{Basis::used_minute, 6'000}}, discounted);
    ASSERT_EQ(most.size(), 1U);
    EXPECT_EQ(most[0], (Drawn{0, 0, 600, Money{7}}));
}

TEST(Check, NamesWhatIsWrongWithAComponent) {
    EXPECT_EQ(fault(a_minute(Basis::setup, Window::peak)), "window_without_time");
    auto tiered = a_minute(Basis::used_minute);
    tiered.tiers = {{60, Rate{1}}, {std::nullopt, Rate{2}}};
    EXPECT_EQ(fault(tiered), "bad_tiers") << "of no model";
    tiered.tier_model = TierModel::volume;
    EXPECT_EQ(fault(tiered), "");
    tiered.tier_model = TierModel::block;
    EXPECT_EQ(fault(tiered), "bad_tiers") << "a block has an end";
    tiered.tier_model = TierModel::graduated;
    tiered.tiers = {{60, Rate{1}}, {60, Rate{2}}, {std::nullopt, Rate{3}}};
    EXPECT_EQ(fault(tiered), "bad_tiers") << "does not rise";
    auto part = a_minute(Basis::discount);
    part.price = {10'001};
    EXPECT_EQ(fault(part), "bad_discount");
    auto minimum = a_minute(Basis::minimum);
    minimum.increment = 5;
    EXPECT_EQ(fault(minimum), "bad_increment");
    EXPECT_EQ(fault(a_minute(Basis::pack)), "bad_pack");
    auto monthly = a_minute(Basis::session);
    monthly.scope = Scope::month;
    EXPECT_EQ(fault(monthly), "month_of_what");
    auto card = with({a_minute(Basis::used_minute)});
    card.price_lock = PriceLock::at_use;
    card.effective_from = at("2026-11-20T10:01:00");
    EXPECT_EQ(check(card).error().code, "price_grid");
}

}  // namespace
}  // namespace karkhana::billing
