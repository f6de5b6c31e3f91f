#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "server/billing/rating.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// All versions with their components, by effective_from; four queries.
std::vector<RateCard> list_rate_cards(store::Reader& reader, FacilityId const& facility);
/// The version of a moment: the one that began last. nullptr when there was none yet.
RateCard const* card_at(std::vector<RateCard> const& cards, Instant at);
RateCard const* card_by_id(std::vector<RateCard> const& cards, RateCardId const& id);
/// Sets `version` to the next. Throws ConstraintViolated{unique} when another begins at the same
/// moment.
RateCard insert_rate_card(store::Writer& writer, FacilityId const& facility, RateCard card,
                          Instant now);

/// The rate cards in memory, because every quote needs them. Thread-safe. Asks each time whether
/// another process has added a version.
class RateCardCache {
public:
    std::shared_ptr<std::vector<RateCard> const> get(store::Reader& reader,
                                                     FacilityId const& facility);

private:
    struct Kept {
        std::int64_t last_version = 0;
        std::shared_ptr<std::vector<RateCard> const> cards;
    };

    std::mutex mutex_;
    std::map<FacilityId, Kept> kept_;
};

}  // namespace karkhana::billing
