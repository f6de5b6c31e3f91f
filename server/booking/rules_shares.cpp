#include "server/booking/rules_shares.hpp"

#include "server/base/quantities.hpp"

namespace karkhana::booking {

MachineTime& MachineTime::operator+=(MachineTime const& more) {
    booked += more.booked;
    used += more.used;
    return *this;
}

Shares shares_of(std::vector<UseOf> const& uses) {
    Shares shares;
    for (auto const& each : uses) {
        shares.total += each.time;
        if (each.women_led) shares.women_led += each.time;
        shares.by_membership[each.membership] += each.time;
    }
    return shares;
}

std::optional<std::int64_t> share_e4(Duration part, Duration whole) {
    if (whole <= Duration::zero()) return std::nullopt;
    auto const twice = static_cast<Wide>(part.count()) * 20'000 + whole.count();
    return static_cast<std::int64_t>(twice / (static_cast<Wide>(whole.count()) * 2));
}

}  // namespace karkhana::booking
