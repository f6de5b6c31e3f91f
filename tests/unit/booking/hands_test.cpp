#include <gtest/gtest.h>

#include "server/booking/rules_hands.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;

auto const at_ten = dhaka("2026-11-21 10:00");
auto const today = parse_date("2026-11-21").value();

Limits trained() {
    Limits limits;
    limits.needs_authorisation = true;
    return limits;
}
Limits adult() {
    Limits limits;
    limits.least_age = 18;
    return limits;
}
Limits both() {
    auto limits = trained();
    limits.least_age = 18;
    return limits;
}

Hand born(std::string const& day) { return {.named = true, .born_on = parse_date(day).value()}; }

TEST(Hands, NothingSpeaksAgainstAnybodyWhereNothingIsAsked) {
    EXPECT_EQ(why_unfit({}, {}, today, at_ten), std::nullopt);
    EXPECT_EQ(why_unfit(both(), {.assisted = true}, today, at_ten), std::nullopt);
}

TEST(Hands, AnAuthorisationLastsUntilItsEnd) {
    EXPECT_EQ(why_unfit(trained(), {}, today, at_ten), Unfit::unnamed);
    EXPECT_EQ(why_unfit(trained(), {.named = true}, today, at_ten), Unfit::unauthorised);
    Hand hand{.named = true, .authorised = true};
    EXPECT_EQ(why_unfit(trained(), hand, today, at_ten), std::nullopt) << "for good";
    hand.authorised_until = at_ten;
    EXPECT_EQ(why_unfit(trained(), hand, today, at_ten), std::nullopt);
    hand.authorised_until = at_ten - Duration{1};
    EXPECT_EQ(why_unfit(trained(), hand, today, at_ten), Unfit::expired);
}

TEST(Hands, AnAgeIsOfTheDayAndHasToBeKnown) {
    EXPECT_EQ(why_unfit(adult(), {.named = true}, today, at_ten), Unfit::age_unknown);
    EXPECT_EQ(why_unfit(adult(), born("2008-11-21"), today, at_ten), std::nullopt)
        << "eighteen today";
    EXPECT_EQ(why_unfit(adult(), born("2008-11-22"), today, at_ten), Unfit::too_young);
    auto const leap = born("2008-02-29").born_on.value();
    EXPECT_EQ(age_on(parse_date("2026-02-28").value(), leap), 17);
    EXPECT_EQ(age_on(parse_date("2026-03-01").value(), leap), 18);
}

TEST(Hands, StaffVouchForWhatWasLearntAndNeverForAnAge) {
    EXPECT_EQ(why_unfit(both(), born("2010-01-01"), today, at_ten), Unfit::too_young)
        << "the age goes before what is missing besides";
    for (auto const why : {Unfit::unauthorised, Unfit::expired})
        EXPECT_TRUE(may_be_vouched_for(why, both()));
    for (auto const why : {Unfit::too_young, Unfit::age_unknown, Unfit::unnamed})
        EXPECT_FALSE(may_be_vouched_for(why, both()));
    EXPECT_TRUE(may_be_vouched_for(Unfit::unnamed, trained())) << "no age is asked for";
}

TEST(Hands, WhatIsSaidNamesTheReasonInBothLanguages) {
    Zone const zone = Zone::find("Asia/Dhaka").value();
    Hand const hand{.named = true, .authorised = true, .authorised_until = at_ten};
    for (auto const& [why, reason] :
         std::vector<std::pair<Unfit, std::string>>{{Unfit::unnamed, "unnamed"},
                                                    {Unfit::age_unknown, "age_unknown"},
                                                    {Unfit::too_young, "age"},
                                                    {Unfit::unauthorised, "missing"},
                                                    {Unfit::expired, "expired"}}) {
        auto const said = said_unfit(why, zone, laser(), both(), hand);
        EXPECT_EQ(said.rule, Rule::not_authorised);
        EXPECT_EQ(std::get<std::string>(said.numbers.at(0).second), reason);
        EXPECT_FALSE(said.message.en.empty());
        EXPECT_EQ(said.message.bn.find_first_of("0123456789"), std::string::npos)
            << said.message.bn;
    }
}

}  // namespace
}  // namespace karkhana::booking
