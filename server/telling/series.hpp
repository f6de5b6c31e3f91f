#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/telling/rules.hpp"

/// What is told of a series: one message of each act, however many dates it was done to.
namespace karkhana::telling {

/// What one act did to the dates of a series, as the audit trail keeps it.
struct SeriesAct {
    std::string action;  ///< createSeries, changeSeries, approveSeries and so on
    EnterpriseId enterprise;
    MachineId machine;
    std::string rule;  ///< RFC 5545
    std::int64_t dates = 0;
    std::int64_t pending = 0;  ///< of these await approval
    std::optional<Instant> hold_until;
    Interval first, last;
    std::vector<Instant> left;  ///< dates that nothing was done to
    std::string reason;
};

std::vector<Told> told_of_series(SeriesAct const& act);
/// When the message is of no use any more.
std::optional<Instant> series_useful_until(SeriesAct const& act);

/// "every week on Sun, Tue": what the rule says of its days.
facility::Name rule_words(std::string_view rule);
/// "8 dates"
facility::Name dates_words(std::int64_t dates);
/// "Not: Tue 24 Nov, Tue 1 Dec and 2 more."; empty when none was left.
facility::Name left_words(SeriesAct const& act, Zone const& zone);

}  // namespace karkhana::telling
