#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/billing/rating.hpp"
#include "server/metering/session.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// What a session is rated by besides its registers, its halts and the kind of its machine. The
/// first four are frozen with the charge: they may be others tomorrow.
struct Payer {
    std::vector<PriceClass> classes;  ///< of the ME, and of a trial; in their order
    std::optional<Interval> booked;
    bool assisted = false;  ///< an operator of the facility ran the machine
    std::int64_t busy_above_w = 0;
    std::optional<Instant> booked_at;
    std::optional<RateCardId> quoted;  ///< the prices of the quote that it was booked by
};

/// Of all these sessions; three queries. Each of them is in it.
std::map<SessionId, Payer> find_payers(store::Reader& reader, FacilityId const& facility,
                                       std::vector<metering::UsageSession> const& sessions);
/// What the ME is today; nothing when there is none.
std::vector<PriceClass> classes_of(store::Reader& reader, FacilityId const& facility,
                                   EnterpriseId const& enterprise);

/// "member women_led", and back. Throws std::runtime_error at a word that is no class.
std::string classes_text(std::vector<PriceClass> const& classes);
std::vector<PriceClass> read_classes(std::string const& text);

}  // namespace karkhana::billing
