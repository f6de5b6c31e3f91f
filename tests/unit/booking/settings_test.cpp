#include <functional>
#include <gtest/gtest.h>

#include "server/booking/rules_settings.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;

class SettingsInForce : public ::testing::Test {
protected:
    SettingsInForce() {
        book.groups = {{.id = lasers, .slug = "lasers", .machines = {machine.id}}};
        scope.machine = machine.id;
        scope.at = dhaka("2026-11-21 10:00");
    }
    void set(std::int64_t value, std::function<void(facility::Setting&)> const& where) {
        facility::Setting setting{.name = "daily_minutes", .value = value};
        setting.from = dhaka("2026-11-01 00:00");
        where(setting);
        book.settings.push_back(setting);
    }
    std::optional<std::int64_t> daily() const {
        return limits_for(book, machine, scope).daily_minutes;
    }

    facility::Machine machine = laser();
    GroupId lasers = numbered_id<GroupId>(7);
    facility::Book book{.zone = Zone::find("Asia/Dhaka").value()};
    Scope scope{.membership = "member", .season = "normal"};
};

TEST_F(SettingsInForce, AreTheMachinesOwnWhereNothingIsSet) {
    auto const limits = limits_for(book, machine, scope);
    EXPECT_EQ(limits.grid_minutes, machine.grid_minutes);
    EXPECT_EQ(limits.max_minutes, machine.max_minutes);
    EXPECT_EQ(limits.daily_minutes, std::nullopt);
}

TEST_F(SettingsInForce, OfAMachineGoBeforeThoseOfAGroupAndThoseBeforeThoseOfAll) {
    set(100, [](auto&) {});
    EXPECT_EQ(daily(), 100);
    set(200, [&](auto& each) { each.group = lasers; });
    EXPECT_EQ(daily(), 200);
    set(300, [&](auto& each) { each.machine = machine.id; });
    EXPECT_EQ(daily(), 300);
    scope.machine = numbered_id<MachineId>(9);
    EXPECT_EQ(daily(), 100);
}

TEST_F(SettingsInForce, OfAClassAndOfASeasonGoBeforeTheGeneralOnes) {
    set(100, [](auto&) {});
    set(200, [](auto& each) { each.season = "eid"; });
    EXPECT_EQ(daily(), 100);
    scope.season = "eid";
    EXPECT_EQ(daily(), 200);
    set(300, [](auto& each) { each.membership = "member"; });
    EXPECT_EQ(daily(), 300);
    scope.membership = "non_member";
    EXPECT_EQ(daily(), 200);
}

TEST_F(SettingsInForce, HoldFromTheirDayOnAndCanBeLifted) {
    set(100, [](auto&) {});
    set(200, [](auto& each) { each.from = dhaka("2026-12-01 00:00"); });
    EXPECT_EQ(daily(), 100);
    scope.at = dhaka("2026-12-01 00:00");
    EXPECT_EQ(daily(), 200);
    set(0, [](auto& each) {
        each.from = dhaka("2026-12-01 00:00");
        each.value = std::nullopt;
    });
    EXPECT_EQ(daily(), std::nullopt);
}

TEST_F(SettingsInForce, SayWhoMayLetARulePass) {
    EXPECT_TRUE(overriders_of(book, "daily_quota", scope).manager_may);
    EXPECT_FALSE(overriders_of(book, "daily_quota", scope).operator_may);
    set(3, [](auto& each) { each.name = "override.daily_quota"; });
    EXPECT_TRUE(overriders_of(book, "daily_quota", scope).operator_may);
    EXPECT_FALSE(overriders_of(book, "slot_taken", scope).manager_may) << "the database holds that";
}

}  // namespace
}  // namespace karkhana::booking
