#include "server/maintenance/api.hpp"

#include <string_view>

#include "server/maintenance/handlers.hpp"

namespace karkhana::maintenance {
namespace {

/// A photo of a telephone before it was made smaller.
constexpr std::size_t largest_photo = 6 * 1024 * 1024;

struct Operation {
    char const* method;
    char const* pattern;
    char const* id;
    http::Response (*handler)(Services const&, http::Request const&);
};

constexpr Operation operations[]{
    {"GET", "/api/v1/maintenance-plans", "listPlans", list_plans},
    {"POST", "/api/v1/maintenance-plans", "createPlan", create_plan},
    {"POST", "/api/v1/maintenance-plans/{id}/complete", "completePlan", complete_plan},
    {"POST", "/api/v1/maintenance-plans/{id}/retire", "retirePlan", retire_plan},
    {"GET", "/api/v1/tickets", "listTickets", list_tickets},
    {"POST", "/api/v1/tickets", "openTicket", open_ticket},
    {"GET", "/api/v1/tickets/{id}", "getTicket", get_ticket},
    {"PATCH", "/api/v1/tickets/{id}", "changeTicket", change_ticket},
    {"POST", "/api/v1/tickets/{id}/close", "closeTicket", close_ticket},
    {"POST", "/api/v1/tickets/{id}/photos", "addPhoto", add_photo},
    {"GET", "/api/v1/tickets/{id}/photos/{photo}", "getPhoto", get_photo},
    {"GET", "/api/v1/reports/reliability", "getReliability", get_reliability},
};

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    for (auto const& operation : operations) {
        http::Route route{
            .method = operation.method,
            .pattern = operation.pattern,
            .operation_id = operation.id,
            .handler = [services, handler = operation.handler](
                           http::Request const& request) { return handler(services, request); },
            .idempotent = std::string_view{operation.method} == "POST"};
        if (operation.handler == add_photo) {
            route.consumes = "image/jpeg";
            route.body_limit = largest_photo;
        }
        router.add(std::move(route));
    }
}

}  // namespace karkhana::maintenance
