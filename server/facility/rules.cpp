#include "server/facility/rules.hpp"

#include <algorithm>
#include <array>

#include "server/base/unicode.hpp"

namespace karkhana::facility {
namespace {

constexpr int kDay = 24 * 60;
constexpr int kWeek = 7 * kDay;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    auto const first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Lines and tabs are text; the other control characters only serve to forge logs and documents.
bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
    });
}

bool small_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool within_a_day(OpeningHours const& hours) {
    int const length = hours.closes_minute - hours.opens_minute;
    return hours.weekday >= 1 && hours.weekday <= 7 && hours.opens_minute >= 0 &&
           hours.opens_minute < kDay && length > 0 && length <= kDay;
}

/// Minutes since Monday midnight; the end may be in the week after.
struct OfWeek {
    int start = 0;
    int end = 0;
};

OfWeek of_week(OpeningHours const& hours) {
    int const monday = (hours.weekday - 1) * kDay;
    return {monday + hours.opens_minute, monday + hours.closes_minute};
}

/// Precondition: in order. The week is a circle: its last hours may run into its first.
bool overlapping(std::vector<OpeningHours> const& hours) {
    for (std::size_t i = 0; i + 1 < hours.size(); ++i)
        if (of_week(hours[i]).end > of_week(hours[i + 1]).start) return true;
    return hours.size() > 1 && of_week(hours.back()).end > of_week(hours.front()).start + kWeek;
}

struct Bound {
    std::string_view field;
    std::int64_t value;
    std::int64_t least;
    std::int64_t most;
};

struct OutOfRange {
    std::string field;
    std::string why;
};

std::optional<OutOfRange> first_out_of_bounds(Machine const& machine) {
    constexpr std::int64_t kMostWatts = 10'000'000;
    std::array const bounds{
        Bound{"rated_w", machine.rated_w, 0, kMostWatts},
        Bound{"grid_minutes", machine.grid_minutes, 1, kDay},
        Bound{"min_minutes", machine.min_minutes, 1, kWeek},
        Bound{"max_minutes", machine.max_minutes, machine.min_minutes, kWeek},
        Bound{"setup_minutes", machine.setup_minutes, 0, kDay},
        Bound{"buffer_minutes", machine.buffer_minutes, 0, kDay},
        Bound{"seats", machine.seats, 1, 1000},
        Bound{"horizon_days", machine.horizon_days, 1, 3660},
        Bound{"busy_above_w", machine.busy_above_w, 0, kMostWatts},
        Bound{"position", machine.position, 0, 1'000'000},
    };
    for (auto const& bound : bounds)
        if (bound.value < bound.least || bound.value > bound.most)
            return OutOfRange{std::string{bound.field}, "between " + std::to_string(bound.least) +
                                                            " and " + std::to_string(bound.most)};
    // The grid begins at each local midnight, so it has to fit into a day.
    if (kDay % machine.grid_minutes != 0)
        return OutOfRange{"grid_minutes", "a day has to be a multiple of it"};
    std::string const on_grid = "a multiple of grid_minutes";
    if (machine.min_minutes % machine.grid_minutes != 0) return OutOfRange{"min_minutes", on_grid};
    if (machine.max_minutes % machine.grid_minutes != 0) return OutOfRange{"max_minutes", on_grid};
    return std::nullopt;
}

}  // namespace

Result<std::string> plain_text(std::string_view text, std::size_t max_characters) {
    if (!valid_utf8(text) || has_control(text))
        return refuse(ErrorKind::invalid, "bad_text",
                      "The text is not UTF-8, or has control characters.");
    auto plain = nfc(trimmed(text));
    if (character_count(plain) > max_characters)
        return refuse(ErrorKind::invalid, "too_long",
                      "At most " + std::to_string(max_characters) + " characters.");
    return plain;
}

Result<Name> complete(Name name) {
    for (auto* const text : {&name.en, &name.bn}) {
        auto plain = plain_text(*text, 200);
        if (!plain) {
            plain.error().field = text == &name.en ? "/name/en" : "/name/bn";
            return tl::make_unexpected(std::move(plain.error()));
        }
        *text = std::move(*plain);
    }
    if (name.en.empty() && name.bn.empty())
        return refuse(ErrorKind::invalid, "name_missing", "A name in one language is needed.",
                      "/name");
    if (name.en.empty()) name.en = name.bn;
    if (name.bn.empty()) name.bn = name.en;
    return name;
}

