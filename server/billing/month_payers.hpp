#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/billing/rating_period.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// Who pays by the month: what it is, and how much of the month it was there.
struct MonthPayer {
    std::vector<PriceClass> classes;
    MonthShare share;

    bool operator==(MonthPayer const&) const = default;
};
using MonthPayers = std::map<EnterpriseId, MonthPayer>;

/// As everybody is today; one query.
MonthPayers payers_today(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                         Interval month);
/// As they were when the bills of the month were made; who is merged or of another class since is
/// as it was.
MonthPayers payers_then(store::Reader& reader, FacilityId const& facility,
                        std::string const& period);
/// Keeps these, in place of what was kept of them.
void keep_payers(store::Writer& writer, FacilityId const& facility, std::string const& period,
                 MonthPayers const& payers);

}  // namespace karkhana::billing
