#include "server/timetable/rules.hpp"

#include <algorithm>
#include <array>

#include "server/base/csv_read.hpp"
#include "server/base/text.hpp"

namespace karkhana::timetable {
namespace {

using std::chrono::minutes;

constexpr std::size_t longest_reason = 200;

tl::unexpected<Error> bad_line(int number, std::string const& why) {
    return refuse(ErrorKind::invalid, "bad_csv", "line " + std::to_string(number) + ": " + why,
                  "/text");
}

/// "18:00" as minutes after midnight.
std::optional<minutes> clock_of(std::string_view text) {
    auto const digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
        return std::nullopt;
    int const hour = (text[0] - '0') * 10 + text[1] - '0';
    int const minute = (text[3] - '0') * 10 + text[4] - '0';
    if (hour > 23 || minute > 59) return std::nullopt;
    return minutes{hour * 60 + minute};
}

Result<ical::Event> event_of(CsvRecord const& record) {
    auto const& [number, fields] = record;
    if (fields.size() < 3) return bad_line(number, "a day and two times are needed");
    auto const day = parse_date(ascii_digits(fields[0]));
    if (!day) return bad_line(number, "a day looks like 2026-11-24");
    auto const from = clock_of(ascii_digits(fields[1])), until = clock_of(ascii_digits(fields[2]));
    if (!from || !until) return bad_line(number, "a time looks like 18:00");
    // A reason with commas in it.
    std::string words;
    for (std::size_t i = 3; i < fields.size(); ++i) words += (i > 3 ? "," : "") + fields[i];
    auto reason = facility::plain_text(words, longest_reason);
    if (!reason) return bad_line(number, "the reason cannot be read or is too long");
    ical::Event event{.uid = std::to_string(number), .summary = std::move(*reason)};
    event.start.wall = ical::LocalTime{*day} + *from;
    event.end.wall = ical::LocalTime{*day} + *until;
    if (*until <= *from) event.end.wall += std::chrono::days{1};
    return event;
}

Result<std::vector<ical::Event>> events_of_csv(std::string_view text) {
    if (text.size() > ical::longest_calendar)
        return refuse(ErrorKind::too_large, "calendar_too_large", "1 MiB at most");
    auto const records = read_csv(text, ical::most_events + 1);
    if (!records) return bad_line(records.error().line, std::string{records.error().why});
    std::vector<ical::Event> events;
    for (auto const& record : *records) {
        if (&record == &records->front() && record.fields.front() == "day") continue;
        auto event = event_of(record);
        if (!event) return tl::make_unexpected(event.error());
        events.push_back(std::move(*event));
    }
    return events;
}

/// "20261124T180000"
std::string wall_text(Zone const& zone, Instant at) {
    std::string text = to_rfc3339(std::chrono::floor<std::chrono::seconds>(at), zone);
    text.resize(19);
    std::erase(text, '-');
    std::erase(text, ':');
    return text;
}

}  // namespace

Result<std::vector<ical::Event>> read_table(std::string_view content) {
    if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
    return content.starts_with("BEGIN:VCALENDAR") ? ical::read_calendar(content)
                                                  : events_of_csv(content);
}

std::string entered_table(Zone const& zone, Interval first, std::string_view rule,
                          std::string_view reason) {
    std::string text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Karkhana//Karkhana//EN\n"
                       "BEGIN:VEVENT\nUID:entered\nDTSTART:" +
                       wall_text(zone, first.start) + "\nDTEND:" + wall_text(zone, first.end);
    if (!rule.empty()) text += "\nRRULE:" + std::string(rule);
    text += "\nSUMMARY:";
    for (char const sign : reason) {
        if (sign == '\\' || sign == ',' || sign == ';') text += '\\';
        text += sign == '\n' || sign == '\r' ? ' ' : sign;
    }
    return text + "\nEND:VEVENT\nEND:VCALENDAR\n";
}

Result<std::vector<Planned>> planned(std::vector<ical::Event> const& events, Zone const& zone,
                                     Instant now) {
    auto const dates = ical::occurrences(events, zone, {now, now + looked_ahead}, most_outages);
    if (!dates) return tl::make_unexpected(dates.error());
    std::vector<Planned> found;
    for (auto const& date : *dates) {
        auto const same = [&](Planned const& each) { return each.during == date.during; };
        if (std::ranges::none_of(found, same)) found.push_back({date.during, date.event->summary});
    }
    return found;
}

Update update_of(std::vector<Kept> const& kept, std::vector<Planned> const& wanted, Instant now) {
    Update update;
    for (auto const& each : wanted)
        if (std::ranges::find(kept, each.during, &Kept::during) == kept.end())
            update.add.push_back(each);
    for (auto const& each : kept) {
        if (std::ranges::find(wanted, each.during, &Planned::during) != wanted.end()) continue;
        if (each.during.start >= now) {
            update.drop.push_back(each);
            continue;
        }
        auto const same = std::ranges::find_if(update.add, [&](Planned const& other) {
            return other.during.start == each.during.start;
        });
        Changed changed{each, now};
        if (same != update.add.end()) {
            changed.until = std::max(now, same->during.end);
            update.add.erase(same);
        }
        update.change.push_back(changed);
    }
    return update;
}

}  // namespace karkhana::timetable
