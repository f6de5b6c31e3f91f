#include <gtest/gtest.h>

#include "server/base/calendar.hpp"
#include "server/booking/rules_setting_history.hpp"

namespace karkhana::booking {
namespace {

using facility::Setting;

constexpr Instant now = instant(1'000'000);
Setting gap(std::int64_t from, std::optional<std::int64_t> value) {
    return {.name = "gap_minutes", .value = value, .from = instant(from)};
}

TEST(SettingHistory, SaysWhatHoldsWhatHeldAndWhatWillHold) {
    auto of_members = gap(10, 5);
    of_members.membership = "member";
    std::vector const all{gap(10, 30), gap(20, 60), gap(2'000'000, 90), of_members};
    EXPECT_EQ(standings(all, now),
              (std::vector{Standing::past, Standing::now, Standing::later, Standing::now}));
    EXPECT_EQ(standings({gap(10, 30), gap(10, 60)}, now),
              (std::vector{Standing::past, Standing::now}))
        << "of two from one moment the one entered later";
    EXPECT_EQ(standings({gap(1'000'000, 30)}, now), std::vector{Standing::now});
}

TEST(SettingHistory, TakesThePlaceOfTheSameAlone) {
    auto const first = gap(10, 30);
    auto const held = [&](auto&& change) {
        auto later = gap(20, 60);
        change(later);
        return standings({first, later}, now).at(0) == Standing::now;
    };
    EXPECT_FALSE(held([](Setting&) {}));
    EXPECT_TRUE(held([](Setting& each) { each.name = "daily_count"; }));
    EXPECT_TRUE(held([](Setting& each) { each.machine = MachineId{}; }));
    EXPECT_TRUE(held([](Setting& each) { each.group = GroupId{}; }));
    EXPECT_TRUE(held([](Setting& each) { each.membership = "member"; }));
    EXPECT_TRUE(held([](Setting& each) { each.season = "eid"; }));
    EXPECT_FALSE(held([](Setting& each) { each.from = now; })) << "from this moment on";
    EXPECT_TRUE(held([](Setting& each) { each.from = now + Duration{1}; }));
}

TEST(SettingHistory, RefusesNumbersThatCannotBe) {
    auto const code = [](Setting setting) {
        auto const valid = valid_setting(std::move(setting), now);
        return valid ? std::string_view{"fine"} : valid.error().code;
    };
    EXPECT_EQ(code(gap(1'000'000, 30)), "fine");
    EXPECT_EQ(code(gap(1'000'000, std::nullopt)), "fine") << "lifted";
    EXPECT_EQ(code(gap(999'999, 30)), "in_past");
    EXPECT_EQ(code(gap(1'000'000, -1)), "out_of_range");
    auto const percent = [&](std::int64_t value) {
        return code({.name = "missed_percent", .value = value, .from = now});
    };
    EXPECT_EQ(percent(0), "fine");
    EXPECT_EQ(percent(100), "fine");
    EXPECT_EQ(percent(101), "out_of_range");
    auto of_a_group = gap(1'000'000, 30);
    of_a_group.group = GroupId{};
    EXPECT_EQ(code(of_a_group), "fine");
    EXPECT_EQ(code({.name = "colour", .value = 1, .from = now}), "unknown_setting");
    EXPECT_EQ(code({.name = "grid_minutes", .value = 50, .from = now}), "bad_grid");
    EXPECT_EQ(code({.name = "grid_minutes", .value = 45, .from = now}), "fine");
    auto both = gap(1'000'000, 30);
    both.machine = MachineId{};
    both.group = GroupId{};
    EXPECT_EQ(code(both), "bad_scope");
    auto strange = gap(1'000'000, 30);
    strange.membership = "friend";
    EXPECT_EQ(code(strange), "unknown_membership");
}

TEST(SettingHistory, ExplainsEveryNumber) {
    facility::Book book{.zone = Zone::find("Asia/Dhaka").value()};
    facility::Machine const laser{.grid_minutes = 15, .max_minutes = 240};
    book.settings = {gap(10, 30),
                     {.name = "max_minutes", .value = 120, .from = instant(10)},
                     {.name = "grid_minutes", .value = std::nullopt, .from = instant(10)},
                     {.name = "work.sole.seconds", .value = 30, .from = instant(10)},
                     {.name = "work.sole.seconds", .value = 20, .from = instant(20)},
                     {.name = "work.upper.seconds", .value = 40, .from = instant(2'000'000)}};
    auto const all = explain(book, laser, {.season = "normal", .at = now});
    ASSERT_EQ(all.size(), setting_names().size() + 1) << "and the work that is done there";
    auto const of = [&](std::string_view name) {
        for (auto const& each : all)
            if (each.name.name == name) return each;
        throw std::runtime_error("no such number");
    };
    EXPECT_EQ(of("gap_minutes").value, 30);
    EXPECT_EQ(of("gap_minutes").setting, &book.settings[0]);
    EXPECT_EQ(of("max_minutes").value, 120) << "the setting goes before the machine";
    EXPECT_EQ(of("min_minutes").value, laser.min_minutes);
    EXPECT_EQ(of("grid_minutes").value, 15) << "lifted: the machine's own";
    EXPECT_EQ(of("horizon_days").value, 30);
    EXPECT_EQ(of("horizon_days").setting, nullptr);
    EXPECT_EQ(of("daily_minutes").value, std::nullopt) << "no rule";
    EXPECT_EQ(of("work.sole.seconds").value, 20);
    EXPECT_EQ(of("work.sole.seconds").name.unit, "seconds");
}

}  // namespace
}  // namespace karkhana::booking
