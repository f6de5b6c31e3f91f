#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <iterator>

#include "server/billing/api_money.hpp"
#include "server/billing/finalize.hpp"
#include "server/billing/gather.hpp"
#include "server/billing/halt_records.hpp"
#include "server/billing/items.hpp"
#include "server/billing/json.hpp"
#include "server/billing/rated_sessions.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/tariff_json.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/metering/find_sessions.hpp"
#include "server/metering/json.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/roles.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Principal;
using http::Request;
using http::Response;

/// Members see the final invoices of their own enterprises; what is not theirs does not exist.
bool may_see(Principal const& who, Invoice const& invoice) {
    if (people::keeps_books(who)) return true;
    return invoice.final && who.acts_for(invoice.enterprise);
}

}  // namespace

Result<Invoice> visible_invoice(store::Reader& reader, Request const& request) {
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return tl::make_unexpected(id.error());
    auto invoice = find_invoice(reader, request.principal->facility, *id);
    if (!invoice || !may_see(*request.principal, *invoice))
        return refuse(ErrorKind::not_found, "not_found");
    return std::move(*invoice);
}

namespace {

json::object whole_json(store::Reader& reader, Invoice const& invoice, Names& names) {
    auto const lines = charges_of_invoice(reader, names.facility.id, invoice.id);
    read_sessions(reader, names, lines);
    auto shown = invoice_json(invoice, lines,
                              items_of_invoice(reader, names.facility.id, invoice.id), names);
    if (!invoice.final || invoice.credit_note) return shown;
    // What may still be given back of each line: what is asked for already is spoken for.
    auto adjustments = adjustments_of(reader, names.facility.id, invoice.id);
    std::erase_if(adjustments, [](Item const& item) { return item.amount >= Money{}; });
    for (auto& one : shown.at("lines").as_array()) {
        auto& line = one.as_object();
        Money const amount{line.at("amount").as_object().at("amount").as_int64()};
        auto const number = static_cast<int>(line.at("line").as_int64());
        line["left"] = http::to_json(left_of(amount, number, adjustments));
    }
    return shown;
}

Response get_invoice(Services const& services, Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        auto const invoice = visible_invoice(reader, request);
        if (!invoice) return http::problem(invoice.error());
        auto names = read_names(reader, request.principal->facility);
        return http::json_response(200, whole_json(reader, *invoice, names))
            .with("ETag", http::etag(invoice->version));
    });
}

Result<InvoiceFilter> read_filter(Request const& request) {
    InvoiceFilter filter;
    if (auto const text = request.parameter("enterprise_id")) {
        filter.enterprise = EnterpriseId::parse(*text);
        if (!filter.enterprise)
            return refuse(ErrorKind::invalid, "bad_id", "not a UUID", "enterprise_id");
    }
    if (auto const text = request.parameter("state")) {
        if (*text != "draft" && *text != "final")
            return refuse(ErrorKind::invalid, "unknown_state", "draft or final", "state");
        filter.final = *text == "final";
    }
    auto const limit = http::query_limit(request);
    if (!limit) return tl::make_unexpected(limit.error());
    filter.limit = *limit;
    if (auto const text = request.parameter("cursor")) {
        if (!InvoiceId::parse(*text))
            return refuse(ErrorKind::invalid, "bad_cursor", "not a cursor of this list", "cursor");
        filter.before = *text;
    }
    return filter;
}

/// Newest first: staff see everything, members what is final of each of their MEs.
std::vector<Invoice> visible_page(store::Reader& reader, Principal const& who,
                                  InvoiceFilter filter) {
    if (people::keeps_books(who)) return list_invoices(reader, who.facility, filter);
    std::vector<Invoice> found;
    auto const asked = filter.enterprise;
    filter.final = true;
    for (auto const& mine : who.enterprises) {
        if (asked && mine != *asked) continue;
        filter.enterprise = mine;
        std::ranges::move(list_invoices(reader, who.facility, filter), std::back_inserter(found));
    }
    std::ranges::sort(found, std::ranges::greater{}, &Invoice::id);
    if (std::ssize(found) > filter.limit) found.resize(static_cast<std::size_t>(filter.limit));
    return found;
}

