#pragma once

#include "server/booking/rules_holds.hpp"

/// What is said to people when a booking is refused, in Bangla and English.
namespace karkhana::booking {

Violation said_in_past(World const& world, Instant start);
Violation said_closed(World const& world, facility::Shut const& shut);
Violation said_outage(World const& world, facility::Outage const& outage);
Violation said_out_of_order();
Violation said_grid(int grid_minutes);
Violation said_too_short(std::int64_t min_minutes, std::int64_t minutes);
Violation said_too_long(std::int64_t max_minutes, std::int64_t minutes);
Violation said_too_far(int horizon_days, std::chrono::local_days last_day);
Violation said_too_soon(std::int64_t notice_minutes);
/// Of a date of a series that is left when the others are cancelled, or changed.
Violation said_cancel_late(std::int64_t notice_minutes);
Violation said_change_late(std::int64_t notice_minutes);
Violation said_nobody_runs_it(facility::Machine const& machine);
Violation said_not_authorised(facility::Machine const& machine);
Violation said_authorisation_over(Zone const& zone, facility::Machine const& machine,
                                  Instant until);
Violation said_age_unknown(facility::Machine const& machine, int least_age);
Violation said_too_young(facility::Machine const& machine, int least_age);
Violation said_reserved(World const& world, Interval kept, facility::Reserved::Audience audience,
                        Instant released);
Violation said_quota(World const& world, Quota quota, Exceeded const& over);
Violation said_gap(World const& world, std::int64_t gap_minutes, Interval other);
Violation said_trial_used();
Violation said_no_trials();
Violation said_suspended();
Violation said_missed_too_often(std::int64_t missed, std::int64_t most, int days);
Violation said_membership_over(World const& world, Instant until);
Violation said_overdue(Account const& account);
Violation said_low_balance(Money balance, Money price, Money least);
/// co_resource, operator_busy, capacity or power_budget.
Violation said_lack(Lack const& lack);
/// `longest_end` is said when the wish was to stay longer.
Violation said_slot_taken(World const& world, Interval taken, std::optional<Instant> longest_end);
/// It is the turn of somebody in the queue.
Violation said_waited_for(World const& world, Interval theirs);

}  // namespace karkhana::booking
