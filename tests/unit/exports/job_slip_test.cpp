#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/base/unicode.hpp"
#include "server/exports/job_slip.hpp"
#include "tests/unit/exports/documents.hpp"

namespace karkhana::exports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(JobSlip, EachIsRoundedHalfAwayFromZero) {
    EXPECT_EQ(each_of({Money{5}, Energy{3}, 7}, 2), (Spent{Money{3}, Energy{2}, 4}));
    EXPECT_EQ(each_of({Money{100}, Energy{100}, 100}, 3), (Spent{Money{33}, Energy{33}, 33}));
}

TEST(JobSlip, TheMessageIsNeverLonger) {
    for (auto const language : {Language::en, Language::bn}) {
        auto slip = sample_slip();
        EXPECT_LE(character_count(message_of(slip, language)), longest_message);
        EXPECT_THAT(message_of(slip, language),
                    HasSubstr(language == Language::en ? "START 1,234.567 STOP 1,241.567"
                                                       : "শুরু ১,২৩৪.৫৬৭ শেষ ১,২৪১.৫৬৭"));
        slip.machine = {std::string(300, 'W'), "লক্ষ্মী লক্ষ্মী লক্ষ্মী লক্ষ্মী লক্ষ্মী লক্ষ্মী লক্ষ্মী"};
        slip.spent.money = Money{99'999'999'99};
        slip.pieces = 1'000'000;
        slip.meters[0] = {Energy{999'999'999'000}, Energy{999'999'999'999}};
        auto const long_one = message_of(slip, language);
        EXPECT_LE(character_count(long_one), longest_message) << long_one;
        EXPECT_TRUE(valid_utf8(long_one));
        EXPECT_THAT(long_one, HasSubstr(language == Language::en ? "START" : "শুরু"));
        slip.meters.assign(9, slip.meters[0]);
        EXPECT_LE(character_count(message_of(slip, language)), longest_message);
    }
}

TEST(JobSlip, SaysNothingOfWhatIsNotKnown) {
    auto slip = sample_slip();
    slip.priced = false;
    slip.pieces.reset();
    slip.earlier_jobs = 0;
    slip.earlier_pieces = 0;
    auto const message = message_of(slip, Language::en);
    EXPECT_THAT(message, Not(HasSubstr("Tk")));
    EXPECT_THAT(message, Not(HasSubstr("each")));
    EXPECT_THAT(message, Not(HasSubstr("Last")));
    EXPECT_TRUE(paper_of(slip).rows.empty());
    EXPECT_TRUE(paper_of(slip).sums.empty());
}

}  // namespace
}  // namespace karkhana::exports
