#include <algorithm>
#include <boost/json/array.hpp>

#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/recycling/handlers.hpp"
#include "server/recycling/json.hpp"

namespace karkhana::recycling {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

/// A lakh of taka a kilogram.
constexpr std::int64_t dearest = 100'000'000'000;
constexpr std::int64_t greatest_goal = 1'000'000'000;

Response taken(std::string code, std::string detail) {
    return http::problem({ErrorKind::conflict, std::move(code), "", std::move(detail)});
}

}  // namespace

Response list_materials(Services const& services, Request const& request) {
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        auto const prices = list_prices(reader, here);
        json::array items;
        for (auto const& material : list_materials(reader, here))
            items.push_back(material_json(material, prices, zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response create_material(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto part = body.object("name");
    facility::Name const draft{part.maybe_text("en").value_or(""),
                               part.maybe_text("bn").value_or("")};
    body.close(part);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const name = facility::complete(draft);
    if (!name) return http::problem(name.error());
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_recycling(writer, who.facility);
        for (auto const& other : list_materials(writer, who.facility))
            if (other.name.en == name->en) return taken("name_taken", "there is one of that name");
        Material const material{services.ids.make<MaterialId>(), *name};
        insert_material(writer, who.facility, material, now);
        auto const shown =
            material_json(material, {}, services.books.get(writer, who.facility)->zone);
        audit(writer, who, "createMaterial", "material/" + material.id.text(), shown, "", now);
        return http::json_response(201, shown);
    });
}

Response add_price(Services const& services, Request const& request) {
    auto const id = http::path_id<MaterialId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    Price price{.material = *id};
    auto const deal = deal_of(body.text("deal"));
    if (!deal || deal == Deal::none) body.fail("bad_deal", "deal", "scrap, tipping or sale");
    price.deal = deal.value_or(Deal::scrap);
    auto const from = body.maybe_at("from");
    price.per_kg = {body.integer("price_e4", 0, dearest)};
    price.source = body.text("source", 500);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_recycling(writer, who.facility);
        auto const materials = list_materials(writer, who.facility);
        if (!std::ranges::count(materials, *id, &Material::id))
            return http::problem({ErrorKind::not_found, "not_found"});
        // What was weighed until now keeps its price.
        price.from = from.value_or(now);
        if (price.from < now)
            return http::problem({ErrorKind::invalid, "in_past", "/from", "from now on at most"});
        for (auto const& other : list_prices(writer, who.facility))
            if (other.material == *id && other.deal == price.deal && other.from == price.from)
                return taken("already_effective", "another one begins then");
        insert_price(writer, who.facility, price, who.person, now);
        auto const shown = price_json(price, services.books.get(writer, who.facility)->zone);
        audit(writer, who, "addMaterialPrice", "material/" + id->text(), shown, price.source, now);
        return http::json_response(201, shown);
    });
}

Response list_recycling_settings(Services const& services, Request const& request) {
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        json::array items;
        for (auto const& setting : recycling_settings(reader, here))
            items.push_back(setting_json(setting, zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response add_recycling_setting(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    RecyclingSetting setting;
    setting.from = body.at("from");
    setting.tolerance_e4 = body.integer("tolerance_e4", 0, 10'000);
    setting.goal_kg = body.maybe_integer("goal_kg", 1, greatest_goal);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_recycling(writer, who.facility);
        for (auto const& other : recycling_settings(writer, who.facility))
            if (other.from == setting.from)
                return taken("already_effective", "another one begins then");
        insert_setting(writer, who.facility, setting, who.person, now);
        auto const shown = setting_json(setting, services.books.get(writer, who.facility)->zone);
        audit(writer, who, "addRecyclingSetting", "facility/" + who.facility.text(), shown, "",
              now);
        return http::json_response(201, shown);
    });
}

}  // namespace karkhana::recycling
