#include <algorithm>
#include <set>

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

/// How a receivable is told from others of its party. A bill begins one, a payment or a credit note
/// for a bill goes against it.
std::string_view bill_type(std::string_view kind) {
    if (kind == "invoice") return "New Ref";
    if (kind == "payment" || kind == "credit_note") return "Agst Ref";
    return "On Account";
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

void add_posting(XmlWriter& xml, Books const& books, billing::JournalEntry const& entry,
                 billing::Posting const& posting) {
    auto const account = account_name(posting.account, books.enterprises);
    bool const receivable = account.type == "AR";
    auto const amount = with_point(-posting.amount.poisha, 2);
    xml.open("ALLLEDGERENTRIES.LIST").leaf("LEDGERNAME", account.name);
    xml.leaf("ISPARTYLEDGER", receivable ? "Yes" : "No");
    xml.leaf("ISDEEMEDPOSITIVE", posting.amount > Money{} ? "Yes" : "No").leaf("AMOUNT", amount);
    if (receivable) {
        auto const type = bill_type(entry.kind);
        xml.open("BILLALLOCATIONS.LIST");
        if (type != "On Account") xml.leaf("NAME", entry.memo);
        xml.leaf("BILLTYPE", type).leaf("AMOUNT", amount).close();
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
    xml.leaf("REFERENCE", entry.memo);
    for (auto const& posting : entry.postings)
        if (auto const account = account_name(posting.account, books.enterprises);
            account.type == "AR") {
            xml.leaf("PARTYLEDGERNAME", account.name);
            break;
        }
    xml.leaf("PERSISTEDVIEW", "Accounting Voucher View").leaf("ISINVOICE", "No");
    xml.leaf("NARRATION", entry.kind + " " + entry.memo);
    for (auto const& posting : entry.postings) add_posting(xml, books, entry, posting);
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
