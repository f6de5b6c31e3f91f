#include "server/billing/finalize.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <stdexcept>

#include "server/billing/charges.hpp"
#include "server/billing/document.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/runs.hpp"
#include "server/metering/exchange.hpp"
#include "server/metering/find_sessions.hpp"
#include "server/metering/rows.hpp"
#include "server/people/records.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kSeries = "invoice";
constexpr std::string_view kBumpSeries =
    "INSERT INTO invoice_series (facility_id, series, fiscal_year, last_number, last_hash) "
    "VALUES ($1, $2, $3, 1, '') ON CONFLICT (facility_id, series, fiscal_year) "
    "DO UPDATE SET last_number = invoice_series.last_number + 1 RETURNING last_number, last_hash";
constexpr std::string_view kSetHead = "UPDATE invoice_series SET last_hash = $4 "
                                      "WHERE facility_id = $1 AND series = $2 AND fiscal_year = $3";
constexpr std::string_view kFreeze =
    "UPDATE invoice SET state = 'final', total_poisha = $3, series = $4, fiscal_year = $5, "
    "number = $6, number_text = $7, issued_at = $8, canonical = $9, previous_hash = $10, "
    "hash = $11, version = version + 1 "
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

void add_sessions(store::Reader& reader, FacilityId const& facility, InvoiceDocument& document) {
    std::vector<SessionId> order;
    for (auto const& line : document.lines)
        if (order.empty() || order.back() != line.session) order.push_back(line.session);
    std::map<MachineId, facility::Machine> machines;
    for (auto& machine : facility::list_machines(reader, facility))
        machines.emplace(machine.id, std::move(machine));
    auto const meters = meters_of(reader, facility);
    std::map<SessionId, IssuedSession> sessions;
    for (auto const& session : metering::find_sessions(reader, facility, order))
        sessions.emplace(session.id, issued_session(session, machines.at(session.machine), meters));
    for (auto const& id : order) document.sessions.push_back(sessions.at(id));
}

void add_rate_cards(store::Reader& reader, FacilityId const& facility, InvoiceDocument& document) {
    for (auto const& card : list_rate_cards(reader, facility))
        if (std::ranges::find(document.lines, card.id, &IssuedLine::rate_card) !=
            document.lines.end())
            document.rate_cards.push_back({card.id, card.name, card.version});
}

InvoiceDocument document_of(store::Reader& reader, Invoice const& invoice,
                            facility::Facility const& seller, people::Enterprise const& buyer,
                            std::vector<Charge> const& lines) {
    InvoiceDocument document;
    document.number = invoice.number_text;
    document.issued_at = invoice.issued_at.value();
    document.period = invoice.period;
    document.seller = {seller.id, seller.name, seller.address, seller.zone};
    document.buyer = {buyer.id, buyer.name, buyer.place.value_or("")};
    for (auto const& line : lines)
        document.lines.push_back({line.line, line.session, line.rate_card, line.term});
    document.total = invoice.total;
    add_sessions(reader, seller.id, document);
    add_rate_cards(reader, seller.id, document);
    return document;
}

void freeze(store::Writer& writer, FacilityId const& facility, Invoice const& invoice,
            std::string const& canonical) {
    auto const frozen = writer.execute(
        kFreeze, facility, invoice.id, invoice.total, kSeries, invoice.fiscal_year, invoice.number,
        invoice.number_text, *invoice.issued_at, canonical, invoice.previous_hash, invoice.hash);
    if (frozen != 1) throw std::logic_error("a draft became final twice");
    writer.execute(kSetHead, facility, kSeries, invoice.fiscal_year, invoice.hash);
}

}  // namespace

JournalEntry entry_of(Invoice const& invoice, Money electricity) {
    JournalEntry entry;
    entry.kind = "invoice";
    entry.document = invoice.id.text();
    entry.memo = invoice.number_text;
    entry.booked_at = invoice.issued_at.value();
    entry.postings = {{account::receivable(invoice.enterprise), invoice.total},
                      {std::string{account::electricity}, -electricity},
                      {std::string{account::machine_time}, electricity - invoice.total}};
    return entry;
}

Result<Invoice> finalize(store::Writer& writer, facility::Facility const& seller, Zone const& zone,
                         IdSource& ids, InvoiceId const& id, Instant now) {
    auto const facility = seller.id;
    lock_billing(writer, facility);
    auto invoice = find_invoice(writer, facility, id);
    if (!invoice) return refuse(ErrorKind::not_found, "not_found");
    if (invoice->final) return refuse(ErrorKind::conflict, "already_final");
    auto const lines = charges_of_invoice(writer, facility, id);
    auto const buyer = people::find_enterprise(writer, facility, invoice->enterprise);
    if (lines.empty() || !buyer) return refuse(ErrorKind::conflict, "empty_invoice");
    auto const fiscal = fiscal_year(zone, now);
    auto const [number, head] =
        writer
            .first(
                kBumpSeries,
                [](store::Row const& row) { return std::pair{row.integer(0), row.text(1)}; },
                facility, kSeries, fiscal)
            .value();
    invoice->final = true;
    invoice->series = kSeries;
    invoice->fiscal_year = fiscal;
    invoice->number = number;
    invoice->number_text = fmt::format("{}/{}/{:06}", upper(seller.slug), fiscal, number);
    invoice->issued_at = now;
    invoice->previous_hash = head;
    invoice->total = {};
    Money electricity;
    for (auto const& line : lines) {
        invoice->total += line.term.amount;
        if (line.term.basis == Basis::kwh) electricity += line.term.amount;
    }
    auto const canonical = canonical_text(document_of(writer, *invoice, seller, *buyer, lines));
    invoice->hash = chain_hash(head, canonical);
    freeze(writer, facility, *invoice, canonical);
    auto entry = entry_of(*invoice, electricity);
    entry.id = ids.make<EntryId>();
    book(writer, facility, entry);
    ++invoice->version;
    return *invoice;
}

}  // namespace karkhana::billing
