#include "tests/sim/crowd/calendar_judge.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace karkhana::crowd {
namespace {

using std::chrono::days;

/// The life of a booking, written down once more from the rules of the field.
constexpr std::array<std::pair<std::string_view, std::string_view>, 22> life{{
    {"pending", "confirmed"},        {"pending", "cancelled"},     {"pending", "released"},
    {"confirmed", "checked_in"},     {"confirmed", "running"},     {"confirmed", "cancelled"},
    {"confirmed", "late_cancelled"}, {"confirmed", "missed"},      {"confirmed", "released"},
    {"checked_in", "running"},       {"checked_in", "cancelled"},  {"checked_in", "late_cancelled"},
    {"checked_in", "completed"},     {"running", "paused"},        {"running", "completed"},
    {"running", "interrupted"},      {"paused", "running"},        {"paused", "completed"},
    {"paused", "interrupted"},       {"interrupted", "completed"}, {"late_cancelled", "released"},
    {"missed", "released"},
}};

std::string words_of(Town const& town, Row const& row) {
    return town.shop(row.enterprise).name + " " + town.machine(row.machine).slug + " " +
           text_of(row.during.start) + " " + row.state + " " + row.id;
}

/// What of it counts in a quota: nothing of what was given back, and what was missed does.
std::optional<Interval> spent(Row const& row) {
    if (row.state == "cancelled" || row.state == "released") return std::nullopt;
    bool const worked = row.state == "completed" || row.state == "interrupted";
    if (!worked || !row.ended) return row.during;
    return Interval{row.during.start, std::clamp(*row.ended, row.during.start, row.during.end)};
}

std::int64_t minutes_in(Interval window, Interval during) {
    auto const from = std::max(window.start, during.start),
               until = std::min(window.end, during.end);
    return from < until ? micros(until) - micros(from) : 0;
}

bool same_place(Row const& one, Row const& other) {
    return one.machine == other.machine && one.enterprise == other.enterprise;
}

/// New, or somewhere that it was not before.
bool takes_more(Row const* before, Row const& after) {
    if (!after.live()) return false;
    if (before == nullptr || !before->live() || !same_place(*before, after)) return true;
    return after.during.start < before->during.start || after.during.end > before->during.end;
}

}  // namespace

void CalendarJudge::look(Rows const& before, Rows const& after, Instant now) {
    bool any = false;
    for (auto const& [id, row] : after) {
        auto const known = before.find(id);
        if (known != before.end() && known->second == row) continue;
        any = true;
        if (known != before.end()) step(known->second, row, now);
        if (takes_more(known == before.end() ? nullptr : &known->second, row))
            granted(after, row, now);
    }
    for (auto const& [id, row] : before)
        if (!after.contains(id)) faults_.add("lost", words_of(town_, row) + " is gone");
    if (!any) return;
    no_overlap(after);
    enough_of(after);
}

void CalendarJudge::no_overlap(Rows const& rows) {
    std::map<MachineId, std::vector<Row const*>> by_machine;
    for (auto const& [id, row] : rows)
        if (row.live() && town_.machine(row.machine).seats == 1)
            by_machine[row.machine].push_back(&row);
    for (auto& [machine, live] : by_machine) {
        std::ranges::sort(live, {}, [](Row const* row) { return row->during.start; });
        auto const& there = town_.machine(machine);
        for (std::size_t i = 1; i < live.size(); ++i) {
            auto const free = live[i - 1]->during.end + minutes{there.buffer_minutes};
            if (live[i]->during.start - minutes{there.setup_minutes} < free)
                faults_.add("overlap",
                            words_of(town_, *live[i - 1]) + " and " + words_of(town_, *live[i]));
        }
    }
}

void CalendarJudge::at_most(Rows const& rows, std::string_view what, std::int64_t most,
                            std::function<std::int64_t(Row const&)> const& units) {
    for (auto const& [id, row] : rows) {
        if (!row.live() || units(row) == 0) continue;
        // All together are most where one of them begins.
        std::int64_t sum = 0;
        for (auto const& [other_id, other] : rows)
            if (other.live() && other.during.contains(row.during.start)) sum += units(other);
        if (sum > most)
            faults_.add("capacity", std::string{what} + ": " + std::to_string(sum) + " of " +
                                        std::to_string(most) + " at " + words_of(town_, row));
    }
}

void CalendarJudge::enough_of(Rows const& all) {
    Rows rows;
    for (auto const& [id, row] : all)
        if (row.live()) rows.emplace(id, row);
    auto const kind = [&](Row const& row) { return town_.machine(row.machine).kind; };
    at_most(rows, "die", dies, [&](Row const& row) { return kind(row) == "press" ? 1 : 0; });
    at_most(rows, "extractor", extractors,
            [&](Row const& row) { return kind(row) == "laser" || kind(row) == "cutter" ? 1 : 0; });
    at_most(rows, "power", site_watts,
            [&](Row const& row) { return town_.machine(row.machine).rated_w; });
    at_most(rows, "seats", seats,
            [&](Row const& row) { return kind(row) == "room" ? row.people : 0; });
    for (auto const& [id, row] : rows) {
        if (!row.assisted) continue;
        std::ptrdiff_t busy = 0;
        for (auto const& [other_id, other] : rows)
            if (other.assisted && other.during.contains(row.during.start)) ++busy;
        auto const minute =
            std::chrono::floor<minutes>(row.during.start - at(day_of(row.during.start), 0)).count();
        auto const there = std::ranges::count_if(town_.shifts, [&](Shift const& shift) {
            return (shift.from_minute <= minute && minute < shift.until_minute) ||
                   minute + 24 * 60 < shift.until_minute;
        });
        if (busy > there) faults_.add("capacity", "operators at " + words_of(town_, row));
    }
}

