// A calendar or a rule of a stranger: its events and their dates, or why it is refused. What is
// written of what was read is read as it was.

#include <cstdlib>
#include <string_view>

#include "server/ical/occurrences.hpp"
#include "server/ical/write.hpp"

using namespace karkhana;

namespace {

using std::chrono::days;

constexpr Instant now = instant(1'795'000'000'000'000);  // November 2026

void read_rule(std::string_view text, Zone const& zone) {
    auto const rule = ical::parse_rule(text);
    if (!rule) return;
    ical::LocalTime const start{std::chrono::local_days{std::chrono::year{2026} / 11 / 22}};
    auto const dates = ical::expand(ical::in_zone(*rule, zone), start, start + days{400}, 400);
    for (std::size_t i = 0; i < dates.size(); ++i)
        if (dates[i] >= start + days{400} || (i > 0 && dates[i] < dates[i - 1])) std::abort();
}

void read_and_write(std::string_view text, Zone const& zone) {
    auto const events = ical::read_calendar(text);
    if (!events) return;
    auto const found = ical::occurrences(*events, zone, {now, now + days{60}}, 1000);
    if (!found) return;
    ical::Calendar calendar;
    for (auto const& each : *found)
        calendar.entries.push_back({.uid = each.event->uid,
                                    .changed = now,
                                    .during = each.during,
                                    .summary = each.event->summary});
    auto const again = ical::read_calendar(ical::write_calendar(calendar));
    if (!again && again.error().code != "calendar_too_large") std::abort();
    if (!again) return;
    if (again->size() != calendar.entries.size()) std::abort();
    for (std::size_t i = 0; i < again->size(); ++i)
        if ((*again)[i].uid != calendar.entries[i].uid) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Zone const zone = Zone::find("Asia/Dhaka").value();
    if (size == 0) return 0;
    std::string_view const text{reinterpret_cast<char const*>(data) + 1, size - 1};
    if (data[0] % 4 == 0)
        read_rule(text, zone);
    else
        read_and_write(text, zone);
    return 0;
}
