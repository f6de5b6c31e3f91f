#include "server/billing/ledger.hpp"

#include <algorithm>
#include <limits>

namespace karkhana::billing {
namespace {

constexpr std::string_view kReceivable = "assets:receivable:";
constexpr std::string_view kInsertEntry =
    "INSERT INTO journal_entry (facility_id, sequence, entry_id, kind, document_id, memo, "
    "booked_at, effective_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kInsertPosting =
    "INSERT INTO journal_posting (facility_id, sequence, line, account, amount_poisha) "
    "VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kBump =
    "INSERT INTO billing_counter (facility_id, name, last) VALUES ($1, $2, 1) "
    "ON CONFLICT (facility_id, name) DO UPDATE SET last = billing_counter.last + 1 RETURNING last";
constexpr std::string_view kEntries =
    "SELECT sequence, entry_id, kind, document_id, memo, booked_at, effective_at "
    "FROM journal_entry WHERE facility_id = $1 AND COALESCE(effective_at, booked_at) >= $2 "
    "AND COALESCE(effective_at, booked_at) < $3 AND sequence < $4 ORDER BY sequence DESC LIMIT $5";
constexpr std::string_view kPostings =
    "SELECT sequence, account, amount_poisha FROM journal_posting WHERE facility_id = $1 "
    "AND sequence >= $2 AND sequence <= $3 ORDER BY sequence, line";
constexpr std::string_view kBalances =
    "SELECT account, CAST(SUM(amount_poisha) AS BIGINT) FROM journal_posting "
    "WHERE facility_id = $1 GROUP BY account ORDER BY account";

constexpr std::string_view kBalanceOf =
    "SELECT CAST(COALESCE(SUM(amount_poisha), 0) AS BIGINT) FROM journal_posting "
    "WHERE facility_id = $1 AND account = $2";
constexpr std::string_view kBalancesAt =
    "SELECT p.account, CAST(SUM(p.amount_poisha) AS BIGINT) FROM journal_entry e "
    "JOIN journal_posting p ON p.facility_id = e.facility_id AND p.sequence = e.sequence "
    "WHERE e.facility_id = $1 AND COALESCE(e.effective_at, e.booked_at) < $2 "
    "GROUP BY p.account ORDER BY p.account";
constexpr std::string_view kOpenings =
    "SELECT enterprise_id, amount_poisha, note, booked_at, at, account FROM opening_balance "
    "WHERE facility_id = $1 ORDER BY enterprise_id";
constexpr std::string_view kInsertOpening =
    "INSERT INTO opening_balance (facility_id, enterprise_id, amount_poisha, note, booked_at, at, "
    "account) VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kPeriodLock =
    "SELECT lock_at FROM period_act WHERE facility_id = $1 AND action <> 'ask_reopen' "
    "ORDER BY sequence DESC LIMIT 1";

JournalEntry read_entry(store::Row const& row) {
    return {row.integer(0), row.id<EntryId>(1), row.text(2), row.text(3),
            row.text(4),    row.at(5),          {},          row.maybe_at(6)};
}

}  // namespace

std::string account::receivable(EnterpriseId const& enterprise) {
    return std::string{kReceivable} + enterprise.text();
}

std::string account::wallet(EnterpriseId const& enterprise) {
    return "liabilities:wallet:" + enterprise.text();
}

std::string account::wallet_held(EnterpriseId const& enterprise) {
    return "liabilities:wallet-held:" + enterprise.text();
}

std::string account::vat_advance(EnterpriseId const& enterprise) {
    return "assets:vat-advance:" + enterprise.text();
}

std::string account::bank(std::string_view channel) {
    return "assets:bank:" + std::string{channel};
}

bool period_locked(store::Reader& reader, FacilityId const& facility, Instant at) {
    auto const lock =
        reader.first(kPeriodLock, [](store::Row const& row) { return row.at(0); }, facility);
    return lock && at < *lock;
}

Instant open_date(store::Reader& reader, FacilityId const& facility, Instant happened,
                  Instant now) {
    auto const at = std::min(happened, now);
    return period_locked(reader, facility, at) ? now : at;
}

JournalEntry reversed(JournalEntry entry, Instant at) {
    entry.kind = "reversal";
    entry.booked_at = at;
    entry.effective_at.reset();
    std::ranges::reverse(entry.postings);
    for (auto& posting : entry.postings) posting.amount = -posting.amount;
    return entry;
}

std::int64_t next_number(store::Writer& writer, FacilityId const& facility, std::string_view name) {
    return writer.first(
                     kBump, [](store::Row const& row) { return row.integer(0); }, facility, name)
        .value();
}

std::int64_t book(store::Writer& writer, FacilityId const& facility, JournalEntry entry) {
    Money sum;
    for (auto const& posting : entry.postings) sum += posting.amount;
    if (sum != Money{}) throw std::logic_error("a journal entry does not sum to zero");
    if (entry.effective() > entry.booked_at)
        throw std::logic_error("a journal entry counts later than it is written");
    if (period_locked(writer, facility, entry.effective())) throw PeriodLocked{};
    auto const sequence = next_number(writer, facility, "journal");
    writer.execute(kInsertEntry, facility, sequence, entry.id, entry.kind, entry.document,
                   entry.memo, entry.booked_at, entry.effective_at);
    int line = 0;
    for (auto const& posting : entry.postings)
        if (posting.amount != Money{})
            writer.execute(kInsertPosting, facility, sequence, ++line, posting.account,
                           posting.amount);
    return sequence;
}

JournalEntry opening_entry(Opening const& opening) {
    JournalEntry entry;
    entry.kind = "opening";
    entry.document = opening.enterprise.text();
    entry.memo = opening.note;
    entry.booked_at = opening.booked_at;
    if (opening.since != opening.booked_at) entry.effective_at = opening.since;
    entry.postings = {{opening.account, opening.owed},
                      {std::string{account::opening}, -opening.owed}};
    return entry;
}

std::vector<Opening> list_openings(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        kOpenings,
        [](store::Row const& row) {
            return Opening{row.id<EnterpriseId>(0),
                           row.money(1),
                           row.text(2),
                           row.at(3),
                           row.at(4),
                           row.text(5)};
        },
        facility);
}

