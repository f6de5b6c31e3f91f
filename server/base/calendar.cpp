#include "server/base/calendar.hpp"

#include <array>
#include <cstdio>
#include <date/tz.h>
#include <optional>

namespace karkhana {
namespace {

using std::chrono::local_days;
using std::chrono::minutes;

date::time_zone const& tz(void const* zone) { return *static_cast<date::time_zone const*>(zone); }

date::sys_seconds seconds_of(Instant at) {
    return date::sys_seconds{std::chrono::floor<std::chrono::seconds>(at.time_since_epoch())};
}

/// Digits at [from, from+count) as a number; nullopt if any is not an ASCII digit.
std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
    if (from + count > text.size()) return std::nullopt;
    int value = 0;
    for (char c : text.substr(from, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

/// A stretch of time in which a zone keeps one offset.
struct Stretch {
    void const* zone = nullptr;
    date::sys_seconds begin{}, end{};
    Duration offset{};

    bool holds(void const* of, date::sys_seconds at) const {
        return of == zone && begin <= at && at < end;
    }
};

/// The one that was asked for last: whoever asks asks about days around, a thousand times.
Stretch const& stretch_at(void const* zone, date::sys_seconds at) {
    thread_local Stretch last;
    if (!last.holds(zone, at)) {
        auto const info = tz(zone).get_info(at);
        last = {zone, info.begin, info.end, info.offset};
    }
    return last;
}

std::optional<local_days> date_at(std::string_view text) {
    auto const y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
    if (!y || !m || !d || text[4] != '-' || text[7] != '-') return std::nullopt;
    std::chrono::year_month_day const ymd{std::chrono::year{*y},
                                          std::chrono::month{static_cast<unsigned>(*m)},
                                          std::chrono::day{static_cast<unsigned>(*d)}};
    if (!ymd.ok()) return std::nullopt;
    return local_days{ymd};
}

/// ".123456" at the front of `rest`, consumed; microseconds.
std::optional<Duration> fraction(std::string_view& rest) {
    if (rest.empty() || rest[0] != '.') return Duration{0};
    std::size_t count = 0;
    while (count + 1 < rest.size() && rest[count + 1] >= '0' && rest[count + 1] <= '9') ++count;
    if (count == 0 || count > 6) return std::nullopt;
    std::int64_t value = *digits(rest, 1, count);
    for (std::size_t i = count; i < 6; ++i) value *= 10;
    rest.remove_prefix(count + 1);
    return Duration{value};
}

std::optional<minutes> offset(std::string_view rest) {
    if (rest == "Z" || rest == "z") return minutes{0};
    if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':')
        return std::nullopt;
    auto const h = digits(rest, 1, 2), m = digits(rest, 4, 2);
    if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
    minutes const value{*h * 60 + *m};
    return rest[0] == '-' ? -value : value;
}

std::optional<Instant> time_at(std::string_view text) {
    if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
    auto const day = date_at(text.substr(0, 10));
    auto const h = digits(text, 11, 2), m = digits(text, 14, 2), s = digits(text, 17, 2);
    if (!day || !h || !m || !s || text[13] != ':' || text[16] != ':') return std::nullopt;
    if (*h > 23 || *m > 59 || *s > 59) return std::nullopt;
    auto rest = text.substr(19);
    auto const part = fraction(rest);
    if (!part) return std::nullopt;
    auto const shift = offset(rest);
    if (!shift) return std::nullopt;
    return Instant{day->time_since_epoch()} + std::chrono::hours{*h} + minutes{*m} +
           std::chrono::seconds{*s} + *part - *shift;
}

}  // namespace

Result<Zone> Zone::find(std::string_view name) {
    try {
        return Zone{std::string{name}, date::locate_zone(std::string{name})};
    } catch (std::runtime_error const&) {
        return refuse(ErrorKind::invalid, "unknown_zone", "no time zone of this name in tzdata");
    }
}

Duration Zone::offset_at(Instant at) const { return stretch_at(zone_, seconds_of(at)).offset; }

std::chrono::local_time<Duration> Zone::to_local(Instant at) const {
    return std::chrono::local_time<Duration>{at.time_since_epoch() + offset_at(at)};
}

Instant Zone::from_local(std::chrono::local_time<Duration> local) const {
    // No offset is as long as a day: further than that from a change no other offset is possible.
    constexpr std::chrono::days far{1};
    Instant const guess{local.time_since_epoch()};
    auto const& there = stretch_at(zone_, seconds_of(guess));
    if (there.holds(zone_, seconds_of(guess) - far) && there.holds(zone_, seconds_of(guess) + far))
        return guess - there.offset;
    date::local_time<Duration> const wall{local.time_since_epoch()};
    return Instant{tz(zone_).to_sys(wall, date::choose::earliest).time_since_epoch()};
}

local_days local_day(Zone const& zone, Instant at) {
    return std::chrono::floor<std::chrono::days>(zone.to_local(at));
}

int minute_of_day(Zone const& zone, Instant at) {
    auto const local = zone.to_local(at);
    return static_cast<int>(
        std::chrono::floor<minutes>(local - std::chrono::floor<std::chrono::days>(local)).count());
}

Instant at_minute(Zone const& zone, local_days day, int count) {
    return zone.from_local(std::chrono::local_time<Duration>{day} + minutes{count});
}

Interval day_interval(Zone const& zone, local_days day) {
    return {at_minute(zone, day, 0), at_minute(zone, day + std::chrono::days{1}, 0)};
}

std::vector<Instant> boundaries(Zone const& zone, Interval interval, int count) {
    std::vector<Instant> found;
    auto day = local_day(zone, interval.start);
    for (; day <= local_day(zone, interval.end); day += std::chrono::days{1}) {
        for (int minute = 0; minute < 24 * 60; minute += count) {
            auto const at = at_minute(zone, day, minute);
            if (interval.start < at && at < interval.end && (found.empty() || found.back() < at))
                found.push_back(at);
        }
    }
    return found;
}

std::string fiscal_year(Zone const& zone, Instant at) {
    std::chrono::year_month_day const ymd{local_day(zone, at)};
    int const first = static_cast<int>(ymd.year()) - (ymd.month() < std::chrono::July ? 1 : 0);
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d", first, (first + 1) % 100);
    return text.data();
}

std::string to_date(local_days day) {
    std::chrono::year_month_day const ymd{day};
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(ymd.year()),
                  static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
    return text.data();
}

std::string to_rfc3339(Instant at, Zone const& zone) {
    auto const shift = std::chrono::floor<minutes>(zone.offset_at(at));
    std::chrono::local_time<Duration> const local{at.time_since_epoch() + shift};
    auto const day = std::chrono::floor<std::chrono::days>(local);
    std::chrono::hh_mm_ss const clock{local - day};
    std::array<char, 48> text{};
    std::snprintf(
        text.data(), text.size(), "T%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    std::string out = to_date(day) + text.data();
    if (clock.subseconds().count() != 0) {
        std::snprintf(text.data(), text.size(), ".%06d",
                      static_cast<int>(clock.subseconds().count()));
        out += text.data();
    }
    auto const size = std::chrono::abs(shift).count();
    std::snprintf(text.data(), text.size(), "%c%02d:%02d", shift.count() < 0 ? '-' : '+',
                  static_cast<int>(size / 60), static_cast<int>(size % 60));
    return out + text.data();
}

Result<Instant> parse_rfc3339(std::string_view text) {
    if (auto const at = time_at(text)) return *at;
    return refuse(ErrorKind::invalid, "bad_time", "not an RFC 3339 time with offset");
}

Result<local_days> parse_date(std::string_view text) {
    if (text.size() == 10)
        if (auto const day = date_at(text)) return *day;
    return refuse(ErrorKind::invalid, "bad_date", "not a date like 2026-11-20");
}

}  // namespace karkhana
