#include "server/maintenance/api.hpp"

#include <string_view>

#include "server/http/operations.hpp"
#include "server/maintenance/handlers.hpp"

namespace karkhana::maintenance {
namespace {

/// A photo of a telephone before it was made smaller.
constexpr std::size_t largest_photo = 6 * 1024 * 1024;

constexpr http::Operation<Services> operations[]{
    {"GET", "/api/v1/maintenance-plans", "listPlans", list_plans},
    {"POST", "/api/v1/maintenance-plans", "createPlan", create_plan},
    {"POST", "/api/v1/maintenance-plans/{id}/complete", "completePlan", complete_plan},
    {"POST", "/api/v1/maintenance-plans/{id}/retire", "retirePlan", retire_plan},
    {"GET", "/api/v1/tickets", "listTickets", list_tickets},
    {"POST", "/api/v1/tickets", "openTicket", open_ticket},
    {"GET", "/api/v1/tickets/{id}", "getTicket", get_ticket},
    {"PATCH", "/api/v1/tickets/{id}", "changeTicket", change_ticket},
    {"POST", "/api/v1/tickets/{id}/close", "closeTicket", close_ticket},
    {"POST",
     "/api/v1/tickets/{id}/photos",
     "addPhoto",
     add_photo,
     {.consumes = "image/jpeg", .body_limit = largest_photo}},
    {"GET", "/api/v1/tickets/{id}/photos/{photo}", "getPhoto", get_photo},
    {"GET", "/api/v1/reports/reliability", "getReliability", get_reliability},
};

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    http::add_operations(router, services, operations);
}

}  // namespace karkhana::maintenance