void open_account(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                  Opening opening) {
    opening.account = opening.owed < Money{} ? account::wallet(opening.enterprise)
                                             : account::receivable(opening.enterprise);
    writer.execute(kInsertOpening, facility, opening.enterprise, opening.owed, opening.note,
                   opening.booked_at, opening.since, opening.account);
    auto entry = opening_entry(opening);
    entry.id = ids.make<EntryId>();
    book(writer, facility, entry);
}

std::vector<JournalEntry> list_entries(store::Reader& reader, FacilityId const& facility,
                                       Interval during, std::int64_t cursor, int limit) {
    auto const before = cursor == 0 ? std::numeric_limits<std::int64_t>::max() : cursor;
    auto entries =
        reader.all(kEntries, read_entry, facility, during.start, during.end, before, limit);
    if (entries.empty()) return entries;
    std::map<std::int64_t, JournalEntry*> by_sequence;
    for (auto& entry : entries) by_sequence[entry.sequence] = &entry;
    reader.each(
        kPostings,
        [&](store::Row const& row) {
            if (auto const found = by_sequence.find(row.integer(0)); found != by_sequence.end())
                found->second->postings.push_back({row.text(1), row.money(2)});
        },
        facility, entries.back().sequence, entries.front().sequence);
    return entries;
}

std::vector<Posting> trial_balance(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        kBalances, [](store::Row const& row) { return Posting{row.text(0), row.money(1)}; },
        facility);
}

Money balance_of(store::Reader& reader, FacilityId const& facility, std::string_view account) {
    return reader
        .first(
            kBalanceOf, [](store::Row const& row) { return row.money(0); }, facility, account)
        .value();
}

std::vector<Posting> trial_balance_at(store::Reader& reader, FacilityId const& facility,
                                      Instant before) {
    return reader.all(
        kBalancesAt, [](store::Row const& row) { return Posting{row.text(0), row.money(1)}; },
        facility, before);
}

std::map<EnterpriseId, Money> receivables(store::Reader& reader, FacilityId const& facility) {
    std::map<EnterpriseId, Money> owed;
    for (auto const& [name, amount] : trial_balance(reader, facility)) {
        if (!name.starts_with(kReceivable)) continue;
        if (auto const id = EnterpriseId::parse(name.substr(kReceivable.size())))
            owed[*id] = amount;
    }
    return owed;
}

}  // namespace karkhana::billing
