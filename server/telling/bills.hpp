#pragma once

#include <cstddef>

#include "server/base/time.hpp"
#include "server/telling/telling.hpp"

namespace karkhana::telling {

/// How many of the days have passed since it was issued: the level of the reminder that is due.
int reminder_level(Duration age, std::vector<int> const& days);

/// Reminds of bills that are due, once for each level, and not of those that are disputed. A level
/// that was slept through is left out: the next one speaks for it. How many were written.
std::size_t tell_of_bills(Needs const& needs);
/// Says once of each pack that there is something left of it and a week at most.
std::size_t tell_of_packs(Needs const& needs);

}  // namespace karkhana::telling
