#include "server/store/postgres/retry.hpp"

#include <algorithm>

namespace karkhana::store::postgres {

bool Retry::again(Clock::time_point now) {
    ++failed_;
    return failed_ < kAttempts && now < give_up_at_;
}

std::chrono::microseconds Retry::pause() {
    // Any spread will do here; these are the constants of Knuth's MMIX.
    random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
    std::int64_t const whole = std::int64_t{1000} << std::min(failed_, 8);
    auto const share = static_cast<std::int64_t>(random_ >> 33) % (whole / 2);
    return std::chrono::microseconds{whole / 2 + share};
}

}  // namespace karkhana::store::postgres
