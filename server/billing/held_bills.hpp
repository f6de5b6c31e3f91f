#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/base/random.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/money_ids.hpp"

/// A session whose readings do not say what it used holds the bill of its ME for that month, and no
/// other: until a person settles the readings, or two people let the bill go without it. Then it is
/// on a later bill.
namespace karkhana::billing {

using HeldBy = std::map<EnterpriseId, std::vector<Skipped>>;
/// Sessions that ended in the month and cannot be rated for want of a reading, and that no bill was
/// let go without; by whose they are.
HeldBy unresolved_of(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                     Interval month);

/// That a bill is issued without some sessions.
struct Release {
    ReleaseId id;
    InvoiceId invoice;
    std::string reason;
    Instant asked_at;
    PersonId asked_by;
    std::optional<bool> granted{};
    std::set<SessionId> sessions{};
};
std::vector<Release> undecided_releases(store::Reader& reader, FacilityId const& facility);

/// Asks for it, without all that hold the draft now. Errors: `not_found`, `already_final`,
/// `not_held`, `release_asked` where somebody has asked already.
Result<Release> ask_release(store::Writer& writer, FacilityId const& facility, Zone const& zone,
                            IdSource& ids, InvoiceId const& draft, std::string const& reason,
                            PersonId const& by, Instant now);
/// Errors: `not_found`, also of what was decided, `same_person`.
Result<Release> decide_release(store::Writer& writer, FacilityId const& facility,
                               ReleaseId const& id, bool granted, PersonId const& by, Instant now);

}  // namespace karkhana::billing
