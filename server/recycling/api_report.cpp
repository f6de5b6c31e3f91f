#include <boost/json/array.hpp>
#include <map>

#include "server/exports/csv.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/records.hpp"
#include "server/recycling/handlers.hpp"
#include "server/recycling/json.hpp"

namespace karkhana::recycling {
namespace {

namespace json = boost::json;
using http::Request;
using http::Response;

struct Year {
    std::string name;
    Interval during;
};

/// The fiscal year of now when nobody says another one.
Result<Year> asked_year(Request const& request, Zone const& zone, Instant now) {
    std::string const name{request.parameter("year").value_or(fiscal_year(zone, now))};
    auto const during = year_interval(zone, name);
    if (!during) return tl::make_unexpected(during.error());
    return Year{name, *during};
}

std::int64_t count_of(std::vector<Ticket> const& tickets) {
    std::int64_t count = 0;
    for (auto const& ticket : tickets) count += ticket.corrected_by ? 0 : 1;
    return count;
}

json::array materials_json(std::vector<Ticket> const& tickets) {
    json::array shown;
    for (auto const& [material, mass] : by_material(tickets))
        shown.push_back(json::object{{"material_id", material.text()}, {"mass", mass_json(mass)}});
    return shown;
}

json::array partners_json(std::vector<Ticket> const& tickets) {
    json::array shown;
    for (auto const& [enterprise, partner] : by_enterprise(tickets))
        shown.push_back(json::object{{"enterprise_id", enterprise.text()},
                                     {"mass", mass_json(partner.mass)},
                                     {"paid", http::to_json(partner.paid)},
                                     {"charged", http::to_json(partner.charged)}});
    return shown;
}

/// What the batches of a year used, of those whose energy somebody has billed.
struct Used {
    Energy energy;
    std::int64_t in_g = 0;
    Money electricity;
    std::int64_t priced_in_g = 0;
    std::int64_t flagged = 0;
};

Used used_in(store::Reader& reader, FacilityId const& here, Interval during,
             std::vector<RecyclingSetting> const& settings, Instant now) {
    Used used;
    auto const prices = costs::energy_prices(reader, here, during);
    std::map<BatchId, std::vector<Ticket>> tickets;
    for (auto& ticket : tickets_of_batches(reader, here, during))
        tickets[*ticket.batch].push_back(std::move(ticket));
    for (auto const& batch : batches_within(reader, here, during, now)) {
        if (!batch.ended_at) continue;
        auto const mass = mass_of(tickets[batch.id]);
        used.energy += batch.energy;
        used.in_g += mass.in_g;
        if (out_of_balance(mass, setting_at(settings, batch.began_at).tolerance_e4)) ++used.flagged;
        if (auto const money = electricity_of(batch, prices)) {
            used.electricity += *money;
            used.priced_in_g += mass.in_g;
        }
    }
    return used;
}

json::object used_json(Used const& used) {
    return {{"batches_in_g", used.in_g},
            {"energy_wh", used.energy.wh},
            {"wh_per_kg", http::or_null(per_kg(used.energy.wh, used.in_g))},
            {"electricity", http::to_json(used.electricity)},
            {"electricity_per_kg_e4",
             http::or_null(per_kg(used.electricity.poisha * 10'000, used.priced_in_g))},
            {"flagged", used.flagged}};
}

}  // namespace

Response get_recycling_report(Services const& services, Request const& request) {
    auto const here = request.principal.value().facility;
    auto const now = services.clock.now();
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        auto const year = asked_year(request, zone, now);
        if (!year) return http::problem(year.error());
        auto const tickets = tickets_within(reader, here, year->during);
        auto const settings = recycling_settings(reader, here);
        auto const mass = mass_of(tickets);
        // The goal is the one that the year ends with, as far as it has come.
        auto const goal =
            setting_at(settings, std::min(now, year->during.end - Duration{1})).goal_kg;
        json::value progress = nullptr;
        if (goal) progress = json::value(divide_half_away(Wide{mass.in_g} * 10, *goal));
        return http::json_response(
            200,
            json::object{{"year", year->name},
                         {"from", to_rfc3339(year->during.start, zone)},
                         {"to", to_rfc3339(year->during.end, zone)},
                         {"tickets", count_of(tickets)},
                         {"mass", mass_json(mass)},
                         {"goal_kg", http::or_null(goal)},
                         {"progress_e4", std::move(progress)},
                         {"batches", used_json(used_in(reader, here, year->during, settings, now))},
                         {"materials", materials_json(tickets)},
                         {"partners", partners_json(tickets)}});
    });
}

Response export_weigh_tickets(Services const& services, Request const& request) {
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        auto const year = asked_year(request, zone, services.clock.now());
        if (!year) return http::problem(year.error());
        std::map<MaterialId, std::string> materials;
        for (auto const& each : list_materials(reader, here)) materials[each.id] = each.name.en;
        std::map<EnterpriseId, std::string> enterprises;
        for (auto const& each : people::all_enterprises(reader, here))
            enterprises[each.id] = each.name.en;
        exports::Table csv{{"number", "at", "direction", "material", "enterprise", "gross_g",
                            "tare_g", "net_g", "source", "deal", "price_e4", "amount", "reason",
                            "counts"}};
        for (auto const& ticket : tickets_within(reader, here, year->during)) {
            csv.number(ticket.number).text(to_rfc3339(ticket.at, zone));
            csv.text(name_of(ticket.direction)).text(materials[ticket.material]);
            if (ticket.enterprise)
                csv.text(enterprises[*ticket.enterprise]);
            else
                csv.empty();
            csv.number(ticket.gross_g).number(ticket.tare_g).number(ticket.net_g());
            csv.text(ticket.indicator ? "indicator" : "hand").text(name_of(ticket.deal));
            csv.number(ticket.price.e4).amount(ticket.amount).text(ticket.reason);
            csv.number(ticket.corrected_by ? 0 : 1);
            csv.end_row();
        }
        http::Response answer{.status = 200, .content_type = "text/csv; charset=utf-8"};
        answer.body = exports::csv_of(csv, exports::CsvReaderIs::spreadsheet);
        return answer.with("Content-Disposition",
                           "attachment; filename=\"weigh-tickets-" + year->name + ".csv\"");
    });
}

}  // namespace karkhana::recycling
