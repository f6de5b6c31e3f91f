#include "server/billing/verify.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>

#include "server/billing/charges.hpp"
#include "server/billing/document.hpp"
#include "server/billing/finalize.hpp"
#include "server/billing/halt_records.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/items.hpp"
#include "server/billing/late_corrections.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/number_blocks.hpp"
#include "server/billing/packs.hpp"
#include "server/billing/rated_sessions.hpp"
#include "server/billing/tax_records.hpp"
#include "server/billing/verify_credits.hpp"
#include "server/billing/verify_money.hpp"
#include "server/metering/find_sessions.hpp"
#include "server/metering/rows.hpp"
#include "server/metering/sessions.hpp"

namespace karkhana::billing {
namespace {

using metering::UsageSession;

constexpr std::string_view kCounters =
    "SELECT name, last FROM billing_counter WHERE facility_id = $1";
constexpr std::string_view kOrphans =
    "SELECT n.session_id FROM invoice_session n LEFT JOIN invoice i "
    "ON i.facility_id = n.facility_id AND i.invoice_id = n.invoice_id "
    "WHERE n.facility_id = $1 AND i.invoice_id IS NULL";
constexpr std::string_view kOpeningsSettled =
    "SELECT a.enterprise_id, CAST(SUM(a.amount_poisha) AS BIGINT), "
    "COALESCE(MAX(o.amount_poisha), 0) FROM opening_allocation a LEFT JOIN opening_due o "
    "ON o.facility_id = a.facility_id AND o.enterprise_id = a.enterprise_id "
    "WHERE a.facility_id = $1 GROUP BY a.enterprise_id";
constexpr Interval kEver{instant(std::numeric_limits<std::int64_t>::min() / 2),
                         instant(std::numeric_limits<std::int64_t>::max() / 2)};
constexpr int kAll = std::numeric_limits<int>::max();

bool same_price(Term const& a, Term const& b) {
    return a.component == b.component && a.basis == b.basis && a.window == b.window &&
           a.label == b.label && a.quantity == b.quantity && a.price == b.price &&
           a.amount == b.amount && a.per == b.per && a.unit == b.unit && a.income == b.income;
}

bool same(Term const& a, Term const& b) { return same_price(a, b) && a.quality == b.quality; }

/// Charges once had the doubt of every register inside, also of those that no price rests on: what
/// was charged then stays.
bool same_terms(std::vector<Term> const& terms, std::vector<Charge> const& charges,
                std::vector<metering::Register> const& registers) {
    return std::ranges::equal(terms, charges, [&](Term const& term, Charge const& charge) {
        auto const kept = charge.term.quality;
        bool const as_before =
            metering::worse(term.quality, kept) == kept &&
            std::ranges::find(registers, kept, &metering::Register::quality) != registers.end();
        return same_price(term, charge.term) && term.tax_code == charge.term.tax_code &&
               term.card == charge.rate_card && (term.quality == kept || as_before);
    });
}

/// What a rated session must show when everything is worked out again; empty when it does.
std::string_view fault_of(RatedSession const& rated, Rateable const& one,
                          std::vector<Charge> const& charges, std::vector<RateCard> const& cards,
                          Zone const& zone) {
    auto const& session = one.session;
    auto const terms = rate_session(cards, zone, one);
    if (!terms || !same_terms(*terms, charges, session.registers))
        return "its charges do not follow from its registers";
    if (card_of(cards, one)->id != rated.card) return "it has the prices of another time";
    if (session.enterprise != rated.enterprise) return "its charges are on another's account";
    if (session.stop != rated.stopped_at) return "its charges are in another's month";
    return "";
}

/// Some of the rated sessions, in a number of queries that does not grow with them.
void check_rated(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                 std::vector<RateCard> const& cards, std::vector<RatedSession> const& rated,
                 std::vector<Finding>& findings) {
    std::vector<SessionId> ids;
    for (auto const& one : rated) ids.push_back(one.session);
    auto const found = metering::find_sessions(reader, facility, ids);
    std::map<SessionId, UsageSession const*> sessions;
    for (auto const& session : found) sessions.emplace(session.id, &session);
    auto charges = charges_of_sessions(reader, facility, ids);
    auto kept = kept_halts(reader, facility, ids);
    auto derived = derive_halts_again(reader, facility, found, kept);
    auto const payers = find_payers(reader, facility, found);
    for (auto const& one : rated) {
        auto const session = sessions.find(one.session);
        std::string_view fault = "it is rated but not there";
        if (session != sessions.end())
            fault =
                kept[one.session] != derived[one.session]
                    ? "when it stood still does not follow from its booking"
                    : fault_of(one,
                               {*session->second, one.machine_kind, std::move(derived[one.session]),
                                as_rated(one.payer, payers.at(one.session))},
                               charges[one.session], cards, zone);
        if (!fault.empty())
            findings.push_back(fmt::format("session {}: {}", one.session.text(), fault));
    }
}

void check_line(InvoiceDocument const& document, std::size_t i, Charge const& charge,
                std::string_view& fault) {
    auto const& issued = document.lines[i];
    bool const holds = issued.line == charge.line && issued.session == charge.session &&
                       issued.rate_card == charge.rate_card && same(issued.term, charge.term) &&
                       charge.enterprise == document.buyer.id;
    if (!holds) fault = "a line is not what was issued";
    if (static_cast<std::size_t>(charge.line) != i + 1) fault = "its lines are not numbered";
}

/// What the tables say of an issued document.
struct Kept {
    std::vector<Charge> charges;
    std::vector<Item> items;
    TaxTable const& taxes;
    std::map<InvoiceId, IssuedReference> const& heads;  ///< of every final document
};

/// True when the document refers to the very line that the table has.
bool same_reference(IssuedItem const& issued, Item const& item, Kept const& kept) {
    if (!item.refers_invoice) return !issued.refers;
    auto const head = kept.heads.find(*item.refers_invoice);
    if (head == kept.heads.end()) return false;
    auto whole = head->second;
    whole.line = item.refers_line.value_or(0);
    return issued.refers == whole;
}

bool same_item(IssuedItem const& issued, Item const& item, bool credit_note, Kept const& kept) {
    auto const sign = credit_note ? -1 : 1;
    return issued.line == item.line && issued.id == item.id && issued.source == item.source &&
           issued.source_id == item.source_id && issued.happened_at == item.happened_at &&
           issued.label == item.label && issued.quantity == item.quantity &&
           issued.unit == item.unit && issued.per == item.per &&
           issued.price.e4 == sign * item.price.e4 &&
           issued.amount.poisha == sign * item.amount.poisha &&
           issued.amount == price_of(issued.price, issued.quantity, issued.per) &&
           issued.income == item.income && issued.sector == item.sector &&
           issued.subsidy == item.subsidy && issued.note == item.note &&
           same_reference(issued, item, kept);
}

/// True when the tax of every line of a bill follows from what held when it was issued.
bool same_tax(InvoiceDocument const& document, Kept const& kept) {
    auto const& issued = document.tax;
    if (std::ranges::any_of(kept.items, is_shadow)) return issued == IssuedTax{};
    auto const setting = setting_at(kept.taxes, document.issued_at);
    if (setting.regime == Regime::none) return issued == IssuedTax{};
    std::vector<Taxable> lines;
    for (auto const& charge : kept.charges)
        lines.push_back({charge.term.amount, tax_code_of(charge.term)});
    for (auto const& item : kept.items) lines.push_back({item.amount, item.tax_code});
    auto const taxes = taxes_of(kept.taxes, document.issued_at, lines);
    return taxes && issued == IssuedTax{setting.regime, setting.rounding, setting.inclusive,
                                        setting.bin, *taxes};
}

/// What is wrong with the document itself; empty when nothing is.
std::string_view fault_of(Invoice const& invoice, InvoiceDocument const& document,
                          FacilityId const& facility, Kept const& kept) {
    if (document.number != invoice.number_text || document.issued_at != invoice.issued_at ||
        document.period != invoice.period || document.buyer.id != invoice.enterprise ||
        document.seller.id != facility || document.reason != invoice.reason ||
        (document.kind == DocumentKind::credit_note) != invoice.credit_note)
        return "its head is not what was issued";
    if (document.lines.size() != kept.charges.size() || document.items.size() != kept.items.size())
        return "it has not the lines that were issued";
    std::string_view fault;
    Money sum;
    for (std::size_t i = 0; i < kept.charges.size(); ++i) {
        check_line(document, i, kept.charges[i], fault);
        sum += kept.charges[i].term.amount;
    }
    for (std::size_t i = 0; i < kept.items.size(); ++i) {
        if (kept.items[i].enterprise != document.buyer.id ||
            !same_item(document.items[i], kept.items[i], invoice.credit_note, kept))
            fault = "a line is not what was issued";
        if (document.items[i].line != static_cast<int>(kept.charges.size() + i) + 1)
            fault = "its lines are not numbered";
        sum += document.items[i].amount;
    }
    if (!fault.empty()) return fault;
    if (!invoice.credit_note && !same_tax(document, kept))
        return "its tax does not follow from its lines";
    if (!document.tax.inclusive) sum += document.tax_total();
    if (document.tax_total() != invoice.tax) return "its tax is not what was issued";
    if (sum != invoice.total || sum != document.total) return "its lines do not sum to its total";
    return "";
}

bool same_registers(IssuedSession const& issued, UsageSession const& session) {
    auto told = told_registers(session);
    bool const parts = std::ranges::any_of(
        issued.registers, [](IssuedRegister const& reg) { return reg.share.has_value(); });
    // Bills that were issued before parts were printed tell of START and STOP alone.
    if (!parts)
        std::erase_if(told, [](auto const& reg) { return reg.edge == metering::Edge::boundary; });
    return issued.during == Interval{session.start, session.stop.value_or(session.start)} &&
           std::ranges::equal(issued.registers, told, [&](auto const& a, auto const& b) {
               return a.edge == b.edge && a.at == b.at && a.value == b.value &&
                      a.words == metering::words_text(b.raw) && a.quality == b.quality &&
                      a.method == b.method && (!parts || a.share == b.share);
           });
}

std::string_view fault_of_sessions(store::Reader& reader, InvoiceDocument const& document) {
    std::vector<SessionId> ids;
    for (auto const& session : document.sessions) ids.push_back(session.id);
    std::map<SessionId, UsageSession> sessions;
    for (auto& session : metering::find_sessions(reader, document.seller.id, ids))
        sessions.emplace(session.id, std::move(session));
    for (auto const& issued : document.sessions) {
        auto const found = sessions.find(issued.id);
        if (found == sessions.end() || !same_registers(issued, found->second))
            return "the registers of a session are not those that were issued";
    }
    return "";
}

/// Follows the numbers and the chain of each series.
class Chain {
public:
    explicit Chain(std::vector<NumberBlock> blocks) : blocks_(std::move(blocks)) {}

