#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "server/facility/rules_book.hpp"
#include "server/facility/shifts.hpp"
#include "server/people/authorisations.hpp"
#include "server/people/rules.hpp"

/// What the office enters, as the contract shows it.
namespace karkhana::office {

boost::json::object week_json(facility::Facility const& facility);
boost::json::object profile_json(facility::Profile const& profile);
boost::json::array periods_json(facility::OpeningPlan const& plan);
boost::json::array special_days_json(std::vector<facility::SpecialDay> const& days);
boost::json::object group_json(facility::Group const& group);
boost::json::object reserved_json(facility::Reserved const& window, Zone const& zone);
boost::json::object resource_json(facility::Resource const& resource);
boost::json::object need_json(facility::Need const& need);
boost::json::object shift_json(facility::Shift const& shift, people::Person const& person,
                               Zone const& zone);
boost::json::object authorisation_json(people::Authorisation const& granted, Zone const& zone);

}  // namespace karkhana::office
