#include <fmt/format.h>
#include <gmock/gmock.h>

#include "server/billing/bangla_qr.hpp"

namespace karkhana::billing {
namespace {

using ::testing::HasSubstr;

std::string with_checksum(std::string text) {
    text += "6304";
    return text + fmt::format("{:04X}", crc16_of(text));
}
std::string const kStatic = with_checksum("00020101021126180010com.bkash.0100"
                                          "5204599953030505802BD5908KARKHANA6007BHAIRAB");

TEST(BanglaQr, HasTheChecksumThatEverybodyKnows) { EXPECT_EQ(crc16_of("123456789"), 0x29B1); }

TEST(BanglaQr, AsksForAnAmountOfABill) {
    auto const filled = bangla_qr(kStatic, {141'505}, "CSF/2026-27/000007").value();
    EXPECT_THAT(filled, HasSubstr("010212")) << "it is of one bill";
    EXPECT_THAT(filled, HasSubstr("54071415.05"));
    EXPECT_THAT(filled, HasSubstr("62220118CSF/2026-27/000007"));
    EXPECT_LT(filled.find("5303050"), filled.find("5407"));
    EXPECT_LT(filled.find("5407"), filled.find("5802BD"));
    EXPECT_EQ(filled, with_checksum(filled.substr(0, filled.size() - 8)));
    EXPECT_THAT(filled, HasSubstr("26180010com.bkash.0100")) << "the acquirer's own part stays";
}

TEST(BanglaQr, KeepsWhatElseTheAcquirerPutBesideTheBill) {
    auto const with_more = with_checksum("00020101021153030505802BD62110307STORE01");
    EXPECT_THAT(bangla_qr(with_more, {100}, "7").value(), HasSubstr("6216010170307STORE01"));
}

TEST(BanglaQr, TakesNoTextThatIsDamaged) {
    auto damaged = kStatic;
    damaged[40] = damaged[40] == '0' ? '1' : '0';
    for (auto const& text : {std::string{}, std::string{"https://pay"}, damaged,
                             kStatic.substr(0, kStatic.size() - 1), kStatic + "0"})
        EXPECT_EQ(bangla_qr(text, {100}, "1").error().code, "bad_qr") << text;
    EXPECT_EQ(bangla_qr(kStatic, {}, "1").error().code, "bad_amount");
}

}  // namespace
}  // namespace karkhana::billing
