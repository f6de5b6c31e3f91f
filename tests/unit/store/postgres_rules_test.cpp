#include <gtest/gtest.h>
#include <set>

#include "server/store/postgres/errors.hpp"
#include "server/store/postgres/retry.hpp"

namespace karkhana::store::postgres {
namespace {

using namespace std::chrono_literals;

TEST(PostgresErrors, AreJudgedByTheirState) {
    struct {
        char const* sqlstate;
        Verdict verdict;
    } const states[] = {
        {"23P01", Verdict::overlap},     {"23505", Verdict::unique},
        {"23503", Verdict::foreign_key}, {"23001", Verdict::foreign_key},
        {"23514", Verdict::check},       {"23502", Verdict::check},
        {"P0001", Verdict::check},       {"40P01", Verdict::retry},
        {"40001", Verdict::retry},       {"55P03", Verdict::retry},
        {"57P01", Verdict::reconnect},   {"57P02", Verdict::reconnect},
        {"57P03", Verdict::reconnect},   {"08006", Verdict::reconnect},
        {"08003", Verdict::reconnect},   {"25006", Verdict::read_only},
        {"53300", Verdict::unavailable}, {"53100", Verdict::disk_full},
        {"57014", Verdict::unavailable}, {"42601", Verdict::failure},
        {"42P01", Verdict::failure},     {"22003", Verdict::failure},
        {"25P02", Verdict::failure},     {"", Verdict::failure},
    };
    for (auto const& [sqlstate, verdict] : states)
        EXPECT_EQ(verdict_of(sqlstate), verdict) << sqlstate;
}

TEST(PostgresRetry, GivesUpAfterSoManyAttempts) {
    Retry::Clock::time_point const start{};
    Retry retry(1, start + 5s);
    int attempts = 1;
    while (retry.again(start + 1s)) ++attempts;
    EXPECT_EQ(attempts, Retry::kAttempts);
}

TEST(PostgresRetry, GivesUpWhenItsTimeIsOver) {
    Retry::Clock::time_point const start{};
    Retry retry(1, start + 5s);
    EXPECT_TRUE(retry.again(start + 4999ms));
    EXPECT_FALSE(retry.again(start + 5000ms));
}

TEST(PostgresRetry, PausesLongerEachTimeUpToABound) {
    Retry::Clock::time_point const start{};
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Retry retry(seed, start + 5s);
        for (int attempt = 1; retry.again(start); ++attempt) {
            auto const whole = std::chrono::milliseconds{1 << std::min(attempt, 8)};
            auto const pause = retry.pause();
            EXPECT_GE(pause, whole / 2) << seed << ' ' << attempt;
            EXPECT_LE(pause, whole) << seed << ' ' << attempt;
        }
    }
}

TEST(PostgresRetry, PausesDifferentlyForDifferentCallers) {
    std::set<std::chrono::microseconds> pauses;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Retry retry(seed * 1'000'003, {});
        for (int i = 0; i < 5; ++i) retry.again({});
        pauses.insert(retry.pause());
    }
    EXPECT_GT(pauses.size(), 90U);
}

}  // namespace
}  // namespace karkhana::store::postgres
