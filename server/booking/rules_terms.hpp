#pragma once

#include <chrono>
#include <vector>

#include "server/booking/rules_settings.hpp"

/// The numbers of what comes after a booking is made: giving it up, not coming, waiting.
namespace karkhana::booking {

/// Who gives up less than `within` before the start pays `percent` of the quote.
struct LateTier {
    std::chrono::minutes within{0};
    int percent = 0;

    bool operator==(LateTier const&) const = default;
};

struct Terms {
    std::chrono::minutes notice_cancel{0};  ///< cancelled later is late; 0: never
    std::vector<LateTier> late_tiers;       ///< setting late_<n>_minutes, late_<n>_percent
    int free_late = 1;                      ///< so many within `counted_days` cost nothing
    int missed_percent = 0;
    int free_misses = 1;
    int counted_days = 30;
    int overrun_percent = 0;  ///< of the quote's price of a minute
    std::chrono::minutes overrun_free{5};
    std::chrono::minutes undo{5};    ///< a booking just made is undone as if it had never been
    std::chrono::minutes offer{30};  ///< how long an offer of the queue stands
    std::chrono::minutes grace{15};
};
Terms terms_for(facility::Book const& book, Scope const& scope);

}  // namespace karkhana::booking
