#include "server/billing/api_money.hpp"
#include "server/billing/items.hpp"
#include "server/billing/json.hpp"
#include "server/billing/runs.hpp"
#include "server/billing/services.hpp"
#include "server/billing/tax_records.hpp"
#include "server/http/paging.hpp"
#include "server/people/roles.hpp"

namespace karkhana::billing {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;
using http::to_json;

// Together at most Tk 10^12: far from what 64 bits of poisha hold, also ten thousand times.
constexpr std::int64_t kMostE4 = 1'000'000'000'000;
constexpr std::int64_t kMostQuantity = 1'000'000;

json::object words_json(Label const& label) { return {{"en", label.en}, {"bn", label.bn}}; }

json::object service_json(Service const& service, MoneyNames const& names) {
    return {{"code", service.code},
            {"effective_from", names.time(service.effective_from)},
            {"label", words_json(service.label)},
            {"unit", service.unit},
            {"price_e4", service.price.e4},
            {"full_price_e4", service.full_price.e4},
            {"income", service.income},
            {"tax_code", service.tax_code},
            {"sector", service.sector},
            {"source", service.source},
            {"withdrawn", service.withdrawn}};
}

json::object item_json(Item const& item, MoneyNames const& names) {
    return {{"id", item.id.text()},
            {"enterprise", names.enterprise(item.enterprise)},
            {"source", item.source},
            {"source_id", item.source_id},
            {"at", names.time(item.happened_at)},
            {"label", words_json(item.label)},
            {"quantity", item.quantity},
            {"unit", item.unit},
            {"per", item.per},
            {"price_e4", item.price.e4},
            {"amount", to_json(item.amount)},
            {"income", item.income},
            {"tax_code", item.tax_code},
            {"sector", item.sector},
            {"subsidy", to_json(item.subsidy)},
            {"note", item.note},
            {"state", item.state},
            {"invoice_id", http::or_null(item.invoice)},
            {"refers_invoice_id", http::or_null(item.refers_invoice)},
            {"refers_line", http::or_null(item.refers_line)}};
}

Response get_services(Services const& services, Request const& request) {
    auto const facility = request.principal->facility;
    return services.store.read([&](store::Reader& reader) {
        auto const names = money_names(reader, facility);
        json::array items;
        for (auto const& each : list_services(reader, facility))
            items.push_back(service_json(each, names));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

/// "income:" and a word, as the accounts of the ledger are called.
std::string read_income(JsonBody& body) {
    auto const head = body.maybe_text("income", 60).value_or("income:service");
    bool const word =
        head.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-", 7) == std::string::npos;
    if (!head.starts_with("income:") || head.size() == 7 || !word)
        body.fail("bad_account", "income", "income: and a word of small letters");
    return head;
}

std::string read_sector(JsonBody& body) {
    auto const sector = body.maybe_text("sector", 20).value_or("commercial");
    if (sector != "commercial" && sector != "public")
        body.fail("unknown_sector", "sector", "commercial or public");
    return sector;
}

Label read_label(JsonBody& body) {
    auto label = body.object("label");
    Label const words{label.text("en", 120), label.text("bn", 120)};
    body.close(label);
    if (words.en.empty() || words.bn.empty())
        body.fail("name_missing", "label", "in both languages");
    return words;
}

Response create_service(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const now = services.clock.now();
    Service service;
    service.code = body.text("code", 40);
    service.effective_from = body.maybe_at("effective_from").value_or(now);
    service.label = read_label(body);
    service.unit = body.text("unit", 40);
    service.price = {body.integer("price_e4", 0, kMostE4)};
    service.full_price = {
        body.maybe_integer("full_price_e4", 0, kMostE4).value_or(service.price.e4)};
    service.income = read_income(body);
    service.tax_code = body.maybe_text("tax_code", 40).value_or(std::string{kStandardTax});
    service.sector = read_sector(body);
    service.source = body.text("source", 200);
    service.withdrawn = body.maybe_flag("withdrawn").value_or(false);
    if (service.code.empty()) body.fail("missing_value", "code", "a short name");
    if (service.unit.empty()) body.fail("missing_value", "unit", "what it is counted in");
    if (service.source.empty()) body.fail("missing_value", "source", "where the price comes from");
    if (service.full_price < service.price)
        body.fail("full_below_price", "full_price_e4", "the buyer pays no more than it costs");
    if (service.effective_from < now)
        body.fail("price_in_the_past", "effective_from", "what was sold keeps its price");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "createService", 201, service.source,
        [&](store::Writer& writer, MoneyNames const& names, Instant at) -> Result<Done> {
            auto const& who = *request.principal;
            for (auto const& each : list_services(writer, who.facility))
                if (each.code == service.code && each.effective_from == service.effective_from)
                    return refuse(ErrorKind::conflict, "service_exists",
                                  "another version begins then");
            insert_service(writer, who.facility, service, who.person, at);
            return Done{"service/" + service.code, service_json(service, names)};
        });
}

/// Keeps an item and shows it. The ME must be of this facility.
Result<Done> add(Services const& services, store::Writer& writer, Request const& request,
                 MoneyNames const& names, Item item, Instant now) {
    auto const& who = *request.principal;
    if (!names.enterprises.contains(item.enterprise))
        return refuse(ErrorKind::not_found, "not_found", "", "/enterprise_id");
    item.id = services.ids.make<ItemId>();
    if (item.source_id.empty()) item.source_id = item.id.text();
    item.created_by = who.person;
    item.created_at = now;
    auto const kept = add_item(writer, who.facility, std::move(item));
    if (!kept) return tl::make_unexpected(kept.error());
    return Done{"item/" + kept->id.text(), item_json(*kept, names)};
}

Response sell_service(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const now = services.clock.now();
    auto const code = body.text("code", 40);
    auto const to = body.id<EnterpriseId>("enterprise_id");
    auto const quantity = body.integer("quantity", 1, kMostQuantity);
    auto const at = body.maybe_at("at").value_or(now);
    auto const note = body.maybe_text("note", 200).value_or("");
    if (at > now) body.fail("in_the_future", "at", "what is sold was sold");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "sellService", 201, note,
        [&](store::Writer& writer, MoneyNames const& names, Instant when) -> Result<Done> {
            auto const all = list_services(writer, request.principal->facility);
            auto const* service = service_at(all, code, at);
            if (service == nullptr)
                return refuse(ErrorKind::not_found, "no_such_service", "not sold then", "/code");
            auto item = sale_of(*service, quantity, to, at);
            item.note = note;
            return add(services, writer, request, names, std::move(item), when);
        });
}

/// What another system has counted or a person used up: said once by its source's id.
Response create_event(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    Item item;
    item.source = "event";
    auto const source = body.text("source", 60);
    if (source.empty() || source.find('/') != std::string::npos)
        body.fail("bad_source_name", "source", "a name without a slash");
    item.source_id = source + "/" + body.text("id", 120);
    item.enterprise = body.id<EnterpriseId>("enterprise_id");
    item.happened_at = body.at("at");
    item.label = read_label(body);
    item.quantity = body.integer("quantity", 1, kMostQuantity);
    item.unit = body.text("unit", 40);
    item.per = body.maybe_integer("per", 1, 1'000'000).value_or(1);
    item.price = {body.integer("price_e4", 0, kMostE4)};
    item.amount = price_of(item.price, item.quantity, item.per);
    item.income = read_income(body);
    item.tax_code = body.maybe_text("tax_code", 40).value_or(std::string{kStandardTax});
    item.sector = read_sector(body);
    item.note = body.maybe_text("note", 200).value_or("");
    if (item.unit.empty()) body.fail("missing_value", "unit", "what it is counted in");
    if (item.happened_at > services.clock.now())
        body.fail("in_the_future", "at", "what is billed has happened");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(services, request, "createUsageEvent", 201, item.note,
                        [&](store::Writer& writer, MoneyNames const& names, Instant now) {
                            return add(services, writer, request, names, item, now);
                        });
}

Response get_items(Services const& services, Request const& request) {
    auto const& who = *request.principal;
    std::optional<EnterpriseId> whose;
    if (auto const text = request.parameter("enterprise_id")) {
        whose = EnterpriseId::parse(*text);
        if (!whose)
            return http::problem({ErrorKind::invalid, "bad_id", "enterprise_id", "not a UUID"});
    }
    auto const limit = http::query_limit(request);
    if (!limit) return http::problem(limit.error());
    ItemId cursor;
    if (auto const text = request.parameter("cursor")) {
        auto const after = ItemId::parse(*text);
        if (!after)
            return http::problem({ErrorKind::invalid, "bad_cursor", "cursor", "not a cursor"});
        cursor = *after;
    }
    return services.store.read([&](store::Reader& reader) {
        auto const names = money_names(reader, who.facility);
        auto const found = list_items(reader, who.facility, whose, cursor, *limit);
        json::array items;
        for (auto const& item : found) items.push_back(item_json(item, names));
        json::value next = nullptr;
        if (std::ssize(found) == *limit) next = found.back().id.text();
        return http::json_response(200, json::object{{"items", std::move(items)}, {"next", next}});
    });
}

/// What somebody has said, and no run or correction.
bool by_hand(Item const& item) {
    return item.source == "service" || item.source == "event" || item.source == "material" ||
           (item.source == "adjustment" && item.source_id.starts_with("credit/"));
}

Response take_item_back(Services const& services, Request const& request) {
    auto const id = http::path_id<ItemId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto const reason = body.text("reason", 200);
    if (reason.empty()) body.fail("reason_missing", "reason", "Say why.");
    if (auto error = body.finish()) return http::problem(*error);
    return change_money(
        services, request, "withdrawItem", 200, reason,
        [&](store::Writer& writer, MoneyNames const& names, Instant) -> Result<Done> {
            lock_billing(writer, request.principal->facility);
            auto const there = find_item(writer, request.principal->facility, *id);
            if (there && !by_hand(*there))
                return refuse(ErrorKind::conflict, "made_by_the_run",
                              "it follows from something else, and would come back");
            auto const item = withdraw_item(writer, request.principal->facility, *id);
            if (!item) return tl::make_unexpected(item.error());
            return Done{"item/" + id->text(), item_json(*item, names)};
        });
}

}  // namespace

void add_sale_routes(http::Router& router, Services const& services) {
    auto const on = [&](std::string method, std::string pattern, std::string operation,
                        MoneyHandler handler) {
        add_money_route(router, services, std::move(method), std::move(pattern),
                        std::move(operation), handler);
    };
    on("GET", "/services", "listServices", get_services);
    on("POST", "/services", "createService", create_service);
    on("POST", "/services/sales", "sellService", sell_service);
    on("POST", "/usage-events", "createUsageEvent", create_event);
    on("GET", "/items", "listItems", get_items);
    on("POST", "/items/{id}/withdraw", "withdrawItem", take_item_back);
}

}  // namespace karkhana::billing