void CalendarJudge::step(Row const& before, Row const& after, Instant now) {
    if (after.version <= before.version)
        faults_.add("life", words_of(town_, after) + " changed without a new version");
    if (before.state == after.state) return;
    if (std::ranges::find(life, std::pair<std::string_view, std::string_view>{
                                    before.state, after.state}) == life.end())
        faults_.add("life", words_of(town_, after) + ", and was " + before.state);
    if (after.state != "missed") return;
    auto const grace = after.during.start + minutes{15};
    if (now < grace) faults_.add("life", words_of(town_, after) + " before the grace was over");
    for (auto const& each : lost)
        if ((!each.machine || *each.machine == after.machine) &&
            each.during.overlaps({after.during.start, grace}))
            faults_.add("life", words_of(town_, after) + " in an outage");
}

namespace {

/// From its end until it was ended; empty when it was not late.
Interval over_its_time(Row const& row, Instant now) {
    bool const works = row.state == "running" || row.state == "paused";
    bool const worked = row.state == "completed" || row.state == "interrupted";
    if (!works && !worked) return {row.during.end, row.during.end};
    return {row.during.end, std::max(row.during.end, works ? now : row.ended.value_or(now))};
}

}  // namespace

void CalendarJudge::look_for_forgotten(Rows const& rows, Instant now) {
    for (auto const& [id, row] : rows) {
        if (row.state != "confirmed") continue;
        // Who is given a slot that has begun has the grace from then on.
        auto until =
            std::max(row.during.start, row.confirmed.value_or(row.during.start)) + minutes{15};
        for (auto const& each : lost)
            if ((!each.machine || *each.machine == row.machine) && each.during.overlaps(row.during))
                until += each.during.length();
        // Nobody is to come to a machine at which others have stayed over their time.
        for (auto const& [other_id, other] : rows) {
            auto const stayed = over_its_time(other, now);
            if (other.machine == row.machine && stayed.overlaps(row.during))
                until += stayed.length();
        }
        if (std::min(until, row.during.end) <= now)
            faults_.add("life", words_of(town_, row) + " is still waited for");
    }
}

Cap const* CalendarJudge::cap_for(std::string_view name, Row const& row) const {
    auto const& shop = town_.shop(row.enterprise);
    auto const* const season = day_of(row.during.start) < eid_day ? "eid" : "normal";
    Cap const* best = nullptr;
    auto const rank = [](Cap const& cap) {
        return std::tuple{!cap.group.empty(), !cap.membership.empty(), !cap.season.empty()};
    };
    for (auto const& cap : town_.caps) {
        bool const meant = cap.name == name && town_.in_group(cap.group, row.machine) &&
                           (cap.membership.empty() || cap.membership == shop.membership) &&
                           (cap.season.empty() || cap.season == season);
        if (meant && (best == nullptr || rank(*best) < rank(cap))) best = &cap;
    }
    return best;
}

void CalendarJudge::within(Rows const& rows, Row const& row, std::string_view name,
                           Interval window) {
    auto const* const cap = cap_for(name, row);
    if (cap == nullptr) return;
    bool const counted = name.ends_with("count");
    std::int64_t used = 0;
    for (auto const& [id, other] : rows) {
        auto const during = spent(other);
        // What was broken off does not count against its rest.
        if (id == row.id || id == row.follows || !during || other.enterprise != row.enterprise ||
            !town_.in_group(cap->group, other.machine))
            continue;
        used += counted ? window.contains(during->start) ? 1 : 0 : minutes_in(window, *during);
    }
    std::int64_t const asked =
        counted ? window.contains(row.during.start) ? 1 : 0 : minutes_in(window, row.during);
    std::int64_t const unit = counted ? 1 : 60'000'000;
    if (asked > 0 && used / unit + asked / unit > cap->value)
        refuse(row, name.substr(0, name.find('_')),
               std::string{name} + " " + std::to_string(used / unit) + " + " +
                   std::to_string(asked / unit) + " of " + std::to_string(cap->value));
}

void CalendarJudge::refuse(Row const& row, std::string_view rule, std::string const& words) {
    auto const code = rule == "reserved" ? "reserved_hours" : std::string{rule} + "_quota";
    auto const passed = overridden(row.id);
    if (std::ranges::find(passed, code) != passed.end()) {
        ++overrides;
        return;
    }
    faults_.add("quota", words + ": " + words_of(town_, row));
}

void CalendarJudge::granted(Rows const& rows, Row const& row, Instant now) {
    ++grants;
    int const first = day_of(row.during.start), last = day_of(row.during.end - Duration{1});
    if (first != last) ++midnights;
    for (int day = first; day <= last; ++day)
        for (auto const* name : {"daily_minutes", "daily_count"})
            within(rows, row, name, {at(day, 0), at(day + 1, 0)});
    // The week begins on Sunday, three days before the first Wednesday.
    auto const week_of = [](int day) { return (day + 3 + 70) / 7 - 10; };
    for (int week = week_of(first); week <= week_of(last); ++week)
        within(rows, row, "weekly_minutes", {at(week * 7 - 3, 0), at(week * 7 + 4, 0)});
    within(rows, row, "future_count", {now, at(400, 0)});
    Interval const women{at(first, opens), at(first, women_until)};
    bool const kept = town_.in_group("lasers", row.machine) && women.overlaps(row.during) &&
                      now < women.start - women_released;
    if (kept && !town_.shop(row.enterprise).women_led)
        refuse(row, "reserved", "in hours that are reserved");
}

}  // namespace karkhana::crowd
