#include "server/billing/runs.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>

#include "server/billing/credits.hpp"
#include "server/billing/packs.hpp"
#include "server/billing/tax_records.hpp"
#include "server/facility/mode.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kLock =
    "SELECT 1 FROM facility WHERE facility_id = $1 FOR NO KEY UPDATE";
constexpr std::string_view kLastIssued =
    "SELECT period, MAX(issued_at) FROM invoice WHERE facility_id = $1 AND state = 'final' "
    "AND kind = 'invoice' GROUP BY period";
constexpr std::string_view kInsertInvoice =
    "INSERT INTO invoice (facility_id, invoice_id, enterprise_id, period, state, kind, refers_to, "
    "total_poisha, tax_poisha, reason, created_at, version) "
    "VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, 1)";
constexpr std::string_view kSetTotal =
    "UPDATE invoice SET total_poisha = $3, tax_poisha = $4, version = version + 1 "
    "WHERE facility_id = $1 AND invoice_id = $2";
#define KARKHANA_PUT_ON                                                                            \
    "INSERT INTO invoice_session (facility_id, invoice_id, first_line, session_id) "
constexpr std::string_view kPutOnSqlite = KARKHANA_PUT_ON "VALUES ($1, $2, $3, $4)";
/// All sessions of a draft at once, as [[first line, session], ...].
constexpr std::string_view kPutOnPostgres = KARKHANA_PUT_ON
    "SELECT CAST($1 AS uuid), CAST($2 AS uuid), CAST(one ->> 0 AS bigint), CAST(one ->> 1 AS uuid) "
    "FROM jsonb_array_elements(CAST($3 AS jsonb)) AS one";
#undef KARKHANA_PUT_ON

bool in_order(Charge const& a, Charge const& b) {
    return std::tie(a.stopped_at, a.session, a.sequence) <
           std::tie(b.stopped_at, b.session, b.sequence);
}

void put_on(store::Writer& writer, FacilityId const& facility, InvoiceId const& invoice,
            Draft const& draft) {
    bool const postgres = writer.is_postgres();
    std::string sessions;
    int line = draft.first_line();
    SessionId last;
    for (auto const& charge : draft.charges) {
        if (charge.session != last && !postgres)
            writer.execute(kPutOnSqlite, facility, invoice, line, charge.session);
        if (charge.session != last && postgres)
            sessions += fmt::format(R"({}[{},"{}"])", sessions.empty() ? "" : ",", line,
                                    charge.session.text());
        last = charge.session;
        ++line;
    }
    if (postgres) writer.execute(kPutOnPostgres, facility, invoice, '[' + sessions + ']');
}

/// Whose bill, or which invoice's credit note.
using Place = std::pair<EnterpriseId, std::optional<InvoiceId>>;
using Drafts = std::map<Place, Draft>;

Draft& draft_at(Drafts& drafts, Place const& place) {
    auto& draft = drafts[place];
    draft.enterprise = place.first;
    draft.refers_to = place.second;
    return draft;
}

/// The drafts there are, with their lines; their items are among those that wait.
Drafts begun_drafts(store::Reader& reader, FacilityId const& facility, std::string const& period,
                    std::optional<EnterpriseId> const& only) {
    auto begun = draft_invoices_of(reader, facility, period);
    std::erase_if(begun, [](Invoice const& invoice) { return invoice.credit_note; });
    // Of an invoice there is one draft of a credit note, whatever its month.
    std::ranges::move(credit_drafts(reader, facility), std::back_inserter(begun));
    std::vector<InvoiceId> ids;
    for (auto const& invoice : begun) ids.push_back(invoice.id);
    auto lines = charges_of_invoices(reader, facility, ids);
    auto const items = items_of_invoices(reader, facility, ids);
    Drafts drafts;
    for (auto const& invoice : begun) {
        if (only && invoice.enterprise != *only) continue;
        auto& draft = draft_at(drafts, {invoice.enterprise, invoice.refers_to});
        draft.id = invoice.id;
        draft.before = invoice.total;
        draft.there = std::move(lines[invoice.id]);
        auto const on = items.find(invoice.id);
        if (on == items.end()) continue;
        draft.items_there = std::ssize(on->second);
        // A note of another month keeps what is on it, also of after this one.
        if (invoice.period != period) draft.items = on->second;
    }
    return drafts;
}

/// What was asked for by the invoices that items refer to.
std::map<InvoiceId, Money> referred_totals(store::Reader& reader, FacilityId const& facility,
                                           std::vector<Item> const& items) {
    std::set<InvoiceId> ids;
    for (auto const& item : items)
        if (item.refers_invoice) ids.insert(*item.refers_invoice);
    std::map<InvoiceId, Money> totals;
    for (auto const& invoice : find_invoices(reader, facility, {ids.begin(), ids.end()}))
        totals[invoice.id] = invoice.total;
    return totals;
}

bool has_session(Drafts const& drafts, Item const& draw) {
    auto const draft = drafts.find({draw.enterprise, std::nullopt});
    if (draft == drafts.end()) return false;
    auto const session = drawn_session(draw);
    return std::ranges::find(draft->second.charges, session, &Charge::session) !=
               draft->second.charges.end() ||
           std::ranges::find(draft->second.there, session, &Charge::session) !=
               draft->second.there.end();
}

