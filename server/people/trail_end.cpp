#include "server/people/trail_end.hpp"

namespace karkhana::people {
namespace {

std::string number_and_hash(store::Row const& row) {
    return std::to_string(row.integer(0)) + " " + row.text(1);
}

}  // namespace

std::string trail_of_document(store::Reader& reader, FacilityId const& facility,
                              std::string_view subject) {
    // The action is written out: the index holds these alone.
    return reader
        .first("SELECT sequence, hash FROM audit_event WHERE facility_id = $1 AND subject = $2 "
               "AND action = 'finalizeInvoice' ORDER BY sequence LIMIT 1",
               number_and_hash, facility, subject)
        .value_or("");
}

std::string trail_end(store::Reader& reader, FacilityId const& facility) {
    return reader
        .first("SELECT sequence, hash FROM audit_head WHERE facility_id = $1 AND sequence > 0",
               number_and_hash, facility)
        .value_or("");
}

}  // namespace karkhana::people
