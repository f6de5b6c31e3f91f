#pragma once

#include <optional>
#include <string_view>

#include "server/base/calendar.hpp"
#include "server/base/ids.hpp"
#include "server/facility/rules.hpp"

/// What is told of machines that need something.
namespace karkhana::telling {

struct Care {
    std::string_view kind;  ///< of notify::templates()
    MachineId machine;
    facility::Name reason;
    std::optional<OutageId> set_aside;  ///< the time that nobody can book, to be said with it
};

/// What a line of the trail about a plan or a ticket tells the managers: a service comes near or is
/// given its time, a machine is broken. nullopt: nothing.
std::optional<Care> care_of(std::string_view action, std::string_view after);

}  // namespace karkhana::telling
