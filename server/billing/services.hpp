#pragma once

#include <string>
#include <vector>

#include "server/billing/items.hpp"

/// What is sold beside machines, at dated prices.
namespace karkhana::billing {

/// A price from a moment on; the next version of the code ends it.
struct Service {
    std::string code;
    Instant effective_from;
    Label label;
    std::string unit;
    Rate price;       ///< what the buyer pays a unit
    Rate full_price;  ///< what a unit costs: the rest somebody else bears
    std::string income;
    std::string tax_code;
    std::string sector = "commercial";  ///< or public
    std::string source;                 ///< where the price comes from
    bool withdrawn = false;             ///< sold no more
};
/// All versions, by code and time.
std::vector<Service> list_services(store::Reader& reader, FacilityId const& facility);
/// Throws ConstraintViolated{unique} when another version begins at the same moment.
void insert_service(store::Writer& writer, FacilityId const& facility, Service const& service,
                    PersonId const& by, Instant now);
/// The version of a moment; nullptr when it was not sold then.
Service const* service_at(std::vector<Service> const& services, std::string_view code, Instant at);
/// So many units of it, sold to an ME; without ids and times of its own.
Item sale_of(Service const& service, std::int64_t quantity, EnterpriseId const& to, Instant at);

}  // namespace karkhana::billing
