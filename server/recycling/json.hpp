#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "server/base/calendar.hpp"
#include "server/costs/report.hpp"
#include "server/http/message.hpp"
#include "server/recycling/records.hpp"

/// What is recycled, as the contract has it.
namespace karkhana::recycling {

boost::json::object material_json(Material const& material, std::vector<Price> const& prices,
                                  Zone const& zone);
boost::json::object price_json(Price const& price, Zone const& zone);
boost::json::object setting_json(RecyclingSetting const& setting, Zone const& zone);
boost::json::object ticket_json(Ticket const& ticket, Zone const& zone);
boost::json::object mass_json(Mass const& mass);
/// What its energy cost, when there is a bill of its time.
std::optional<Money> electricity_of(Batch const& batch, costs::EnergyPrices const& prices);
boost::json::object batch_json(Batch const& batch, Mass const& mass,
                               std::optional<Money> const& electricity, std::int64_t tolerance_e4,
                               Zone const& zone);

void audit(store::Writer& writer, http::Principal const& who, std::string action,
           std::string subject, boost::json::object const& after, std::string reason, Instant now);

}  // namespace karkhana::recycling
