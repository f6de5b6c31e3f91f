#include <algorithm>

#include "server/booking/find.hpp"
#include "server/booking/handlers.hpp"
#include "server/facility/book_cache.hpp"
#include "server/http/json.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;

constexpr std::chrono::days availability_at_most{62};
/// Of many machines: what a screen shows.
constexpr std::chrono::days board_at_most{14};

json::array starts_json(World const& world, Option const& option, Interval window) {
    json::array starts;
    Ask const like{.hand = option.hand};
    for (auto const start : free_starts(world, option.place, option.length, window, like))
        starts.emplace_back(to_rfc3339(start, world.zone()));
    return starts;
}

}  // namespace

http::Response get_availability(Services const& services, http::Request const& request) {
    auto const id = http::path_id<MachineId>(request);
    if (!id) return http::problem(id.error());
    auto const window = query_interval(request, availability_at_most);
    if (!window) return http::problem(window.error());
    auto const duration = query_duration(request);
    if (!duration) return http::problem(duration.error());
    auto const seeker = read_seeker(request);
    if (!seeker) return http::problem(seeker.error());
    return services.store.read([&](store::Reader& reader) {
        auto const ground = look(services, reader, *seeker, {.machines = {*id}}, *window,
                                 [&](World const&, auto const&) { return *duration; });
        if (!ground) return http::problem(ground.error());
        return http::json_response(
            200,
            json::object{{"machine_id", id->text()},
                         {"starts", starts_json(ground->world, ground->options.front(), *window)}});
    });
}

http::Response list_availability(Services const& services, http::Request const& request) {
    auto const window = query_interval(request, board_at_most);
    if (!window) return http::problem(window.error());
    auto const duration = query_duration(request);
    if (!duration) return http::problem(duration.error());
    auto const which = read_which(request);
    if (!which) return http::problem(which.error());
    auto const seeker = read_seeker(request);
    if (!seeker) return http::problem(seeker.error());
    return services.store.read([&](store::Reader& reader) {
        auto const ground = look(services, reader, *seeker, *which, *window,
                                 [&](World const&, auto const&) { return *duration; });
        if (!ground) return http::problem(ground.error());
        json::array items;
        for (auto const& option : ground->options)
            items.push_back(json::object{{"machine_id", option.place.machine.id.text()},
                                         {"assisted", option.hand.assisted},
                                         {"starts", starts_json(ground->world, option, *window)}});
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

}  // namespace karkhana::booking
