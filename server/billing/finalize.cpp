#include "server/billing/finalize.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <stdexcept>

#include "server/billing/charges.hpp"
#include "server/billing/credits.hpp"
#include "server/billing/document.hpp"
#include "server/billing/held_bills.hpp"
#include "server/billing/items.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/number_blocks.hpp"
#include "server/billing/packs.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/settle.hpp"
#include "server/billing/tax_records.hpp"
#include "server/metering/exchange.hpp"
#include "server/metering/find_sessions.hpp"
#include "server/metering/rows.hpp"
#include "server/people/reach.hpp"
#include "server/people/records.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kBumpSeries =
    "INSERT INTO invoice_series (facility_id, series, fiscal_year, last_number, last_hash) "
    "VALUES ($1, $2, $3, 1, '') ON CONFLICT (facility_id, series, fiscal_year) "
    "DO UPDATE SET last_number = invoice_series.last_number + 1 RETURNING last_number, last_hash";
constexpr std::string_view kSetSeries =
    "INSERT INTO invoice_series (facility_id, series, fiscal_year, last_number, last_hash) "
    "VALUES ($1, $2, $3, $4, '') ON CONFLICT (facility_id, series, fiscal_year) "
    "DO UPDATE SET last_number = $4 RETURNING last_number, last_hash";
constexpr std::string_view kSetHead = "UPDATE invoice_series SET last_hash = $4 "
                                      "WHERE facility_id = $1 AND series = $2 AND fiscal_year = $3";
constexpr std::string_view kFreeze =
    "UPDATE invoice SET state = 'final', total_poisha = $3, tax_poisha = $4, series = $5, "
    "fiscal_year = $6, number = $7, number_text = $8, issued_at = $9, canonical = $10, "
    "previous_hash = $11, hash = $12, version = version + 1 "
    "WHERE facility_id = $1 AND invoice_id = $2 AND state = 'draft'";

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

/// The serial number of each channel's device, or its name where no number is known, and who was
/// in its place before.
struct MeterNames {
    std::map<Channel, std::string> now;
    std::vector<metering::Exchange> exchanges;

    std::string of(metering::Register const& reg) const {
        return metering::serial_at(exchanges, reg, now.at(reg.channel));
    }
};

MeterNames meters_of(store::Reader& reader, FacilityId const& facility) {
    std::map<DeviceId, std::string> devices;
    for (auto const& device : metering::list_devices(reader, facility))
        devices.emplace(device.id, device.serial.empty() ? device.name : device.serial);
    MeterNames meters{{}, metering::list_exchanges(reader, facility)};
    for (auto const& point : metering::list_points(reader, facility))
        meters.now.emplace(point.channel, devices.at(point.device));
    return meters;
}

IssuedSession issued_session(metering::UsageSession const& session,
                             facility::Machine const& machine, MeterNames const& meters) {
    IssuedSession issued{
        session.id, machine.name, machine.piece_unit, {session.start, session.stop.value()}, {}};
    for (auto const& reg : told_registers(session))
        issued.registers.push_back({reg.edge, reg.at, reg.value, metering::words_text(reg.raw),
                                    meters.of(reg), reg.quality, reg.method, reg.share});
    return issued;
}

/// What bills that become final together have in common, read once for all of them.
struct Common {
    std::map<MachineId, facility::Machine> machines;
    MeterNames meters;
    std::vector<RateCard> cards;
    TaxTable taxes;
    std::map<std::string, HeldBy> held;  ///< by month
};

Common read_common(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                   std::vector<InvoiceId> const& drafts) {
    Common common{{},
                  meters_of(reader, facility),
                  list_rate_cards(reader, facility),
                  read_taxes(reader, facility),
                  {}};
    for (auto const& draft : find_invoices(reader, facility, drafts))
        if (!draft.final && !common.held.contains(draft.period))
            common.held[draft.period] =
                unresolved_of(reader, facility, zone, period_interval(zone, draft.period).value());
    for (auto& machine : facility::list_machines(reader, facility))
        common.machines.emplace(machine.id, std::move(machine));
    return common;
}

void add_sessions(store::Reader& reader, FacilityId const& facility, Common const& common,
                  InvoiceDocument& document) {
    std::vector<SessionId> order;
    for (auto const& line : document.lines)
        if (order.empty() || order.back() != line.session) order.push_back(line.session);
    std::map<SessionId, IssuedSession> sessions;
    for (auto const& session : metering::find_sessions(reader, facility, order))
        sessions.emplace(session.id, issued_session(session, common.machines.at(session.machine),
                                                    common.meters));
    for (auto const& id : order) document.sessions.push_back(std::move(sessions.at(id)));
}

void add_rate_cards(Common const& common, InvoiceDocument& document) {
    for (auto const& card : common.cards)
        if (std::ranges::find(document.lines, card.id, &IssuedLine::rate_card) !=
            document.lines.end())
            document.rate_cards.push_back({card.id, card.name, card.version});
}

