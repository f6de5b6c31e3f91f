#include "server/billing/ageing.hpp"
#include "server/billing/api_money.hpp"
#include "server/billing/wallet.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;
using http::to_json;

json::object hold_json(Hold const& hold, MoneyNames const& names) {
    return {{"id", hold.id.text()},
            {"enterprise", names.enterprise(hold.enterprise)},
            {"amount", to_json(hold.amount)},
            {"reason", hold.reason},
            {"made_at", names.time(hold.made_at)},
            {"ended_at", http::or_null(hold.ended_at, names.zone)},
            {"payment_id", http::or_null(hold.payment)}};
}

json::object wallet_json(store::Reader& reader, FacilityId const& facility,
                         EnterpriseId const& enterprise, MoneyNames const& names) {
    auto const wallet = wallet_of(reader, facility, enterprise);
    json::array holds;
    for (auto const& hold : list_holds(reader, facility, enterprise))
        if (!hold.ended_at) holds.push_back(hold_json(hold, names));
    return {{"enterprise", names.enterprise(enterprise)},
            {"available", to_json(wallet.available)},
            {"held", to_json(wallet.held)},
            {"vat_accounted", to_json(wallet.vat_accounted)},
            {"holds", std::move(holds)}};
}

Response get_wallet(Services const& services, Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        auto const id = visible_enterprise(reader, request);
        if (!id) return http::problem(id.error());
        auto const facility = request.principal->facility;
        return http::json_response(
            200, wallet_json(reader, facility, *id, money_names(reader, facility)));
    });
}

/// An act on the wallet of the path, with an amount and a reason.
Response act_on_wallet(Services const& services, Request const& request,
                       std::string const& operation,
                       std::function<Result<bool>(store::Writer&, EnterpriseId const&, Money,
                                                  std::string const&, Instant)> const& act) {
    auto body = JsonBody::parse(request);
    auto const amount = body.money("amount");
    auto const reason = body.text("reason", 200);
    if (amount <= Money{}) body.fail("not_positive", "amount", "more than nothing");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, operation, 201, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const id = visible_enterprise(writer, request);
            if (!id) return tl::make_unexpected(id.error());
            auto const done = act(writer, *id, amount, reason, now);
            if (!done) return tl::make_unexpected(done.error());
            return Done{"enterprise/" + id->text(),
                        wallet_json(writer, request.principal->facility, *id, names)};
        });
}

Response hold_some(Services const& services, Request const& request) {
    auto const& who = *request.principal;
    return act_on_wallet(services, request, "holdWallet",
                         [&](store::Writer& writer, EnterpriseId const& id, Money amount,
                             std::string const& reason, Instant now) -> Result<bool> {
                             auto const held = hold_wallet(writer, who.facility, services.ids, id,
                                                           amount, reason, who.person, now);
                             if (!held) return tl::make_unexpected(held.error());
                             return true;
                         });
}

Response refund_some(Services const& services, Request const& request) {
    auto const& who = *request.principal;
    return act_on_wallet(services, request, "refundWallet",
                         [&](store::Writer& writer, EnterpriseId const& id, Money amount,
                             std::string const& reason, Instant now) -> Result<bool> {
                             auto const given = refund_wallet(writer, who.facility, services.ids,
                                                              id, amount, reason, who.person, now);
                             if (!given) return tl::make_unexpected(given.error());
                             return true;
                         });
}

Response end_one_hold(Services const& services, Request const& request) {
    auto const id = http::path_id<HoldId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const invoice = body.maybe_id<InvoiceId>("invoice_id");
    auto const amount = body.maybe_money("amount").value_or(Money{});
    if (invoice.has_value() != (amount > Money{}))
        body.fail("not_positive", "amount", "an amount of an invoice, or neither");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "endHold", 200, "",
        [&](store::Writer& writer, MoneyNames const& names, Instant now) -> Result<Done> {
            auto const& who = *request.principal;
            auto const hold =
                end_hold(writer, who.facility, services.ids, *id, invoice, amount, who.person, now);
            if (!hold) return tl::make_unexpected(hold.error());
            return Done{"hold/" + id->text(), hold_json(*hold, names)};
        });
}

Response get_account(Services const& services, Request const& request) {
    auto const from = http::query_time(request, "from");
    auto const to = http::query_time(request, "to");
    if (!from) return http::problem(from.error());
    if (!to) return http::problem(to.error());
    return services.store.read([&](store::Reader& reader) {
        auto const id = visible_enterprise(reader, request);
        if (!id) return http::problem(id.error());
        auto const facility = request.principal->facility;
        auto const names = money_names(reader, facility);
        auto const statement = statement_of(reader, facility, *id, {*from, *to});
        json::array lines;
        for (auto const& line : statement.lines)
            lines.push_back(json::object{{"at", names.time(line.at)},
                                         {"kind", line.kind},
                                         {"document_id", line.document},
                                         {"memo", line.memo},
                                         {"amount", to_json(line.amount)},
                                         {"balance", to_json(line.balance)}});
        return http::json_response(200, json::object{{"enterprise", names.enterprise(*id)},
                                                     {"opening", to_json(statement.opening)},
                                                     {"lines", std::move(lines)},
                                                     {"closing", to_json(statement.closing)}});
    });
}

Response get_ageing(Services const& services, Request const& request) {
    auto at = services.clock.now();
    if (request.parameter("at")) {
        auto const asked = http::query_time(request, "at");
        if (!asked) return http::problem(asked.error());
        at = *asked;
    }
    auto const facility = request.principal->facility;
    return services.store.read([&](store::Reader& reader) {
        auto const names = money_names(reader, facility);
        json::array items;
        for (auto const& [id, aged] : ageing_of(open_invoices(reader, facility, at), at)) {
            json::array buckets;
            for (auto const& bucket : aged.buckets) buckets.push_back(to_json(bucket));
            items.push_back(json::object{{"enterprise", names.enterprise(id)},
                                         {"buckets", std::move(buckets)},
                                         {"total", to_json(aged.total())},
                                         {"disputed", to_json(aged.disputed)}});
        }
        return http::json_response(
            200, json::object{{"at", names.time(at)}, {"items", std::move(items)}});
    });
}

}  // namespace

void add_wallet_routes(http::Router& router, Services const& services) {
    auto on = [&](std::string method, std::string pattern, std::string operation,
                  MoneyHandler handler) {
        add_money_route(router, services, std::move(method), std::move(pattern),
                        std::move(operation), handler);
    };
    on("GET", "/enterprises/{id}/wallet", "getWallet", get_wallet);
    on("POST", "/enterprises/{id}/holds", "holdWallet", hold_some);
    on("POST", "/enterprises/{id}/refunds", "refundWallet", refund_some);
    on("POST", "/holds/{id}/end", "endHold", end_one_hold);
    on("GET", "/enterprises/{id}/statement", "getAccountStatement", get_account);
    on("GET", "/ageing", "getAgeing", get_ageing);
}

}  // namespace karkhana::billing
