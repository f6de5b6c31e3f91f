#include <gtest/gtest.h>
#include <utility>

#include "server/billing/rating.hpp"

namespace karkhana::billing {
namespace {

Instant time(std::string_view text) { return parse_rfc3339(text).value(); }
Zone dhaka() { return Zone::find("Asia/Dhaka").value(); }
Interval between(std::string_view from, std::string_view to) {
    std::string const day = "2026-11-20T", zone = ":00+06:00";
    return {time(day + std::string{from} + zone), time(day + std::string{to} + zone)};
}

RateCard laser_card() {
    RateCard card;
    card.components = {
        {1, "laser", Basis::kwh, Window::off_peak, Rate{10'000'000}, {"Electricity", "বিদ্যুৎ"}},
        {2, "laser", Basis::kwh, Window::peak, Rate{14'000'000}, {"Peak", "পিক"}},
        {3, "laser", Basis::piece, Window::any, Rate{2'500'000}, {"Pair", "জোড়া"}},
        {4, "", Basis::minimum, Window::any, Rate{50'000'000}, {"Minimum", "সর্বনিম্ন"}},
    };
    return card;
}

Usage evening(std::int64_t before_wh, std::int64_t after_wh) {
    return {"laser",
            between("16:30", "17:30"),
            {{between("16:30", "17:00"), {before_wh}, Quality::good},
             {between("17:00", "17:30"), {after_wh}, Quality::good}},
            std::nullopt};
}

TEST(Rate, ThePeakWindowSplitsASession) {
    auto const terms = rate(laser_card(), evening(4'200, 2'800), dhaka()).value();
    ASSERT_EQ(terms.size(), 2U);
    EXPECT_EQ(terms[0].quantity, 4'200);
    EXPECT_EQ(terms[0].amount, Money{4'200});
    EXPECT_EQ(terms[1].quantity, 2'800);
    EXPECT_EQ(terms[1].amount, Money{3'920});
}

TEST(Rate, AMinimumIsALineOfItsOwnAndTopsUpExactly) {
    auto const terms = rate(laser_card(), evening(1'200, 800), dhaka()).value();
    ASSERT_EQ(terms.size(), 3U);
    EXPECT_EQ(terms[2].basis, Basis::minimum);
    EXPECT_EQ(terms[2].amount, Money{5'000 - 1'200 - 1'120});
    EXPECT_EQ(total_of(terms), Money{5'000});
}

TEST(Rate, PiecesAreCountedAndNothingIsChargedForNone) {
    auto usage = evening(4'200, 2'800);
    usage.pieces = 40;
    auto const terms = rate(laser_card(), usage, dhaka()).value();
    ASSERT_EQ(terms.size(), 3U);
    EXPECT_EQ(terms[2].amount, Money{40 * 250});
}

TEST(Rate, ComponentsOfOtherMachinesDoNotApply) {
    auto usage = evening(4'200, 2'800);
    usage.machine_kind = "press";
    auto const terms = rate(laser_card(), usage, dhaka()).value();
    ASSERT_EQ(terms.size(), 1U);
    EXPECT_EQ(total_of(terms), Money{5'000});
}

TEST(Rate, EnergyAcrossABoundaryWithoutARegisterIsRefused) {
    auto usage = evening(0, 0);
    usage.parts = {{between("16:30", "17:30"), {7'000}, Quality::good}};
    EXPECT_EQ(rate(laser_card(), usage, dhaka()).error().code, "unsplit_usage");
}

TEST(Rate, WhereThePriceIsTheSameAllDayNoRegisterAtItsBoundaryIsNeeded) {
    RateCard card = laser_card();
    card.components = {{1, "", Basis::kwh, Window::any, Rate{10'000'000}, {}},
                       {2, "press", Basis::kwh, Window::peak, Rate{10'000'000}, {}}};
    auto usage = evening(0, 0);
    usage.parts = {{between("16:30", "17:30"), {7'000}, Quality::good}};
    EXPECT_EQ(total_of(rate(card, usage, dhaka()).value()), Money{7'000});
    usage.machine_kind = "press";
    EXPECT_EQ(rate(card, usage, dhaka()).error().code, "unsplit_usage");
}

TEST(Rate, APeakOfNoLengthHasNoBoundary) {
    RateCard card = laser_card();
    card.peak_from_minute = card.peak_to_minute = 17 * 60;
    auto usage = evening(0, 0);
    usage.parts = {{between("16:30", "17:30"), {7'000}, Quality::good}};
    auto const terms = rate(card, usage, dhaka()).value();
    ASSERT_EQ(terms.size(), 1U);
    EXPECT_EQ(terms[0].window, Window::off_peak);
}

TEST(Rate, OfSeveralMinimumsTheHighestCounts) {
    RateCard card = laser_card();
    card.components = {{1, "", Basis::kwh, Window::any, Rate{10'000'000}, {}},
                       {2, "laser", Basis::minimum, Window::any, Rate{80'000'000}, {}},
                       {3, "", Basis::minimum, Window::any, Rate{50'000'000}, {}}};
    EXPECT_EQ(total_of(rate(card, evening(1'000, 1'000), dhaka()).value()), Money{8'000});
    std::swap(card.components[1], card.components[2]);
    EXPECT_EQ(total_of(rate(card, evening(1'000, 1'000), dhaka()).value()), Money{8'000});
}

TEST(Rate, UsedMinutesAreSplitByTime) {
    RateCard card = laser_card();
    card.components = {{1, "", Basis::used_minute, Window::peak, Rate{600'000}, {}}};
    auto const terms = rate(card, evening(1, 1), dhaka()).value();
    ASSERT_EQ(terms.size(), 1U);
    EXPECT_EQ(terms[0].quantity, 1800);
    EXPECT_EQ(terms[0].amount, Money{30 * 60});
}

TEST(Rate, UsedTimeLosesNoSecondWhereItIsCut) {
    RateCard card;
    card.components = {{1, "", Basis::used_minute, Window::any, Rate{1'000'000}, {}}};
    Usage usage = evening(0, 0);
    usage.during = {time("2026-11-20T16:59:00.600+06:00"), time("2026-11-20T17:01:00.700+06:00")};
    EXPECT_EQ(rate(card, usage, dhaka()).value().at(0).quantity, 120);
}

TEST(Rate, TheWorstQualityOfItsEnergyMarksALine) {
    auto usage = evening(4'200, 2'800);
    usage.parts[1].at_end = Quality::estimated;
    auto const terms = rate(laser_card(), usage, dhaka()).value();
    EXPECT_EQ(terms[0].quality, Quality::good);
    EXPECT_EQ(terms[1].quality, Quality::estimated);
}

TEST(Rate, AnEstimateIsWorseThanWhatAPersonReadOff) {
    RateCard card = laser_card();
    card.components = {{1, "", Basis::kwh, Window::any, Rate{10'000'000}, {}}};
    auto usage = evening(4'200, 2'800);
    usage.parts[0].at_start = Quality::estimated;
    usage.parts[1].at_end = Quality::edited;
    EXPECT_EQ(rate(card, usage, dhaka()).value()[0].quality, Quality::estimated);
}

TEST(Rate, ARegisterThatNoPriceRestsOnTakesNothingFromTheQuality) {
    auto usage = evening(4'200, 2'800);
    auto const whole = usage.parts[0];
    auto first = whole, second = whole;
    first.during.end = second.during.start = time("2026-11-20T16:45:00+06:00");
    first.energy = second.energy = {2'100};
    first.at_end = second.at_start = Quality::estimated;
    usage.parts = {first, second, usage.parts[1]};
    EXPECT_EQ(rate(laser_card(), usage, dhaka()).value()[0].quality, Quality::good);
    // Between two meters it is not one difference but two.
    usage.parts[1].seam = true;
    EXPECT_EQ(rate(laser_card(), usage, dhaka()).value()[0].quality, Quality::estimated);
    usage.parts[1].seam = false;
    usage.parts[1].at_end = usage.parts[2].at_start = Quality::estimated;
    auto const terms = rate(laser_card(), usage, dhaka()).value();
    EXPECT_EQ(terms[0].quality, Quality::estimated);
    EXPECT_EQ(terms[1].quality, Quality::estimated);
}

TEST(Peak, MayCrossMidnight) {
    RateCard card;
    card.peak_from_minute = 23 * 60;
    card.peak_to_minute = 60;
    EXPECT_TRUE(in_peak(card, dhaka(), time("2026-11-20T23:30:00+06:00")));
    EXPECT_TRUE(in_peak(card, dhaka(), time("2026-11-21T00:59:00+06:00")));
    EXPECT_FALSE(in_peak(card, dhaka(), time("2026-11-21T01:00:00+06:00")));
}

TEST(Check, NamesWhatIsWrong) {
    RateCard card = laser_card();
    EXPECT_TRUE(check(card));
    card.peak_to_minute = 23 * 60 + 5;
    EXPECT_EQ(check(card).error().code, "peak_grid");
    card = laser_card();
    card.components.push_back(card.components[0]);
    EXPECT_EQ(check(card).error().code, "duplicate_component");
    card.components.clear();
    EXPECT_EQ(check(card).error().code, "no_components");
    card.components = {{1, "", Basis::minimum, Window::peak, Rate{1}, {}}};
    EXPECT_EQ(check(card).error().code, "minimum_window");
}

TEST(ExpectedUsage, IsCutAtTheTariffsBoundaries) {
    auto const usage = expected_usage(laser_card(), dhaka(), "laser", between("16:30", "17:30"),
                                      1'000, std::nullopt);
    ASSERT_EQ(usage.parts.size(), 2U);
    EXPECT_EQ(usage.parts[0].energy, Energy{500});
    EXPECT_TRUE(rate(laser_card(), usage, dhaka()));
}

}  // namespace
}  // namespace karkhana::billing
