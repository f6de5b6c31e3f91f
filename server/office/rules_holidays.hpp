#pragma once

#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/facility/rules_opening.hpp"

/// Lists of holidays that others publish.
namespace karkhana::office {

/// The most days that one list may bring.
constexpr std::size_t most_holidays = 1000;

/// A row a day: day (in either digits), name in English, name in Bangla, as read_csv reads them. A
/// first row whose day is the word `day` is a heading. The days carry `source`. Errors: `bad_csv`
/// with the number of the line, `too_many`.
Result<std::vector<facility::SpecialDay>> holidays_of_csv(std::string_view text,
                                                          std::string_view source);

/// The days of the events of a calendar (RFC 5545) that lie within the window, each called what the
/// calendar calls it in both languages; of two on one day the first. The days carry `source`.
/// Errors: those of read_calendar, `not_whole_days` of an event that begins or ends within a day,
/// `no_days`, `too_many`.
Result<std::vector<facility::SpecialDay>> holidays_of_calendar(std::string_view text,
                                                               Zone const& zone, Interval window,
                                                               std::string_view source);

/// What is kept when a list is read: its days in the place of those that the same source brought
/// before. A day that was entered, or that came from another list, stays as it is.
std::vector<facility::SpecialDay> with_imported(std::vector<facility::SpecialDay> const& kept,
                                                std::vector<facility::SpecialDay> const& read,
                                                std::string_view source);

}  // namespace karkhana::office