Result<std::string> valid_slug(std::string_view slug) {
    bool const shaped =
        !slug.empty() && slug.size() <= 40 && small_letter_or_digit(slug.front()) &&
        std::ranges::all_of(slug, [](char c) { return c == '-' || small_letter_or_digit(c); });
    if (!shaped)
        return refuse(ErrorKind::invalid, "bad_slug",
                      "1 to 40 small letters, digits and dashes, not beginning with a dash.",
                      "/slug");
    return std::string{slug};
}

Result<std::vector<OpeningHours>> valid_hours(std::vector<OpeningHours> hours) {
    if (!std::ranges::all_of(hours, within_a_day))
        return refuse(ErrorKind::invalid, "bad_hours",
                      "A weekday of 1 to 7, an opening minute of the day and a later closing "
                      "minute, at most a day apart.",
                      "/opening_hours");
    std::ranges::sort(hours, {}, [](OpeningHours const& each) { return of_week(each).start; });
    if (overlapping(hours))
        return refuse(ErrorKind::invalid, "hours_overlap", "Two opening hours overlap.",
                      "/opening_hours");
    return hours;
}

Result<Machine> valid_machine(Machine machine) {
    auto const slug = valid_slug(machine.slug);
    if (!slug) return tl::make_unexpected(slug.error());
    auto name = complete(std::move(machine.name));
    if (!name) return tl::make_unexpected(name.error());
    machine.name = std::move(*name);
    auto kind = valid_slug(machine.kind);
    auto unit = plain_text(machine.piece_unit, 20);
    auto wrong = first_out_of_bounds(machine);
    if (!kind) wrong = OutOfRange{"kind", kind.error().detail};
    if (!unit) wrong = OutOfRange{"piece_unit", unit.error().detail};
    if (wrong)
        return refuse(ErrorKind::invalid, "bad_machine",
                      "'" + wrong->field + "' is out of range: " + wrong->why, "/" + wrong->field);
    machine.piece_unit = std::move(*unit);
    return machine;
}

void join_touching(std::vector<Interval>& intervals) {
    std::ranges::sort(intervals);
    std::vector<Interval> joined;
    for (auto const& next : intervals) {
        if (!joined.empty() && next.start <= joined.back().end)
            joined.back().end = std::max(joined.back().end, next.end);
        else
            joined.push_back(next);
    }
    intervals = std::move(joined);
}

std::vector<Interval> open_intervals(Zone const& zone, std::vector<OpeningHours> const& hours,
                                     Interval range) {
    std::vector<Interval> found;
    if (range.empty()) return found;
    auto const last = local_day(zone, range.end);
    // Hours of the day before may run over midnight into the range.
    auto day = local_day(zone, range.start) - std::chrono::days{1};
    for (; day <= last; day += std::chrono::days{1}) {
        int const weekday = static_cast<int>(std::chrono::weekday{day}.iso_encoding());
        for (auto const& each : hours) {
            if (each.weekday != weekday) continue;
            Interval const open{std::max(at_minute(zone, day, each.opens_minute), range.start),
                                std::min(at_minute(zone, day, each.closes_minute), range.end)};
            if (!open.empty()) found.push_back(open);
        }
    }
    join_touching(found);
    return found;
}

bool is_open(Zone const& zone, std::vector<OpeningHours> const& hours, Interval during) {
    if (during.empty()) return false;
    auto const open = open_intervals(zone, hours, during);
    return open.size() == 1 && open.front() == during;
}

namespace {
constexpr std::array<std::string_view, 5> source_names{"seen", "entered", "timetable", "plan",
                                                       "closure"};
}  // namespace

std::string_view name_of(OutageSource source) {
    return source_names.at(static_cast<std::size_t>(source));
}

std::optional<OutageSource> outage_source_of(std::string_view name) {
    auto const found = std::ranges::find(source_names, name);
    if (found == source_names.end()) return std::nullopt;
    return static_cast<OutageSource>(found - source_names.begin());
}

bool stops_work(Outage const& outage) {
    return outage.kind != "unmetered" && outage.source != OutageSource::timetable;
}

}  // namespace karkhana::facility
