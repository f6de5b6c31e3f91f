#pragma once

#include "server/billing/corrections.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// The bill that a session is on.
struct InvoiceOf {
    InvoiceId id;
    bool issued = false;
};
std::optional<InvoiceOf> invoice_of(store::Reader& reader, FacilityId const& facility,
                                    SessionId const& session);

/// What bounds the correction besides the session itself. Three queries.
Neighbours neighbours_of(store::Reader& reader, metering::UsageSession const& session,
                         Correction const& correction);

/// Keeps the register's new version, and what the session's energy and quality are by it.
void keep_correction(store::Writer& writer, metering::UsageSession const& session,
                     Correction const& correction);

/// What was charged for the session goes, and it is rated anew by the next run. A draft that it was
/// on gives all its sessions back, because their lines are numbered: the run makes it again.
void take_off(store::Writer& writer, FacilityId const& facility, SessionId const& session,
              std::optional<InvoiceId> const& draft);

}  // namespace karkhana::billing
