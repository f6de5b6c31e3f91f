#include <gtest/gtest.h>

#include "server/base/digest.hpp"
#include "server/base/ids.hpp"
#include "server/base/random.hpp"

namespace karkhana {
namespace {

TEST(Uuid, Version7CarriesItsTimeAndSortsByIt) {
    ManualWallClock clock{instant(1'700'000'000'000'000)};
    auto random = seeded_random(1);
    IdSource ids{*random, clock};
    auto const first = ids.make<BookingId>();
    clock.advance(std::chrono::milliseconds{1});
    auto const second = ids.make<BookingId>();
    EXPECT_LT(first, second);
    EXPECT_EQ(first.text().substr(0, 13), "018bcfe5-6800");
    EXPECT_EQ(first.text()[14], '7');
    EXPECT_NE(std::string_view{"89ab"}.find(first.text()[19]), std::string_view::npos);
}

TEST(Uuid, ReadsItsOwnTextAndNothingLooser) {
    auto random = seeded_random(2);
    ManualWallClock clock{instant(1'700'000'000'000'000)};
    auto const id = IdSource{*random, clock}.make<MachineId>();
    EXPECT_EQ(MachineId::parse(id.text()), id);
    for (auto bad :
         {"", "018bcfe5-6800-7000-8000-00000000000", "018bcfe5x6800-7000-8000-000000000000",
          "{18bcfe5-6800-7000-8000-000000000000", "018bcfe568007000800000000000000000000"})
        EXPECT_FALSE(Uuid::parse(bad)) << bad;
    for (std::size_t at = 0; at < 36; ++at)
        for (char const wrong : {'g', '\xff', '\0', at == 8 || at == 13 ? '0' : '-'}) {
            auto text = id.text();
            if (text[at] == wrong || (wrong == '-' && text[at] == '-')) continue;
            text[at] = wrong;
            EXPECT_FALSE(Uuid::parse(text)) << text;
        }
    EXPECT_EQ(Uuid::parse("018BCFE5-6800-7000-8000-00000000ABCD"),
              Uuid::parse("018bcfe5-6800-7000-8000-00000000abcd"));
}

TEST(Digest, IsSha256) {
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Random, OneSeedOneSequence) {
    std::array<std::uint8_t, 16> a{}, b{}, c{};
    seeded_random(7)->fill(a);
    seeded_random(7)->fill(b);
    seeded_random(8)->fill(c);
    EXPECT_EQ(a, b);
    EXPECT_NE(a, c);
}

}  // namespace
}  // namespace karkhana
