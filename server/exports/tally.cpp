#include <algorithm>
#include <set>
#include <sstream>

#include "server/exports/books.hpp"
#include "server/exports/table.hpp"
#include "server/exports/xml.hpp"

namespace karkhana::exports {
namespace {

/// "20250801"
std::string tally_day(std::chrono::local_days day) {
    auto text = to_date(day);
    std::erase(text, '-');
    return text;
}

std::string_view voucher_type(std::string_view kind) {
    if (kind == "invoice") return "Sales";
    if (kind == "credit_note") return "Credit Note";
    if (kind == "payment") return "Receipt";
    return "Journal";
}

bool is_receivable(billing::Posting const& posting) {
    return posting.account.starts_with("assets:receivable:");
}

/// The bills that an entry is about, one for each of its receivables; none when it is about none.
/// A payment of several names them one after the other.
std::vector<std::string> bills_of(billing::JournalEntry const& entry) {
    if (entry.kind != "invoice" && entry.kind != "payment" && entry.kind != "credit_note")
        return {};
    std::vector<std::string> bills;
    std::istringstream words{entry.memo};
    for (std::string word; words >> word;) bills.push_back(word);
    auto const receivables = std::ranges::count_if(entry.postings, is_receivable);
    if (static_cast<std::size_t>(receivables) != bills.size()) bills.clear();
    return bills;
}

XmlWriter begin(Books const& books, std::string_view report) {
    XmlWriter xml;
    xml.open("ENVELOPE").open("HEADER").leaf("TALLYREQUEST", "Import Data").close();
    xml.open("BODY").open("IMPORTDATA").open("REQUESTDESC").leaf("REPORTNAME", report);
    xml.open("STATICVARIABLES").leaf("SVCURRENTCOMPANY", books.company).close().close();
    xml.open("REQUESTDATA");
    return xml;
}

std::string end(XmlWriter& xml) { return xml.close().close().close().close().take(); }

/// Bills and credit notes have a reference of their own; a payment goes against that of its bill.
void add_posting(XmlWriter& xml, Books const& books, std::string_view kind,
                 billing::Posting const& posting, std::string const& bill) {
    auto const account = account_name(posting.account, books.enterprises);
    bool const receivable = is_receivable(posting);
    auto const amount = with_point(-posting.amount.poisha, 2);
    xml.open("ALLLEDGERENTRIES.LIST").leaf("LEDGERNAME", account.name);
    xml.leaf("ISPARTYLEDGER", receivable ? "Yes" : "No");
    xml.leaf("ISDEEMEDPOSITIVE", posting.amount > Money{} ? "Yes" : "No").leaf("AMOUNT", amount);
    if (receivable) {
        xml.open("BILLALLOCATIONS.LIST");
        if (!bill.empty()) xml.leaf("NAME", bill);
        xml.leaf("BILLTYPE", bill.empty()        ? "On Account"
                             : kind == "payment" ? "Agst Ref"
                                                 : "New Ref");
        xml.leaf("AMOUNT", amount).close();
    }
    xml.close();
}

void add_voucher(XmlWriter& xml, Books const& books, billing::JournalEntry const& entry) {
    auto const type = std::string{voucher_type(entry.kind)};
    auto const day = tally_day(day_of(books, entry));
    // The same entry again changes its voucher and adds none.
    xml.open("TALLYMESSAGE xmlns:UDF=\"TallyUDF\"");
    xml.open("VOUCHER REMOTEID=\"" + entry.id.text() + "\" VCHTYPE=\"" + type +
             "\" ACTION=\"Create\" OBJVIEW=\"Accounting Voucher View\"");
    xml.leaf("DATE", day).leaf("EFFECTIVEDATE", day).leaf("VOUCHERTYPENAME", type);
    xml.leaf("VOUCHERNUMBER", entry.kind == "invoice" || entry.kind == "credit_note"
                                  ? entry.memo
                                  : std::to_string(entry.sequence));
    if (!entry.memo.empty()) xml.leaf("REFERENCE", entry.memo);
    auto const party = std::ranges::find_if(entry.postings, is_receivable);
    if (party != entry.postings.end())
        xml.leaf("PARTYLEDGERNAME", account_name(party->account, books.enterprises).name);
    xml.leaf("PERSISTEDVIEW", "Accounting Voucher View").leaf("ISINVOICE", "No");
    xml.leaf("NARRATION", entry.kind + " " + entry.memo);
    auto const bills = bills_of(entry);
    std::size_t next = 0;
    for (auto const& posting : entry.postings) {
        bool const named = is_receivable(posting) && next < bills.size();
        add_posting(xml, books, entry.kind, posting, named ? bills[next++] : "");
    }
    xml.close().close();
}

}  // namespace

std::string tally_masters(Books const& books) {
    auto xml = begin(books, "All Masters");
    std::set<std::string> accounts;
    for (auto const& posting : books.before) accounts.insert(posting.account);
    for (auto const& entry : books.entries)
        for (auto const& posting : entry.postings) accounts.insert(posting.account);
    for (auto const& path : accounts) {
        auto const account = account_name(path, books.enterprises);
        xml.open("TALLYMESSAGE xmlns:UDF=\"TallyUDF\"");
        xml.open("LEDGER NAME=\"" + xml_escaped(account.name) + "\" ACTION=\"Create\"");
        xml.leaf("NAME", account.name).leaf("PARENT", account.group);
        if (account.type == "AR") xml.leaf("ISBILLWISEON", "Yes");
        xml.close().close();
    }
    return end(xml);
}

std::string tally_vouchers(Books const& books) {
    auto xml = begin(books, "Vouchers");
    for (auto const& entry : books.entries) add_voucher(xml, books, entry);
    return end(xml);
}

}  // namespace karkhana::exports
