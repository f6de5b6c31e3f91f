#include <algorithm>

#include "server/booking/handlers.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_availability.hpp"
#include "server/booking/wishes.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"

namespace karkhana::booking {
namespace {

namespace json = boost::json;
using std::chrono::minutes;

constexpr std::chrono::days availability_at_most{62};

Result<minutes> query_duration(http::Request const& request) {
    auto const asked =
        query_integer(request, "duration_minutes", 1, minutes{longest_booking}.count());
    if (!asked) return tl::make_unexpected(asked.error());
    if (!*asked)
        return refuse(ErrorKind::invalid, "missing_parameter", "The query needs duration_minutes.");
    return minutes{**asked};
}

/// What a question about times of a day is about.
struct Search {
    std::string kind;                  ///< empty: whatever the kind
    std::optional<MachineId> machine;  ///< this one alone
    std::chrono::local_days day;
    minutes duration{};
    std::optional<std::int64_t> quantity;
};

Result<Search> read_search(http::Request const& request) {
    Search search;
    auto const kind = request.parameter("machine_kind");
    auto const machine = request.parameter("machine_id");
    if (!kind && !machine)
        return refuse(ErrorKind::invalid, "missing_parameter",
                      "The query needs machine_kind or machine_id.");
    search.kind = kind.value_or("");
    if (machine) search.machine = MachineId::parse(*machine);
    if (machine && !search.machine)
        return refuse(ErrorKind::invalid, "bad_id", "machine_id must be a UUID.");
    auto const day = parse_date(request.parameter("day").value_or(""));
    if (!day) return tl::make_unexpected(day.error());
    search.day = *day;
    auto const duration = query_duration(request);
    if (!duration) return tl::make_unexpected(duration.error());
    search.duration = *duration;
    auto const quantity = query_integer(request, "quantity", 1, 1'000'000);
    if (!quantity) return tl::make_unexpected(quantity.error());
    search.quantity = *quantity;
    return search;
}

std::vector<facility::Machine> machines_for(store::Reader& reader, FacilityId const& facility,
                                            Search const& search) {
    auto machines = facility::list_machines(reader, facility);
    std::erase_if(machines, [&](facility::Machine const& machine) {
        if (search.machine) return machine.id != *search.machine;
        return machine.kind != search.kind;
    });
    return machines;
}

json::array offers_of(Services const& services, store::Reader& reader, FacilityId const& facility,
                      Search const& search) {
    auto const now = services.clock.now();
    auto world = read_world(reader, facility, {now, now}, false, services.settings, now);
    auto const day = day_interval(world.zone, search.day);
    Interval const range{day.start, day.end + search.duration + std::chrono::days{1}};
    world.outages = facility::outages_between(reader, facility, range);
    auto const places =
        read_places(reader, facility, machines_for(reader, facility, search), range, std::nullopt);
    auto const price_of = [&](facility::Machine const& machine, Interval during) {
        return services.pricing.price(reader, facility, machine, during, search.quantity).price;
    };
    json::array shown;
    for (auto const& offer : find_times(world, places, day, search.duration, price_of)) {
        shown.push_back(offer_json(offer.candidate, offer.price, world.zone));
        shown.back().as_object()["cheaper"] = offer.cheaper;
    }
    return shown;
}

}  // namespace

http::Response get_availability(Services const& services, http::Request const& request) {
    auto const id = http::path_id<MachineId>(request);
    if (!id) return http::problem(id.error());
    auto const window = query_interval(request, availability_at_most);
    if (!window) return http::problem(window.error());
    auto const duration = query_duration(request);
    if (!duration) return http::problem(duration.error());
    auto const facility = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const machine = facility::find_machine(reader, facility, *id);
        if (!machine) return http::problem({ErrorKind::not_found, "not_found"});
        Interval const range{window->start,
                             window->end + *duration + minutes{machine->buffer_minutes}};
        auto const world =
            read_world(reader, facility, range, false, services.settings, services.clock.now());
        Place const place{*machine,
                          taken_between(reader, facility, machine->id, range, std::nullopt)};
        json::array starts;
        for (auto const start : free_starts(world, place, *duration, *window))
            starts.emplace_back(to_rfc3339(start, world.zone));
        return http::json_response(
            200, json::object{{"machine_id", machine->id.text()}, {"starts", std::move(starts)}});
    });
}

http::Response find_time(Services const& services, http::Request const& request) {
    auto const search = read_search(request);
    if (!search) return http::problem(search.error());
    auto const facility = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        return http::json_response(
            200, json::object{{"offers", offers_of(services, reader, facility, *search)}});
    });
}

}  // namespace karkhana::booking