/// The issued line that an item or a credit note refers to.
IssuedReference reference_to(store::Reader& reader, FacilityId const& facility, InvoiceId const& id,
                             int line) {
    auto const of = find_invoice(reader, facility, id).value();
    return {of.number_text, of.issued_at.value(), line};
}

IssuedItem issued_item(store::Reader& reader, FacilityId const& facility, Item const& item,
                       bool credit_note) {
    IssuedItem issued{item.line,        item.id,      item.source,   item.source_id,
                      item.happened_at, item.label,   item.quantity, item.unit,
                      item.per,         item.price,   item.amount,   item.income,
                      item.sector,      item.subsidy, item.note,     std::nullopt};
    if (credit_note) {
        issued.amount = -issued.amount;
        issued.price = {-issued.price.e4};
    }
    if (item.refers_invoice)
        issued.refers = reference_to(reader, facility, *item.refers_invoice, *item.refers_line);
    return issued;
}

/// What a bill says beside its head.
struct Content {
    std::vector<Charge> lines;
    std::vector<Item> items;
    TaxSetting setting;
    std::vector<LineTax> taxes;
};

/// What the lines come to without tax.
Money worth_of(Content const& content, bool credit_note) {
    Money sum;
    for (auto const& line : content.lines) sum += line.term.amount;
    for (auto const& item : content.items) sum += credit_note ? -item.amount : item.amount;
    return sum;
}

/// The taxes of a bill that is issued now, or those that a credit note gives back.
Result<void> tax(store::Reader& reader, FacilityId const& facility, Invoice const& invoice,
                 Common const& common, Instant now, Content& content) {
    if (invoice.refers_to) {
        auto const given = tax_of_note(reader, facility, *invoice.refers_to, content.items);
        if (!given) return tl::make_unexpected(given.error());
        content.setting = {{}, given->regime, given->rounding, given->inclusive, given->bin, ""};
        content.taxes = given->lines;
        return {};
    }
    // What is not charged is not taxed either.
    if (std::ranges::any_of(content.items, is_shadow)) return {};
    content.setting = setting_at(common.taxes, now);
    std::vector<Taxable> lines;
    for (auto const& line : content.lines)
        lines.push_back({line.term.amount, tax_code_of(line.term)});
    for (auto const& item : content.items) lines.push_back({item.amount, item.tax_code});
    auto taxes = taxes_of(common.taxes, now, lines);
    if (!taxes) return tl::make_unexpected(taxes.error());
    content.taxes = std::move(*taxes);
    return {};
}

InvoiceDocument document_of(store::Reader& reader, Invoice const& invoice,
                            facility::Facility const& seller, people::Enterprise const& buyer,
                            Common const& common, Content const& content) {
    InvoiceDocument document;
    document.kind = invoice.credit_note ? DocumentKind::credit_note : DocumentKind::invoice;
    document.number = invoice.number_text;
    document.issued_at = invoice.issued_at.value();
    document.period = invoice.period;
    document.seller = {seller.id, seller.name, seller.address, seller.zone};
    document.buyer = {buyer.id, buyer.name, buyer.place.value_or(""),
                      people::bin_of(reader, seller.id, buyer.id)};
    for (auto const& line : content.lines)
        document.lines.push_back({line.line, line.session, line.rate_card, line.term});
    for (auto const& item : content.items)
        document.items.push_back(issued_item(reader, seller.id, item, invoice.credit_note));
    auto const& setting = content.setting;
    document.tax = {setting.regime, setting.rounding, setting.inclusive, setting.bin,
                    content.taxes};
    if (invoice.refers_to) {
        document.refers_to = reference_to(reader, seller.id, *invoice.refers_to, 0);
        document.reason = invoice.reason;
    }
    for (auto const& line : document.lines) document.total += line.term.amount;
    for (auto const& item : document.items) document.total += item.amount;
    if (!setting.inclusive) document.total += document.tax_total();
    add_sessions(reader, seller.id, common, document);
    add_rate_cards(common, document);
    return document;
}

void freeze(store::Writer& writer, FacilityId const& facility, Invoice const& invoice,
            std::string const& canonical) {
    auto const frozen =
        writer.execute(kFreeze, facility, invoice.id, invoice.total, invoice.tax, invoice.series,
                       invoice.fiscal_year, invoice.number, invoice.number_text, *invoice.issued_at,
                       canonical, invoice.previous_hash, invoice.hash);
    if (frozen != 1) throw std::logic_error("a draft became final twice");
    writer.execute(kSetHead, facility, invoice.series, invoice.fiscal_year, invoice.hash);
}

