#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"
#include "server/store/store.hpp"

/// Two records of one enterprise become one. What lies ahead goes to the one that is kept;
/// invoices, payments, the ledger and what is over stay with the record that they were written for.
namespace karkhana::desk {

using MergeId = Id<struct EnterpriseMergeTag>;

/// How long somebody may find out that it was a mistake.
constexpr std::chrono::days undo_window{30};

struct Merge {
    MergeId id;
    EnterpriseId gone;
    EnterpriseId kept;
    Instant merged_at;
    PersonId merged_by;
    std::string reason;
    std::optional<Instant> undone_at;
};

/// How much went from one record to the other.
struct Moved {
    std::int64_t bookings = 0;
    std::int64_t phones = 0;
    std::int64_t cards = 0;
    std::int64_t grants = 0;   ///< of people who act for it
    std::int64_t waiting = 0;  ///< places in the queue
    std::int64_t series = 0;

    bool operator==(Moved const&) const = default;
};

/// Errors: `not_found` when one of the two is not there, `same_enterprise`, `already_merged` when
/// one of them went before, `in_use` while a machine runs for the one that goes.
Result<Moved> merge(store::Writer& writer, FacilityId const& facility, Merge const& merge);
/// What has moved and is still ahead goes back; what ran or was cancelled meanwhile stays. Errors:
/// `already_undone`, `too_late`, `already_merged` when the one that was kept went too, `in_use`
/// while a machine runs for a booking that would go back.
Result<Moved> undo(store::Writer& writer, FacilityId const& facility, Merge const& merge,
                   PersonId const& by, Instant now);

std::optional<Merge> find_merge(store::Reader& reader, FacilityId const& facility,
                                MergeId const& id);
/// Of the enterprise on either side, newest first.
std::vector<Merge> merges_of(store::Reader& reader, FacilityId const& facility,
                             EnterpriseId const& enterprise);
/// Into what the enterprise was merged.
std::optional<EnterpriseId> merged_into(store::Reader& reader, FacilityId const& facility,
                                        EnterpriseId const& enterprise);

}  // namespace karkhana::desk
