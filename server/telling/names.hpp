#pragma once

#include <map>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/notify/templates.hpp"
#include "server/people/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::telling {

/// What things of one facility are called, read once for many messages.
class Names {
public:
    Names(store::Reader& reader, FacilityId const& facility,
          std::vector<EnterpriseId> const& enterprises);

    Zone const& zone() const { return zone_; }
    facility::Facility const& place() const { return facility_; }
    facility::Name const& facility() const { return facility_.name; }
    facility::Name enterprise(EnterpriseId const& id) const;
    facility::Name machine(MachineId const& id) const;
    /// The first machine of a kind; the kind itself when there is none.
    facility::Name machine_of_kind(std::string const& kind) const;
    /// {machine}, {time} and {facility}.
    notify::Values values(MachineId const& machine, Interval during) const;
    /// {pin}: what whoever comes without a card types at the machine.
    notify::Values secrets(BookingId const& booking) const;

private:
    facility::Facility facility_;
    Zone zone_;
    std::vector<facility::Machine> machines_;
    std::map<EnterpriseId, people::Enterprise> enterprises_;
    std::string pin_secret_;
};

}  // namespace karkhana::telling
