#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/random.hpp"
#include "server/base/time.hpp"
#include "server/store/store.hpp"

/// Double entry, append-only. Debit is positive, credit negative; every entry sums to zero.
namespace karkhana::billing {

struct Posting {
    std::string account;
    Money amount;

    bool operator==(Posting const&) const = default;
};

struct JournalEntry {
    std::int64_t sequence = 0;  ///< without gaps in a facility
    EntryId id;
    std::string kind;      ///< invoice, credit_note, payment, reversal, waiver, ...
    std::string document;  ///< id of what it books; a reversal has that of what it reverses
    std::string memo;
    Instant booked_at;
    std::vector<Posting> postings;
    std::optional<Instant> effective_at{};  ///< where it counts earlier than it was written

    Instant effective() const { return effective_at.value_or(booked_at); }
};

namespace account {
inline constexpr std::string_view cash = "assets:cash";
inline constexpr std::string_view unmatched = "assets:clearing:unmatched";
inline constexpr std::string_view vds = "assets:vat-withheld";
inline constexpr std::string_view opening = "equity:opening";
inline constexpr std::string_view vat_output = "liabilities:vat-output";
inline constexpr std::string_view rounding = "income:rounding";
inline constexpr std::string_view waived = "expense:waiver";
inline constexpr std::string_view cash_over = "income:cash-difference";
inline constexpr std::string_view cash_short = "expense:cash-difference";
inline constexpr std::string_view electricity = "income:electricity";
inline constexpr std::string_view machine_time = "income:machine-time";
std::string receivable(EnterpriseId const& enterprise);
std::string wallet(EnterpriseId const& enterprise);
std::string wallet_held(EnterpriseId const& enterprise);
/// VAT that was due when an advance came in and is not yet on an invoice.
std::string vat_advance(EnterpriseId const& enterprise);
/// "assets:bank:bkash"
std::string bank(std::string_view channel);
}  // namespace account

/// The next number of a gap-free sequence, taken in the transaction that uses it.
std::int64_t next_number(store::Writer& writer, FacilityId const& facility, std::string_view name);

/// Something was to be booked into a month that is closed.
class PeriodLocked : public std::runtime_error {
public:
    PeriodLocked() : std::runtime_error("the month is closed") {}
};
/// Nothing is booked, made final or taken back with a date in a month that is closed.
bool period_locked(store::Reader& reader, FacilityId const& facility, Instant at);
/// When something that happened then counts: at that moment, or now where its month is closed.
Instant open_date(store::Reader& reader, FacilityId const& facility, Instant happened, Instant now);

/// The same entry the other way round, in the opposite order: what undoes it.
JournalEntry reversed(JournalEntry entry, Instant at);

/// Books the entry and gives it its number. Postings of nothing are left out; throws
/// std::logic_error when the rest does not sum to zero or counts later than it is written, and
/// PeriodLocked where it counts in a month that is closed.
std::int64_t book(store::Writer& writer, FacilityId const& facility, JournalEntry entry);

/// What an enterprise owed before there was this ledger, as the imported table said it; below
/// nothing, what of its money was here already: that is its wallet's.
struct Opening {
    EnterpriseId enterprise;
    Money owed;
    std::string note;
    Instant booked_at;
    Instant since;          ///< when it was due, in a month that is open
    std::string account{};  ///< where it stands
};
std::vector<Opening> list_openings(store::Reader& reader, FacilityId const& facility);
/// Keeps it and books it, once for each enterprise.
void open_account(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                  Opening opening);
/// Its entry; without an id.
JournalEntry opening_entry(Opening const& opening);

/// Newest first, before `cursor` (a sequence; 0: from the newest), that count in the interval.
std::vector<JournalEntry> list_entries(store::Reader& reader, FacilityId const& facility,
                                       Interval during, std::int64_t cursor, int limit);
/// Every account with its balance; they sum to zero.
std::vector<Posting> trial_balance(store::Reader& reader, FacilityId const& facility);
/// What each enterprise owes, in one query.
std::map<EnterpriseId, Money> receivables(store::Reader& reader, FacilityId const& facility);
/// What one account holds.
Money balance_of(store::Reader& reader, FacilityId const& facility, std::string_view account);
/// Every account as it stood before a moment; they sum to zero.
std::vector<Posting> trial_balance_at(store::Reader& reader, FacilityId const& facility,
                                      Instant before);

}  // namespace karkhana::billing
