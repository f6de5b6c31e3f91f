#include <boost/json/array.hpp>

#include "server/facility/json.hpp"
#include "server/http/json.hpp"
#include "server/metering/handlers.hpp"
#include "server/metering/live.hpp"

namespace karkhana::metering {

namespace {

namespace json = boost::json;

LiveBoard board_for(Services const& services, RunControl const& run, http::Request const& request) {
    return services.ledger.read([&](store::Reader& reader) {
        return live_board(services, run, reader, request.principal.value().facility);
    });
}

json::object machine_of(LiveMachine const& live, LiveBoard const& board,
                        http::Request const& request) {
    auto object = facility::machine_json(live.machine);
    object["trials"] = live.trials;
    object["live"] = live_json(live, board.zone, &*request.principal);
    return object;
}

}  // namespace

http::Response list_machines(Services const& services, RunControl const& run,
                             http::Request const& request) {
    auto const board = board_for(services, run, request);
    json::array items;
    for (auto const& live : board.machines) items.push_back(machine_of(live, board, request));
    return http::json_response(
        200, json::object{{"items", std::move(items)}, {"now", to_rfc3339(board.now, board.zone)}});
}

http::Response get_machine(Services const& services, RunControl const& run,
                           http::Request const& request) {
    auto const id = http::path_id<MachineId>(request);
    if (!id) return http::problem(id.error());
    auto const board = board_for(services, run, request);
    for (auto const& live : board.machines)
        if (live.machine.id == *id)
            return http::json_response(200, machine_of(live, board, request));
    return http::problem({ErrorKind::not_found, "not_found"});
}

}  // namespace karkhana::metering
