#include "server/facility/rules_opening.hpp"

#include <algorithm>
#include <tuple>

namespace karkhana::facility {
namespace {

using std::chrono::days;
using std::chrono::local_days;

int weekday_of(local_days day) {
    return static_cast<int>(std::chrono::weekday{day}.iso_encoding());
}

Interval on_day(Zone const& zone, local_days day, Span span) {
    return {at_minute(zone, day, span.from_minute), at_minute(zone, day, span.until_minute)};
}

SpecialDay const* special_on(OpeningPlan const& plan, local_days day) {
    auto const found = std::ranges::find(plan.special, day, &SpecialDay::day);
    return found == plan.special.end() ? nullptr : &*found;
}

/// When the day's own hours are, without its breaks.
std::vector<Interval> hours_of(Zone const& zone, OpeningPlan const& plan, local_days day) {
    std::vector<Interval> found;
    if (auto const* const special = special_on(plan, day)) {
        for (auto const span : special->spans) found.push_back(on_day(zone, day, span));
        return found;
    }
    for (auto const& each : profile_on(plan, day).hours)
        if (each.weekday == weekday_of(day))
            found.push_back(on_day(zone, day, {each.opens_minute, each.closes_minute}));
    return found;
}

struct Pause {
    Interval during;
    Name const* name = nullptr;
};
std::vector<Pause> breaks_of(Zone const& zone, OpeningPlan const& plan, local_days day) {
    std::vector<Pause> found;
    if (special_on(plan, day) != nullptr) return found;
    for (auto const& each : profile_on(plan, day).breaks)
        if (each.weekday == weekday_of(day))
            found.push_back({on_day(zone, day, each.span), &each.name});
    return found;
}

/// `open` by start and apart, without what `gone` covers; once through both.
std::vector<Interval> without(std::vector<Interval> const& open, std::vector<Pause> gone) {
    std::ranges::sort(gone, {}, [](Pause const& pause) { return pause.during; });
    std::vector<Interval> left;
    auto first = gone.begin();
    for (auto const each : open) {
        while (first != gone.end() && first->during.end <= each.start) ++first;
        auto from = each.start;
        for (auto at = first; at != gone.end() && at->during.start < each.end; ++at) {
            if (from < at->during.start) left.push_back({from, at->during.start});
            from = std::max(from, at->during.end);
        }
        if (from < each.end) left.push_back({from, each.end});
    }
    return left;
}

}  // namespace

OpeningPlan OpeningPlan::weekly(std::vector<OpeningHours> hours) {
    return {.profiles = {{.id = {}, .slug = "normal", .name = {}, .hours = std::move(hours)}}};
}

Profile const& profile_on(OpeningPlan const& plan, local_days day) {
    for (auto const& period : plan.periods)
        if (period.first <= day && day <= period.last) return plan.profiles.at(period.profile);
    return plan.profiles.at(0);
}

std::vector<Interval> open_intervals(Zone const& zone, OpeningPlan const& plan, Interval range) {
    std::vector<Interval> open;
    std::vector<Pause> gone;
    if (range.empty()) return open;
    auto const last = local_day(zone, range.end);
    // Hours of the day before may run over midnight into the range.
    for (auto day = local_day(zone, range.start) - days{1}; day <= last; day += days{1}) {
        for (auto const each : hours_of(zone, plan, day)) {
            Interval const part{std::max(each.start, range.start), std::min(each.end, range.end)};
            if (!part.empty()) open.push_back(part);
        }
        for (auto const& pause : breaks_of(zone, plan, day)) gone.push_back(pause);
    }
    join_touching(open);
    return without(open, std::move(gone));
}

bool is_open(Zone const& zone, OpeningPlan const& plan, Interval during) {
    return !during.empty() && !why_closed(zone, plan, during);
}

std::optional<Shut> why_closed(Zone const& zone, OpeningPlan const& plan, Interval during) {
    auto const open = open_intervals(zone, plan, during);
    bool const from_start = !open.empty() && open.front().start == during.start;
    if (from_start && open.front().end == during.end) return std::nullopt;
    auto const from = from_start ? open.front().end : during.start;
    auto const next = std::ranges::find_if(open, [&](Interval each) { return each.start > from; });
    Shut shut{.part = {from, next == open.end() ? during.end : next->start}};
    auto const day = local_day(zone, from);
    for (auto const each : {day - days{1}, day})
        for (auto const& pause : breaks_of(zone, plan, each))
            if (pause.during.contains(from)) {
                shut.why = Shut::Why::pause;
                shut.label = *pause.name;
                return shut;
            }
    if (auto const* const special = special_on(plan, day)) {
        shut.why = Shut::Why::holiday;
        shut.label = special->name;
    }
    return shut;
}

Result<Profile> valid_profile(Profile profile) {
    auto slug = valid_slug(profile.slug);
    if (!slug) return tl::make_unexpected(std::move(slug.error()));
    auto name = complete(std::move(profile.name));
    if (!name) return tl::make_unexpected(std::move(name.error()));
    profile.name = std::move(*name);
    auto hours = valid_hours(std::move(profile.hours));
    if (!hours) return tl::make_unexpected(std::move(hours.error()));
    profile.hours = std::move(*hours);
    for (auto& each : profile.breaks) {
        auto label = complete(std::move(each.name));
        if (!label) return tl::make_unexpected(std::move(label.error()));
        each.name = std::move(*label);
        auto const [from, until] = each.span;
        bool const fits = each.weekday >= 1 && each.weekday <= 7 && from >= 0 && from < until &&
                          until <= 2 * 24 * 60;
        if (!fits)
            return refuse(ErrorKind::invalid, "bad_break",
                          "A weekday of 1 to 7, and an end after the beginning.", "/breaks");
    }
    std::ranges::sort(profile.breaks, {}, [](Break const& each) {
        return std::tuple{each.weekday, each.span.from_minute};
    });
    for (std::size_t i = 0; i + 1 < profile.breaks.size(); ++i)
        if (profile.breaks[i].weekday == profile.breaks[i + 1].weekday &&
            profile.breaks[i].span.until_minute > profile.breaks[i + 1].span.from_minute)
            return refuse(ErrorKind::invalid, "breaks_overlap", "Two breaks overlap.", "/breaks");
    return profile;
}

Result<std::vector<Period>> valid_periods(std::vector<Period> periods) {
    std::ranges::sort(periods, {}, &Period::first);
    for (std::size_t i = 0; i < periods.size(); ++i) {
        auto const& each = periods[i];
        if (each.last < each.first || each.last - each.first > days{366})
            return refuse(ErrorKind::invalid, "bad_period",
                          "The last day comes not before the first, and within a year.",
                          "/periods");
        if (i > 0 && periods[i - 1].last >= each.first)
            return refuse(ErrorKind::invalid, "periods_overlap", "Two periods share a day.",
                          "/periods");
    }
    return periods;
}

Result<SpecialDay> valid_special_day(SpecialDay day) {
    auto name = complete(std::move(day.name));
    if (!name) return tl::make_unexpected(std::move(name.error()));
    day.name = std::move(*name);
    std::ranges::sort(day.spans, {}, &Span::from_minute);
    int free_from = 0;
    for (auto const [from, until] : day.spans) {
        if (from < free_from || from >= 24 * 60 || until <= from || until > 2 * 24 * 60)
            return refuse(ErrorKind::invalid, "bad_hours",
                          "Hours that begin on the day, end after that and do not overlap.",
                          "/spans");
        free_from = until;
    }
    return day;
}

}  // namespace karkhana::facility
