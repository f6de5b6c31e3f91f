#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/exports/job_slip.hpp"
#include "server/exports/letters.hpp"
#include "server/metering/session.hpp"
#include "server/people/rules.hpp"
#include "server/store/store.hpp"

/// What letters and slips are told from.
namespace karkhana::exports {

struct KeptReceipt {
    Receipt receipt;
    EnterpriseId enterprise;
};
std::optional<KeptReceipt> find_receipt(store::Reader& reader, facility::Facility const& facility,
                                        PaymentId const& id);

/// All that changed what an enterprise owes or has with the facility, in the order it was booked:
/// its receivable and its wallet together. What only moved between the two is left out.
Statement read_statement(store::Reader& reader, FacilityId const& facility,
                         EnterpriseId const& enterprise, std::string const& period,
                         Interval during);

/// Final bills that are not paid in full, the oldest first.
std::vector<OpenBill> open_bills(store::Reader& reader, FacilityId const& facility,
                                 EnterpriseId const& enterprise);

/// Precondition: the session is closed.
JobSlip read_slip(store::Reader& reader, metering::UsageSession const& session);

Parties parties_of(facility::Facility const& facility, people::Enterprise const& enterprise);

}  // namespace karkhana::exports
