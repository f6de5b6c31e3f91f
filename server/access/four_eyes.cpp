#include "server/access/four_eyes.hpp"

namespace karkhana::access {

Result<bool> may_approve(Recovery const& recovery, PersonId const& approver, Instant now) {
    if (recovery.person == approver)
        return refuse(ErrorKind::conflict, "own_recovery", "Nobody approves it for themselves.");
    if (recovery.asked_by == approver)
        return refuse(ErrorKind::conflict, "second_person_needed",
                      "Who asked does not approve: it takes another of the staff.");
    if (recovery.approved_by)
        return refuse(ErrorKind::conflict, "recovery_done", "Somebody has approved it.");
    if (now >= recovery.asked_at + recovery_lasts)
        return refuse(ErrorKind::conflict, "recovery_over", "It waited for too long: ask again.");
    return true;
}

}  // namespace karkhana::access
