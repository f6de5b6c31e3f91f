#include "server/facility/outage_evidence.hpp"

namespace karkhana::facility {

void add_evidence(store::Writer& writer, FacilityId const& facility,
                  OutageEvidence const& evidence) {
    auto const last = writer.first(
        "SELECT sequence FROM outage_evidence WHERE facility_id = $1 AND outage_id = $2 "
        "ORDER BY sequence DESC LIMIT 1",
        [](store::Row const& row) { return row.integer(0); }, facility, evidence.outage);
    auto const unit = evidence.value ? std::optional{evidence.unit} : std::nullopt;
    writer.execute(
        "INSERT INTO outage_evidence (facility_id, outage_id, sequence, edge, what, source, "
        "channel, value, unit, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        facility, evidence.outage, last.value_or(0) + 1, evidence.at_end ? "end" : "start",
        evidence.what, evidence.source, evidence.channel, evidence.value, unit, evidence.at);
}

std::vector<OutageEvidence> evidence_between(store::Reader& reader, FacilityId const& facility,
                                             Interval during) {
    return reader.all(
        "SELECT e.outage_id, e.edge, e.what, e.source, e.channel, e.value, e.unit, e.at "
        "FROM outage o JOIN outage_evidence e "
        "ON e.facility_id = o.facility_id AND e.outage_id = o.outage_id "
        "WHERE o.facility_id = $1 AND o.ends_at > $2 AND o.starts_at < $3 "
        "ORDER BY e.outage_id, e.sequence",
        [](store::Row const& row) {
            OutageEvidence evidence;
            evidence.outage = row.id<OutageId>(0);
            evidence.at_end = row.text(1) == "end";
            evidence.what = row.text(2);
            evidence.source = row.text(3);
            if (!row.is_null(4)) evidence.channel = static_cast<Channel>(row.integer(4));
            evidence.value = row.maybe_integer(5);
            evidence.unit = row.maybe_text(6).value_or("");
            evidence.at = row.at(7);
            return evidence;
        },
        facility, during.start, during.end);
}

}  // namespace karkhana::facility
