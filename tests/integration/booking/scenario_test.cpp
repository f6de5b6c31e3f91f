#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "tests/integration/booking/scenario.hpp"

namespace karkhana::booking {
namespace {

class BookingScenarios : public tests::StoreTest {};

KARKHANA_ON_BOTH_ENGINES(BookingScenarios);

TEST_P(BookingScenarios, ComeOutAsWritten) {
    int played = 0;
    for (auto const& file : std::filesystem::directory_iterator{
             std::filesystem::path{"tests/integration/booking/scenarios"}}) {
        std::ifstream text(file.path());
        for (auto const& problem : Scenario(ledger()).play(text))
            ADD_FAILURE() << file.path().string() << ":" << problem;
        ++played;
    }
    EXPECT_GE(played, 41);
}

TEST(BookingScenarioFiles, AreThereForEveryRule) {
    for (int i = 0; i <= static_cast<int>(Rule::slot_taken); ++i) {
        auto const code = std::string{name_of(static_cast<Rule>(i))};
        EXPECT_TRUE(std::filesystem::exists("tests/integration/booking/scenarios/rule_" + code +
                                            ".scenario"))
            << code;
    }
}

TEST_P(BookingScenarios, SayWhatDidNotComeOut) {
    std::istringstream text("machine laser-1 laser\n"
                            "book laser-1 ME-7 10:00-11:00 as A\n"
                            "expect refused closed\n"
                            "expect state A missed   # it is confirmed\n"
                            "book laser-2 ME-7 10:00-11:00\n"
                            "expect bookings 2\n"
                            "book laser-1 ME-8 10:30-11:30\n"
                            "expect ok\n"
                            "expect offers nothing\n"
                            "dance\n");
    auto const problems = Scenario(ledger()).play(text);
    ASSERT_EQ(problems.size(), 7U);
    EXPECT_EQ(problems[0], "3: expect refused closed\n    found: nothing");
    EXPECT_NE(problems[1].find("found: confirmed"), std::string::npos);
    EXPECT_NE(problems[2].find("5: book laser-2"), std::string::npos);
    EXPECT_NE(problems[3].find("found: 1"), std::string::npos);
    EXPECT_NE(problems[4].find("slot_taken"), std::string::npos);
    EXPECT_NE(problems[6].find("no such line: dance"), std::string::npos);
}

}  // namespace
}  // namespace karkhana::booking
