#pragma once

#include <vector>

#include "server/booking/rules_settings.hpp"

/// Which of the versions of the settings hold.
namespace karkhana::booking {

enum class Standing {
    later,  ///< begins in the future
    now,    ///< in force
    past,   ///< another of the same scope has begun since
};
std::string_view name_of(Standing standing);

/// One for each, in their order, which is that of their entering.
std::vector<Standing> standings(std::vector<facility::Setting> const& settings, Instant now);

/// Whether the number may be set so. Errors: `unknown_setting`, `out_of_range`, `bad_grid` (a day
/// is no multiple of it), `bad_scope` (of a machine and a group at once), `unknown_membership`,
/// `in_past` (begins before now: what was decided was decided by what held).
Result<facility::Setting> valid_setting(facility::Setting setting, Instant now);

/// What holds of one number for one booking.
struct Explained {
    SettingName name;
    std::optional<std::int64_t> value;           ///< empty: no rule
    facility::Setting const* setting = nullptr;  ///< of the book; null: nobody has set it
};
/// Every number there is, in the order of setting_names, and after them how long the work takes
/// that the machine does. Where nothing is set the machine's own grid, lengths and horizon hold.
/// The names are the book's.
std::vector<Explained> explain(facility::Book const& book, facility::Machine const& machine,
                               Scope const& scope);

}  // namespace karkhana::booking
