#include "server/imports/records.hpp"

namespace karkhana::imports {
namespace {

constexpr std::string_view kBooked =
    "SELECT e.document_id, p.amount_poisha, e.memo FROM journal_entry e JOIN journal_posting p "
    "ON p.facility_id = e.facility_id AND p.sequence = e.sequence WHERE e.facility_id = $1 "
    "AND e.kind = 'opening' AND p.account <> 'equity:opening' ORDER BY e.document_id";

}  // namespace

std::vector<Balance> booked_balances(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        kBooked,
        [](store::Row const& row) {
            return Balance{row.id<EnterpriseId>(0), row.money(1), row.text(2)};
        },
        facility);
}

}  // namespace karkhana::imports
