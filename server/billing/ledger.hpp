#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
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
    std::string kind;      ///< invoice, credit_note, payment, ...
    std::string document;  ///< id of what it books
    std::string memo;
    Instant booked_at;
    std::vector<Posting> postings;
};

namespace account {
inline constexpr std::string_view cash = "assets:cash";
inline constexpr std::string_view opening = "equity:opening";
inline constexpr std::string_view vat_output = "liabilities:vat-output";
inline constexpr std::string_view electricity = "income:electricity";
inline constexpr std::string_view machine_time = "income:machine-time";
std::string receivable(EnterpriseId const& enterprise);
}  // namespace account

/// The next number of a gap-free sequence, taken in the transaction that uses it.
std::int64_t next_number(store::Writer& writer, FacilityId const& facility, std::string_view name);

/// Books the entry and gives it its number. Postings of nothing are left out; throws
/// std::logic_error when the rest does not sum to zero.
std::int64_t book(store::Writer& writer, FacilityId const& facility, JournalEntry entry);

/// What an enterprise owed before there was this ledger; without an id. It is its own document.
JournalEntry opening_entry(EnterpriseId const& enterprise, Money owed, std::string memo,
                           Instant at);

/// Newest first, before `cursor` (a sequence; 0: from the newest), in the interval.
std::vector<JournalEntry> list_entries(store::Reader& reader, FacilityId const& facility,
                                       Interval during, std::int64_t cursor, int limit);
/// Every account with its balance; they sum to zero.
std::vector<Posting> trial_balance(store::Reader& reader, FacilityId const& facility);
/// What each enterprise owes, in one query.
std::map<EnterpriseId, Money> receivables(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::billing
