#include "server/booking/rules_hands.hpp"

#include "server/booking/words.hpp"

namespace karkhana::booking {

int age_on(std::chrono::local_days day, std::chrono::local_days born_on) {
    std::chrono::year_month_day const now{day}, born{born_on};
    int const years = static_cast<int>(now.year()) - static_cast<int>(born.year());
    bool const had = std::pair{now.month(), now.day()} >= std::pair{born.month(), born.day()};
    return had ? years : years - 1;
}

std::optional<Unfit> why_unfit(Limits const& limits, Hand const& hand, std::chrono::local_days day,
                               Instant until) {
    bool const asks = limits.needs_authorisation || limits.least_age > 0;
    if (hand.assisted || !asks) return std::nullopt;
    if (!hand.named) return Unfit::unnamed;
    if (limits.least_age > 0 && !hand.born_on) return Unfit::age_unknown;
    if (limits.least_age > 0 && age_on(day, *hand.born_on) < limits.least_age)
        return Unfit::too_young;
    if (!limits.needs_authorisation) return std::nullopt;
    if (!hand.authorised) return Unfit::unauthorised;
    if (hand.authorised_until && *hand.authorised_until < until) return Unfit::expired;
    return std::nullopt;
}

bool may_be_vouched_for(Unfit why, Limits const& limits) {
    if (why == Unfit::unnamed) return limits.least_age == 0;
    return why == Unfit::unauthorised || why == Unfit::expired;
}

Violation said_unfit(Unfit why, Zone const& zone, facility::Machine const& machine,
                     Limits const& limits, Hand const& hand) {
    switch (why) {
    case Unfit::unnamed: return said_nobody_runs_it(machine);
    case Unfit::age_unknown: return said_age_unknown(machine, limits.least_age);
    case Unfit::too_young: return said_too_young(machine, limits.least_age);
    case Unfit::unauthorised: return said_not_authorised(machine);
    case Unfit::expired: return said_authorisation_over(zone, machine, *hand.authorised_until);
    }
    return {};
}

}  // namespace karkhana::booking