    void follow(Invoice const& invoice, std::string const& canonical,
                std::vector<Finding>& findings) {
        if (auto const name = invoice.series + "/" + invoice.fiscal_year; name != name_) {
            name_ = name;
            last_ = {};
        }
        if (!may_follow(blocks_, invoice.series, invoice.fiscal_year, last_.number, invoice.number))
            findings.push_back(fmt::format("series {}: number {} follows {}", name_, invoice.number,
                                           last_.number));
        if (invoice.previous_hash != last_.hash ||
            chain_hash(invoice.previous_hash, canonical) != invoice.hash)
            findings.push_back(
                fmt::format("invoice {}: its hash does not follow", invoice.number_text));
        last_ = {invoice.number, invoice.hash};
        ends_[name_] = last_;
    }
    /// The last invoice there is must be the last one that was numbered.
    void close(std::vector<SeriesHead> const& heads, std::vector<Finding>& findings) {
        for (auto const& head : heads) {
            auto const name = head.series + "/" + head.fiscal_year;
            auto const end = ends_[name];
            bool const is_end = end.number == head.last_number ||
                                (may_follow(blocks_, head.series, head.fiscal_year, end.number,
                                            head.last_number + 1) &&
                                 end.number < head.last_number);
            if (is_end && end.hash != head.last_hash)
                findings.push_back(
                    fmt::format("series {}: does not end with the hash that was given", name));
            if (!is_end)
                findings.push_back(fmt::format("series {}: ends with number {}, but {} was given",
                                               name, end.number, head.last_number));
            ends_.erase(name);
        }
        for (auto const& [name, end] : ends_)
            findings.push_back(fmt::format("series {}: nobody counts it", name));
    }

private:
    struct End {
        std::int64_t number = 0;
        std::string hash;
    };
    std::vector<NumberBlock> blocks_;
    std::string name_;
    End last_;
    std::map<std::string, End> ends_;
};

/// What the documents say the journal must hold, by kind and document.
ExpectedEntries expected_entries(store::Reader& reader, FacilityId const& facility,
                                 std::map<EnterpriseId, Money>& owed, std::int64_t payments_counted,
                                 std::vector<Finding>& findings) {
    ExpectedEntries expected;
    each_issued(reader, facility, [&](Invoice const& invoice, std::string const& canonical) {
        auto const document = read_document(canonical);
        if (!document) return;  // verify_invoices names it
        expected.emplace(std::string{name_of(document->kind)} + "/" + invoice.id.text(),
                         entry_of(invoice, *document));
        if (invoice.credit_note) return;  // it is settled with what it gives back
        owed[invoice.enterprise] += invoice.due();
        if (invoice.paid > invoice.total)
            findings.push_back(
                fmt::format("invoice {}: more was paid than was due", invoice.number_text));
    });
    expect_money(reader, facility, payments_counted, expected, findings);
    return expected;
}

/// What the tables that were imported say that each enterprise owed.
void expect_openings(store::Reader& reader, FacilityId const& facility, ExpectedEntries& expected,
                     std::map<EnterpriseId, Money>& owed) {
    for (auto const& opening : list_openings(reader, facility)) {
        expected.emplace("opening/" + opening.enterprise.text(), opening_entry(opening));
        if (opening.account == account::receivable(opening.enterprise))
            owed[opening.enterprise] += opening.owed;
    }
}

/// What of opening balances is settled; names what is settled beyond what was due.
void take_settled_openings(store::Reader& reader, FacilityId const& facility,
                           std::map<EnterpriseId, Money>& owed, std::vector<Finding>& findings) {
    reader.each(
        kOpeningsSettled,
        [&](store::Row const& row) {
            auto const enterprise = row.id<EnterpriseId>(0);
            owed[enterprise] += -row.money(1);
            if (row.money(1) > row.money(2) || row.money(1) < Money{})
                findings.push_back(
                    fmt::format("enterprise {}: more was paid of its opening balance than was due",
                                enterprise.text()));
        },
        facility);
}

bool same_entry(JournalEntry const& booked, JournalEntry const& expected) {
    auto postings = expected.postings;
    std::erase_if(postings, [](Posting const& posting) { return posting.amount == Money{}; });
    return booked.memo == expected.memo && booked.booked_at == expected.booked_at &&
           booked.effective() == expected.effective() && booked.postings == postings;
}

void check_entries(std::vector<JournalEntry> const& entries, ExpectedEntries expected,
                   std::int64_t counted, std::vector<Finding>& findings) {
    std::int64_t next = counted;
    for (auto const& entry : entries) {
        if (entry.sequence != next) findings.push_back(fmt::format("entry {} is missing", next));
        next = entry.sequence - 1;
        Money sum;
        for (auto const& posting : entry.postings) sum += posting.amount;
        if (sum != Money{})
            findings.push_back(fmt::format("entry {} does not sum to zero", entry.sequence));
        auto const document = expected.find(entry.kind + "/" + entry.document);
        if (document == expected.end() || !same_entry(entry, document->second))
            findings.push_back(
                fmt::format("entry {} does not follow from its document", entry.sequence));
        if (document != expected.end()) expected.erase(document);
    }
    if (next > 0) findings.push_back(fmt::format("entry {} is missing", next));
    for (auto const& [document, entry] : expected) findings.push_back(document + " is not booked");
}

/// What was corrected after a bill must be what was billed or given back for it.
void check_late(store::Reader& reader, FacilityId const& facility, SessionId const& id,
                std::vector<Finding>& findings) {
    auto const session = metering::find_session(reader, facility, id);
    auto charged = charges_of_sessions(reader, facility, {id})[id];
    if (!session || charged.empty() || !charged.front().invoice) {
        findings.push_back(fmt::format("session {}: it was corrected without a bill", id.text()));
        return;
    }
    auto const due =
        rate_as_rated(reader, with_late(*session, late_corrections_of(reader, facility, id)));
    Money billed;
    for (auto const& charge : charged) billed += charge.term.amount;
    auto const adjustments = adjustments_of(reader, facility, *charged.front().invoice);
    // A line that was given back whole has nothing more to give, whatever is corrected.
    for (auto const& charge : charged)
        if (left_of(charge.term.amount, charge.line, adjustments) == Money{}) return;
    for (auto const& item : adjustments)
        if (item.source_id.starts_with("register/" + id.text() + "/")) billed += item.amount;
    for (auto const& [sequence, amount] : returned_of(reader, facility, id))
        billed = billed - amount;
    if (!due || total_of(*due) != billed)
        findings.push_back(
            fmt::format("session {}: its corrections were not billed as they are", id.text()));
}

}  // namespace

std::vector<Finding> verify_charges(store::Reader& reader, FacilityId const& facility,
                                    Zone const& zone) {
    std::vector<Finding> findings;
    auto const cards = list_rate_cards(reader, facility);
    for (SessionId last;;) {
        auto const rated = rated_after(reader, facility, last);
        if (rated.empty()) break;
        last = rated.back().session;
        check_rated(reader, facility, zone, cards, rated, findings);
    }
    for (auto const& session : sessions_corrected_late(reader, facility))
        check_late(reader, facility, session, findings);
    reader.each(
        kOrphans,
        [&](store::Row const& row) {
            findings.push_back(
                fmt::format("session {}: it is on an invoice that is not there", row.text(0)));
        },
        facility);
    return findings;
}

std::vector<Finding> verify_invoices(store::Reader& reader, facility::Facility const& facility) {
    std::vector<Finding> findings;
    Chain chain{list_number_blocks(reader, facility.id)};
    CreditCheck credits{reader, facility.id};
    auto const taxes = read_taxes(reader, facility.id);
    std::map<InvoiceId, IssuedReference> heads;
    for (auto const& invoice : final_invoices(reader, facility.id))
        heads.emplace(invoice.id, IssuedReference{invoice.number_text, *invoice.issued_at, 0});
    each_issued(reader, facility.id, [&](Invoice const& invoice, std::string const& canonical) {
        chain.follow(invoice, canonical, findings);
        auto const document = read_document(canonical);
        std::string_view fault = "its text cannot be read";
        if (document)
            fault = fault_of(invoice, *document, facility.id,
                             {charges_of_invoice(reader, facility.id, invoice.id),
                              items_of_invoice(reader, facility.id, invoice.id), taxes, heads});
        if (document && fault.empty()) fault = fault_of_sessions(reader, *document);
        if (document && invoice.credit_note)
            if (auto const found = credits.fault_of(invoice, *document); fault.empty())
                fault = found;
        if (!fault.empty())
            findings.push_back(fmt::format("invoice {}: {}", invoice.number_text, fault));
    });
    chain.close(series_heads(reader, facility.id), findings);
    std::ranges::move(credits.too_much(), std::back_inserter(findings));
    return findings;
}

std::vector<Finding> verify_ledger(store::Reader& reader, FacilityId const& facility,
                                   std::vector<JournalEntry> const& others) {
    std::vector<Finding> findings;
    std::map<std::string, std::int64_t> counted;
    reader.each(
        kCounters, [&](store::Row const& row) { counted[row.text(0)] = row.integer(1); }, facility);
    std::map<EnterpriseId, Money> owed;
    auto expected = expected_entries(reader, facility, owed, counted["payment"], findings);
    std::map<std::string, Money> besides;
    for (auto const& entry : others) {
        expected.emplace(entry.kind + "/" + entry.document, entry);
        for (auto const& posting : entry.postings) besides[posting.account] += posting.amount;
    }
    auto const entries = list_entries(reader, facility, kEver, 0, kAll);
    expect_openings(reader, facility, expected, owed);
    take_settled_openings(reader, facility, owed, findings);
    check_entries(entries, std::move(expected), counted["journal"], findings);
    auto booked = receivables(reader, facility);
    for (auto const& [enterprise, amount] : owed)
        if (booked[enterprise] != amount + besides[account::receivable(enterprise)])
            findings.push_back(fmt::format("enterprise {}: the ledger does not say what it owes",
                                           enterprise.text()));
    for (auto& more : verify_money(reader, facility, entries)) findings.push_back(std::move(more));
    return findings;
}

}  // namespace karkhana::billing
