#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/result.hpp"
#include "server/billing/ledger.hpp"
#include "server/people/rules.hpp"

/// The journal for the programs of accountants. They know days, not moments, so the entries are in
/// the order of their local days, and within a day in that of their booking.
namespace karkhana::exports {

struct Books {
    std::string company;  ///< the facility, in English
    Zone zone;
    Interval during;                       ///< of the entries
    std::vector<billing::Posting> before;  ///< every account's balance when it begins
    std::vector<billing::JournalEntry> entries;
    std::map<EnterpriseId, people::Enterprise> enterprises;
};

/// The entries booked within the interval, in a constant number of queries.
Books read_books(store::Reader& reader, FacilityId const& facility, Interval during);

/// How an enterprise is called in other programs: its English name and the last digits of its id,
/// because two enterprises may have one name.
std::string party_name(EnterpriseId const& id, std::string const& english_name);

/// An account as accountants know it.
struct AccountName {
    std::string name;   ///< "Cash", "Lakshmi 0c9f21aa"
    std::string group;  ///< Tally's: "Sundry Debtors"
    std::string type;   ///< QuickBooks': AR, BANK, OCASSET, OCLIAB, INC, EXP, EQUITY
    std::optional<EnterpriseId> party;  ///< whose it is, of a receivable and of a wallet
};
AccountName account_name(std::string const& account,
                         std::map<EnterpriseId, people::Enterprise> const& enterprises);

/// The local day an entry was booked on.
std::chrono::local_days day_of(Books const& books, billing::JournalEntry const& entry);

/// For hledger and ledger: every entry with its balances after it, so that each of the two programs
/// checks every sum. What was before comes first, as one entry.
std::string hledger_journal(Books const& books);

/// For Tally (Prime and ERP 9): the accounts, to be imported first.
std::string tally_masters(Books const& books);
/// The entries as vouchers; a debit is negative there.
std::string tally_vouchers(Books const& books);

/// For QuickBooks Desktop (IIF), which knows no Bangla. Errors: `not_ascii`, naming the text.
Result<std::string> iif_text(Books const& books);

}  // namespace karkhana::exports
