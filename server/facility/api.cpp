#include "server/facility/api.hpp"

#include "server/facility/book_records.hpp"
#include "server/facility/json.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"

namespace karkhana::facility {
namespace {

/// People belong to one facility, and that is the one they see.
http::Response list(store::Store& store, http::Request const& request) {
    auto const id = request.principal.value().facility;
    auto items = store.read([&](store::Reader& reader) {
        boost::json::array found;
        if (auto const mine = find_facility(reader, id))
            found.push_back(facility_json(*mine, read_opening(reader, id).profiles.at(0).hours));
        return found;
    });
    return http::json_response(200, boost::json::object{{"items", std::move(items)}});
}

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    router.add({.method = "GET",
                .pattern = "/api/v1/facilities",
                .operation_id = "listFacilities",
                .handler = [&store = services.store](http::Request const& request) {
                    return list(store, request);
                }});
}

}  // namespace karkhana::facility
