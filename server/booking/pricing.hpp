#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/time.hpp"
#include "server/booking/booking.hpp"
#include "server/facility/records.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

/// One term of a price, field by field the contract's PriceTerm.
struct PriceTerm {
    facility::Name label;
    std::string basis;   ///< kwh, piece, used_minute, ...
    std::string window;  ///< any, peak, off_peak
    std::int64_t quantity = 0;
    std::string unit;  ///< Wh, piece, s, session, ...
    Rate price;
    Money amount;
    std::int64_t per = 1;         ///< how many of the quantity `price` is for
    std::string price_unit = {};  ///< that in a word: hour, dozen; empty: as the basis has it
};

struct PriceAnswer {
    Money price;
    std::vector<PriceTerm> terms;
    std::int64_t estimated_energy_wh = 0;
    std::optional<RateCardId> rate_card;
};

/// What is to be priced besides the machine and its time.
struct PriceWish {
    std::optional<std::int64_t> quantity;
    std::optional<EnterpriseId> enterprise = {};  ///< empty: somebody of no class
    bool trial = false;
    bool assisted = false;
};
/// Of a booking, or of a wish for one.
PriceWish price_wish(auto const& of) {
    return {of.quantity, of.enterprise, of.kind == Kind::trial, of.assisted};
}

/// What billing knows and booking asks. Billing is above booking, so app wires it.
struct Pricing {
    std::function<PriceAnswer(store::Reader&, FacilityId const&, facility::Machine const&, Interval,
                              PriceWish const&)>
        price;
    /// When prices change, in order. May stay empty: they never do.
    std::function<std::vector<Instant>(store::Reader&, FacilityId const&)> changes{};
    /// False when a price depends on the day, and not only on the hour. May stay empty: it is true.
    std::function<bool(store::Reader&, FacilityId const&)> every_day_alike{};
};

}  // namespace karkhana::booking
