#include "server/billing/verify_money.hpp"

#include <fmt/format.h>
#include <limits>

#include "server/base/digest.hpp"
#include "server/billing/claims.hpp"
#include "server/billing/closing.hpp"
#include "server/billing/disputes.hpp"
#include "server/billing/packs.hpp"
#include "server/billing/settle.hpp"
#include "server/billing/waivers.hpp"
#include "server/billing/wallet.hpp"

namespace karkhana::billing {
namespace {

constexpr Interval kAlways{instant(std::numeric_limits<std::int64_t>::min() / 2),
                           instant(std::numeric_limits<std::int64_t>::max() / 2)};
constexpr int kEverything = std::numeric_limits<int>::max();
constexpr std::string_view kWrongStates =
    "SELECT c.claim_id FROM payment_claim c WHERE c.facility_id = $1 AND NOT EXISTS "
    "(SELECT 1 FROM payment_claim_step s WHERE s.facility_id = c.facility_id "
    "AND s.claim_id = c.claim_id AND s.state = c.state AND s.sequence = "
    "(SELECT COUNT(*) FROM payment_claim_step t WHERE t.facility_id = c.facility_id "
    "AND t.claim_id = c.claim_id)) ORDER BY c.claim_id";
constexpr std::string_view kUnpaidClaims =
    "SELECT c.claim_id FROM payment_claim c WHERE c.facility_id = $1 AND c.state = 'applied' "
    "AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.facility_id = c.facility_id "
    "AND p.claim_id = c.claim_id AND p.amount_poisha = c.amount_poisha "
    "AND p.enterprise_id = c.enterprise_id) ORDER BY c.claim_id";
constexpr std::string_view kSelfApplied =
    "SELECT c.claim_id FROM payment_claim c JOIN payment p ON p.facility_id = c.facility_id "
    "AND p.claim_id = c.claim_id WHERE c.facility_id = $1 AND p.received_by = c.claimed_by "
    "ORDER BY c.claim_id";

void check_claims(store::Reader& reader, FacilityId const& facility, std::string_view sql,
                  std::string_view fault, std::vector<Finding>& findings) {
    reader.each(
        sql,
        [&](store::Row const& row) {
            findings.push_back(fmt::format("claim {}: {}", row.text(0), fault));
        },
        facility);
}

void check_periods(store::Reader& reader, FacilityId const& facility,
                   std::vector<Finding>& findings) {
    PeriodAct last;
    for (auto const& act : list_period_acts(reader, facility)) {
        if (act.action == "close" && sha256_hex(act.snapshot) != act.sha256)
            findings.push_back(fmt::format("month {}: its snapshot was changed", act.period));
        if (act.action != "ask_reopen") last = act;
    }
    if (last.action != "close") return;
    if (snapshot_text(last.period, trial_balance_at(reader, facility, last.lock_at)) !=
        last.snapshot)
        findings.push_back(
            fmt::format("month {}: the ledger is not what it was closed with", last.period));
}

}  // namespace

void expect_money(store::Reader& reader, FacilityId const& facility, std::int64_t counted,
                  ExpectedEntries& expected, std::vector<Finding>& findings) {
    auto const expect = [&](JournalEntry entry) {
        auto key = entry.kind + "/" + entry.document;
        expected.emplace(std::move(key), std::move(entry));
    };
    std::map<PaymentId, JournalEntry> payments;
    std::int64_t next = counted;
    for (auto const& payment : list_payments(reader, facility, kAlways, 0, kEverything)) {
        if (payment.sequence != next)
            findings.push_back(fmt::format("payment {} is missing", next));
        next = payment.sequence - 1;
        payments.emplace(payment.id, entry_of(payment));
        expect(entry_of(payment));
    }
    if (next > 0) findings.push_back(fmt::format("payment {} is missing", next));
    for (auto const& reversal : list_reversals(reader, facility))
        if (auto const found = payments.find(reversal.payment); found != payments.end())
            expect(reversed(found->second, reversal.at));
    for (auto const& line : list_statement_lines(reader, facility, false, kEverything))
        if (!line.brought_by) expect(entry_of(line));
    for (auto const& hold : list_holds(reader, facility, std::nullopt)) {
        expect(entry_of_hold(hold));
        if (hold.ended_at) expect(entry_of_hold_end(hold));
    }
    for (auto const& refund : list_refunds(reader, facility)) expect(entry_of(refund));
    for (auto const& move : list_wallet_moves(reader, facility)) expect(entry_of(move));
    for (auto const& waiver : list_waivers(reader, facility, false))
        if (waiver.granted.value_or(false)) expect(entry_of(waiver));
    for (auto& entry : entries_of_settled(reader, facility)) expect(std::move(entry));
    for (auto& entry : entries_of_packs(reader, facility)) expect(std::move(entry));
    for (auto const& day : list_cash_days(reader, facility, "", "9999-12-31"))
        if (day.counted != day.expected) expect(entry_of(day));
}

std::vector<Finding> verify_money(store::Reader& reader, FacilityId const& facility) {
    std::vector<Finding> findings;
    for (auto const& [account, amount] : trial_balance(reader, facility))
        if (account.starts_with("liabilities:wallet") && amount > Money{})
            findings.push_back(fmt::format("account {}: is below nothing", account));
    check_claims(reader, facility, kWrongStates, "is not in the state of its last step", findings);
    check_claims(reader, facility, kUnpaidClaims, "is applied without a payment", findings);
    check_claims(reader, facility, kSelfApplied, "was applied by who claimed it", findings);
    for (auto const& dispute : list_disputes(reader, facility, std::nullopt, false))
        if (sha256_hex(dispute.evidence) != dispute.evidence_sha256)
            findings.push_back(
                fmt::format("dispute {}: its evidence was changed", dispute.id.text()));
    check_periods(reader, facility, findings);
    for (auto& finding : verify_packs(reader, facility)) findings.push_back(std::move(finding));
    return findings;
}

}  // namespace karkhana::billing
