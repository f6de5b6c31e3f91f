#include "server/ical/read.hpp"

#include <algorithm>
#include <functional>
#include <libical/ical.h>
#include <map>
#include <memory>

#include "server/base/unicode.hpp"

namespace karkhana::ical {
namespace {

constexpr std::size_t most_lines = 200'000;
constexpr int deepest = 4;
constexpr std::size_t longest_text = 500;

tl::unexpected<Error> bad_event(std::string const& uid, std::string const& what) {
    return refuse(ErrorKind::invalid, "bad_event", "event " + uid + ": " + what);
}

/// With line ends as \n and folded lines in one, so that what is counted here is what is parsed.
std::string unfolded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const ends = text[i] == '\r' || text[i] == '\n';
        if (!ends) {
            out += text[i];
            continue;
        }
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
        bool const folded = i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t');
        folded ? void(++i) : out.push_back('\n');
    }
    return out;
}

bool begins(std::string_view line, std::string_view upper_case) {
    auto const same = [](char a, char b) { return (b >= 'a' && b <= 'z' ? b - 32 : b) == a; };
    return line.size() >= upper_case.size() &&
           std::equal(upper_case.begin(), upper_case.end(), line.begin(), same);
}

/// How the text is nested, before libical builds a tree of it, whose branches it follows by
/// recursion; and every END has its BEGIN, for libical would complain of each to the journal.
/// Errors: as read_calendar.
Result<void> check_shape(std::string_view text) {
    std::size_t lines = 0, events = 0;
    int depth = 0;
    auto const bad = [](std::string detail) {
        return refuse(ErrorKind::invalid, "bad_calendar", std::move(detail));
    };
    for (std::size_t at = 0; at < text.size(); ++lines) {
        auto const end = std::min(text.find('\n', at), text.size());
        auto const line = text.substr(at, end - at);
        at = end + 1;
        if (!line.empty() && static_cast<unsigned char>(line.front()) <= ' ')
            return bad("a line begins with a space");
        if (begins(line, "BEGIN;") || begins(line, "END;"))
            return bad("a component has no parameters");
        if (begins(line, "BEGIN:VEVENT")) ++events;
        if (begins(line, "BEGIN:") && ++depth > deepest)
            return bad("components are nested too deep");
        if (begins(line, "END:") && --depth < 0) return bad("an END without its BEGIN");
    }
    if (lines > most_lines || events > most_events)
        return refuse(ErrorKind::too_large, "calendar_too_large",
                      "a calendar has " + std::to_string(most_events) + " events at most");
    return {};
}

/// As it can be shown: NFC, on one line, cut.
std::string plain(char const* text) {
    if (text == nullptr) return {};
    std::string cleaned = nfc(text);
    std::ranges::replace_if(
        cleaned, [](unsigned char sign) { return sign < 32 || sign == 127; }, ' ');
    std::size_t length = 0;
    for (std::size_t i = 0; i < cleaned.size(); ++i)
        if ((cleaned[i] & 0xC0) != 0x80 && ++length > longest_text) return cleaned.substr(0, i);
    return cleaned;
}

/// What the zones of the text say, by TZID: the offset of those that have one alone.
using Offsets = std::map<std::string, std::chrono::minutes, std::less<>>;

std::vector<icalcomponent*> inside(icalcomponent* parent, icalcomponent_kind kind) {
    std::vector<icalcomponent*> found;
    for (auto* part = icalcomponent_get_first_component(parent, kind); part != nullptr;
         part = icalcomponent_get_next_component(parent, kind))
        found.push_back(part);
    return found;
}

std::vector<icalproperty*> properties(icalcomponent* of, icalproperty_kind kind) {
    std::vector<icalproperty*> found;
    for (auto* part = icalcomponent_get_first_property(of, kind); part != nullptr;
         part = icalcomponent_get_next_property(of, kind))
        found.push_back(part);
    return found;
}

void add_offset(Offsets& offsets, icalcomponent* zone) {
    auto* const id = icalcomponent_get_first_property(zone, ICAL_TZID_PROPERTY);
    if (id == nullptr || icalproperty_get_tzid(id) == nullptr) return;
    std::optional<int> only;
    for (auto* const part : inside(zone, ICAL_ANY_COMPONENT))
        for (auto* const to : properties(part, ICAL_TZOFFSETTO_PROPERTY)) {
            auto const offset = icalproperty_get_tzoffsetto(to);
            if (only.value_or(offset) != offset) return;
            only = offset;
        }
    if (only)
        offsets.emplace(icalproperty_get_tzid(id),
                        std::chrono::floor<std::chrono::minutes>(std::chrono::seconds{*only}));
}

class Reader {
public:
    explicit Reader(Offsets const& offsets) : offsets_(offsets) {}

    Result<Event> event(icalcomponent* part) {
        Event event{.uid = plain(icalcomponent_get_uid(part)),
                    .sequence = icalcomponent_get_sequence(part),
                    .summary = plain(icalcomponent_get_summary(part)),
                    .description = plain(icalcomponent_get_description(part)),
                    .cancelled = icalcomponent_get_status(part) == ICAL_STATUS_CANCELLED};
        if (event.uid.empty()) return bad_event("without UID", "it has none");
        uid_ = event.uid;
        auto* const start = icalcomponent_get_first_property(part, ICAL_DTSTART_PROPERTY);
        if (start == nullptr) return bad_event(uid_, "it has no DTSTART");
        if (auto const read = times(part, start, event); !read)
            return tl::make_unexpected(read.error());
        if (event.end.wall < event.start.wall && event.end.zone == event.start.zone &&
            event.end.offset == event.start.offset)
            return bad_event(uid_, "it ends before it starts");
        return event;
    }

private:
    Result<void> times(icalcomponent* part, icalproperty* start, Event& event) {
        if (auto const read = into(event.start, start, icalproperty_get_dtstart(start)); !read)
            return read;
        if (auto const read = end_of(part, event); !read) return read;
        for (auto* const each : properties(part, ICAL_EXDATE_PROPERTY))
            if (auto const read =
                    into(event.except.emplace_back(), each, icalproperty_get_exdate(each));
                !read)
                return read;
        for (auto* const each : properties(part, ICAL_RDATE_PROPERTY))
            if (auto const read =
                    into(event.also.emplace_back(), each, icalproperty_get_rdate(each).time);
                !read)
                return read;
        if (auto* const of = icalcomponent_get_first_property(part, ICAL_RECURRENCEID_PROPERTY)) {
            event.instead_of.emplace();
            if (auto const read = into(*event.instead_of, of, icalproperty_get_recurrenceid(of));
                !read)
                return read;
        }
        return rule_of(part, event);
    }

