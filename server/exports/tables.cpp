#include "server/exports/tables.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "server/billing/charges.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/payments.hpp"
#include "server/facility/records.hpp"
#include "server/metering/quality_codes.hpp"
#include "server/metering/records.hpp"
#include "server/metering/rows.hpp"
#include "server/people/records.hpp"

namespace karkhana::exports {
namespace {

constexpr int kAll = std::numeric_limits<int>::max();
constexpr std::string_view kRegisters =
    "SELECT r.session_id, r.channel, r.edge, r.at, r.asked_at, r.answered_at, r.value_wh, "
    "r.carried_wh, r.words, r.quality, r.method, r.sequence, r.version, r.said_by, r.why, "
    "r.part_wh, r.least_wh, r.most_wh, r.split, r.weight, r.weights, r.less_wh "
    "FROM usage_session s JOIN usage_register r ON r.facility_id = s.facility_id "
    "AND r.session_id = s.session_id WHERE s.facility_id = $1 AND s.state = 'closed' "
    "AND s.stop_at >= $2 AND s.stop_at < $3 ORDER BY s.start_at, r.session_id, "
    "r.channel, CASE r.edge WHEN 'start' THEN 0 WHEN 'stop' THEN 2 ELSE 1 END, r.at, r.edge, "
    "r.version";

// A payment that was taken back has settled nothing: the rest of what is settled is paid.
constexpr std::string_view kNotPaid =
    "SELECT a.invoice_id, a.kind, CAST(SUM(a.amount_poisha) AS BIGINT) FROM invoice i "
    "JOIN allocation a ON a.facility_id = i.facility_id AND a.invoice_id = i.invoice_id "
    "WHERE i.facility_id = $1 AND i.state = 'final' AND i.period = $2 "
    "AND a.kind IN ('credit_note', 'waiver') GROUP BY a.invoice_id, a.kind";

using Enterprises = std::map<EnterpriseId, people::Enterprise>;

Enterprises enterprises_of(store::Reader& reader, FacilityId const& facility) {
    Enterprises all;
    for (auto& one : people::all_enterprises(reader, facility)) all.emplace(one.id, std::move(one));
    return all;
}

void add_enterprise(Table& table, Enterprises const& all, EnterpriseId const& id) {
    auto const& enterprise = all.at(id);
    table.text(id.text()).text(enterprise.name.en).text(enterprise.name.bn);
}

/// The end of a session: reading in kWh and raw words, or two empty cells where it is not one
/// meter's.
void add_register(Table& table, metering::Register const* reg) {
    if (reg == nullptr)
        table.empty().empty();
    else
        table.kwh(reg->value).text(metering::words_text(reg->raw));
}

}  // namespace

Table invoices_table(store::Reader& reader, Month const& month) {
    auto const enterprises = enterprises_of(reader, month.facility);
    Table table({"number", "kind", "issued_at", "period", "enterprise_id", "enterprise_en",
                 "enterprise_bn", "tax", "total", "paid", "credited", "waived", "due", "currency",
                 "hash", "invoice_id"});
    std::map<InvoiceId, Money> credited, waived;
    reader.each(
        kNotPaid,
        [&](store::Row const& row) {
            auto& sums = row.text(1) == "waiver" ? waived : credited;
            sums[row.id<InvoiceId>(0)] = row.money(2);
        },
        month.facility, month.period);
    for (auto const& invoice : billing::final_invoices_of(reader, month.facility, month.period)) {
        // What is given back is negative, so that the columns add up.
        auto const signed_of = [&](Money amount) { return invoice.credit_note ? -amount : amount; };
        table.text(invoice.number_text)
            .text(invoice.credit_note ? "credit_note" : "invoice")
            .text(to_rfc3339(invoice.issued_at.value(), month.zone))
            .text(invoice.period);
        add_enterprise(table, enterprises, invoice.enterprise);
        table.amount(signed_of(invoice.tax))
            .amount(signed_of(invoice.total))
            .amount(invoice.paid - credited[invoice.id] - waived[invoice.id])
            .amount(credited[invoice.id])
            .amount(waived[invoice.id])
            .amount(invoice.due())
            .text("BDT")
            .text(invoice.hash)
            .text(invoice.id.text())
            .end_row();
    }
    return table;
}

Table payments_table(store::Reader& reader, Month const& month) {
    auto const facility = facility::find_facility(reader, month.facility).value();
    auto const enterprises = enterprises_of(reader, month.facility);
    std::map<PersonId, std::string> people;
    for (auto const& person : people::list_people(reader, month.facility))
        people.emplace(person.id, person.login);
    auto payments = billing::list_payments(reader, month.facility, month.during, 0, kAll);
    std::ranges::reverse(payments);
    std::map<PaymentId, Instant> reversed;
    for (auto const& one : billing::list_reversals(reader, month.facility))
        reversed.emplace(one.payment, one.at);
    Table table({"receipt", "received_at", "invoice", "enterprise_id", "enterprise_en",
                 "enterprise_bn", "method", "amount", "currency", "reference", "received_by",
                 "reversed_at"});
    for (auto const& payment : payments) {
        std::string paid;
        for (auto const& one : payment.allocations)
            paid += (paid.empty() ? "" : " ") + (one.opening ? "opening" : one.number);
        table.text(billing::receipt_text(facility, payment))
            .text(to_rfc3339(payment.received_at, month.zone))
            .text(paid);
        add_enterprise(table, enterprises, payment.enterprise);
        table.text(payment.method)
            .amount(payment.amount)
            .text("BDT")
            .text(payment.reference.value_or(""))
            .text(people[payment.received_by]);
        auto const back = reversed.find(payment.id);
        back == reversed.end() ? table.empty() : table.text(to_rfc3339(back->second, month.zone));
        table.end_row();
    }
    return table;
}

Table usage_table(store::Reader& reader, Month const& month) {
    auto const enterprises = enterprises_of(reader, month.facility);
    std::map<MachineId, facility::Machine> machines;
    for (auto& machine : facility::list_machines(reader, month.facility))
        machines.emplace(machine.id, std::move(machine));
    // A session that ended with the first moment of the month is in it too.
    auto sessions = metering::sessions_between(
        reader, month.facility, {month.during.start - Duration{1}, month.during.end});
    std::erase_if(sessions, [&](auto const& session) {
        return session.state != metering::SessionState::closed ||
               !month.during.contains(session.stop.value());
    });
    std::vector<SessionId> ids;
    for (auto const& session : sessions) ids.push_back(session.id);
    auto charges = billing::charges_of_sessions(reader, month.facility, ids);
    Table table({"session_id", "machine_en", "machine_bn", "kind", "start", "stop", "enterprise_id",
                 "enterprise_en", "enterprise_bn", "start_kwh", "start_raw", "stop_kwh", "stop_raw",
                 "energy_kwh", "pieces", "quality", "charged", "currency", "reason"});
    for (auto const& session : sessions) {
        auto const& machine = machines.at(session.machine);
        table.text(session.id.text())
            .text(machine.name.en)
            .text(machine.name.bn)
            .text(name_of(session.kind))
            .text(to_rfc3339(session.start, month.zone))
            .text(to_rfc3339(*session.stop, month.zone));
        if (session.enterprise)
            add_enterprise(table, enterprises, *session.enterprise);
        else
            table.empty().empty().empty();
        bool const one_meter = metering::channels_of(session).size() == 1;
        for (auto const edge : {metering::Edge::start, metering::Edge::stop})
            add_register(table, one_meter ? find_register(session, edge) : nullptr);
        table.kwh(session.energy.value());
        session.quantity ? table.number(*session.quantity) : table.empty();
        Money charged;
        for (auto const& charge : charges[session.id]) charged += charge.term.amount;
        table.text(name_of(session.quality)).amount(charged).text("BDT").text(session.reason);
        table.end_row();
    }
    return table;
}

Table registers_table(store::Reader& reader, Month const& month) {
    Table table({"session_id", "channel", "edge", "at", "value_wh", "raw", "quality", "method",
                 "iec_61968_9", "green_button", "version", "replaces", "said_by", "why", "part_wh",
                 "split"});
    reader.each(
        kRegisters,
        [&](store::Row const& row) {
            auto const reg = metering::register_of(row, 1);
            auto const codes = metering::codes_of(reg.quality, reg.method);
            table.text(row.id<SessionId>(0).text())
                .number(reg.channel)
                .text(name_of(reg.edge))
                .text(to_rfc3339(reg.at, month.zone))
                .number(reg.value.wh)
                .text(metering::words_text(reg.raw))
                .text(name_of(reg.quality))
                .text(name_of(reg.method))
                .text(codes.iec)
                .number(codes.espi)
                .number(reg.version);
            reg.version > 1 ? table.number(reg.version - 1) : table.empty();
            table.text(reg.said_by ? reg.said_by->text() : "").text(reg.why);
            reg.share ? table.number(reg.share->part.wh).text(name_of(reg.share->split))
                      : table.empty().empty();
            table.end_row();
        },
        month.facility, month.during.start, month.during.end);
    return table;
}

Table journal_table(store::Reader& reader, Month const& month) {
    auto entries = billing::list_entries(reader, month.facility, month.during, 0, kAll);
    std::ranges::reverse(entries);
    Table table({"entry", "booked_at", "effective_at", "kind", "document", "memo", "account",
                 "debit", "credit", "currency"});
    for (auto const& entry : entries) {
        for (auto const& posting : entry.postings) {
            table.number(entry.sequence)
                .text(to_rfc3339(entry.booked_at, month.zone))
                .text(to_rfc3339(entry.effective(), month.zone))
                .text(entry.kind)
                .text(entry.document)
                .text(entry.memo)
                .text(posting.account);
            bool const debit = posting.amount > Money{};
            debit ? table.amount(posting.amount).empty() : table.empty().amount(-posting.amount);
            table.text("BDT").end_row();
        }
    }
    return table;
}

Table enterprises_table(store::Reader& reader, Month const& month) {
    Table table({"name_en", "name_bn", "phone", "place", "women_led"});
    for (auto const& one : people::list_enterprises(reader, month.facility, "", "", kAll))
        table.text(one.name.en)
            .text(one.name.bn)
            .text(one.phone.value_or(""))
            .text(one.place.value_or(""))
            .text(one.women_led ? "yes" : "no")
            .end_row();
    return table;
}

std::optional<Table> find_table(std::string_view name, store::Reader& reader, Month const& month) {
    if (name == "invoices") return invoices_table(reader, month);
    if (name == "payments") return payments_table(reader, month);
    if (name == "usage") return usage_table(reader, month);
    if (name == "registers") return registers_table(reader, month);
    if (name == "journal") return journal_table(reader, month);
    if (name == "enterprises") return enterprises_table(reader, month);
    return std::nullopt;
}

}  // namespace karkhana::exports
