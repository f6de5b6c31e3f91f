#include <gtest/gtest.h>

#include "server/maintenance/rules_service.hpp"

namespace karkhana::maintenance {
namespace {

using namespace std::chrono_literals;

constexpr Instant monday = instant(1'795'413'600'000'000);  // 2026-11-23 12:00 in Dhaka

/// Oil every 100 hours, warned at 90.
Plan oil() {
    return {.name = {"Oil", "তেল"},
            .basis = Basis::hours,
            .every = 100,
            .warn_before = 10,
            .length = 60min,
            .counts_from = monday};
}

TEST(Service, IsFineThenWarnedOfThenDue) {
    auto const now = monday + std::chrono::days{20};
    EXPECT_EQ(due(oil(), {.at_work = 90h - 1us}, now).stand, Stand::fine);
    EXPECT_EQ(due(oil(), {.at_work = 90h}, now).stand, Stand::warn);
    EXPECT_EQ(due(oil(), {.at_work = 100h - 1us}, now).stand, Stand::warn);
    EXPECT_EQ(due(oil(), {.at_work = 100h}, now).stand, Stand::due);
}

TEST(Service, IsForetoldByThePaceThereWas) {
    auto const now = monday + std::chrono::days{10};
    EXPECT_EQ(due(oil(), {.at_work = 50h}, now).expected, monday + std::chrono::days{20});
    EXPECT_FALSE(due(oil(), {}, now).expected) << "it has not worked";
    EXPECT_FALSE(due(oil(), {.at_work = 1us}, now).expected) << "too far to speak of";
    EXPECT_FALSE(due(oil(), {.at_work = 1h}, monday).expected);
}

TEST(Service, CountsByWhatThePlanSays) {
    auto plan = oil();
    auto const now = monday + std::chrono::days{3} + 23h;
    Worked const worked{.at_work = 2h + 59min, .pieces = 77, .energy = {12'999}};
    auto const used = [&](Basis basis) {
        plan.basis = basis;
        return due(plan, worked, now).used;
    };
    EXPECT_EQ(used(Basis::hours), 2);
    EXPECT_EQ(used(Basis::pieces), 77);
    EXPECT_EQ(used(Basis::kwh), 12);
    EXPECT_EQ(used(Basis::days), 3);
    EXPECT_EQ(due(plan, worked, now).expected, monday + std::chrono::days{100});
    EXPECT_EQ(due(plan, worked, monday - 1h).used, 0) << "the clock was set back";
}

TEST(Service, CountsStrokesByTheCounterOfTheMachineWhereItHasOne) {
    auto plan = oil();
    Worked worked{.at_work = 120h, .pieces = 77, .energy = {}, .strokes = Strokes{95, monday, ""}};
    auto const now = monday + std::chrono::days{3};
    EXPECT_EQ(due(plan, worked, now).used, 120) << "hours are hours";
    plan.basis = Basis::pieces;
    EXPECT_EQ(due(plan, worked, now).used, 95);
    EXPECT_EQ(due(plan, worked, now).stand, Stand::warn);
    worked.strokes->count = 0;
    EXPECT_EQ(due(plan, worked, now).used, 0) << "it made no stroke, whatever was entered";
    worked.strokes.reset();
    EXPECT_EQ(due(plan, worked, now).used, 77);
}

TEST(Service, BeginsOnAQuarterOfAnHour) {
    auto plan = oil();
    plan.warned_at = monday;
    std::vector<Interval> const open{{monday, monday + 50h}};
    EXPECT_EQ(time_for(plan, open, monday + 1us),
              (Interval{monday + 24h + 15min, monday + 25h + 15min}));
    EXPECT_EQ(time_for(plan, open, monday + 15min),
              (Interval{monday + 24h + 15min, monday + 25h + 15min}));
}

TEST(Service, TakesNobodysSlotWithoutAWarningADayBefore) {
    auto plan = oil();
    std::vector<Interval> const open{
        {monday, monday + 5h}, {monday + 24h, monday + 24h + 30min}, {monday + 48h, monday + 53h}};
    EXPECT_FALSE(time_for(plan, open, monday));
    plan.warned_at = monday;
    EXPECT_EQ(time_for(plan, open, monday), (Interval{monday + 48h, monday + 49h}))
        << "the half hour of tomorrow is too short";
    plan.length = 30min;
    EXPECT_EQ(time_for(plan, open, monday), (Interval{monday + 24h, monday + 24h + 30min}));
    EXPECT_EQ(time_for(plan, open, monday + 26h), (Interval{monday + 50h, monday + 50h + 30min}))
        << "a day from now, whenever the warning was";
}

TEST(Service, LongerThanAnyOpenTimeBeginsWithTheFirst) {
    auto plan = oil();
    plan.warned_at = monday;
    plan.length = 600min;
    EXPECT_EQ(time_for(plan, {{monday + 30h, monday + 32h}}, monday),
              (Interval{monday + 30h, monday + 40h}));
    EXPECT_FALSE(time_for(plan, {}, monday));
}

TEST(Service, IsRefusedWithTheSettingThatIsWrong) {
    auto const field = [](auto change) {
        auto plan = oil();
        change(plan);
        auto const valid = valid_plan(plan);
        return valid ? std::string{} : valid.error().field;
    };
    EXPECT_EQ(field([](Plan&) {}), "");
    EXPECT_EQ(field([](Plan& plan) { plan.every = 0; }), "/every");
    EXPECT_EQ(field([](Plan& plan) { plan.warn_before = plan.every; }), "/warn_before");
    EXPECT_EQ(field([](Plan& plan) { plan.length = 0min; }), "/minutes");
    EXPECT_EQ(field([](Plan& plan) { plan.length = 10'081min; }), "/minutes");
    EXPECT_FALSE(valid_plan({.every = 2, .warn_before = 1})) << "it has no name";
}

}  // namespace
}  // namespace karkhana::maintenance
