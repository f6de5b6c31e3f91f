#pragma once

#include "server/access/records.hpp"

namespace karkhana::access {

/// How long a wish for somebody's new way in waits for the second of the staff.
constexpr std::chrono::hours recovery_lasts{24};

/// Four eyes: who approves is neither who asked nor whom it is for, and comes in time. Errors:
/// `own_recovery`, `second_person_needed`, `recovery_done`, `recovery_over`.
Result<bool> may_approve(Recovery const& recovery, PersonId const& approver, Instant now);

}  // namespace karkhana::access
