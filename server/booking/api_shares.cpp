#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "server/booking/handlers.hpp"
#include "server/booking/shares.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/roles.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;

constexpr std::chrono::days longest_report{366};

json::object time_json(MachineTime const& time, MachineTime const& whole) {
    auto const seconds = [](Duration length) {
        return std::chrono::floor<std::chrono::seconds>(length).count();
    };
    return {{"booked_seconds", seconds(time.booked)},
            {"used_seconds", seconds(time.used)},
            {"booked_e4", http::or_null(share_e4(time.booked, whole.booked))},
            {"used_e4", http::or_null(share_e4(time.used, whole.used))}};
}

json::object use_json(UseOf const& use, MachineTime const& whole) {
    auto shown = time_json(use.time, whole);
    shown["enterprise_id"] = use.enterprise.text();
    shown["name"] = json::object{{"en", use.name.en}, {"bn", use.name.bn}};
    shown["women_led"] = use.women_led;
    shown["membership"] = use.membership;
    return shown;
}

}  // namespace

http::Response get_shares(Services const& services, http::Request const& request) {
    auto const range = query_interval(request, longest_report);
    if (!range) return http::problem(range.error());
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        auto const zone =
            Zone::find(facility::find_facility(reader, who.facility).value().zone).value();
        auto const uses = uses_in(reader, who.facility, *range, services.clock.now());
        auto const shares = shares_of(uses);
        json::array enterprises, classes;
        for (auto const& each : uses)
            if (people::is_staff(who) ||
                std::ranges::find(who.enterprises, each.enterprise) != who.enterprises.end())
                enterprises.push_back(use_json(each, shares.total));
        for (auto const& [membership, time] : shares.by_membership) {
            auto shown = time_json(time, shares.total);
            shown["membership"] = membership;
            classes.push_back(std::move(shown));
        }
        return http::json_response(
            200, json::object{{"from", to_rfc3339(range->start, zone)},
                              {"to", to_rfc3339(range->end, zone)},
                              {"total", time_json(shares.total, shares.total)},
                              {"women_led", time_json(shares.women_led, shares.total)},
                              {"memberships", std::move(classes)},
                              {"enterprises", std::move(enterprises)}});
    });
}

}  // namespace karkhana::booking
