#include "server/telling/series.hpp"

#include <algorithm>
#include <array>

#include "server/base/text.hpp"
#include "server/ical/recurrence.hpp"
#include "server/notify/templates.hpp"

namespace karkhana::telling {
namespace {

/// More dates than that are counted and not named: a text has to fit an SMS.
constexpr std::size_t left_most = 3;

/// "TU,TH" of "FREQ=WEEKLY;BYDAY=TU,TH"; empty when the rule does not say it.
std::string_view part_of(std::string_view rule, std::string_view name) {
    while (!rule.empty()) {
        auto const part = rule.substr(0, rule.find(';'));
        rule.remove_prefix(std::min(part.size() + 1, rule.size()));
        if (part.starts_with(name) && part.substr(name.size()).starts_with('='))
            return part.substr(name.size() + 1);
    }
    return {};
}

struct Rhythm {
    std::string_view freq;
    facility::Name one, many;  ///< many after the number
};
constexpr std::size_t rhythms_known = 4;
std::array<Rhythm, rhythms_known> const rhythms{
    {{"DAILY", {"every day", "প্রতিদিন"}, {"days", "দিন"}},
     {"WEEKLY", {"every week", "প্রতি সপ্তাহে"}, {"weeks", "সপ্তাহ"}},
     {"MONTHLY", {"every month", "প্রতি মাসে"}, {"months", "মাস"}},
     {"YEARLY", {"every year", "প্রতি বছর"}, {"years", "বছর"}}}};

/// " Sun, Tue" of "SU,TU"; empty when it says more than weekdays, as "2TU" does.
facility::Name weekdays_of(std::string_view list) {
    constexpr std::array<std::string_view, 7> codes{"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    facility::Name found;
    while (!list.empty()) {
        auto const code = list.substr(0, list.find(','));
        list.remove_prefix(std::min(code.size() + 1, list.size()));
        auto const known = std::ranges::find(codes, code);
        if (known == codes.end()) return {};
        auto const name = notify::weekday_words(static_cast<int>(known - codes.begin()) + 1);
        found.en += (found.en.empty() ? " " : ", ") + name.en;
        found.bn += (found.bn.empty() ? " " : ", ") + name.bn;
    }
    return found;
}

}  // namespace

std::vector<Told> told_of_series(SeriesAct const& act) {
    if (act.action == "cancelSeries") return {{"series_cancelled"}};
    if (act.action == "changeSeries") return {{"series_moved"}};
    if (act.action == "refuseSeries") return {{"series_declined"}};
    if (act.action == "lapseSeries") return {{"series_lapsed"}};
    if (act.action == "approveSeries") return {{"series_booked"}};
    if (act.pending == 0) return {{"series_booked"}};
    return {{act.pending == act.dates ? "series_pending" : "series_booked"},
            {"series_wanted", Told::To::managers}};
}

std::optional<Instant> series_useful_until(SeriesAct const& act) {
    bool const over =
        act.action == "cancelSeries" || act.action == "refuseSeries" || act.action == "lapseSeries";
    if (over) return std::nullopt;
    return act.pending == act.dates && act.hold_until ? *act.hold_until : act.last.end;
}

facility::Name rule_words(std::string_view text) {
    auto const rule = ical::parse_rule(text);
    if (!rule) return {};
    auto const freq = part_of(rule->text, "FREQ");
    auto const* const known = std::ranges::find(rhythms, freq, &Rhythm::freq);
    if (known == rhythms.end()) return {};
    auto words = known->one;
    if (auto const every = std::string(part_of(rule->text, "INTERVAL"));
        !every.empty() && every != "1")
        words = {"every " + every + " " + known->many.en,
                 bangla_digits(every) + " " + known->many.bn + " পরপর"};
    auto const days = weekdays_of(part_of(rule->text, "BYDAY"));
    if (!days.en.empty()) words = {words.en + " on" + days.en, words.bn + days.bn};
    return words;
}

facility::Name dates_words(std::int64_t dates) {
    auto const number = std::to_string(dates);
    return {number + (dates == 1 ? " date" : " dates"), bangla_digits(number) + "টি তারিখ"};
}

facility::Name left_words(SeriesAct const& act, Zone const& zone) {
    if (act.left.empty()) return {};
    // What was not made was left out; what was there is as it was.
    bool const made = act.action == "createSeries" || act.action == "approveSeries";
    facility::Name words{made ? "Not: " : "As before: ", made ? "বাদ: " : "আগের মতো: "};
    for (std::size_t i = 0; i < std::min(left_most, act.left.size()); ++i) {
        auto const day = notify::day_words(zone, act.left[i]);
        words.en += (i == 0 ? "" : ", ") + day.en;
        words.bn += (i == 0 ? "" : ", ") + day.bn;
    }
    if (act.left.size() > left_most) {
        auto const more = std::to_string(act.left.size() - left_most);
        words.en += " and " + more + " more";
        words.bn += ", আরও " + bangla_digits(more) + "টি";
    }
    return {words.en + ".", words.bn + "।"};
}

}  // namespace karkhana::telling
