#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/booking/rules_safety.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SafetyTicks, AreAskedForWhereTheMachineIsSetToAndFromThenOn) {
    auto world = saturday();
    auto book = *world.book;
    Scope scope{.machine = laser().id, .membership = "", .season = "normal", .at = world.now};
    EXPECT_THAT(ticks_wanted(book, scope), IsEmpty());
    auto const ask = [&](std::string name, std::optional<std::int64_t> value, Instant from) {
        book.settings.push_back(
            {.name = std::move(name), .machine = laser().id, .value = value, .from = from});
    };
    ask("tick_operator", 1, world.now);
    ask("tick_guards", 1, world.now);
    ask("tick_extraction", 1, world.now + std::chrono::hours{1});
    EXPECT_THAT(ticks_wanted(book, scope), ElementsAre("guards", "operator"));
    scope.at += std::chrono::hours{1};
    ask("tick_guards", std::nullopt, scope.at);
    EXPECT_THAT(ticks_wanted(book, scope), ElementsAre("extraction", "operator"));
    scope.machine = numbered_id<MachineId>(2);
    EXPECT_THAT(ticks_wanted(book, scope), IsEmpty());
}

TEST(SafetyTicks, AreAllNeededAndThoseThatLackAreNamed) {
    EXPECT_TRUE(check_ticks({}, {}));
    EXPECT_TRUE(check_ticks({"guards", "operator"}, {"operator", "guards", "extraction"}));
    auto const refused = check_ticks({"guards", "extraction", "operator"}, {"extraction"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "safety_tick");
    EXPECT_EQ(refused.error().detail, "First see to: guards, operator.");
}

}  // namespace
}  // namespace karkhana::booking
