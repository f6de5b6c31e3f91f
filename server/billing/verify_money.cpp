#include "server/billing/verify_money.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
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

using Balances = std::map<std::string, std::int64_t>;

/// What a snapshot says; nothing where it says nothing that can be read.
Balances balances_in(std::string const& snapshot) {
    Balances found;
    boost::system::error_code error;
    auto const read = boost::json::parse(snapshot, error);
    auto const* all = read.is_object() ? read.as_object().if_contains("balances") : nullptr;
    if (error || all == nullptr || !all->is_array()) return found;
    for (auto const& one : all->as_array())
        if (one.is_array() && one.as_array().size() == 2 && one.at(0).is_string() &&
            one.at(1).is_int64())
            found[std::string{one.at(0).as_string()}] = one.at(1).as_int64();
    return found;
}

/// What the accounts came to before a moment, by what was written until another.
Balances balances_at(std::vector<JournalEntry> const& entries, Instant before, Instant written) {
    Balances sums;
    for (auto const& entry : entries)
        if (entry.effective() < before && entry.booked_at < written)
            for (auto const& posting : entry.postings)
                sums[posting.account] += posting.amount.poisha;
    std::erase_if(sums, [](auto const& one) { return one.second == 0; });
    return sums;
}

/// Every month that is closed is as it was closed; one that was opened again was, when it was
/// closed. What was written in the very moment of that may have been before or after it.
void check_periods(store::Reader& reader, FacilityId const& facility,
                   std::vector<JournalEntry> const& entries, std::vector<Finding>& findings) {
    std::vector<PeriodAct> closed;
    auto const hold = [&](PeriodAct const& act, std::vector<Instant> const& written) {
        auto const kept = balances_in(act.snapshot);
        if (std::ranges::none_of(written, [&](Instant until) {
                return balances_at(entries, act.lock_at, until) == kept;
            }))
            findings.push_back(
                fmt::format("month {}: the ledger is not what it was closed with", act.period));
    };
    for (auto const& act : list_period_acts(reader, facility)) {
        if (act.action == "close" && sha256_hex(act.snapshot) != act.sha256)
            findings.push_back(fmt::format("month {}: its snapshot was changed", act.period));
        if (act.action == "close") closed.push_back(act);
        if (act.action != "reopen" || closed.empty()) continue;
        hold(closed.back(), {closed.back().at, closed.back().at + Duration{1}});
        closed.pop_back();
    }
    for (auto const& act : closed) hold(act, {kAlways.end});
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

std::vector<Finding> verify_money(store::Reader& reader, FacilityId const& facility,
                                  std::vector<JournalEntry> const& entries) {
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
    check_periods(reader, facility, entries, findings);
    for (auto& finding : verify_packs(reader, facility)) findings.push_back(std::move(finding));
    return findings;
}

}  // namespace karkhana::billing
