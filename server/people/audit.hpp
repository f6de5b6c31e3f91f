#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/store.hpp"

namespace karkhana::people {

/// One line of the audit trail. `before` and `after` are JSON texts or empty.
struct AuditEvent {
    std::optional<PersonId> person;  ///< empty: the daemon itself
    std::string action;              ///< the operationId, or the job's name
    std::string subject;             ///< "booking/0190..."
    std::string before;
    std::string after;
    std::string reason;
};

struct AuditRecord {
    std::int64_t sequence = 0;
    Instant at;
    AuditEvent event;
    std::string previous_hash;
    std::string hash;
};

/// SHA-256 of the fields in this order, each as "<bytes>:<content>,": facility, sequence, time in
/// microseconds, person, action, subject, before, after, reason, previous hash. Nothing else goes
/// in, so that anybody can compute it again without this program.
std::string audit_hash(FacilityId const& facility, AuditRecord const& record);

/// Appends in the same transaction as the change it tells of. Call it last: on PostgreSQL it locks
/// the end of the facility's chain until the COMMIT, and whoever waited for another lock while
/// holding this one would hold up everybody. A person without an id is the command line's.
void append_audit(store::Writer& writer, FacilityId const& facility, AuditEvent const& event,
                  Instant now);
/// Newest first, before `cursor` (a sequence number; 0: from the newest).
std::vector<AuditRecord> list_audit(store::Reader& reader, FacilityId const& facility,
                                    std::int64_t cursor, int limit);
/// What follows after a sequence number, oldest first.
std::vector<AuditRecord> audit_after(store::Reader& reader, FacilityId const& facility,
                                     std::int64_t sequence, int limit);
/// The number of the last one; 0: there is none.
std::int64_t audit_end(store::Reader& reader, FacilityId const& facility);
/// All of one action, oldest first: reads the whole trail.
std::vector<AuditRecord> audit_of(store::Reader& reader, FacilityId const& facility,
                                  std::string_view action);
/// The first sequence whose hash does not follow from its content and its predecessor, or that is
/// absent though the chain's end says that it was written; nullopt when the whole chain holds.
std::optional<std::int64_t> first_broken_audit(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::people
