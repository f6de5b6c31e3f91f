#include "server/billing/api.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <tuple>

#include "server/billing/api_parts.hpp"
#include "server/billing/json.hpp"
#include "server/billing/tariff_json.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr Interval kAnyTime{instant(0), instant(std::numeric_limits<std::int64_t>::max() / 2)};

Response list_cards(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    return services.store.read([&](store::Reader& reader) {
        auto const names = read_names(reader, facility);
        json::array items;
        for (auto const& card : list_rate_cards(reader, facility))
            items.push_back(rate_card_json(card, names.zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response create_card(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto card = read_card(body, services.clock.now());
    if (!card) return http::problem(card.error());
    card->id = services.ids.make<RateCardId>();
    auto const& who = *request.principal;
    Instant const now = services.clock.now();
    try {
        return people::write_once(
            services.store, services.clock, request, [&](store::Writer& writer) {
                auto const names = read_names(writer, who.facility);
                auto const kept = insert_rate_card(writer, who.facility, *card, now);
                auto const shown = rate_card_json(kept, names.zone);
                people::append_audit(writer, who.facility,
                                     {who.person, "createRateCard", "rate_card/" + kept.id.text(),
                                      "", json::serialize(shown), ""},
                                     now);
                return http::json_response(201, shown);
            });
    } catch (store::ConstraintViolated const&) {
        return http::problem({ErrorKind::conflict, "rate_card_exists", "/effective_from",
                              "another version begins at that moment"});
    }
}

struct Page {
    std::int64_t cursor = 0;
    int limit = 0;
};

Result<Page> asked_page(Request const& request) {
    auto const cursor = http::query_cursor(request);
    if (!cursor) return tl::make_unexpected(cursor.error());
    auto const limit = http::query_limit(request);
    if (!limit) return tl::make_unexpected(limit.error());
    return Page{*cursor, *limit};
}

Response list_all_payments(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    auto const page = asked_page(request);
    if (!page) return http::problem(page.error());
    return services.store.read([&](store::Reader& reader) {
        auto const names = read_names(reader, facility);
        auto const found = list_payments(reader, facility, kAnyTime, page->cursor, page->limit);
        json::array items;
        for (auto const& payment : found) items.push_back(payment_json(payment, names));
        json::value next = nullptr;
        if (std::ssize(found) == page->limit) next = std::to_string(found.back().sequence);
        return http::json_response(200, json::object{{"items", std::move(items)}, {"next", next}});
    });
}

/// from and to of the query, both or neither given. Errors: `bad_time`.
Result<Interval> asked_interval(Request const& request) {
    Interval during = kAnyTime;
    for (auto [name, edge] : {std::pair{"from", &during.start}, {"to", &during.end}}) {
        if (!request.parameter(name)) continue;
        auto const at = http::query_time(request, name);
        if (!at) return tl::make_unexpected(at.error());
        *edge = *at;
    }
    return during;
}

Response show_ledger(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    auto const during = asked_interval(request);
    if (!during) return http::problem(during.error());
    auto const page = asked_page(request);
    if (!page) return http::problem(page.error());
    return services.store.read([&](store::Reader& reader) {
        auto const names = read_names(reader, facility);
        auto const found = list_entries(reader, facility, *during, page->cursor, page->limit);
        json::array entries, balances;
        for (auto const& entry : found) entries.push_back(entry_json(entry, names.zone));
        for (auto const& balance : trial_balance(reader, facility))
            balances.push_back(posting_json(balance));
        json::value next = nullptr;
        if (std::ssize(found) == page->limit) next = std::to_string(found.back().sequence);
        return http::json_response(200, json::object{{"entries", std::move(entries)},
                                                     {"balances", std::move(balances)},
                                                     {"next", next}});
    });
}

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    auto on = [&](std::string method, std::string pattern, std::string operation, auto handler) {
        bool const changes = method == "POST";
        router.add(
            {std::move(method), "/api/v1" + std::move(pattern), std::move(operation),
             [services, handler](Request const& request) { return handler(services, request); },
             http::Access::signed_in, changes, false});
    };
    on("GET", "/rate-cards", "listRateCards", list_cards);
    on("POST", "/rate-cards", "createRateCard", create_card);
    on("GET", "/payments", "listPayments", list_all_payments);
    on("GET", "/ledger", "getLedger", show_ledger);
    add_invoice_routes(router, services);
    add_correction_routes(router, services);
    add_money_routes(router, services);
    add_evidence_routes(router, services);
    add_month_routes(router, services);
}

booking::Pricing make_pricing(RateCardCache& cache,
                              std::function<Zone(FacilityId const&)> zone_of) {
    auto price = [&cache, zone_of](store::Reader& reader, FacilityId const& facility,
                                   facility::Machine const& machine, Interval during,
                                   booking::PriceWish const& wish) {
        booking::PriceAnswer answer;
        auto const cards = cache.get(reader, facility);
        auto const* card = card_at(*cards, during.start);
        if (card == nullptr) return answer;
        auto usage = expected_usage(*card, zone_of(facility), machine.kind, during,
                                    machine.rated_w / 2, wish.quantity);
        usage.assisted = wish.assisted;
        if (wish.enterprise && has_classes(*card))
            usage.classes = classes_of(reader, facility, *wish.enterprise);
        if (wish.trial) usage.classes.push_back(PriceClass::trial);
        auto const terms = rate(*card, usage, zone_of(facility)).value();
        answer.rate_card = card->id;
        answer.price = total_of(terms);
        for (auto const& part : usage.parts) answer.estimated_energy_wh += part.energy.wh;
        for (auto const& term : terms)
            answer.terms.push_back({{term.label.en, term.label.bn},
                                    std::string{name_of(term.basis)},
                                    std::string{name_of(term.window)},
                                    term.quantity,
                                    std::string{unit_of(term.basis)},
                                    term.price,
                                    term.amount,
                                    term.priced_per(),
                                    term.unit});
        return answer;
    };
    auto changes = [&cache](store::Reader& reader, FacilityId const& facility) {
        std::vector<Instant> found;
        for (auto const& card : *cache.get(reader, facility)) found.push_back(card.effective_from);
        return found;
    };
    auto alike = [&cache](store::Reader& reader, FacilityId const& facility) {
        return std::ranges::all_of(*cache.get(reader, facility), every_day_alike);
    };
    return {price, changes, alike};
}

}  // namespace karkhana::billing
