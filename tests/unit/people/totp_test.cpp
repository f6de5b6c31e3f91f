#include <gtest/gtest.h>

#include "server/people/seal.hpp"
#include "server/people/totp.hpp"

namespace karkhana::people {
namespace {

constexpr std::string_view kSecret = "12345678901234567890";

Instant at_second(std::int64_t second) { return instant(second * 1'000'000); }

// Source: RFC 6238 appendix B, SHA-1; the last six of its eight digits.
TEST(Totp, HoldsToTheVectorsOfTheStandard) {
    struct Row {
        std::int64_t second;
        std::string_view code;
    };
    for (auto const& [second, code] : std::vector<Row>{{59, "287082"},
                                                       {1111111109, "081804"},
                                                       {1111111111, "050471"},
                                                       {1234567890, "005924"},
                                                       {2000000000, "279037"},
                                                       {20000000000, "353130"}})
        EXPECT_EQ(totp_code(kSecret, totp_step(at_second(second))), code) << second;
}

TEST(Totp, TakesOneStepOfAClockThatIsOff) {
    auto const now = at_second(1111111109);  // one second before the next step
    auto const step = totp_step(now);
    EXPECT_EQ(matching_step(kSecret, "081804", now, 0), step);
    EXPECT_EQ(matching_step(kSecret, "০৮১৮০৪", now, 0), step);
    EXPECT_EQ(matching_step(kSecret, "050471", now, 0), step + 1);
    EXPECT_EQ(matching_step(kSecret, totp_code(kSecret, step - 1), now, 0), step - 1);
    EXPECT_EQ(matching_step(kSecret, totp_code(kSecret, step - 2), now, 0), std::nullopt);
    EXPECT_EQ(matching_step(kSecret, totp_code(kSecret, step + 2), now, 0), std::nullopt);
    EXPECT_EQ(matching_step(kSecret, "", now, 0), std::nullopt);
}

TEST(Totp, TakesNoCodeTwice) {
    auto const now = at_second(1111111109);
    auto const step = totp_step(now);
    EXPECT_EQ(matching_step(kSecret, "081804", now, step), std::nullopt);
    EXPECT_EQ(matching_step(kSecret, "081804", now, step - 1), step);
    EXPECT_EQ(matching_step(kSecret, "050471", now, step), step + 1);
}

TEST(Totp, IsWrittenForAuthenticators) {
    // Source: RFC 4648 10, without the padding.
    EXPECT_EQ(to_base32(""), "");
    EXPECT_EQ(to_base32("f"), "MY");
    EXPECT_EQ(to_base32("fo"), "MZXQ");
    EXPECT_EQ(to_base32("foo"), "MZXW6");
    EXPECT_EQ(to_base32("foobar"), "MZXW6YTBOI");
    EXPECT_EQ(totp_uri("Karkhana bhairab", "রি", "foo"),
              "otpauth://totp/Karkhana%20bhairab:%E0%A6%B0%E0%A6%BF"
              "?secret=MZXW6&issuer=Karkhana%20bhairab");
}

TEST(Seal, OpensForItsOwnerAloneAndTellsTampering) {
    auto const random = system_random();
    std::string const key(64, 'a');
    auto const sealed = seal(key, "rina", "secret", *random);
    EXPECT_EQ(sealed.find("secret"), sealed.npos);
    EXPECT_NE(seal(key, "rina", "secret", *random), sealed);
    EXPECT_EQ(unseal(key, "rina", sealed), "secret");
    EXPECT_EQ(unseal(key, "moyna", sealed), std::nullopt);
    EXPECT_EQ(unseal(std::string(64, 'b'), "rina", sealed), std::nullopt);
    auto altered = sealed;
    altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
    EXPECT_EQ(unseal(key, "rina", altered), std::nullopt);
    EXPECT_EQ(unseal(key, "rina", ""), std::nullopt);
    EXPECT_EQ(unseal(key, "rina", "no base64!"), std::nullopt);
    EXPECT_THROW(seal("short", "rina", "secret", *random), std::logic_error);
}

TEST(KeyedHash, IsOfKeyPersonAndCode) {
    std::string const key(64, 'a');
    auto const hash = keyed_hash(key, "rina", "abc");
    EXPECT_EQ(hash.size(), 64u);
    EXPECT_NE(hash, keyed_hash(key, "rin", "aabc"));
    EXPECT_NE(hash, keyed_hash(key, "moyna", "abc"));
    EXPECT_NE(hash, keyed_hash(std::string(64, 'b'), "rina", "abc"));
}

}  // namespace
}  // namespace karkhana::people