    Result<void> end_of(icalcomponent* part, Event& event) {
        if (auto* const end = icalcomponent_get_first_property(part, ICAL_DTEND_PROPERTY))
            return into(event.end, end, icalproperty_get_dtend(end));
        event.end = event.start;
        std::chrono::seconds length{0};
        if (event.start.day_only) length = std::chrono::days{1};
        if (auto* const said = icalcomponent_get_first_property(part, ICAL_DURATION_PROPERTY))
            length = std::chrono::seconds{icaldurationtype_as_int(icalproperty_get_duration(said))};
        event.end.wall += length;
        return {};
    }

    Result<void> rule_of(icalcomponent* part, Event& event) {
        auto const rules = properties(part, ICAL_RRULE_PROPERTY);
        if (rules.empty()) return {};
        if (rules.size() > 1) return bad_event(uid_, "it has more than one RRULE");
        std::unique_ptr<char, decltype(&icalmemory_free_buffer)> const text{
            icalproperty_get_value_as_string_r(rules.front()), &icalmemory_free_buffer};
        auto rule = parse_rule(text ? text.get() : "");
        if (!rule) {
            rule.error().detail = "event " + uid_ + ": " + rule.error().detail;
            return tl::make_unexpected(rule.error());
        }
        event.rule = std::move(*rule);
        return {};
    }

    Result<void> into(Time& time, icalproperty* said, icaltimetype const& value) {
        std::chrono::year_month_day const day{
            std::chrono::year{value.year}, std::chrono::month{static_cast<unsigned>(value.month)},
            std::chrono::day{static_cast<unsigned>(value.day)}};
        bool const fits = day.ok() && value.year >= 1970 && value.year < 2200 && value.hour >= 0 &&
                          value.hour < 24 && value.minute >= 0 && value.minute < 60 &&
                          value.second >= 0 && value.second < 61;
        if (!fits) return bad_event(uid_, "a time of it cannot be read");
        time.day_only = value.is_date != 0;
        time.wall = LocalTime{std::chrono::local_days{day}};
        if (time.day_only) return {};
        time.wall += std::chrono::hours{value.hour} + std::chrono::minutes{value.minute} +
                     std::chrono::seconds{value.second};
        if (icaltime_is_utc(value)) time.offset = std::chrono::minutes{0};
        auto* const parameter = icalproperty_get_first_parameter(said, ICAL_TZID_PARAMETER);
        if (parameter == nullptr || time.offset) return {};
        return zone_into(time, icalparameter_get_tzid(parameter));
    }

    Result<void> zone_into(Time& time, std::string name) {
        if (auto const known = offsets_.find(name); Zone::find(name)) {
            time.zone = std::move(name);
        } else if (known != offsets_.end()) {
            time.offset = known->second;
        } else {
            return refuse(ErrorKind::invalid, "unknown_zone",
                          "event " + uid_ + ": there is no time zone " + plain(name.c_str()));
        }
        return {};
    }

    Offsets const& offsets_;
    std::string uid_;
};

}  // namespace

Result<std::vector<Event>> read_calendar(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.size() > longest_calendar)
        return refuse(ErrorKind::too_large, "calendar_too_large", "a calendar has 1 MiB at most");
    auto const bad = [](std::string detail) {
        return refuse(ErrorKind::invalid, "bad_calendar", std::move(detail));
    };
    if (!valid_utf8(text) || text.find('\0') != text.npos) return bad("the text is not UTF-8");
    auto const whole = unfolded(text);
    if (auto const fits = check_shape(whole); !fits) return tl::make_unexpected(fits.error());
    std::unique_ptr<icalcomponent, decltype(&icalcomponent_free)> const root{
        icalparser_parse_string(whole.c_str()), &icalcomponent_free};
    if (!root) return bad("this is no calendar");
    auto calendars = inside(root.get(), ICAL_VCALENDAR_COMPONENT);
    if (icalcomponent_isa(root.get()) == ICAL_VCALENDAR_COMPONENT) calendars = {root.get()};
    if (calendars.empty()) return bad("there is no VCALENDAR in it");
    std::vector<Event> events;
    std::size_t rules = 0;
    for (auto* const calendar : calendars) {
        Offsets offsets;
        for (auto* const zone : inside(calendar, ICAL_VTIMEZONE_COMPONENT))
            add_offset(offsets, zone);
        Reader reader{offsets};
        for (auto* const part : inside(calendar, ICAL_VEVENT_COMPONENT)) {
            auto event = reader.event(part);
            if (!event) return tl::make_unexpected(event.error());
            if (event->rule && ++rules > most_rules)
                return refuse(ErrorKind::too_large, "calendar_too_large",
                              "a calendar has " + std::to_string(most_rules) + " rules at most");
            events.push_back(std::move(*event));
        }
    }
    return events;
}

}  // namespace karkhana::ical
