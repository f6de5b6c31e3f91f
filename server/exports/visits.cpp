#include "server/exports/visits.hpp"

namespace karkhana::exports {
namespace {

constexpr std::chrono::minutes kMinute{1};
constexpr std::size_t kMostAddresses = 10'000;

}  // namespace

std::optional<std::chrono::seconds> Visits::count(std::string const& address, Instant now) {
    std::scoped_lock const lock{mutex_};
    auto const over = [&](Minute const& minute) {
        return now < minute.begun || now >= minute.begun + kMinute;
    };
    if (minutes_.size() >= kMostAddresses)
        std::erase_if(minutes_, [&](auto const& one) { return over(one.second); });
    // More at once than people have: all begin anew, and memory stays bounded.
    if (minutes_.size() >= kMostAddresses) minutes_.clear();
    auto& minute = minutes_[address];
    if (minute.visits == 0 || over(minute)) minute = {now, 0};
    if (++minute.visits <= a_minute_) return std::nullopt;
    auto const left = minute.begun + kMinute - now;
    return std::chrono::ceil<std::chrono::seconds>(left);
}

}  // namespace karkhana::exports
