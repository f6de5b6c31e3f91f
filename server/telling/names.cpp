#include "server/telling/names.hpp"

#include <algorithm>

#include "server/facility/records.hpp"
#include "server/people/records.hpp"

namespace karkhana::telling {

Names::Names(store::Reader& reader, FacilityId const& facility,
             std::vector<EnterpriseId> const& enterprises)
    : facility_(facility::find_facility(reader, facility).value()),
      zone_(Zone::find(facility_.zone).value()),
      machines_(facility::list_machines(reader, facility)),
      enterprises_(people::find_enterprises(reader, facility, enterprises)) {}

facility::Name Names::enterprise(EnterpriseId const& id) const { return enterprises_.at(id).name; }

facility::Name Names::machine(MachineId const& id) const {
    return std::ranges::find(machines_, id, &facility::Machine::id)->name;
}

facility::Name Names::machine_of_kind(std::string const& kind) const {
    auto const found = std::ranges::find(machines_, kind, &facility::Machine::kind);
    return found == machines_.end() ? facility::Name{kind, kind} : found->name;
}

notify::Values Names::values(MachineId const& machine, Interval during) const {
    return {{"machine", this->machine(machine)},
            {"time", notify::span_words(zone_, during)},
            {"facility", facility_.name}};
}

}  // namespace karkhana::telling
