#include <boost/json/serialize.hpp>

#include "server/billing/api_parts.hpp"
#include "server/billing/finalize.hpp"
#include "server/billing/held_bills.hpp"
#include "server/billing/items.hpp"
#include "server/billing/money_settings.hpp"
#include "server/billing/runs.hpp"
#include "server/http/json.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::Request;
using http::Response;

constexpr std::size_t kBillsAtOnce = 25;  // short enough for others to write in between

/// But for what this person has asked to be given back, and what is held for want of a reading.
std::vector<InvoiceId> some_drafts(store::Reader& reader, FacilityId const& facility,
                                   std::string const& period, PersonId const& person,
                                   HeldBy const& held) {
    std::vector<InvoiceId> ids;
    for (auto const& draft : draft_invoices_of(reader, facility, period)) {
        if (ids.size() == kBillsAtOnce || !has_lines(reader, facility, draft.id)) continue;
        if (draft.credit_note && asked_for_by(reader, facility, draft.id, person)) continue;
        if (!draft.credit_note && held.contains(draft.enterprise)) continue;
        ids.push_back(draft.id);
    }
    return ids;
}

/// Makes some of the drafts final; none when there are none left.
Result<std::vector<Invoice>> close_some(store::Writer& writer, Services const& services,
                                        http::Principal const& who, std::string const& period,
                                        Instant now) {
    lock_billing(writer, who.facility);
    auto const zone = facility::zone_of(writer, who.facility);
    auto const during = period_interval(zone, period).value();
    auto const drafts = some_drafts(writer, who.facility, period, who.person,
                                    unresolved_of(writer, who.facility, zone, during));
    if (drafts.empty()) return std::vector<Invoice>{};
    auto const seller = facility::find_facility(writer, who.facility).value();
    auto made = finalize_all(writer, seller, zone, services.ids, drafts, now);
    if (!made) return made;
    for (auto const& invoice : *made)
        people::append_audit(writer, who.facility,
                             {who.person, "finalizeInvoice", "invoice/" + invoice.id.text(), "",
                              invoice.number_text + " " + invoice.hash, ""},
                             now);
    return made;
}

/// Every draft of a month that is over, but for those that are held. What is final when something
/// is refused stays so, and asking again goes on with the rest.
Response finalize_month(Services const& services, Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const period = body.text("period", 7);
    if (auto error = body.finish()) return http::problem(*error);
    // A repeat must not make final what became a draft since.
    if (auto answered = people::answered_before(services.store, request)) return *answered;
    auto const& who = *request.principal;
    Instant const now = services.clock.now();
    auto const zone = services.store.read(
        [&](store::Reader& reader) { return facility::zone_of(reader, who.facility); });
    auto const during = period_interval(zone, period);
    if (!during) return http::problem(during.error());
    if (now < during->end)
        return http::problem(
            {ErrorKind::conflict, "period_open", "/period", "the month is not over"});
    auto const grace = services.store.read([&](store::Reader& reader) {
        return std::chrono::days{money_settings(reader, who.facility).grace_days};
    });
    if (now < during->end + grace)
        return http::problem({ErrorKind::conflict, "in_grace", "/period",
                              "its drafts are left open for what comes late"});
    std::int64_t finalized = 0;
    Money total;
    for (bool more = true; more;) {
        auto const made = services.store.write(
            [&](store::Writer& writer) { return close_some(writer, services, who, period, now); });
        if (!made) return http::problem(made.error());
        for (auto const& invoice : *made)
            total += invoice.credit_note ? -invoice.total : invoice.total;
        finalized += std::ssize(*made);
        more = !made->empty();
    }
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        people::append_audit(writer, who.facility,
                             {who.person, "finalizeBillingRun", "period/" + period, "",
                              std::to_string(finalized) + " invoices", ""},
                             now);
        json::array held;
        auto const waiting = unresolved_of(writer, who.facility, zone, *during);
        for (auto const& draft : draft_invoices_of(writer, who.facility, period))
            if (!draft.credit_note && waiting.contains(draft.enterprise) &&
                has_lines(writer, who.facility, draft.id))
                held.emplace_back(draft.id.text());
        return http::json_response(200, json::object{{"period", period},
                                                     {"finalized", finalized},
                                                     {"held", std::move(held)},
                                                     {"total", http::to_json(total)}});
    });
}

}  // namespace

void add_month_routes(http::Router& router, Services const& services) {
    router.add({"POST", "/api/v1/billing-runs/finalize", "finalizeBillingRun",
                [services](Request const& request) { return finalize_month(services, request); },
                http::Access::signed_in, true, false});
}

}  // namespace karkhana::billing
