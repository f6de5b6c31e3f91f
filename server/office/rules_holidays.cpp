#include "server/office/rules_holidays.hpp"

#include <algorithm>
#include <map>

#include "server/base/csv_read.hpp"
#include "server/base/text.hpp"
#include "server/ical/occurrences.hpp"

namespace karkhana::office {
namespace {

using facility::SpecialDay;

tl::unexpected<Error> bad_line(int number, std::string const& why) {
    return refuse(ErrorKind::invalid, "bad_csv", "Line " + std::to_string(number) + ": " + why,
                  "/text");
}

Result<SpecialDay> holiday_of(CsvRecord const& record, std::string_view source) {
    int const number = record.line;
    if (record.fields.size() != 3)
        return bad_line(number, "a day, a name in English and one in Bangla are needed.");
    auto const day = parse_date(ascii_digits(record.fields[0]));
    if (!day) return bad_line(number, "a day looks like 2026-12-16.");
    if (record.fields[1].empty() || record.fields[2].empty())
        return bad_line(number, "a name in both languages is needed.");
    auto holiday = facility::valid_special_day(
        {*day, {record.fields[1], record.fields[2]}, {}, std::string{source}});
    if (!holiday) return bad_line(number, holiday.error().detail);
    return holiday;
}

tl::unexpected<Error> too_many_days() {
    return refuse(ErrorKind::invalid, "too_many",
                  "At most " + std::to_string(most_holidays) + " days.", "/text");
}

}  // namespace

Result<std::vector<SpecialDay>> holidays_of_csv(std::string_view text, std::string_view source) {
    // With a heading, and a day too many to say so.
    auto const records = read_csv(text, most_holidays + 2);
    if (!records) return bad_line(records.error().line, std::string{records.error().why} + ".");
    std::vector<SpecialDay> found;
    for (auto const& record : *records) {
        if (&record == &records->front() && record.fields.front() == "day") continue;
        auto holiday = holiday_of(record, source);
        if (!holiday) return tl::make_unexpected(holiday.error());
        if (std::ranges::find(found, holiday->day, &SpecialDay::day) != found.end())
            return bad_line(record.line, "this day was named before.");
        found.push_back(std::move(*holiday));
        if (found.size() > most_holidays) return too_many_days();
    }
    return found;
}

Result<std::vector<SpecialDay>> holidays_of_calendar(std::string_view text, Zone const& zone,
                                                     Interval window, std::string_view source) {
    auto const at_text = [](Error error) {
        error.field = "/text";
        return tl::make_unexpected(std::move(error));
    };
    auto const events = ical::read_calendar(text);
    if (!events) return at_text(events.error());
    auto const dates = ical::occurrences(*events, zone, window, most_holidays);
    if (!dates) return at_text(dates.error());
    std::map<std::chrono::local_days, SpecialDay> found;
    for (auto const& [event, during, named] : *dates) {
        auto const first = local_day(zone, during.start),
                   last = local_day(zone, during.end - Duration{1});
        if (day_interval(zone, first).start != during.start ||
            day_interval(zone, last).end != during.end)
            return refuse(ErrorKind::invalid, "not_whole_days",
                          "event " + event->uid + " begins or ends within a day", "/text");
        for (auto day = first; day <= last; day += std::chrono::days{1}) {
            auto holiday = facility::valid_special_day(
                {day, {event->summary, event->summary}, {}, std::string{source}});
            if (!holiday) return at_text(holiday.error());
            found.emplace(day, std::move(*holiday));
            if (found.size() > most_holidays) return too_many_days();
        }
    }
    // An empty list would take back what it said before: more likely it is another calendar.
    if (found.empty())
        return refuse(ErrorKind::invalid, "no_days", "no whole day of these years is in it",
                      "/text");
    std::vector<SpecialDay> days;
    for (auto& [day, holiday] : found) days.push_back(std::move(holiday));
    return days;
}

std::vector<SpecialDay> with_imported(std::vector<SpecialDay> const& kept,
                                      std::vector<SpecialDay> const& read,
                                      std::string_view source) {
    std::vector<SpecialDay> merged;
    for (auto const& each : kept)
        if (each.source != source) merged.push_back(each);
    auto const others = merged.size();
    for (auto const& each : read) {
        auto const end = merged.begin() + static_cast<std::ptrdiff_t>(others);
        if (std::find_if(merged.begin(), end,
                         [&](SpecialDay const& other) { return other.day == each.day; }) == end)
            merged.push_back(each);
    }
    std::ranges::sort(merged, {}, &SpecialDay::day);
    return merged;
}

}  // namespace karkhana::office
