#pragma once

#include "server/base/random.hpp"
#include "server/facility/rules_book.hpp"
#include "server/store/store.hpp"

/// Changes of the book. Each tells every cache of it (touch_settings).
namespace karkhana::facility {

/// Inserts, or gives the profile of the same slug other names, hours and breaks; it keeps its id.
/// Precondition: valid_profile.
void save_profile(store::Writer& writer, FacilityId const& facility, Profile const& profile);
/// All of them; `profile` is where in `profiles`, whose ids are those kept. Precondition:
/// valid_periods, and every profile was entered.
void replace_periods(store::Writer& writer, FacilityId const& facility,
                     std::vector<Profile> const& profiles, std::vector<Period> const& periods);
/// All of them. Precondition: each a valid_special_day, no two of one day.
void replace_special_days(store::Writer& writer, FacilityId const& facility,
                          std::vector<SpecialDay> const& days);

/// Inserts, or gives the group of the same slug other names and machines. Returns the id kept.
GroupId save_group(store::Writer& writer, FacilityId const& facility, Group const& group);

/// A setting is never changed: another begins later.
void insert_setting(store::Writer& writer, FacilityId const& facility, SettingId const& id,
                    Setting const& setting, std::optional<PersonId> const& by, Instant now);

void insert_reserved(store::Writer& writer, IdSource& ids, FacilityId const& facility,
                     Reserved const& window);
/// Those windows, of those in force, that are not among `wanted` end now; those of `wanted` that
/// are not in force begin now.
void replace_reserved(store::Writer& writer, IdSource& ids, FacilityId const& facility,
                      std::vector<Reserved> const& wanted, Instant now);

/// Inserts, or changes the resource of the same slug, which is in use again. Returns the id kept.
ResourceId save_resource(store::Writer& writer, FacilityId const& facility,
                         Resource const& resource);
/// No booking can hold it from now on. False when there is none of that id in use.
bool retire_resource(store::Writer& writer, FacilityId const& facility, ResourceId const& id);
/// All needs of one machine.
void replace_needs(store::Writer& writer, FacilityId const& facility, MachineId const& machine,
                   std::vector<Need> const& needs);

}  // namespace karkhana::facility