/// An item waits for this period's draft unless it is on another's already.
void add_items(Drafts& drafts, std::vector<Item> items, std::set<InvoiceId> const& ours,
               std::map<InvoiceId, Money> const& charged, std::optional<EnterpriseId> const& only) {
    for (auto& item : items) {
        if (only && item.enterprise != *only) continue;
        if (item.invoice && !ours.contains(*item.invoice)) continue;
        auto const kept = [&](auto const& place) {
            return std::ranges::find(place.second.items, item.id, &Item::id) !=
                   place.second.items.end();
        };
        if (item.invoice && std::ranges::any_of(drafts, kept)) continue;
        bool const gives_back = item.amount < Money{} && item.refers_invoice;
        // Of a bill that asked for nothing there is nothing to give back.
        if (gives_back && charged.at(*item.refers_invoice) == Money{}) continue;
        if (is_shadow(item)) {
            draft_at(drafts, {item.enterprise, std::nullopt}).stale.push_back(item.id);
            continue;
        }
        // What a pack pays is on the bill of what it pays.
        if (is_draw(item) && !has_session(drafts, item)) continue;
        auto& draft =
            draft_at(drafts, {item.enterprise, gives_back ? item.refers_invoice : std::nullopt});
        draft.items.push_back(std::move(item));
    }
}

std::vector<Taxable> taxables_of(Draft const& draft) {
    std::vector<Taxable> lines;
    for (auto const* charges : {&draft.there, &draft.charges})
        for (auto const& charge : *charges)
            lines.push_back({charge.term.amount, tax_code_of(charge.term)});
    for (auto const& item : draft.items)
        lines.push_back({draft.refers_to ? -item.amount : item.amount, item.tax_code});
    return lines;
}

/// True when the draft has its lines already, and no others.
bool unchanged(Draft const& draft, bool for_revenue) {
    // A facility that has begun to charge, or has stopped, makes its drafts anew.
    if (!draft.refers_to && for_revenue != draft.stale.empty()) return false;
    auto const items = std::ssize(draft.items) + std::ssize(draft.stale);
    if (!draft.id || !draft.charges.empty() || draft.items_there != items) return false;
    int line = draft.first_line();
    return std::ranges::all_of(draft.items, [&](Item const& item) {
        return item.invoice == draft.id && item.line == line++;
    });
}

}  // namespace

LineChange change_of(Draft const& draft) {
    auto const stay = std::ranges::count_if(
        draft.items, [&](Item const& item) { return draft.id && item.invoice == draft.id; });
    return {std::ssize(draft.there) + draft.items_there,
            std::ssize(draft.charges) + std::ssize(draft.items) - stay, draft.items_there - stay};
}

RunInput run_input(store::Reader& reader, FacilityId const& facility, Interval during,
                   Instant now) {
    bool const for_revenue =
        facility::mode_at(reader, facility, during.end - Duration{1}) == facility::Mode::revenue;
    RunInput input{waiting_charges(reader, facility, during),
                   waiting_items(reader, facility, during.end),
                   for_revenue ? read_taxes(reader, facility) : TaxTable{},
                   now,
                   during.end,
                   for_revenue};
    leave_to_own_month(reader, facility, during, input);
    return input;
}

void leave_to_own_month(store::Reader& reader, FacilityId const& facility, Interval during,
                        RunInput& input) {
    auto const came_late = [&](Charge const& charge) { return charge.stopped_at < during.start; };
    if (std::ranges::none_of(input.charges, came_late)) return;
    auto const zone = facility::zone_of(reader, facility);
    auto const modes = facility::mode_switches(reader, facility);
    std::map<std::string, Instant> issued;
    reader.each(
        kLastIssued, [&](store::Row const& row) { issued.emplace(row.text(0), row.at(1)); },
        facility);
    auto const to_leave = [&](Charge const& charge) {
        if (!came_late(charge)) return false;
        auto const month = to_date(local_day(zone, charge.stopped_at)).substr(0, 7);
        auto const own = period_interval(zone, month).value();
        auto const last = issued.find(month);
        bool const for_revenue =
            facility::mode_at(modes, own.end - Duration{1}) == facility::Mode::revenue;
        bool const billed = last != issued.end() && last->second >= own.end;
        if (billed && for_revenue == input.for_revenue) return false;
        if (input.left.empty() || input.left.back().session != charge.session)
            input.left.push_back({charge.session, "own_month"});
        return true;
    };
    std::erase_if(input.charges, to_leave);
}

void lock_billing(store::Writer& writer, FacilityId const& facility) {
    if (writer.is_postgres()) writer.exists(kLock, facility);
}