Response list_all(Services const& services, Request const& request) {
    auto const& who = *request.principal;
    auto filter = read_filter(request);
    if (!filter) return http::problem(filter.error());
    return services.store.read([&](store::Reader& reader) {
        auto const names = read_names(reader, who.facility);
        auto const found = visible_page(reader, who, *filter);
        std::vector<InvoiceId> ids;
        for (auto const& invoice : found) ids.push_back(invoice.id);
        auto counts = line_counts(reader, who.facility, ids);
        json::array items;
        for (auto const& invoice : found)
            items.push_back(invoice_head_json(invoice, counts[invoice.id], names));
        json::value next = nullptr;
        if (std::ssize(found) == filter->limit) next = found.back().id.text();
        return http::json_response(200, json::object{{"items", std::move(items)}, {"next", next}});
    });
}

struct RunOrder {
    std::string period;
    std::optional<EnterpriseId> only;
    bool dry = false;
};

Invoice planned(Draft const& draft, RunOrder const& order) {
    Invoice invoice;
    invoice.id = draft.id.value_or(InvoiceId{});
    invoice.enterprise = draft.enterprise;
    invoice.period = order.period;
    invoice.total = draft.total;
    invoice.tax = draft.tax;
    invoice.credit_note = draft.refers_to.has_value();
    invoice.refers_to = draft.refers_to;
    return invoice;
}

/// A draft as it will be, with its lines.
json::object planned_json(store::Reader& reader, Draft const& draft, RunOrder const& order,
                          Names& names) {
    auto lines = draft.there;
    int line = draft.first_line();
    for (auto charge : draft.charges) {
        charge.line = line++;
        lines.push_back(std::move(charge));
    }
    auto items = draft.items;
    if (draft.shadow) items.push_back(*draft.shadow);
    for (auto& item : items) item.line = line++;
    read_sessions(reader, names, lines);
    return invoice_json(planned(draft, order), lines, items, names);
}

/// The answer of a run: a month of a thousand MEs has lines for a quarter of a gigabyte, so it
/// tells of each bill how long and how high it is. Only one ME's dry run, whose bill can be looked
/// up nowhere else, brings the lines too.
json::object run_json(RunOrder const& order, std::vector<Skipped> const& skipped,
                      std::vector<Draft> const& plan, json::array invoices) {
    json::array changes;
    for (auto const& draft : plan) {
        auto const lines = change_of(draft);
        changes.push_back(json::object{{"enterprise_id", draft.enterprise.text()},
                                       {"invoice_id", http::or_null(draft.id)},
                                       {"before", http::to_json(draft.before)},
                                       {"after", http::to_json(draft.total)},
                                       {"lines_before", lines.before},
                                       {"lines_added", lines.added},
                                       {"lines_gone", lines.gone}});
    }
    json::array shown;
    for (auto const& one : skipped)
        shown.push_back(json::object{{"session_id", one.session.text()}, {"code", one.code}});
    return {{"period", order.period},
            {"dry_run", order.dry},
            {"invoices", std::move(invoices)},
            {"changes", std::move(changes)},
            {"skipped", std::move(shown)}};
}

Response run_for_real(Services const& services, Request const& request, RunOrder const& order,
                      Interval during) {
    auto const& who = *request.principal;
    Instant const now = services.clock.now();
    // What is left out is looked for before the writing begins: nobody else writes meanwhile.
    auto const left = services.store.read([&](store::Reader& reader) {
        return unrated_sessions(reader, who.facility, facility::zone_of(reader, who.facility),
                                during);
    });
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        lock_billing(writer, who.facility);
        auto const gathered = gather(writer, who.facility, services.ids, order.period, now);
        if (!gathered) return http::problem(gathered.error());
        if (auto const kept = keep(writer, who.facility, *gathered, now); !kept)
            return http::problem(kept.error());
        auto input = run_input(writer, who.facility, during, now);
        auto skipped = left.skipped;
        std::ranges::copy(input.left, std::back_inserter(skipped));
        auto const plan =
            plan_run(writer, who.facility, std::move(input), order.period, order.only);
        if (!plan) return http::problem(plan.error());
        auto const touched =
            apply_run(writer, who.facility, services.ids, order.period, *plan, now);
        auto const names = read_names(writer, who.facility);
        auto const invoices = find_invoices(writer, who.facility, touched);
        json::array heads;
        for (std::size_t i = 0; i < invoices.size(); ++i)
            heads.push_back(invoice_head_json(invoices[i], (*plan)[i].line_count(), names));
        people::append_audit(writer, who.facility,
                             {who.person, "createBillingRun", "period/" + order.period, "",
                              std::to_string(plan->size()) + " invoices", ""},
                             now);
        return http::json_response(200, run_json(order, skipped, *plan, std::move(heads)));
    });
}

