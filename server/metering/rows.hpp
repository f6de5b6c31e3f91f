#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/metering/meter.hpp"
#include "server/metering/session.hpp"
#include "server/store/store.hpp"

/// How values become columns and come back. Only for the SQL of this room.
namespace karkhana::metering {

/// "461C 4000", most significant end as on the wire; empty for no words.
std::string words_text(RawWords const& words);
RawWords words_of(std::string_view text);

Quality quality_of(std::string_view name);
Unit unit_of(std::string_view name);
MeterRole role_of(std::string_view name);

/// The columns of a session, in the order of `session_of`.
UsageSession session_of(FacilityId const& facility, store::Row const& row);
/// The columns of a register, from `first` on.
Register register_of(store::Row const& row, int first);

}  // namespace karkhana::metering
