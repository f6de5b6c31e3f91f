#pragma once

#include <map>
#include <optional>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/costs/rules_bill.hpp"
#include "server/costs/rules_recovery.hpp"
#include "server/store/store.hpp"

namespace karkhana::costs {

/// How costs are allocated from a moment on.
struct CostSetting {
    Instant from;
    DemandBy demand_by = DemandBy::kwh;
    std::int64_t tolerance_e4 = 200;
};
/// By time.
std::vector<CostSetting> cost_settings(store::Reader& reader, FacilityId const& facility);
/// Of a moment; before the first: by kWh, two per cent.
CostSetting setting_at(std::vector<CostSetting> const& settings, Instant at);
/// Throws ConstraintViolated{unique} when another one has the same moment.
void insert_setting(store::Writer& writer, FacilityId const& facility, CostSetting const& setting,
                    PersonId const& by, Instant now);

void insert_bill(store::Writer& writer, FacilityId const& facility, UtilityBill const& bill,
                 PersonId const& by);
/// The latest version of each that touches the interval, by time; three queries.
std::vector<UtilityBill> bills_within(store::Reader& reader, FacilityId const& facility,
                                      Interval during);
/// Every version of one, the latest first; three queries.
std::vector<UtilityBill> bill_versions(store::Reader& reader, FacilityId const& facility,
                                       BillId const& id);

void insert_cost(store::Writer& writer, FacilityId const& facility, CostEntry const& cost,
                 PersonId const& by);
/// The latest version of each, by month and id.
std::vector<CostEntry> list_costs(store::Reader& reader, FacilityId const& facility);
std::optional<CostEntry> find_cost(store::Reader& reader, FacilityId const& facility,
                                   CostId const& id);

/// What the ledger booked as income and as scrap bought.
struct Booked {
    std::vector<Term> income;
    std::vector<Term> material;
};
Booked booked_between(store::Reader& reader, FacilityId const& facility, Interval during);
/// Of every machine, in order of position: sessions that ended in the interval, bookings that
/// began in it, and charges of the sessions.
std::vector<MachineUse> uses_between(store::Reader& reader, FacilityId const& facility,
                                     Interval during);

/// On PostgreSQL versions and bills of one facility queue up from here to the end of the
/// transaction. On SQLite one writes anyway.
void lock_costs(store::Writer& writer, FacilityId const& facility);

}  // namespace karkhana::costs
