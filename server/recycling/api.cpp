#include "server/recycling/api.hpp"

#include <string_view>

#include "server/http/operations.hpp"
#include "server/recycling/handlers.hpp"

namespace karkhana::recycling {
namespace {

constexpr http::Operation<Services> operations[]{
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
    http::add_operations(router, services, operations);
}

}  // namespace karkhana::recycling
