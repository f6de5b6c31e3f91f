#include "server/billing/disputes.hpp"

#include <algorithm>

#include "server/billing/runs.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kDisputes =
    "SELECT d.dispute_id, d.invoice_id, d.line, d.enterprise_id, i.number_text, d.amount_poisha, "
    "d.reason, d.evidence, d.evidence_sha256, d.opened_at, d.opened_by, a.words, s.words "
    "FROM dispute d JOIN invoice i ON i.facility_id = d.facility_id "
    "AND i.invoice_id = d.invoice_id LEFT JOIN dispute_step a ON a.facility_id = d.facility_id "
    "AND a.dispute_id = d.dispute_id AND a.state = 'answered' LEFT JOIN dispute_step s "
    "ON s.facility_id = d.facility_id AND s.dispute_id = d.dispute_id AND s.state = 'settled' "
    "WHERE d.facility_id = $1 AND d.enterprise_id = COALESCE($2, d.enterprise_id) "
    "AND ($3 = 0 OR s.dispute_id IS NULL) ORDER BY d.dispute_id DESC";
constexpr std::string_view kInsertDispute =
    "INSERT INTO dispute (facility_id, dispute_id, invoice_id, line, enterprise_id, amount_poisha, "
    "reason, evidence, evidence_sha256, opened_at, opened_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
constexpr std::string_view kUnsettled =
    "SELECT 1 FROM dispute d WHERE d.facility_id = $1 AND d.invoice_id = $2 AND d.line = $3 "
    "AND NOT EXISTS (SELECT 1 FROM dispute_step s WHERE s.facility_id = d.facility_id "
    "AND s.dispute_id = d.dispute_id AND s.state = 'settled')";
constexpr std::string_view kInsertStep =
    "INSERT INTO dispute_step (facility_id, dispute_id, state, words, at, person_id) "
    "VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kDisputedAt =
    "SELECT d.invoice_id, CAST(SUM(d.amount_poisha) AS BIGINT) FROM dispute d "
    "WHERE d.facility_id = $1 AND d.opened_at <= $2 AND NOT EXISTS (SELECT 1 FROM dispute_step s "
    "WHERE s.facility_id = d.facility_id AND s.dispute_id = d.dispute_id AND s.state = 'settled' "
    "AND s.at <= $2) GROUP BY d.invoice_id";

}  // namespace

std::vector<Dispute> list_disputes(store::Reader& reader, FacilityId const& facility,
                                   std::optional<EnterpriseId> const& enterprise,
                                   bool unsettled_only) {
    return reader.all(
        kDisputes,
        [](store::Row const& row) {
            return Dispute{row.id<DisputeId>(0), row.id<InvoiceId>(1),
                           row.small(2),         row.id<EnterpriseId>(3),
                           row.text(4),          row.money(5),
                           row.text(6),          row.text(7),
                           row.text(8),          row.at(9),
                           row.id<PersonId>(10), row.maybe_text(11),
                           row.maybe_text(12)};
        },
        facility, enterprise, unsettled_only ? 1 : 0);
}

Result<Dispute> open_dispute(store::Writer& writer, FacilityId const& facility, Dispute dispute) {
    lock_billing(writer, facility);
    if (writer.exists(kUnsettled, facility, dispute.invoice, dispute.line))
        return refuse(ErrorKind::conflict, "disputed_already");
    writer.execute(kInsertDispute, facility, dispute.id, dispute.invoice, dispute.line,
                   dispute.enterprise, dispute.amount, dispute.reason, dispute.evidence,
                   dispute.evidence_sha256, dispute.opened_at, dispute.opened_by);
    return dispute;
}

Result<Dispute> answer_dispute(store::Writer& writer, FacilityId const& facility,
                               DisputeId const& id, std::string const& words, bool settle,
                               PersonId const& by, Instant now) {
    lock_billing(writer, facility);
    auto const open = list_disputes(writer, facility, std::nullopt, false);
    auto const found = std::ranges::find(open, id, &Dispute::id);
    if (found == open.end()) return refuse(ErrorKind::not_found, "not_found");
    auto dispute = *found;
    if (dispute.outcome || (dispute.answer && !settle))
        return refuse(ErrorKind::conflict, "wrong_state", "it is " + std::string{dispute.state()});
    (settle ? dispute.outcome : dispute.answer) = words;
    writer.execute(kInsertStep, facility, id, settle ? "settled" : "answered", words, now, by);
    return dispute;
}

std::map<InvoiceId, Money> disputed_at(store::Reader& reader, FacilityId const& facility,
                                       Instant at) {
    std::map<InvoiceId, Money> found;
    reader.each(
        kDisputedAt, [&](store::Row const& row) { found[row.id<InvoiceId>(0)] = row.money(1); },
        facility, at);
    return found;
}

}  // namespace karkhana::billing
