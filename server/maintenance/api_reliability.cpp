#include <boost/json/array.hpp>

#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/maintenance/handlers.hpp"
#include "server/maintenance/json.hpp"

namespace karkhana::maintenance {
namespace {

namespace json = boost::json;

constexpr std::chrono::days longest_report{366};

/// What was logged of a machine, out of what was logged of all.
Log log_of(MachineId const& machine, Interval range, std::vector<Interval> const& open,
           std::vector<facility::Outage> const& outages, std::vector<Breakdown> breakdowns) {
    Log log{.range = range,
            .open = open,
            .planned = {},
            .cuts = {},
            .breakdowns = std::move(breakdowns)};
    for (auto const& each : outages) {
        if (each.machine && *each.machine != machine) continue;
        bool const cut = each.kind == "load_shedding" || each.kind == "unreachable";
        if (cut && each.source == facility::OutageSource::seen) log.cuts.push_back(each.during);
        if (each.kind == "maintenance" || each.kind == "closure")
            log.planned.push_back(each.during);
    }
    return log;
}

}  // namespace

http::Response get_reliability(Services const& services, http::Request const& request) {
    auto const from = http::query_time(request, "from"), to = http::query_time(request, "to");
    if (!from) return http::problem(from.error());
    if (!to) return http::problem(to.error());
    Interval const range{*from, *to};
    if (range.empty() || range.length() > longest_report)
        return http::problem(
            {ErrorKind::invalid, "bad_interval", "", "from before to, and a year at most"});
    auto const& facility = request.principal.value().facility;
    auto const now = services.clock.now();
    return services.store.read([&](store::Reader& reader) {
        auto const book = services.books.get(reader, facility);
        auto const open = facility::open_intervals(book->zone, book->opening, range);
        auto const outages = facility::outages_between(reader, facility, range);
        auto breakdowns = breakdowns_in(reader, facility, range);
        json::array items;
        for (auto const& machine : book->machines) {
            auto shown = reliability_json(
                reliability(log_of(machine.id, range, open, outages, breakdowns[machine.id]), now));
            shown["machine_id"] = machine.id.text();
            shown["name"] = json::object{{"en", machine.name.en}, {"bn", machine.name.bn}};
            items.push_back(std::move(shown));
        }
        return http::json_response(200, json::object{{"from", to_rfc3339(*from, book->zone)},
                                                     {"to", to_rfc3339(*to, book->zone)},
                                                     {"items", std::move(items)}});
    });
}

}  // namespace karkhana::maintenance
