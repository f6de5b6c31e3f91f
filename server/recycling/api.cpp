#include "server/recycling/api.hpp"

#include <string_view>

#include "server/recycling/handlers.hpp"

namespace karkhana::recycling {
namespace {

struct Operation {
    char const* method;
    char const* pattern;
    char const* id;
    http::Response (*handler)(Services const&, http::Request const&);
};

constexpr Operation operations[]{
    {"GET", "/api/v1/materials", "listMaterials", list_materials},
    {"POST", "/api/v1/materials", "createMaterial", create_material},
    {"POST", "/api/v1/materials/{id}/prices", "addMaterialPrice", add_price},
    {"GET", "/api/v1/recycling-settings", "listRecyclingSettings", list_recycling_settings},
    {"POST", "/api/v1/recycling-settings", "addRecyclingSetting", add_recycling_setting},
    {"GET", "/api/v1/weigh-tickets", "listWeighTickets", list_weigh_tickets},
    {"POST", "/api/v1/weigh-tickets", "createWeighTicket", create_weigh_ticket},
    {"POST", "/api/v1/weigh-tickets/{id}/correct", "correctWeighTicket", correct_weigh_ticket},
    {"GET", "/api/v1/recycling-batches", "listRecyclingBatches", list_batches},
    {"POST", "/api/v1/recycling-batches", "beginRecyclingBatch", begin_batch},
    {"POST", "/api/v1/recycling-batches/{id}/end", "endRecyclingBatch", end_recycling_batch},
    {"GET", "/api/v1/reports/recycling", "getRecyclingReport", get_recycling_report},
    {"GET", "/api/v1/reports/weigh-tickets", "exportWeighTickets", export_weigh_tickets},
};

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    for (auto const& operation : operations)
        router.add(
            {.method = operation.method,
             .pattern = operation.pattern,
             .operation_id = operation.id,
             .handler = [services, handler = operation.handler](
                            http::Request const& request) { return handler(services, request); },
             .idempotent = std::string_view{operation.method} == "POST"});
}

}  // namespace karkhana::recycling
