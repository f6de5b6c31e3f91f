#pragma once

#include <chrono>
#include <optional>

#include "server/booking/rules_policy.hpp"

/// Who may run a machine with their own hands.
namespace karkhana::booking {

/// Why somebody may not, the most serious first.
enum class Unfit { unnamed, age_unknown, too_young, unauthorised, expired };

/// Full years between two days.
int age_on(std::chrono::local_days day, std::chrono::local_days born_on);

/// What speaks against these hands on that day, as far as the limits ask; an authorisation lasts
/// until `until`. Who is assisted runs nothing.
std::optional<Unfit> why_unfit(Limits const& limits, Hand const& hand, std::chrono::local_days day,
                               Instant until);

/// Whether staff may vouch for them all the same: for what was learnt, and never for an age.
bool may_be_vouched_for(Unfit why, Limits const& limits);

/// `not_authorised` in words.
Violation said_unfit(Unfit why, Zone const& zone, facility::Machine const& machine,
                     Limits const& limits, Hand const& hand);

}  // namespace karkhana::booking
