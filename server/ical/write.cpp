#include "server/ical/write.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace karkhana::ical {
namespace {

/// Of a line without its end (RFC 5545 3.1).
constexpr std::size_t longest_line = 75;

bool begins_character(char byte) { return (byte & 0xC0) != 0x80; }

void write_line(std::string& out, std::string_view line) {
    std::size_t room = longest_line;
    while (line.size() > room) {
        auto cut = room;
        while (!begins_character(line[cut])) --cut;
        out.append(line.substr(0, cut)).append("\r\n ");
        line.remove_prefix(cut);
        room = longest_line - 1;
    }
    out.append(line).append("\r\n");
}

/// TEXT (RFC 5545 3.3.11); control characters have no place in it.
std::string escaped(std::string_view text) {
    std::string out;
    for (char const sign : text) {
        if (sign == '\\' || sign == ';' || sign == ',') out += '\\';
        if (sign == '\n')
            out += "\\n";
        else if (static_cast<unsigned char>(sign) >= 32 && sign != 127)
            out += sign;
    }
    return out;
}

/// "20261124T100000"
std::string wall_text(LocalTime at) {
    auto const day = std::chrono::floor<std::chrono::days>(at);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const clock{at - day};
    char text[40];
    auto const length = std::snprintf(
        text, sizeof text, "%04d%02u%02uT%02d%02d%02d", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    return {text, static_cast<std::size_t>(length)};
}

LocalTime wall_at(Instant at, Duration offset) {
    return LocalTime{std::chrono::floor<std::chrono::seconds>(at + offset).time_since_epoch()};
}

/// "20261124T040000Z"
std::string utc(Instant at) { return wall_text(wall_at(at, Duration{})) + "Z"; }

std::string_view name_of(Method method) {
    switch (method) {
    case Method::publish: return "PUBLISH";
    case Method::request: return "REQUEST";
    case Method::cancel: return "CANCEL";
    }
    return "";
}

std::string_view name_of(Status status) {
    switch (status) {
    case Status::tentative: return "TENTATIVE";
    case Status::confirmed: return "CONFIRMED";
    case Status::cancelled: return "CANCELLED";
    }
    return "";
}

void write_text(std::string& out, std::string_view name, std::string_view text) {
    if (!text.empty()) write_line(out, std::string(name) + ":" + escaped(text));
}

/// An address goes into a line as it is, so it has nothing that would end it.
std::string address(std::string_view email) {
    std::string out = "mailto:";
    for (char const sign : email)
        if (static_cast<unsigned char>(sign) > 32 && sign != 127) out += sign;
    return out;
}

/// "+0600"
std::string offset_text(Duration offset) {
    auto const minutes = std::chrono::floor<std::chrono::minutes>(offset).count();
    auto const size = minutes < 0 ? -minutes : minutes;
    char text[32];
    auto const length = std::snprintf(text, sizeof text, "%c%02d%02d", minutes < 0 ? '-' : '+',
                                      static_cast<int>(size / 60), static_cast<int>(size % 60));
    return {text, static_cast<std::size_t>(length)};
}

void write_observance(std::string& out, LocalTime begins, Duration from, Duration to) {
    std::string const name = to > from ? "DAYLIGHT" : "STANDARD";
    write_line(out, "BEGIN:" + name);
    write_line(out, "DTSTART:" + wall_text(begins));
    write_line(out, "TZOFFSETFROM:" + offset_text(from));
    write_line(out, "TZOFFSETTO:" + offset_text(to));
    write_line(out, "END:" + name);
}

/// The first instant after `before` at which the clocks show something else; the zone changes once
/// within the two.
Instant change_between(Zone const& zone, Instant before, Instant after) {
    auto const offset = zone.offset_at(before);
    while (after - before > Duration{1}) {
        auto const middle = before + (after - before) / 2;
        (zone.offset_at(middle) == offset ? before : after) = middle;
    }
    return after;
}

/// The zone as its clocks go while the entries last, a line for each time that they are changed.
void write_zone(std::string& out, Zone const& zone, Interval span) {
    constexpr std::chrono::days day{1};
    write_line(out, "BEGIN:VTIMEZONE");
    write_line(out, "TZID:" + zone.name());
    auto const first = zone.offset_at(span.start);
    write_observance(out, LocalTime{}, first, first);
    for (auto at = span.start; at < span.end; at += day) {
        auto const from = zone.offset_at(at), to = zone.offset_at(at + day);
        if (from == to) continue;
        write_observance(out, wall_at(change_between(zone, at, at + day), from), from, to);
    }
    write_line(out, "END:VTIMEZONE");
}

Interval span_of(std::vector<Entry> const& entries) {
    auto span = entries.front().during;
    for (auto const& entry : entries) {
        span.start = std::min(span.start, entry.during.start);
        span.end = std::max(span.end, entry.during.end);
        if (entry.repeat) span.end = std::max(span.end, entry.repeat->last + entry.during.length());
    }
    return span;
}

/// The name of a property with a time, and how its times are told.
class Times {
public:
    explicit Times(std::optional<Zone> const& zone) : zone_(zone) {}

    std::string line(std::string_view name, std::vector<Instant> const& times) const {
        std::string text{name};
        if (zone_) text += ";TZID=" + zone_->name();
        char sign = ':';
        for (auto const at : times) {
            text += sign;
            text += zone_ ? wall_text(wall_at(at, zone_->offset_at(at))) : utc(at);
            sign = ',';
        }
        return text;
    }
    /// RRULE wants its end in UTC where DTSTART has a zone.
    std::string line(Rule const& rule) const {
        auto text = "RRULE:" + rule.text;
        if (!rule.until) return text;
        auto const until = rule.until_is_utc ? Instant{rule.until->time_since_epoch()}
                                             : zone_->from_local(*rule.until);
        return text + ";UNTIL=" + utc(until);
    }

private:
    std::optional<Zone> const& zone_;
};

void write_entry(std::string& out, Entry const& entry, Times const& times) {
    write_line(out, "BEGIN:VEVENT");
    write_text(out, "UID", entry.uid);
    if (entry.instead_of) write_line(out, times.line("RECURRENCE-ID", {*entry.instead_of}));
    write_line(out, "SEQUENCE:" + std::to_string(entry.sequence));
    write_line(out, "DTSTAMP:" + utc(entry.changed));
    write_line(out, times.line("DTSTART", {entry.during.start}));
    write_line(out, times.line("DTEND", {entry.during.end}));
    if (entry.repeat) write_line(out, times.line(entry.repeat->rule));
    if (entry.repeat && !entry.repeat->except.empty())
        write_line(out, times.line("EXDATE", entry.repeat->except));
    write_line(out, "STATUS:" + std::string(name_of(entry.status)));
    write_text(out, "SUMMARY", entry.summary);
    write_text(out, "DESCRIPTION", entry.description);
    write_text(out, "LOCATION", entry.location);
    if (!entry.organizer.empty()) write_line(out, "ORGANIZER:" + address(entry.organizer));
    for (auto const& attendee : entry.attendees)
        write_line(out, "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:" +
                            address(attendee));
    write_line(out, "TRANSP:" +
                        std::string(entry.status == Status::cancelled ? "TRANSPARENT" : "OPAQUE"));
    write_line(out, "END:VEVENT");
}

}  // namespace

std::string write_calendar(Calendar const& calendar) {
    std::string out;
    write_line(out, "BEGIN:VCALENDAR");
    write_line(out, "VERSION:2.0");
    write_line(out, "PRODID:-//Karkhana//Karkhana//" +
                        std::string(calendar.language == Language::bn ? "BN" : "EN"));
    write_line(out, "CALSCALE:GREGORIAN");
    write_line(out, "METHOD:" + std::string(name_of(calendar.method)));
    write_text(out, "X-WR-CALNAME", calendar.name);
    if (calendar.method == Method::publish) {
        write_line(out, "REFRESH-INTERVAL;VALUE=DURATION:PT15M");
        write_line(out, "X-PUBLISHED-TTL:PT15M");
    }
    if (calendar.zone && !calendar.entries.empty())
        write_zone(out, *calendar.zone, span_of(calendar.entries));
    Times const times{calendar.zone};
    for (auto const& entry : calendar.entries) write_entry(out, entry, times);
    write_line(out, "END:VCALENDAR");
    return out;
}

}  // namespace karkhana::ical
