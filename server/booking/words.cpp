#include "server/booking/words.hpp"

#include <array>
#include <cstdio>
#include <iterator>

#include "server/base/text.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::local_days;

std::string clock_text(int minute) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "%02d:%02d", minute / 60 % 24, minute % 60);
    return text.data();
}

std::string clock_text(Zone const& zone, Instant at) { return clock_text(minute_of_day(zone, at)); }

/// "14:00-16:00", with the dates where the ends are on two days.
std::string span_text(Zone const& zone, Interval span) {
    auto const first = local_day(zone, span.start);
    auto const last = local_day(zone, span.end - Duration{1});
    auto const from = clock_text(zone, span.start), until = clock_text(zone, span.end);
    if (first == last) return from + "-" + until;
    return to_date(first) + " " + from + " - " + to_date(local_day(zone, span.end)) + " " + until;
}

int weekday_of(local_days day) {
    return static_cast<int>(std::chrono::weekday{day}.iso_encoding());
}

std::string_view weekday_en(int weekday) {
    constexpr std::array<std::string_view, 7> names{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};
    return names.at(static_cast<std::size_t>(weekday - 1));
}

std::string_view weekday_bn(int weekday) {
    constexpr std::array<std::string_view, 7> names{"সোমবার", "মঙ্গলবার", "বুধবার", "বৃহস্পতিবার",
                                                    "শুক্রবার", "শনিবার",  "রবিবার"};
    return names.at(static_cast<std::size_t>(weekday - 1));
}

/// "09:00-13:00, 14:00-18:00"; empty on a closed day.
std::string hours_text(World const& world, int weekday) {
    std::string text;
    for (auto const& hours : world.hours) {
        if (hours.weekday != weekday) continue;
        if (!text.empty()) text += ", ";
        text += clock_text(hours.opens_minute) + "-" + clock_text(hours.closes_minute);
    }
    return text;
}

facility::Name outage_word(std::string_view kind) {
    if (kind == "maintenance") return {"maintenance", "রক্ষণাবেক্ষণ"};
    if (kind == "load_shedding") return {"load-shedding", "লোডশেডিং"};
    if (kind == "breakdown") return {"breakdown", "মেশিন নষ্ট"};
    if (kind == "unreachable") return {"no power or no connection", "বিদ্যুৎ বা সংযোগ ছিল না"};
    if (kind == "unmetered") return {"the meter did not answer", "মিটার সাড়া দেয়নি"};
    return {"closed", "বন্ধ"};
}

/// Said in both languages, with the digits of each.
facility::Name said(std::string english, std::string_view bangla) {
    return {std::move(english), bangla_digits(bangla)};
}

std::string in_words(std::int64_t number) { return std::to_string(number); }

}  // namespace

Violation said_in_past(World const& world, Instant start) {
    return {Rule::in_past,
            said("That time has passed.", "ওই সময় পার হয়ে গেছে।"),
            {{"start", to_rfc3339(start, world.zone)}, {"now", to_rfc3339(world.now, world.zone)}}};
}

Violation said_closed(World const& world, Instant start) {
    int const weekday = weekday_of(local_day(world.zone, start));
    auto const open = hours_text(world, weekday);
    std::string const en{weekday_en(weekday)}, bn{weekday_bn(weekday)};
    auto message = open.empty() ? said("Closed on " + en + ".", bn + " বন্ধ।")
                                : said("Closed then. Open on " + en + ": " + open + ".",
                                       "তখন বন্ধ। " + bn + " খোলা: " + open + "।");
    return {Rule::closed, std::move(message), {{"weekday", weekday}, {"open", open}}};
}

Violation said_outage(World const& world, facility::Outage const& outage) {
    auto const word = outage_word(outage.kind);
    auto const span = span_text(world.zone, outage.during);
    std::string const reason = outage.reason.empty() ? "" : " (" + outage.reason + ")";
    return {Rule::outage,
            {"Not usable " + span + ": " + word.en + reason + ".",
             bangla_digits(span) + " ব্যবহার করা যাবে না: " + word.bn + reason + "।"},
            {{"kind", outage.kind},
             {"from", to_rfc3339(outage.during.start, world.zone)},
             {"until", to_rfc3339(outage.during.end, world.zone)}}};
}

Violation said_out_of_order() {
    return {Rule::outage,
            said("The machine is out of order.", "মেশিনটি নষ্ট।"),
            {{"kind", "out_of_order"}}};
}

Violation said_grid(int grid_minutes) {
    auto const grid = in_words(grid_minutes);
    return {Rule::grid,
            said("Start and length go by steps of " + grid + " minutes.",
                 "শুরুর সময় ও সময়ের দৈর্ঘ্য " + grid + " মিনিটের ধাপে হতে হবে।"),
            {{"grid_minutes", grid_minutes}}};
}

Violation said_too_short(std::int64_t min_minutes, std::int64_t minutes) {
    auto const least = in_words(min_minutes), asked = in_words(minutes);
    return {Rule::too_short,
            said("At least " + least + " minutes; this is " + asked + ".",
                 "কমপক্ষে " + least + " মিনিট; এটি " + asked + " মিনিট।"),
            {{"min_minutes", min_minutes}, {"minutes", minutes}}};
}

Violation said_too_long(std::int64_t max_minutes, std::int64_t minutes) {
    auto const most = in_words(max_minutes), asked = in_words(minutes);
    return {Rule::too_long,
            said("At most " + most + " minutes; this is " + asked + ".",
                 "সর্বোচ্চ " + most + " মিনিট; এটি " + asked + " মিনিট।"),
            {{"max_minutes", max_minutes}, {"minutes", minutes}}};
}

Violation said_too_far(int horizon_days, local_days last_day) {
    auto const days = in_words(horizon_days), last = to_date(last_day);
    return {Rule::too_far,
            said("Bookings are taken " + days + " days ahead, until " + last + ".",
                 "আগামী " + days + " দিন পর্যন্ত বুকিং নেওয়া হয়, " + last + " পর্যন্ত।"),
            {{"horizon_days", horizon_days}, {"last_day", last}}};
}

Violation said_too_soon(std::int64_t notice_minutes) {
    auto const notice = in_words(notice_minutes);
    return {Rule::too_soon,
            said("Book at least " + notice + " minutes ahead.",
                 "কমপক্ষে " + notice + " মিনিট আগে বুক করতে হবে।"),
            {{"notice_minutes", notice_minutes}}};
}

Violation said_suspended() {
    return {Rule::suspended,
            said("This enterprise may not book at present; please ask at the desk.",
                 "এই প্রতিষ্ঠান এখন বুকিং করতে পারবে না; ডেস্কে কথা বলুন।"),
            {}};
}

Violation said_slot_taken(World const& world, Interval taken, std::optional<Instant> longest_end) {
    auto const span = span_text(world.zone, taken);
    Violation violation{Rule::slot_taken,
                        said("Taken " + span + ".", span + " অন্যের বুকিং আছে।"),
                        {{"from", to_rfc3339(taken.start, world.zone)},
                         {"until", to_rfc3339(taken.end, world.zone)}}};
    if (longest_end) {
        auto const until = clock_text(world.zone, *longest_end);
        violation.message.en += " You can stay until " + until + ".";
        violation.message.bn += bangla_digits(" আপনি " + until + " পর্যন্ত থাকতে পারেন।");
        violation.numbers.emplace_back("longest_end", to_rfc3339(*longest_end, world.zone));
    }
    return violation;
}

}  // namespace karkhana::booking
