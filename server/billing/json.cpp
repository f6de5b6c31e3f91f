#include "server/billing/json.hpp"

#include <boost/json/array.hpp>
#include <stdexcept>

#include "server/billing/words.hpp"
#include "server/facility/json.hpp"
#include "server/http/json.hpp"
#include "server/metering/find_sessions.hpp"
#include "server/people/json.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::to_json;

json::object label_json(Label const& label) { return {{"en", label.en}, {"bn", label.bn}}; }

json::value enterprise_json_of(Names const& names, EnterpriseId const& id) {
    return people::enterprise_ref_json(names.enterprises.at(id));
}

}  // namespace

Names read_names(store::Reader& reader, FacilityId const& facility) {
    auto found = facility::find_facility(reader, facility);
    Names names{found.value(), facility::zone_of(reader, facility), {}, {}, {}};
    for (auto& enterprise : people::all_enterprises(reader, facility))
        names.enterprises.emplace(enterprise.id, std::move(enterprise));
    for (auto& machine : facility::list_machines(reader, facility))
        names.machines.emplace(machine.id, std::move(machine));
    return names;
}

void read_sessions(store::Reader& reader, Names& names, std::vector<Charge> const& charges) {
    std::vector<SessionId> ids;
    for (auto const& charge : charges)
        if (!names.sessions.contains(charge.session) &&
            (ids.empty() || ids.back() != charge.session))
            ids.push_back(charge.session);
    for (auto& session : metering::find_sessions(reader, names.facility.id, ids))
        names.sessions.emplace(session.id, std::move(session));
}

json::object line_json(Charge const& line, Names const& names) {
    auto const& term = line.term;
    json::object out{{"line", line.line},
                     {"label", label_json(term.label)},
                     {"basis", name_of(term.basis)},
                     {"window", name_of(term.window)},
                     {"quantity", term.quantity},
                     {"unit", unit_of(term.basis)},
                     {"price_e4", term.price.e4},
                     {"amount", to_json(term.amount)},
                     {"session_id", line.session.text()},
                     {"quality", name_of(term.quality)}};
    if (term.per != 0) out["per"] = term.per;
    if (!term.unit.empty()) out["price_unit"] = term.unit;
    if (auto const found = names.sessions.find(line.session); found != names.sessions.end()) {
        auto const& session = found->second;
        out["machine"] = facility::machine_ref_json(names.machines.at(session.machine));
        out["from"] = to_rfc3339(session.start, names.zone);
        out["to"] = to_rfc3339(line.stopped_at, names.zone);
    }
    return out;
}

Item as_told(Item item, Invoice const& invoice) {
    if (!invoice.credit_note) return item;
    item.amount = -item.amount;
    item.price = {-item.price.e4};
    return item;
}

json::object item_line_json(Item const& item, Names const& names) {
    return {{"line", item.line},
            {"label", label_json(item.label)},
            {"basis", item.source},
            {"window", name_of(Window::any)},
            {"quantity", item.quantity},
            {"unit", item.unit},
            {"price_e4", item.price.e4},
            {"amount", to_json(item.amount)},
            {"quality", name_of(Quality::good)},
            {"item_id", item.id.text()},
            {"at", to_rfc3339(item.happened_at, names.zone)},
            {"per", item.per},
            {"sector", item.sector},
            {"subsidy", to_json(item.subsidy)},
            {"note", item.note},
            {"refers_invoice_id", http::or_null(item.refers_invoice)},
            {"refers_line", http::or_null(item.refers_line)}};
}

json::object invoice_json(Invoice const& invoice, std::vector<Charge> const& lines,
                          std::vector<Item> const& items, Names const& names) {
    auto out = invoice_head_json(invoice, std::ssize(lines) + std::ssize(items), names);
    auto& shown = out["lines"].as_array();
    for (auto const& line : lines) shown.push_back(line_json(line, names));
    for (auto const& item : items) shown.push_back(item_line_json(as_told(item, invoice), names));
    return out;
}

json::object invoice_head_json(Invoice const& invoice, std::int64_t line_count,
                               Names const& names) {
    return {{"id", invoice.id.is_nil() ? json::value(nullptr) : json::value(invoice.id.text())},
            {"state", invoice.final ? "final" : "draft"},
            {"number", http::text_or_null(invoice.number_text)},
            {"enterprise", enterprise_json_of(names, invoice.enterprise)},
            {"period", invoice.period},
            {"issued_at", invoice.issued_at
                              ? json::value(to_rfc3339(*invoice.issued_at, names.zone))
                              : json::value(nullptr)},
            {"kind", invoice.credit_note ? "credit_note" : "invoice"},
            {"refers_to", http::or_null(invoice.refers_to)},
            {"reason", invoice.reason},
            {"total", to_json(invoice.total)},
            {"tax", to_json(invoice.tax)},
            {"paid", to_json(invoice.paid)},
            {"hash", http::text_or_null(invoice.hash)},
            {"previous_hash", http::text_or_null(invoice.previous_hash)},
            {"line_count", line_count},
            {"lines", json::array{}},
            {"version", invoice.version}};
}

json::object payment_json(Payment const& payment, Names const& names) {
    json::array allocations;
    for (auto const& one : payment.allocations)
        allocations.push_back(json::object{
            {"invoice_id", one.opening ? json::value(nullptr) : json::value(one.invoice.text())},
            {"number", one.number},
            {"amount", to_json(one.amount)}});
    return {
        {"id", payment.id.text()},
        {"allocations", std::move(allocations)},
        {"enterprise", enterprise_json_of(names, payment.enterprise)},
        {"amount", to_json(payment.amount)},
        {"rounding", to_json(payment.rounding)},
        {"to_wallet", to_json(payment.to_wallet())},
        {"method", payment.method},
        {"reference", payment.reference ? json::value(*payment.reference) : json::value(nullptr)},
        {"received_at", to_rfc3339(payment.received_at, names.zone)},
        {"received_by", payment.received_by.text()},
        {"receipt", receipt_text(names.facility, payment)}};
}

json::object posting_json(Posting const& posting) {
    return {{"account", posting.account}, {"amount", to_json(posting.amount)}};
}

json::object entry_json(JournalEntry const& entry, Zone const& zone) {
    json::array postings;
    for (auto const& posting : entry.postings) postings.push_back(posting_json(posting));
    return {{"id", entry.id.text()},
            {"sequence", entry.sequence},
            {"at", to_rfc3339(entry.booked_at, zone)},
            {"effective_at", to_rfc3339(entry.effective(), zone)},
            {"kind", entry.kind},
            {"document_id", entry.document},
            {"memo", entry.memo},
            {"postings", std::move(postings)}};
}

facility::Name formula_of(Charge const& line, std::string const& piece_unit) {
    return {formula_text(line.term, piece_unit, Language::en),
            formula_text(line.term, piece_unit, Language::bn)};
}

facility::Name formula_of(Item const& item) {
    return {item_formula_text(item, Language::en), item_formula_text(item, Language::bn)};
}

}  // namespace karkhana::billing
