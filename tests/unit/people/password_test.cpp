#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "server/people/password.hpp"

namespace karkhana::people {
namespace {

constexpr PasswordCost kCheap{1, 8192};

TEST(Password, IsKeptAsArgon2idWithItsCost) {
    PasswordHasher hasher;
    auto const hash = hasher.hash("kajol-moyna").value();
    EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << hash;
    EXPECT_NE(hasher.hash("kajol-moyna").value(), hash);  // another salt
    EXPECT_TRUE(hasher.matches(hash, "kajol-moyna").value());
    EXPECT_FALSE(hasher.matches(hash, "kajol-mouna").value());
}

TEST(Password, IsTheSameOnTwoKeyboards) {
    PasswordHasher hasher(kCheap);
    auto const hash = hasher.hash("pe\u0301che\u0301s rouges").value();
    EXPECT_TRUE(hasher.matches(hash, " p\u00E9ch\u00E9s rouges ").value());
}

TEST(Password, OfNobodyIsNeverRight) {
    PasswordHasher hasher(kCheap);
    EXPECT_FALSE(hasher.matches("", "").value());
    EXPECT_FALSE(hasher.matches("", "kajol-moyna").value());
    EXPECT_FALSE(hasher.matches("no hash", "kajol-moyna").value());
}

TEST(Password, OfACostChosenEarlierIsStillRight) {
    auto const hash = PasswordHasher(PasswordCost{1, 16384}).hash("kajol-moyna").value();
    EXPECT_TRUE(PasswordHasher(kCheap).matches(hash, "kajol-moyna").value());
}

TEST(PasswordQueue, TurnsAwayWhomItCannotServeSoon) {
    PasswordHasher hasher({6, 8u << 20}, 2, 2);
    std::atomic<int> served{0}, turned_away{0};
    std::vector<std::jthread> callers;
    for (int i = 0; i < 16; ++i)
        callers.emplace_back([&] {
            auto const right = hasher.matches("", "kajol-moyna");
            if (right)
                ++served;
            else if (right.error().code == "busy")
                ++turned_away;
        });
    callers.clear();
    EXPECT_EQ(served + turned_away, 16);
    EXPECT_GE(served, 4);
    EXPECT_GE(turned_away, 1);
    EXPECT_TRUE(hasher.hash("kajol-moyna"));  // and then it is free again
}

}  // namespace
}  // namespace karkhana::people
