#include <gtest/gtest.h>
#include <limits>

#include "server/store/store.hpp"

namespace karkhana::store {
namespace {

std::int64_t integer_of(Value const& value) { return std::get<std::int64_t>(value); }
std::string text_of(Value const& value) { return std::get<std::string>(value); }

TEST(ToValue, SaysTheDomainsTypesInTheDatabasesThree) {
    EXPECT_EQ(integer_of(to_value(true)), 1);
    EXPECT_EQ(integer_of(to_value(std::uint16_t{65535})), 65535);
    EXPECT_EQ(integer_of(to_value(Money{-1})), -1);
    EXPECT_EQ(integer_of(to_value(Energy{5})), 5);
    EXPECT_EQ(integer_of(to_value(Rate{10'164'000})), 10'164'000);
    EXPECT_EQ(integer_of(to_value(instant(1'795'000'000'000'001))), 1'795'000'000'000'001);
    EXPECT_EQ(text_of(to_value("words")), "words");
    EXPECT_EQ(text_of(to_value(PersonId{})), "00000000-0000-0000-0000-000000000000");
    EXPECT_TRUE(std::holds_alternative<Null>(to_value(std::optional<Money>{})));
    EXPECT_EQ(integer_of(to_value(std::optional<Money>{Money{7}})), 7);
}

}  // namespace
}  // namespace karkhana::store
