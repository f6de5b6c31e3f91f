#include "server/ical/recurrence.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <libical/ical.h>
#include <memory>
#include <set>
#include <span>

namespace karkhana::ical {
namespace {

using std::chrono::seconds;

constexpr std::size_t longest_rule = 500;

constexpr std::array<std::string_view, 12> parts{"FREQ",      "UNTIL",    "COUNT",   "INTERVAL",
                                                 "BYMINUTE",  "BYHOUR",   "BYDAY",   "BYMONTHDAY",
                                                 "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"};

tl::unexpected<Error> bad_rule(std::string detail) {
    return refuse(ErrorKind::invalid, "bad_rule", std::move(detail));
}

struct Part {
    std::string name;
    std::string value;
};

/// Errors: `bad_rule`.
Result<std::vector<Part>> parts_of(std::string_view text) {
    std::vector<Part> found;
    std::set<std::string> names;
    while (!text.empty()) {
        auto const end = std::min(text.find(';'), text.size());
        auto const part = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        auto const equals = part.find('=');
        if (equals == part.npos || equals + 1 == part.size())
            return bad_rule("a part of a rule is NAME=value");
        Part const one{std::string(part.substr(0, equals)), std::string(part.substr(equals + 1))};
        if (one.name != "WKST" && std::ranges::find(parts, one.name) == parts.end())
            return bad_rule("there is no " + one.name + " in the rules that are known here");
        if (!names.insert(one.name).second) return bad_rule(one.name + " is said twice");
        found.push_back(one);
    }
    if (!names.contains("FREQ")) return bad_rule("FREQ is missing");
    if (names.contains("COUNT") && names.contains("UNTIL"))
        return bad_rule("a rule ends by COUNT or by UNTIL");
    return found;
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "20261231", "20261231T170000" or the same with Z.
Result<void> read_until(Rule& rule, std::string_view text) {
    bool const day_only = text.size() == 8;
    rule.until_is_utc = text.ends_with('Z');
    if (rule.until_is_utc) text.remove_suffix(1);
    auto const field = [&](std::size_t at, std::size_t length) {
        return number(text.substr(at, length)).value_or(-1);
    };
    if (!(day_only && !rule.until_is_utc) && !(text.size() == 15 && text[8] == 'T'))
        return bad_rule("UNTIL is no date and no time");
    std::chrono::year_month_day const day{std::chrono::year{field(0, 4)},
                                          std::chrono::month{static_cast<unsigned>(field(4, 2))},
                                          std::chrono::day{static_cast<unsigned>(field(6, 2))}};
    int const hour = day_only ? 23 : field(9, 2), minute = day_only ? 59 : field(11, 2),
              second = day_only ? 59 : field(13, 2);
    bool const fits = day.ok() && field(0, 4) >= 1970 && hour >= 0 && hour < 24 && minute >= 0 &&
                      minute < 60 && second >= 0 && second < 60;
    if (!fits) return bad_rule("UNTIL is no date and no time");
    rule.until = LocalTime{std::chrono::local_days{day}} + std::chrono::hours{hour} +
                 std::chrono::minutes{minute} + seconds{second};
    return {};
}

Result<void> read_part(Rule& rule, Part const& part) {
    if (part.name == "UNTIL") return read_until(rule, part.value);
    if (part.name == "FREQ" &&
        (part.value == "SECONDLY" || part.value == "MINUTELY" || part.value == "HOURLY"))
        return refuse(ErrorKind::invalid, "rule_too_often", "a rule falls on days, not on hours");
    if (part.name == "COUNT") {
        rule.count = number(part.value);
        if (!rule.count || *rule.count < 1) return bad_rule("COUNT is a number from 1");
        if (*rule.count > most_dates)
            return refuse(ErrorKind::invalid, "rule_too_long",
                          "a rule falls on " + std::to_string(most_dates) + " dates at most");
    }
    if (part.name == "INTERVAL") {
        auto const interval = number(part.value);
        if (!interval || *interval < 1 || *interval > 1000)
            return bad_rule("INTERVAL is a number from 1 to 1000");
    }
    if (!rule.text.empty()) rule.text += ';';
    rule.text += part.name + "=" + part.value;
    return {};
}

icaltimetype to_ical(LocalTime at) {
    auto const day = std::chrono::floor<std::chrono::days>(at);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const clock{at - day};
    auto time = icaltime_null_time();
    time.year = static_cast<int>(date.year());
    time.month = static_cast<int>(static_cast<unsigned>(date.month()));
    time.day = static_cast<int>(static_cast<unsigned>(date.day()));
    time.hour = static_cast<int>(clock.hours().count());
    time.minute = static_cast<int>(clock.minutes().count());
    time.second = static_cast<int>(clock.seconds().count());
    return time;
}

LocalTime from_ical(icaltimetype const& time) {
    std::chrono::year_month_day const date{std::chrono::year{time.year},
                                           std::chrono::month{static_cast<unsigned>(time.month)},
                                           std::chrono::day{static_cast<unsigned>(time.day)}};
    return LocalTime{std::chrono::local_days{date}} + std::chrono::hours{time.hour} +
           std::chrono::minutes{time.minute} + seconds{time.second};
}

std::vector<int> listed(std::span<short const> values) {
    auto const end = std::ranges::find(values, ICAL_RECURRENCE_ARRAY_MAX);
    return {values.begin(), end};
}

/// Whether its months are those of the year, and one of its days is in one of them. For the 30th of
/// February libical would look through centuries.
bool has_a_day(icalrecurrencetype const& recurrence) {
    constexpr std::array lengths{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    auto const months = listed(recurrence.by_month), days = listed(recurrence.by_month_day);
    if (std::ranges::any_of(months, [](int month) { return month < 1 || month > 12; }))
        return false;
    if (months.empty() || days.empty()) return true;
    return std::ranges::any_of(months, [&](int month) {
        return std::ranges::any_of(days, [&](int day) {
            return std::abs(day) <= lengths[static_cast<std::size_t>(month - 1)];
        });
    });
}

using Dates = std::unique_ptr<icalrecur_iterator, decltype(&icalrecur_iterator_free)>;

/// Null when it falls on no date.
Dates iterate(Rule const& rule, LocalTime start, LocalTime last) {
    auto recurrence = icalrecurrencetype_from_string(rule.text.c_str());
    recurrence.until = to_ical(last);
    return {icalrecur_iterator_new(recurrence, to_ical(start)), &icalrecur_iterator_free};
}

}  // namespace

Result<Rule> parse_rule(std::string_view text) {
    if (text.size() > longest_rule) return bad_rule("the rule is too long");
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789=;,+-";
    if (text.find_first_not_of(letters) != text.npos) return bad_rule("a sign of it has no place");
    std::string upper{text};
    for (auto& letter : upper)
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    auto const read = parts_of(upper);
    if (!read) return tl::make_unexpected(read.error());
    Rule rule;
    for (auto const& part : *read)
        if (auto const fits = read_part(rule, part); !fits)
            return tl::make_unexpected(fits.error());
    icalerror_clear_errno();
    auto const recurrence = icalrecurrencetype_from_string(rule.text.c_str());
    if (icalerrno != ICAL_NO_ERROR || recurrence.freq == ICAL_NO_RECURRENCE)
        return bad_rule("no rule of RFC 5545");
    if (!has_a_day(recurrence)) return bad_rule("the months have no such days");
    return rule;
}

Rule in_zone(Rule rule, Zone const& zone) {
    if (!rule.until_is_utc) return rule;
    auto const at = Instant{rule.until->time_since_epoch()};
    rule.until = std::chrono::floor<seconds>(zone.to_local(at));
    rule.until_is_utc = false;
    return rule;
}

LocalTime later_start(Rule const& rule, LocalTime start, LocalTime from) {
    auto const recurrence = icalrecurrencetype_from_string(rule.text.c_str());
    bool const weekly = recurrence.freq == ICAL_WEEKLY_RECURRENCE;
    if (rule.count || (!weekly && recurrence.freq != ICAL_DAILY_RECURRENCE)) return start;
    auto const period = std::chrono::days{weekly ? 7 : 1} * recurrence.interval;
    // The first period may be cut by its start, so a whole one lies before `from`.
    auto const periods = (from - start) / period - 2;
    return periods > 0 ? start + periods * period : start;
}

std::vector<LocalTime> expand(Rule const& rule, LocalTime start, LocalTime until,
                              std::size_t most) {
    std::vector<LocalTime> found;
    auto const last = std::min(rule.until.value_or(until), until - seconds{1});
    auto const dates = iterate(rule, start, last);
    while (dates && found.size() < most) {
        auto const next = icalrecur_iterator_next(dates.get());
        if (icaltime_is_null_time(next)) break;
        auto const at = from_ical(next);
        if (at > last) break;
        found.push_back(at);
    }
    return found;
}

}  // namespace karkhana::ical
