#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/time.hpp"
#include "server/facility/records.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

/// One term of a price, field by field the contract's PriceTerm.
struct PriceTerm {
    facility::Name label;
    std::string basis;   ///< kwh, piece, used_minute, session, minimum
    std::string window;  ///< any, peak, off_peak
    std::int64_t quantity = 0;
    std::string unit;  ///< Wh, piece, s, session
    Rate price;
    Money amount;
};

struct PriceAnswer {
    Money price;
    std::vector<PriceTerm> terms;
    std::int64_t estimated_energy_wh = 0;
    std::optional<RateCardId> rate_card;
};

/// What billing knows and booking asks. Billing is above booking, so app wires it.
struct Pricing {
    std::function<PriceAnswer(store::Reader&, FacilityId const&, facility::Machine const&, Interval,
                              std::optional<std::int64_t> quantity)>
        price;
    /// When prices change, in order. May stay empty: they never do.
    std::function<std::vector<Instant>(store::Reader&, FacilityId const&)> changes{};
};

}  // namespace karkhana::booking
