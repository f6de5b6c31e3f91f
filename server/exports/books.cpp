#include "server/exports/books.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "server/facility/records.hpp"
#include "server/people/records.hpp"

namespace karkhana::exports {
namespace {

constexpr int kEveryEntry = std::numeric_limits<int>::max();
constexpr std::string_view kBefore =
    "SELECT p.account, CAST(SUM(p.amount_poisha) AS BIGINT) FROM journal_entry e "
    "JOIN journal_posting p ON p.facility_id = e.facility_id AND p.sequence = e.sequence "
    "WHERE e.facility_id = $1 AND COALESCE(e.effective_at, e.booked_at) < $2 GROUP BY p.account "
    "HAVING SUM(p.amount_poisha) <> 0 ORDER BY p.account";

/// Whose names are wanted, beside those that follow from their path.
struct Known {
    std::string_view account, name;
};
constexpr std::array<Known, 14> kKnown{{{"assets:cash", "Cash"},
                                        {"income:electricity", "Electricity recovery"},
                                        {"income:machine-time", "Machine time income"},
                                        {"income:operator", "Operator income"},
                                        {"income:setup", "Setup income"},
                                        {"income:material", "Material sales"},
                                        {"income:membership", "Membership fees"},
                                        {"income:service", "Service income"},
                                        {"income:rounding", "Rounding"},
                                        {"liabilities:vat-output", "Output VAT"},
                                        {"contra:discount", "Discounts"},
                                        {"contra:subsidy", "Subsidies"},
                                        {"expense:waiver", "Waivers"},
                                        {"equity:opening", "Opening balances"}}};

struct Place {
    std::string_view begin, group, type;
};
/// The longer beginning goes before the shorter one.
constexpr std::array<Place, 10> kPlaces{{{"assets:cash", "Cash-in-Hand", "BANK"},
                                         {"assets:bank", "Bank Accounts", "BANK"},
                                         {"assets:receivable:", "Sundry Debtors", "AR"},
                                         {"assets:", "Current Assets", "OCASSET"},
                                         {"liabilities:vat", "Duties & Taxes", "OCLIAB"},
                                         {"liabilities:", "Current Liabilities", "OCLIAB"},
                                         {"income:", "Direct Incomes", "INC"},
                                         {"contra:", "Indirect Expenses", "EXP"},
                                         {"expense:", "Indirect Expenses", "EXP"},
                                         {"equity:", "Capital Account", "EQUITY"}}};

/// "liabilities:wallet-held" as "Liabilities wallet-held".
std::string spoken(std::string_view path) {
    std::string name{path};
    std::ranges::replace(name, ':', ' ');
    if (!name.empty() && name[0] >= 'a' && name[0] <= 'z')
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
    return name;
}

}  // namespace

Books read_books(store::Reader& reader, FacilityId const& id, Interval during) {
    auto const facility = facility::find_facility(reader, id).value();
    Books books{facility.name.en, Zone::find(facility.zone).value(), during, {}, {}, {}};
    books.before = reader.all(
        kBefore, [](store::Row const& row) { return billing::Posting{row.text(0), row.money(1)}; },
        id, during.start);
    books.entries = billing::list_entries(reader, id, during, 0, kEveryEntry);
    std::ranges::sort(books.entries, {}, [&](billing::JournalEntry const& entry) {
        return std::pair{day_of(books, entry), entry.sequence};
    });
    for (auto& one : people::all_enterprises(reader, id))
        books.enterprises.emplace(one.id, std::move(one));
    return books;
}

std::string party_name(EnterpriseId const& id, std::string const& english_name) {
    auto const text = id.text();
    return english_name + " " + text.substr(text.size() - 8);
}

AccountName account_name(std::string const& account,
                         std::map<EnterpriseId, people::Enterprise> const& enterprises) {
    AccountName found{spoken(account), "Suspense A/c", "OCASSET", std::nullopt};
    for (auto const& place : kPlaces)
        if (account.starts_with(place.begin)) {
            found.group = place.group;
            found.type = place.type;
            break;
        }
    for (auto const& known : kKnown)
        if (account == known.account) found.name = known.name;
    auto const end = account.rfind(':');
    if (end == std::string::npos) return found;
    auto const id = EnterpriseId::parse(account.substr(end + 1));
    auto const enterprise = id ? enterprises.find(*id) : enterprises.end();
    if (enterprise == enterprises.end()) return found;
    found.party = *id;
    found.name = party_name(*id, enterprise->second.name.en);
    if (found.type != "AR") found.name += " " + account.substr(0, end);
    std::ranges::replace(found.name, ':', ' ');
    return found;
}

std::chrono::local_days day_of(Books const& books, billing::JournalEntry const& entry) {
    return local_day(books.zone, entry.effective());
}

}  // namespace karkhana::exports
