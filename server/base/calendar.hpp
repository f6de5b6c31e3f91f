#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.hpp"
#include "server/base/time.hpp"

namespace karkhana {

/// A facility's time zone from the system's tzdata. Cheap to copy.
/// Asia/Dhaka had daylight saving in 2009, so no offset is ever a constant.
class Zone {
public:
    /// Errors: `unknown_zone`.
    static Result<Zone> find(std::string_view name);

    std::string const& name() const { return name_; }
    Duration offset_at(Instant at) const;
    /// The local wall time at an instant.
    std::chrono::local_time<Duration> to_local(Instant at) const;
    /// The first instant that shows this local time (the earlier one when it shows twice, the end
    /// of the gap when it never shows).
    Instant from_local(std::chrono::local_time<Duration> local) const;

private:
    Zone(std::string name, void const* zone) : name_(std::move(name)), zone_(zone) {}

    std::string name_;
    void const* zone_;  // a date::time_zone, which lives as long as the program
};

/// The local calendar day that contains the instant.
std::chrono::local_days local_day(Zone const& zone, Instant at);
/// Minutes since local midnight, 0..1439.
int minute_of_day(Zone const& zone, Instant at);
/// The interval of a local day: 23, 24 or 25 hours.
Interval day_interval(Zone const& zone, std::chrono::local_days day);
/// The instant of local midnight of `day` plus `minutes` of wall time.
Instant at_minute(Zone const& zone, std::chrono::local_days day, int minutes);
/// Every instant strictly inside the interval whose local wall time is a multiple of `minutes`.
std::vector<Instant> boundaries(Zone const& zone, Interval interval, int minutes);

/// "2026-27" for July 2026 to June 2027, decided in local time.
std::string fiscal_year(Zone const& zone, Instant at);

/// "2026-11-20T16:40:00+06:00"; microseconds are shown only when there are any.
std::string to_rfc3339(Instant at, Zone const& zone);
/// Accepts an offset or Z, and up to six decimals. Errors: `bad_time`.
Result<Instant> parse_rfc3339(std::string_view text);
/// "2026-11-20". Errors: `bad_date`.
Result<std::chrono::local_days> parse_date(std::string_view text);
std::string to_date(std::chrono::local_days day);

}  // namespace karkhana
