#pragma once

#include "server/base/calendar.hpp"
#include "server/costs/records.hpp"

namespace karkhana::costs {

/// Everything that a report of some months rests on, and what follows from it.
struct Report {
    Interval during;
    std::vector<Term> income;
    std::vector<Term> costs;
    Recovery recovery;
};

/// The local months from `first` to `last`, both included.
Interval months_interval(Zone const& zone, Month first, Month last);
/// The month that a bill counts in: where its middle lies.
Month month_of(Zone const& zone, UtilityBill const& bill);

/// In a constant number of queries.
Report report_of(store::Reader& reader, FacilityId const& facility, Zone const& zone, Month first,
                 Month last);

/// What the utility billed for the energy of a machine.
struct MachinePrice {
    Money amount;
    Energy energy;
    BillId bill;
};
/// The bills of a time, for whoever asks what energy cost.
struct EnergyPrices {
    std::vector<UtilityBill> bills;
    std::vector<CostSetting> settings;

    /// Of the bill that the moment falls into, if the machine used anything in it.
    std::optional<MachinePrice> of(MachineId const& machine, Instant at) const;
};
/// In a constant number of queries.
EnergyPrices energy_prices(store::Reader& reader, FacilityId const& facility, Interval during);

}  // namespace karkhana::costs