/// The next number of its series, and the hash that it follows. Errors: `block_used_up`.
Result<void> number(store::Writer& writer, facility::Facility const& seller, Zone const& zone,
                    Invoice& invoice, Instant now) {
    invoice.final = true;
    invoice.series = invoice.credit_note ? "credit_note" : "invoice";
    invoice.fiscal_year = fiscal_year(zone, now);
    auto const block = number_of_block(writer, seller.id, invoice.series, invoice.fiscal_year);
    if (!block) return tl::make_unexpected(block.error());
    auto const read = [](store::Row const& row) { return std::pair{row.integer(0), row.text(1)}; };
    auto const [next, head] =
        (*block > 0
             ? writer.first(kSetSeries, read, seller.id, invoice.series, invoice.fiscal_year,
                            *block)
             : writer.first(kBumpSeries, read, seller.id, invoice.series, invoice.fiscal_year))
            .value();
    invoice.number = next;
    invoice.number_text = fmt::format("{}/{}{}/{:06}", upper(seller.slug),
                                      invoice.credit_note ? "CN/" : "", invoice.fiscal_year, next);
    invoice.issued_at = now;
    invoice.previous_hash = head;
    return {};
}

}  // namespace

JournalEntry entry_of(Invoice const& invoice, InvoiceDocument const& document) {
    JournalEntry entry;
    entry.kind = name_of(document.kind);
    entry.document = invoice.id.text();
    entry.memo = document.number;
    entry.booked_at = document.issued_at;
    entry.postings = {{account::receivable(document.buyer.id), document.total}};
    for (auto const& [income, amount] : income_by_account(document))
        entry.postings.push_back({income, -amount});
    entry.postings.push_back({std::string{account::vat_output}, -document.tax_total()});
    if (document.kind == DocumentKind::credit_note)
        for (auto& posting : entry.postings) posting.amount = -posting.amount;
    return entry;
}

namespace {

Result<Invoice> finalize_one(store::Writer& writer, facility::Facility const& seller,
                             Zone const& zone, IdSource& ids, Common const& common,
                             InvoiceId const& id, Content content, Instant now) {
    auto const facility = seller.id;
    auto invoice = find_invoice(writer, facility, id);
    if (!invoice) return refuse(ErrorKind::not_found, "not_found");
    if (invoice->final) return refuse(ErrorKind::conflict, "already_final");
    auto const buyer = people::find_enterprise(writer, facility, invoice->enterprise);
    if ((content.lines.empty() && content.items.empty()) || !buyer)
        return refuse(ErrorKind::conflict, "empty_invoice");
    if (!invoice->credit_note && common.held.at(invoice->period).contains(invoice->enterprise))
        return refuse(ErrorKind::conflict, "unresolved_readings",
                      "a reading of this bill is to be looked at first");
    if (worth_of(content, invoice->credit_note) < Money{})
        return refuse(ErrorKind::conflict, "less_than_nothing", "run the bills anew");
    if (auto const taxed = tax(writer, facility, *invoice, common, now, content); !taxed)
        return tl::make_unexpected(taxed.error());
    if (auto const numbered = number(writer, seller, zone, *invoice, now); !numbered)
        return tl::make_unexpected(numbered.error());
    auto const document = document_of(writer, *invoice, seller, *buyer, common, content);
    invoice->total = document.total;
    invoice->tax = document.tax_total();
    auto const canonical = canonical_text(document);
    invoice->hash = chain_hash(invoice->previous_hash, canonical);
    freeze(writer, facility, *invoice, canonical);
    if (!content.items.empty()) settle_items(writer, facility, id);
    auto entry = entry_of(*invoice, document);
    entry.id = ids.make<EntryId>();
    book(writer, facility, entry);
    earn_packs(writer, facility, ids, id, now);
    settle_issued(writer, facility, ids, *invoice, now);
    ++invoice->version;
    return *invoice;
}

}  // namespace

Result<Invoice> finalize(store::Writer& writer, facility::Facility const& seller, Zone const& zone,
                         IdSource& ids, InvoiceId const& id, Instant now) {
    auto all = finalize_all(writer, seller, zone, ids, {id}, now);
    if (!all) return tl::make_unexpected(all.error());
    return std::move(all->front());
}

Result<std::vector<Invoice>> finalize_all(store::Writer& writer, facility::Facility const& seller,
                                          Zone const& zone, IdSource& ids,
                                          std::vector<InvoiceId> const& drafts, Instant now) {
    lock_billing(writer, seller.id);
    auto const common = read_common(writer, seller.id, zone, drafts);
    auto lines = charges_of_invoices(writer, seller.id, drafts);
    auto items = items_of_invoices(writer, seller.id, drafts);
    std::vector<Invoice> all;
    for (auto const& id : drafts) {
        Content content{std::move(lines[id]), std::move(items[id]), {}, {}};
        auto one = finalize_one(writer, seller, zone, ids, common, id, std::move(content), now);
        if (!one) return tl::make_unexpected(one.error());
        all.push_back(std::move(*one));
    }
    return all;
}

}  // namespace karkhana::billing
