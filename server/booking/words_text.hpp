#pragma once

#include <string>
#include <string_view>

#include "server/base/calendar.hpp"
#include "server/facility/rules.hpp"

/// How times are said in a sentence.
namespace karkhana::booking {

/// "09:30"; of the next day too.
std::string clock_text(int minute);
std::string clock_text(Zone const& zone, Instant at);
/// "14:00-16:00", with the dates where the ends are on two days: "22 Nov 14:00 - 23 Nov 09:00".
facility::Name span_text(Zone const& zone, Interval span);
/// "22 Nov".
facility::Name day_text(std::chrono::local_days day);
/// "22 Nov 2026", of what may be in another year.
facility::Name date_text(std::chrono::local_days day);
/// Said in both languages, with the digits of each.
facility::Name said(std::string english, std::string_view bangla);

}  // namespace karkhana::booking
