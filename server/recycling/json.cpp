#include "server/recycling/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "server/http/json.hpp"
#include "server/people/audit.hpp"

namespace karkhana::recycling {

namespace json = boost::json;

json::object price_json(Price const& price, Zone const& zone) {
    return {{"deal", name_of(price.deal)},
            {"from", to_rfc3339(price.from, zone)},
            {"price_e4", price.per_kg.e4},
            {"source", price.source}};
}

json::object material_json(Material const& material, std::vector<Price> const& prices,
                           Zone const& zone) {
    json::array shown;
    for (auto const& price : prices)
        if (price.material == material.id) shown.push_back(price_json(price, zone));
    return {{"id", material.id.text()},
            {"name", json::object{{"en", material.name.en}, {"bn", material.name.bn}}},
            {"prices", std::move(shown)}};
}

json::object setting_json(RecyclingSetting const& setting, Zone const& zone) {
    return {{"from", to_rfc3339(setting.from, zone)},
            {"tolerance_e4", setting.tolerance_e4},
            {"goal_kg", http::or_null(setting.goal_kg)}};
}

json::object ticket_json(Ticket const& ticket, Zone const& zone) {
    auto const& weighed = ticket.indicator;
    json::value device = nullptr;
    if (weighed) device = json::value(weighed->device.text());
    return {{"id", ticket.id.text()},
            {"number", ticket.number},
            {"direction", name_of(ticket.direction)},
            {"enterprise_id", http::or_null(ticket.enterprise)},
            {"material_id", ticket.material.text()},
            {"batch_id", http::or_null(ticket.batch)},
            {"at", to_rfc3339(ticket.at, zone)},
            {"gross_g", ticket.gross_g},
            {"tare_g", ticket.tare_g},
            {"net_g", ticket.net_g()},
            {"source", weighed ? "indicator" : "hand"},
            {"device_id", std::move(device)},
            {"words", weighed ? weighed->words : std::string{}},
            {"status_words", weighed ? weighed->status_words : std::string{}},
            {"reason", ticket.reason},
            {"deal", name_of(ticket.deal)},
            {"price_e4", ticket.price.e4},
            {"amount", http::to_json(ticket.amount)},
            {"corrects", http::or_null(ticket.corrects)},
            {"corrected_by", http::or_null(ticket.corrected_by)}};
}

json::object mass_json(Mass const& mass) {
    return {{"in_g", mass.in_g},
            {"out_g", mass.out_g},
            {"residue_g", mass.residue_g},
            {"loss_g", mass.loss_g()}};
}

std::optional<Money> electricity_of(Batch const& batch, costs::EnergyPrices const& prices) {
    auto const price = prices.of(batch.machine, batch.began_at);
    if (!price) return std::nullopt;
    return Money{divide_half_away(Wide{price->amount.poisha} * batch.energy.wh, price->energy.wh)};
}

json::object batch_json(Batch const& batch, Mass const& mass,
                        std::optional<Money> const& electricity, std::int64_t tolerance_e4,
                        Zone const& zone) {
    json::value money = nullptr, each = nullptr;
    if (electricity) {
        money = http::to_json(*electricity);
        each = http::or_null(per_kg(electricity->poisha * 10'000, mass.in_g));
    }
    return {{"id", batch.id.text()},
            {"number", batch.number},
            {"machine_id", batch.machine.text()},
            {"began_at", to_rfc3339(batch.began_at, zone)},
            {"ended_at", http::or_null(batch.ended_at, zone)},
            {"mass", mass_json(mass)},
            {"tolerance_e4", tolerance_e4},
            {"flagged", batch.ended_at.has_value() && out_of_balance(mass, tolerance_e4)},
            {"sessions", batch.sessions},
            {"energy_wh", batch.energy.wh},
            {"wh_per_kg", http::or_null(per_kg(batch.energy.wh, mass.in_g))},
            {"electricity", std::move(money)},
            {"electricity_per_kg_e4", std::move(each)}};
}

void audit(store::Writer& writer, http::Principal const& who, std::string action,
           std::string subject, json::object const& after, std::string reason, Instant now) {
    people::append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = std::move(action),
                          .subject = std::move(subject),
                          .after = json::serialize(after),
                          .reason = std::move(reason)},
                         now);
}

}  // namespace karkhana::recycling