namespace {

/// Puts tax and total into the draft.
Result<void> tax(store::Reader& reader, FacilityId const& facility, RunInput const& input,
                 Draft& draft) {
    auto const lines = taxables_of(draft);
    for (auto const& line : lines) draft.total += line.amount;
    std::vector<LineTax> taxes;
    bool inclusive = setting_at(input.taxes, input.at).inclusive;
    if (draft.refers_to) {
        auto const given = tax_of_note(reader, facility, *draft.refers_to, draft.items);
        if (!given) return tl::make_unexpected(given.error());
        taxes = given->lines;
        inclusive = given->inclusive;
    } else {
        auto const found = taxes_of(input.taxes, input.at, lines);
        if (!found) return tl::make_unexpected(found.error());
        taxes = *found;
    }
    for (auto const& each : taxes) draft.tax += each.tax;
    if (!inclusive) draft.total += draft.tax;
    return {};
}

/// What the bill is worth, taken off again: nothing is to be paid, and the books know what was
/// given.
void add_shadow(Draft& draft, std::string const& period, RunInput const& input) {
    Item item;
    item.enterprise = draft.enterprise;
    item.source = "adjustment";
    item.source_id = "shadow/" + period + "/" + draft.enterprise.text();
    item.happened_at = input.until - Duration{1};
    item.label = {"Not charged: a service of the facility", "বিনামূল্যে: কেন্দ্রের সেবা"};
    item.unit = "bill";
    item.price = {-draft.total.poisha * 10'000};
    item.amount = -draft.total;
    item.income = "contra:not-charged";
    item.tax_code = kExempt;
    item.created_at = input.at;
    draft.total = {};
    draft.shadow = std::move(item);
}

}  // namespace

Result<std::vector<Draft>> plan_run(store::Reader& reader, FacilityId const& facility,
                                    RunInput input, std::string const& period_name,
                                    std::optional<EnterpriseId> const& only) {
    auto drafts = begun_drafts(reader, facility, period_name, only);
    std::set<InvoiceId> ours;
    for (auto const& [place, draft] : drafts) ours.insert(draft.id.value());
    for (auto& charge : input.charges)
        if (!only || charge.enterprise == *only)
            draft_at(drafts, {charge.enterprise, std::nullopt})
                .charges.push_back(std::move(charge));
    for (auto& [place, draft] : drafts)
        if (!std::ranges::is_sorted(draft.charges, in_order))
            std::ranges::sort(draft.charges, in_order);
    auto const charged = referred_totals(reader, facility, input.items);
    add_items(drafts, std::move(input.items), ours, charged, only);
    std::vector<Draft> plan;
    for (auto& [place, draft] : drafts) {
        if (unchanged(draft, input.for_revenue)) continue;
        if (auto const taxed = tax(reader, facility, input, draft); !taxed)
            return tl::make_unexpected(taxed.error());
        if (!input.for_revenue && !draft.refers_to && draft.total > Money{})
            add_shadow(draft, period_name, input);
        if (draft.total > Money{} || draft.id || draft.shadow) plan.push_back(std::move(draft));
    }
    return plan;
}

std::vector<InvoiceId> apply_run(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                                 std::string const& period_name, std::vector<Draft> const& plan,
                                 Instant now) {
    std::vector<InvoiceId> touched;
    for (auto const& draft : plan) {
        auto const id = draft.id ? *draft.id : ids.make<InvoiceId>();
        auto const kind = draft.refers_to ? DocumentKind::credit_note : DocumentKind::invoice;
        if (draft.id) {
            writer.execute(kSetTotal, facility, id, draft.total, draft.tax);
            take_items_off(writer, facility, id);
        } else {
            writer.execute(kInsertInvoice, facility, id, draft.enterprise, period_name,
                           name_of(kind), draft.refers_to, draft.total, draft.tax,
                           draft.refers_to ? draft.items.front().note : std::string{}, now);
        }
        if (!draft.charges.empty()) put_on(writer, facility, id, draft);
        for (auto const& stale : draft.stale) drop_item(writer, facility, stale);
        auto items = draft.items;
        if (draft.shadow) {
            items.push_back(*draft.shadow);
            items.back().id = ids.make<ItemId>();
            items.back().source_id += "/" + items.back().id.text();
            add_item(writer, facility, items.back()).value();
        }
        put_items_on(writer, facility, id, items,
                     draft.first_line() + static_cast<int>(std::ssize(draft.charges)));
        touched.push_back(id);
    }
    return touched;
}

Result<void> refresh_drafts(store::Writer& writer, FacilityId const& facility,
                            std::set<InvoiceId> const& drafts, Instant now) {
    if (drafts.empty()) return {};
    RunInput const input{{}, {}, read_taxes(writer, facility), now, now};
    for (auto const& id : drafts) {
        auto const invoice = find_invoice(writer, facility, id);
        if (!invoice || invoice->final) continue;
        Draft draft;
        draft.refers_to = invoice->refers_to;
        draft.there = charges_of_invoice(writer, facility, id);
        draft.items = items_of_invoice(writer, facility, id);
        if (auto const taxed = tax(writer, facility, input, draft); !taxed) return taxed;
        take_items_off(writer, facility, id);
        put_items_on(writer, facility, id, draft.items, draft.first_line());
        writer.execute(kSetTotal, facility, id, draft.total, draft.tax);
    }
    return {};
}

}  // namespace karkhana::billing