/// The same plan over the same arithmetic; what is not rated yet is rated in memory.
Response run_dry(Services const& services, Request const& request, RunOrder const& order,
                 Interval during) {
    auto const facility = request.principal->facility;
    return services.store.read([&](store::Reader& reader) {
        auto names = read_names(reader, facility);
        auto unrated = unrated_sessions(reader, facility, names.zone, during);
        auto input = run_input(reader, facility, during, services.clock.now());
        std::ranges::move(unrated.charges, std::back_inserter(input.charges));
        leave_to_own_month(reader, facility, during, input);
        std::ranges::copy(input.left, std::back_inserter(unrated.skipped));
        auto const gathered =
            gather(reader, facility, services.ids, order.period, services.clock.now());
        if (!gathered) return http::problem(gathered.error());
        input.items = with(std::move(input.items), *gathered);
        auto const plan = plan_run(reader, facility, std::move(input), order.period, order.only);
        if (!plan) return http::problem(plan.error());
        json::array invoices;
        for (auto const& draft : *plan)
            invoices.push_back(
                order.only ? planned_json(reader, draft, order, names)
                           : invoice_head_json(planned(draft, order), draft.line_count(), names));
        return http::json_response(200,
                                   run_json(order, unrated.skipped, *plan, std::move(invoices)));
    });
}

Response run_billing(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    RunOrder const order{body.text("period", 7), body.maybe_id<EnterpriseId>("enterprise_id"),
                         body.maybe_flag("dry_run").value_or(false)};
    if (auto error = body.finish()) return http::problem(*error);
    auto const facility = request.principal->facility;
    auto const zone = services.store.read(
        [&](store::Reader& reader) { return facility::zone_of(reader, facility); });
    auto const during = period_interval(zone, order.period);
    if (!during) return http::problem(during.error());
    if (services.clock.now() < during->start)
        return http::problem(
            {ErrorKind::invalid, "period_ahead", "/period", "the month has not begun"});
    if (order.dry) return run_dry(services, request, order, *during);
    // What has just stopped belongs onto the bill too, without waiting for the job.
    charge_sessions_of(services.store, facility, zone, *during, services.clock.now());
    return run_for_real(services, request, order, *during);
}

/// Whether more use may still come onto this draft: only an account that is closed is billed then.
bool month_goes_on(store::Reader& reader, Names const& names, InvoiceId const& id, Instant now) {
    auto const invoice = find_invoice(reader, names.facility.id, id);
    return invoice && !invoice->final && !invoice->credit_note &&
           now < period_interval(names.zone, invoice->period).value().end;
}

Response finalize_invoice(Services const& services, Request const& request) {
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const reason = body.maybe_text("reason", 200).value_or("");
    if (auto error = body.finish()) return http::problem(*error);
    auto const& who = *request.principal;
    Instant const now = services.clock.now();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto names = read_names(writer, who.facility);
        lock_billing(writer, who.facility);
        if (reason.empty() && month_goes_on(writer, names, *id, now))
            return http::problem({ErrorKind::conflict, "month_not_over", "/reason",
                                  "say why it is not left for the end of its month"});
        if (asked_for_by(writer, who.facility, *id, who.person))
            return http::problem(
                {ErrorKind::conflict, "same_person", "", "another person makes it final"});
        auto const invoice = finalize(writer, names.facility, names.zone, services.ids, *id, now);
        if (!invoice) return http::problem(invoice.error());
        people::append_audit(writer, who.facility,
                             {who.person, "finalizeInvoice", "invoice/" + id->text(), "",
                              invoice->number_text + " " + invoice->hash, reason},
                             now);
        return http::json_response(200, whole_json(writer, *invoice, names))
            .with("ETag", http::etag(invoice->version));
    });
}

/// The registers that a line rests on: for energy of a window those at the ends of its stretches,
/// for everything else START and STOP, and every one that shared a rise out.
json::array relevant_registers(json::object const& session, Charge const& line) {
    json::array chosen;
    bool const whole = line.term.basis != Basis::kwh || line.term.window == Window::any;
    for (auto const& one : session.at("registers").as_array())
        if (!whole || one.at("edge").as_string() != "boundary" || !one.at("share").is_null())
            chosen.push_back(one);
    return chosen;
}

