#pragma once

#include <string>
#include <string_view>

#include "server/base/ids.hpp"
#include "server/store/store.hpp"

/// What only the daemon of a facility knows.
namespace karkhana::booking {

/// What quotes are signed with, and what the numbers for the machines are derived from.
constexpr std::string_view quote_secret = "quote";
constexpr std::string_view pin_secret = "pin";

/// Empty while there is none.
std::string find_secret(store::Reader& reader, FacilityId const& facility, std::string_view name);
/// The same, made when there is none.
std::string make_secret(store::Store& store, FacilityId const& facility, std::string_view name);

}  // namespace karkhana::booking
