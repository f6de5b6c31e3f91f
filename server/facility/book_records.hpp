#pragma once

#include <string_view>

#include "server/facility/rules_book.hpp"
#include "server/store/store.hpp"

namespace karkhana::facility {

/// Hours by profile, periods and special days. Until somebody enters hours of `normal`, they are
/// those of the configuration.
OpeningPlan read_opening(store::Reader& reader, FacilityId const& facility);

std::vector<Group> list_groups(store::Reader& reader, FacilityId const& facility);
/// In the order in which they were entered.
std::vector<Setting> list_settings(store::Reader& reader, FacilityId const& facility);
std::vector<Reserved> list_reserved(store::Reader& reader, FacilityId const& facility);
/// Those in use.
std::vector<Resource> list_resources(store::Reader& reader, FacilityId const& facility);
std::vector<Need> list_needs(store::Reader& reader, FacilityId const& facility);

/// All of it, in as many queries whatever there is. Precondition: there is such a facility.
Book read_book(store::Reader& reader, FacilityId const& facility);

/// Who entered a setting and when, beside it.
struct Entered {
    SettingId id;
    std::optional<facility::Name> by;
    Instant at;
};
/// Of all settings, in the order in which they were entered.
std::vector<Entered> entered_by(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::facility
