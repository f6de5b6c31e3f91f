#include "server/billing/api_money.hpp"
#include "server/billing/pack_words.hpp"
#include "server/billing/packs.hpp"
#include "server/billing/runs.hpp"
#include "server/people/roles.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;
using http::to_json;

json::object both(Label const& label) { return {{"en", label.en}, {"bn", label.bn}}; }

json::object pack_json(Pack const& pack, MoneyNames const& names) {
    auto const covers = pack.component.covers;
    return {{"id", pack.id.text()},
            {"enterprise", names.enterprise(pack.enterprise)},
            {"label", both(pack.component.label)},
            {"machine_kind", pack.component.machine_kind},
            {"basis", name_of(covers)},
            {"quantity", pack.quantity},
            {"left", pack.left()},
            {"holds", both(amount_label(covers, pack.quantity))},
            {"still", both(amount_label(covers, pack.left()))},
            {"price", to_json(pack.price)},
            {"refund_e4", pack.component.refund_e4},
            {"sold_at", names.time(pack.sold_at)},
            {"expires_at", http::or_null(pack.expires_at, names.zone)},
            {"ended_at", http::or_null(pack.ended_at, names.zone)},
            {"end", http::text_or_null(pack.end)},
            {"billed", pack.billed},
            {"invoice_id", http::or_null(pack.invoice)}};
}

/// What is on sale today.
json::array offers_json(store::Reader& reader, FacilityId const& facility, Instant now) {
    json::array offers;
    auto const cards = list_rate_cards(reader, facility);
    auto const* card = card_at(cards, now);
    if (card == nullptr) return offers;
    for (auto const& each : card->components)
        if (each.basis == Basis::pack)
            offers.push_back(
                json::object{{"component", each.sequence},
                             {"label", both(each.label)},
                             {"machine_kind", each.machine_kind},
                             {"holds", both(amount_label(each.covers, each.covers_quantity))},
                             {"price", to_json(price_of(each.price, 1, 1))},
                             {"valid_days", each.valid_days},
                             {"refund_e4", each.refund_e4}});
    return offers;
}

Response get_packs(Services const& services, Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        auto const id = visible_enterprise(reader, request);
        if (!id) return http::problem(id.error());
        auto const facility = request.principal->facility;
        auto const names = money_names(reader, facility);
        json::array items;
        for (auto const& pack : list_packs(reader, facility, *id))
            items.push_back(pack_json(pack, names));
        return http::json_response(
            200, json::object{{"items", std::move(items)},
                              {"offers", offers_json(reader, facility, services.clock.now())}});
    });
}

Response get_draws(Services const& services, Request const& request) {
    auto const id = http::path_id<PackId>(request);
    if (!id) return http::problem(id.error());
    auto const& who = *request.principal;
    return services.store.read([&](store::Reader& reader) {
        auto const pack = find_pack(reader, who.facility, *id);
        if (!pack || !(people::keeps_books(who) || who.acts_for(pack->enterprise)))
            return http::problem({ErrorKind::not_found, "not_found"});
        auto const names = money_names(reader, who.facility);
        json::array items;
        for (auto const& draw : draws_of_pack(reader, who.facility, *id))
            items.push_back(
                json::object{{"session_id", draw.session.text()},
                             {"at", names.time(draw.at)},
                             {"drawn", both(amount_label(pack->component.covers, draw.quantity))},
                             {"left", both(amount_label(pack->component.covers, draw.left_then))},
                             {"amount", to_json(draw.amount)}});
        return http::json_response(
            200, json::object{{"pack", pack_json(*pack, names)}, {"items", std::move(items)}});
    });
}

Response sell(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const component = static_cast<int>(body.integer("component", 1, 1'000));
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "sellPack", 201, "",
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const id = visible_enterprise(writer, request);
            if (!id) return tl::make_unexpected(id.error());
            lock_billing(writer, who.facility);
            auto const cards = list_rate_cards(writer, who.facility);
            auto const* card = card_at(cards, now);
            if (card == nullptr) return refuse(ErrorKind::not_found, "no_such_pack");
            auto const pack = sell_pack(writer, who.facility, services.ids, *card, component, *id,
                                        who.person, now);
            if (!pack) return tl::make_unexpected(pack.error());
            return Done{"pack/" + pack->id.text(), pack_json(*pack, names)};
        });
}

Response refund(Services const& services, Request const& request) {
    auto const id = http::path_id<PackId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const reason = body.text("reason", 200);
    if (reason.empty()) body.fail("reason_missing", "reason", "Say why.");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "refundPack", 200, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const pack =
                refund_pack(writer, who.facility, services.ids, *id, reason, who.person, now);
            if (!pack) return tl::make_unexpected(pack.error());
            return Done{"pack/" + id->text(), pack_json(*pack, names)};
        });
}

}  // namespace

void add_pack_routes(http::Router& router, Services const& services) {
    auto const on = [&](std::string method, std::string pattern, std::string operation,
                        MoneyHandler handler) {
        add_money_route(router, services, std::move(method), std::move(pattern),
                        std::move(operation), handler);
    };
    on("GET", "/enterprises/{id}/packs", "listPacks", get_packs);
    on("POST", "/enterprises/{id}/packs", "sellPack", sell);
    on("GET", "/packs/{id}/draws", "listPackDraws", get_draws);
    on("POST", "/packs/{id}/refund", "refundPack", refund);
}

}  // namespace karkhana::billing