/// What showed the outages in which the machine stood still.
json::array evidence_of(store::Reader& reader, Names const& names, MachineId const& machine,
                        Interval during) {
    json::array shown;
    auto const seen = facility::evidence_between(reader, names.facility.id, during);
    for (auto const& outage : facility::outages_between(reader, names.facility.id, during)) {
        if (!booking::concerns(outage, machine) || !facility::stops_work(outage)) continue;
        for (auto const& each : seen)
            if (each.outage == outage.id)
                shown.push_back(facility::evidence_json(each, names.zone));
    }
    return shown;
}

/// When the session stood still: time that was not charged.
json::array halts_json(store::Reader& reader, Names const& names,
                       metering::UsageSession const& session) {
    json::array shown;
    auto kept = kept_halts(reader, names.facility.id, {session.id});
    for (auto const& halt : kept[session.id])
        shown.push_back(
            json::object{{"from", to_rfc3339(halt.during.start, names.zone)},
                         {"to", to_rfc3339(halt.during.end, names.zone)},
                         {"reason", name_of(halt.reason)},
                         {"evidence", evidence_of(reader, names, session.machine, halt.during)}});
    return shown;
}

/// Every use of the month that an item was rated by.
json::array uses_of_month(store::Reader& reader, Item const& item, Names const& names) {
    json::array shown;
    auto const& facility = names.facility.id;
    auto const month = period_interval(names.zone, item.source_id.substr(0, 7));
    if (!month) return shown;
    std::vector<SessionId> ids;
    for (auto const& one : find_rated(reader, facility, rated_between(reader, facility, *month)))
        if (one.enterprise == item.enterprise) ids.push_back(one.session);
    for (auto const& session : metering::find_sessions(reader, facility, ids))
        shown.push_back(json::object{
            {"session_id", session.id.text()},
            {"machine", facility::machine_ref_json(names.machines.at(session.machine))},
            {"from", to_rfc3339(session.start, names.zone)},
            {"to", to_rfc3339(session.stop.value(), names.zone)},
            {"energy_wh", session.energy ? json::value(session.energy->wh) : nullptr}});
    return shown;
}

Response get_proof(Services const& services, Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        auto const invoice = visible_invoice(reader, request);
        if (!invoice) return http::problem(invoice.error());
        auto const proof =
            proof_of(reader, request.principal->facility, *invoice, request.param("line"));
        return proof ? http::json_response(200, *proof) : http::problem(proof.error());
    });
}

}  // namespace

Result<json::object> proof_of(store::Reader& reader, FacilityId const& facility,
                              Invoice const& invoice, std::string const& number) {
    auto names = read_names(reader, facility);
    auto const cards = list_rate_cards(reader, facility);
    for (auto const& line : charges_of_invoice(reader, facility, invoice.id)) {
        if (std::to_string(line.line) != number) continue;
        read_sessions(reader, names, {line});
        auto const& session = names.sessions.at(line.session);
        auto const shown =
            metering::session_json(session, metering::names_for(reader, facility, {session}));
        auto const& machine = names.machines.at(session.machine);
        return json::object{
            {"line", line_json(line, names)},
            {"formula", facility::name_json(formula_of(line, machine.piece_unit))},
            {"rate_card", rate_card_json(*card_by_id(cards, line.rate_card), names.zone)},
            {"session", shown},
            {"registers", relevant_registers(shown, line)},
            {"halts", halts_json(reader, names, session)}};
    }
    for (auto const& kept : items_of_invoice(reader, facility, invoice.id)) {
        if (std::to_string(kept.line) != number) continue;
        auto const item = as_told(kept, invoice);
        json::object proof{{"line", item_line_json(item, names)},
                           {"formula", facility::name_json(formula_of(item))}};
        if (item.source == "period_rate") proof["uses"] = uses_of_month(reader, item, names);
        return proof;
    }
    return refuse(ErrorKind::not_found, "not_found");
}

void add_invoice_routes(http::Router& router, Services const& services) {
    auto on = [&](std::string method, std::string pattern, std::string operation, auto handler) {
        bool const changes = method == "POST";
        router.add(
            {std::move(method), "/api/v1" + std::move(pattern), std::move(operation),
             [services, handler](Request const& request) { return handler(services, request); },
             http::Access::signed_in, changes, false});
    };
    on("POST", "/billing-runs", "createBillingRun", run_billing);
    on("GET", "/invoices", "listInvoices", list_all);
    on("GET", "/invoices/{id}", "getInvoice", get_invoice);
    on("GET", "/invoices/{id}/lines/{line}/proof", "getLineProof", get_proof);
    on("POST", "/invoices/{id}/finalize", "finalizeInvoice", finalize_invoice);
}

}  // namespace karkhana::billing
