#pragma once

#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/time.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// How a facility deals with money. Versions are added, never changed.
struct MoneySettings {
    std::int64_t version = 0;  ///< 0: nobody has set anything yet
    bool wallet_is_advance = false;
    int wallet_vat_rate = 1'500;  ///< hundredths of a percent, inside what is paid in advance
    Money waiver_limit{50'000};   ///< above it a second person grants
    int match_days = 3;           ///< how far apart a claim and a statement line may lie
    std::vector<int> reminder_days{7, 15, 30};  ///< after the issue, ascending
    int grace_days = 0;     ///< after its end a month's drafts are left open for what comes late
    std::string bangla_qr;  ///< the acquirer's static text; empty: none
};

MoneySettings money_settings(store::Reader& reader, FacilityId const& facility);
/// Adds the version after `settings.version`; false when somebody else has added it.
bool add_money_settings(store::Writer& writer, FacilityId const& facility,
                        MoneySettings const& settings, PersonId const& by, Instant now);

/// The VAT inside what is paid in advance: 13043 of 100000 at 15 %.
Money vat_inside(Money amount, int rate);

}  // namespace karkhana::billing
