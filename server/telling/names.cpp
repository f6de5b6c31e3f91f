#include "server/telling/names.hpp"

#include <algorithm>

#include "server/base/text.hpp"
#include "server/booking/rules_pin.hpp"
#include "server/booking/secret_records.hpp"
#include "server/facility/records.hpp"
#include "server/people/records.hpp"

namespace karkhana::telling {

Names::Names(store::Reader& reader, FacilityId const& facility,
             std::vector<EnterpriseId> const& enterprises)
    : facility_(facility::find_facility(reader, facility).value()),
      zone_(Zone::find(facility_.zone).value()),
      machines_(facility::list_machines(reader, facility)),
      enterprises_(people::find_enterprises(reader, facility, enterprises)),
      pin_secret_(booking::find_secret(reader, facility, booking::pin_secret)) {}

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

notify::Values Names::secrets(BookingId const& booking) const {
    auto const pin = booking::pin_of(pin_secret_, booking);
    return {{"pin", {pin, bangla_digits(pin)}}};
}

}  // namespace karkhana::telling
