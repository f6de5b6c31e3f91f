#include <map>

#include "server/billing/api_money.hpp"
#include "server/billing/items.hpp"
#include "server/billing/json.hpp"
#include "server/billing/packs.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/tax_records.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

/// What of an issued line is to be given back, before its tax.
struct GivenBack {
    int line = 0;
    Money amount;
};

Result<std::vector<GivenBack>> read_lines(JsonBody& body) {
    std::vector<GivenBack> lines;
    for (auto& part : body.objects("lines", 500)) {
        GivenBack one{static_cast<int>(part.integer("line", 1, 1'000'000)), part.money("amount")};
        body.close(part);
        if (one.amount <= Money{}) body.fail("not_positive", "lines", "more than nothing");
        lines.push_back(one);
    }
    if (lines.empty()) body.fail("no_lines", "lines", "which lines, and how much of each");
    return lines;
}

struct OriginalLine {
    Label label;
    Money amount;
    std::string income;
};
std::map<int, OriginalLine> lines_of(InvoiceDocument const& document) {
    std::map<int, OriginalLine> lines;
    for (auto const& line : document.lines)
        lines[line.line] = {line.term.label, line.term.amount, line.term.account()};
    for (auto const& item : document.items)
        lines[item.line] = {item.label, item.amount, item.income};
    return lines;
}

/// Keeps an item for each line. Errors: `no_such_line`, `more_than_billed` with what was given back
/// before.
Result<void> give_back(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                       Invoice const& of, std::vector<GivenBack> const& wanted,
                       std::string const& reason, PersonId const& by, Instant now) {
    auto const document = read_document(find_canonical(writer, facility, of.id).value()).value();
    auto const lines = lines_of(document);
    std::map<int, Money> left;
    Money whole;  // discounts are lines of the bill too
    for (auto const& [number, line] : lines) {
        left[number] = line.amount;
        whole += line.amount;
    }
    for (auto const& [number, paid] : drawn_of_lines(writer, facility, of.id))
        left[number] = left[number] - paid;
    for (auto const& item : adjustments_of(writer, facility, of.id)) {
        if (item.amount >= Money{}) continue;
        left[item.refers_line.value()] += item.amount;
        whole += item.amount;
    }
    for (auto const& one : wanted) {
        auto const found = lines.find(one.line);
        if (found == lines.end()) return refuse(ErrorKind::not_found, "no_such_line");
        whole = whole - one.amount;
        if (one.amount > left[one.line] || whole < Money{})
            return refuse(ErrorKind::conflict, "more_than_billed",
                          "of line " + std::to_string(one.line) + " so much is not left", "/lines");
        left[one.line] += -one.amount;
        Item item;
        item.id = ids.make<ItemId>();
        item.enterprise = of.enterprise;
        item.source = "adjustment";
        item.source_id = "credit/" + item.id.text();
        item.happened_at = now;
        item.label = found->second.label;
        item.unit = "correction";
        item.price = {-one.amount.poisha * 10'000};
        item.amount = -one.amount;
        item.income = found->second.income;
        item.tax_code = kStandardTax;  // the rate is that of the issued line
        item.refers_invoice = of.id;
        item.refers_line = one.line;
        item.note = reason;
        item.created_by = by;
        item.created_at = now;
        add_item(writer, facility, std::move(item)).value();
    }
    return {};
}

/// The draft of the credit note with all that waits for it.
Result<InvoiceId> draft_note(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                             Invoice const& of, std::string const& period, Instant now) {
    RunInput input{{}, {}, read_taxes(writer, facility), now, now};
    for (auto& item : waiting_items(writer, facility, now + Duration{1}))
        if (item.refers_invoice == of.id && item.amount < Money{})
            input.items.push_back(std::move(item));
    auto const under = credit_draft_of(writer, facility, of.id);
    auto const month = under ? under->period : period;
    auto plan = plan_run(writer, facility, std::move(input), month, of.enterprise);
    if (!plan) return tl::make_unexpected(plan.error());
    std::erase_if(*plan, [&](Draft const& draft) { return draft.refers_to != of.id; });
    return apply_run(writer, facility, ids, month, *plan, now).at(0);
}

Response create_credit_note(Services const& services, Request const& request) {
    auto const id = http::path_id<InvoiceId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const reason = body.text("reason", 200);
    auto const lines = read_lines(body);
    if (reason.empty()) body.fail("reason_missing", "reason", "Say why.");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "createCreditNote", 201, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            lock_billing(writer, who.facility);
            auto const of = find_invoice(writer, who.facility, *id);
            if (!of) return refuse(ErrorKind::not_found, "not_found");
            if (!of->final || of->credit_note)
                return refuse(ErrorKind::conflict, "not_final", "only a final bill is corrected");
            if (of->total == Money{})
                return refuse(ErrorKind::conflict, "nothing_charged", "the bill asked for nothing");
            if (auto const given = give_back(writer, who.facility, services.ids, *of, *lines,
                                             reason, who.person, now);
                !given)
                return tl::make_unexpected(given.error());
            auto const note = draft_note(writer, who.facility, services.ids, *of,
                                         period_of(names.zone, now), now);
            if (!note) return tl::make_unexpected(note.error());
            auto const shown = find_invoice(writer, who.facility, *note).value();
            return Done{"invoice/" + note->text(),
                        invoice_json(shown, {}, items_of_invoice(writer, who.facility, *note),
                                     read_names(writer, who.facility))};
        });
}

}  // namespace

void add_credit_routes(http::Router& router, Services const& services) {
    add_money_route(router, services, "POST", "/invoices/{id}/credit-notes", "createCreditNote",
                    create_credit_note);
}

}  // namespace karkhana::billing
