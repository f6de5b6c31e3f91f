#include "server/costs/api.hpp"

#include <string_view>

#include "server/costs/handlers.hpp"
#include "server/http/operations.hpp"

namespace karkhana::costs {
namespace {

constexpr http::Operation<Services> operations[]{
    {"GET", "/api/v1/utility-bills", "listUtilityBills", list_utility_bills},
    {"POST", "/api/v1/utility-bills", "createUtilityBill", create_utility_bill},
    {"GET", "/api/v1/utility-bills/{id}", "getUtilityBill", get_utility_bill},
    {"POST", "/api/v1/utility-bills/{id}/correct", "correctUtilityBill", correct_utility_bill},
    {"GET", "/api/v1/costs", "listCosts", list_costs},
    {"POST", "/api/v1/costs", "createCost", create_cost},
    {"POST", "/api/v1/costs/{id}/correct", "correctCost", correct_cost},
    {"GET", "/api/v1/cost-settings", "listCostSettings", list_cost_settings},
    {"POST", "/api/v1/cost-settings", "addCostSetting", add_cost_setting},
    {"GET", "/api/v1/facility-modes", "listFacilityModes", list_modes},
    {"POST", "/api/v1/facility-modes", "switchFacilityMode", switch_mode},
    {"GET", "/api/v1/reports/cost-recovery", "getCostRecovery", get_cost_recovery},
};

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    http::add_operations(router, services, operations);
}

}  // namespace karkhana::costs
