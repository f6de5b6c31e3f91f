#include "server/booking/words.hpp"

#include <algorithm>
#include <array>

#include "server/base/text.hpp"
#include "server/booking/words_text.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::local_days;

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
std::string hours_text(World const& world, local_days day) {
    std::string text;
    auto const add = [&](int from, int until) {
        if (!text.empty()) text += ", ";
        text += clock_text(from) + "-" + clock_text(until);
    };
    auto const& plan = world.opening();
    auto const special = std::ranges::find(plan.special, day, &facility::SpecialDay::day);
    if (special != plan.special.end())
        for (auto const span : special->spans) add(span.from_minute, span.until_minute);
    else
        for (auto const& hours : facility::profile_on(plan, day).hours)
            if (hours.weekday == weekday_of(day)) add(hours.opens_minute, hours.closes_minute);
    return text;
}

std::string_view name_of(facility::Shut::Why why) {
    constexpr std::array<std::string_view, 3> names{"hours", "holiday", "break"};
    return names.at(static_cast<std::size_t>(why));
}

facility::Name outage_word(std::string_view kind) {
    if (kind == "maintenance") return {"maintenance", "রক্ষণাবেক্ষণ"};
    if (kind == "load_shedding") return {"load-shedding", "লোডশেডিং"};
    if (kind == "breakdown") return {"breakdown", "মেশিন নষ্ট"};
    if (kind == "unreachable") return {"no power or no connection", "বিদ্যুৎ বা সংযোগ ছিল না"};
    if (kind == "unmetered") return {"the meter did not answer", "মিটার সাড়া দেয়নি"};
    return {"closed", "বন্ধ"};
}

/// When it is repaired nobody knows of a breakdown with a ticket, however long the slots are kept.
facility::Name outage_time(Zone const& zone, facility::Outage const& outage) {
    if (outage.kind != "breakdown" || !outage.cause) return span_text(zone, outage.during);
    auto const day = day_text(local_day(zone, outage.during.start));
    auto const from = clock_text(zone, outage.during.start);
    return said("since " + day.en + " " + from + ", until it is repaired",
                day.bn + " " + from + " থেকে, মেরামত না হওয়া পর্যন্ত");
}

}  // namespace

Violation said_in_past(World const& world, Instant start) {
    return {
        Rule::in_past,
        said("That time has passed.", "ওই সময় পার হয়ে গেছে।"),
        {{"start", to_rfc3339(start, world.zone())}, {"now", to_rfc3339(world.now, world.zone())}}};
}

Violation said_closed(World const& world, facility::Shut const& shut) {
    auto const day = local_day(world.zone(), shut.part.start);
    int const weekday = weekday_of(day);
    auto const open = hours_text(world, day);
    auto const& label = shut.label;
    std::string const en{weekday_en(weekday)}, bn{weekday_bn(weekday)};
    facility::Name message;
    if (shut.why == facility::Shut::Why::pause) {
        auto const span = span_text(world.zone(), shut.part);
        message =
            said("Break " + span.en + ": " + label.en + ".", span.bn + " বিরতি: " + label.bn + "।");
    } else if (shut.why == facility::Shut::Why::holiday && open.empty()) {
        auto const date = date_text(day);
        message = said("Closed on " + date.en + ": " + label.en + ".",
                       date.bn + " বন্ধ: " + label.bn + "।");
    } else if (open.empty()) {
        message = said("Closed on " + en + ".", bn + " বন্ধ।");
    } else {
        message = said("Closed then. Open on " + en + ": " + open + ".",
                       "তখন বন্ধ। " + bn + " খোলা: " + open + "।");
    }
    return {Rule::closed,
            std::move(message),
            {{"weekday", weekday},
             {"open", open},
             {"why", std::string{name_of(shut.why)}},
             {"label", label.en},
             {"profile", facility::profile_on(world.opening(), day).slug}}};
}

Violation said_outage(World const& world, facility::Outage const& outage) {
    auto const word = outage_word(outage.kind);
    auto const when = outage_time(world.zone(), outage);
    std::string const reason = outage.reason.empty() ? "" : " (" + outage.reason + ")";
    return {Rule::outage,
            {"Not usable " + when.en + ": " + word.en + reason + ".",
             when.bn + " ব্যবহার করা যাবে না: " + word.bn + reason + "।"},
            {{"kind", outage.kind},
             {"from", to_rfc3339(outage.during.start, world.zone())},
             {"until", to_rfc3339(outage.during.end, world.zone())}}};
}

Violation said_out_of_order() {
    return {Rule::outage,
            said("The machine is out of order.", "মেশিনটি নষ্ট।"),
            {{"kind", "out_of_order"}}};
}

Violation said_grid(int grid_minutes) {
    auto const grid = std::to_string(grid_minutes);
    return {Rule::grid,
            said("Start and length go by steps of " + grid + " minutes.",
                 "শুরুর সময় ও সময়ের দৈর্ঘ্য " + grid + " মিনিটের ধাপে হতে হবে।"),
            {{"grid_minutes", grid_minutes}}};
}

Violation said_too_short(std::int64_t min_minutes, std::int64_t minutes) {
    auto const least = std::to_string(min_minutes), asked = std::to_string(minutes);
    return {Rule::too_short,
            said("At least " + least + " minutes; this is " + asked + ".",
                 "কমপক্ষে " + least + " মিনিট; এটি " + asked + " মিনিট।"),
            {{"min_minutes", min_minutes}, {"minutes", minutes}}};
}

Violation said_too_long(std::int64_t max_minutes, std::int64_t minutes) {
    auto const most = std::to_string(max_minutes), asked = std::to_string(minutes);
    return {Rule::too_long,
            said("At most " + most + " minutes; this is " + asked + ".",
                 "সর্বোচ্চ " + most + " মিনিট; এটি " + asked + " মিনিট।"),
            {{"max_minutes", max_minutes}, {"minutes", minutes}}};
}

Violation said_too_far(int horizon_days, local_days last_day) {
    auto const days = std::to_string(horizon_days);
    auto const last = date_text(last_day);
    return {Rule::too_far,
            said("Bookings are taken " + days + " days ahead, until " + last.en + ".",
                 "আগামী " + days + " দিন পর্যন্ত বুকিং নেওয়া হয়, " + last.bn + " পর্যন্ত।"),
            {{"horizon_days", horizon_days}, {"last_day", to_date(last_day)}}};
}

Violation said_too_soon(std::int64_t notice_minutes) {
    auto const notice = std::to_string(notice_minutes);
    return {Rule::too_soon,
            said("Book at least " + notice + " minutes ahead.",
                 "কমপক্ষে " + notice + " মিনিট আগে বুক করতে হবে।"),
            {{"notice_minutes", notice_minutes}}};
}

Violation said_cancel_late(std::int64_t notice_minutes) {
    auto const notice = std::to_string(notice_minutes);
    return {Rule::too_soon,
            said("Without a fee until " + notice + " minutes before. Cancel it by itself.",
                 "শুরুর " + notice + " মিনিট আগে পর্যন্ত ফি লাগে না। এটি আলাদা করে বাতিল করুন।"),
            {{"notice_minutes", notice_minutes}}};
}

Violation said_change_late(std::int64_t notice_minutes) {
    auto const notice = std::to_string(notice_minutes);
    return {Rule::too_soon,
            said("Without a fee until " + notice + " minutes before. Change it by itself.",
                 "শুরুর " + notice + " মিনিট আগে পর্যন্ত ফি লাগে না। এটি আলাদা করে বদলান।"),
            {{"notice_minutes", notice_minutes}}};
}

Violation said_slot_taken(World const& world, Interval taken, std::optional<Instant> longest_end) {
    auto const span = span_text(world.zone(), taken);
    Violation violation{Rule::slot_taken,
                        said("Taken " + span.en + ".", span.bn + " বুক করা আছে।"),
                        {{"from", to_rfc3339(taken.start, world.zone())},
                         {"until", to_rfc3339(taken.end, world.zone())}}};
    if (longest_end) {
        auto const until = clock_text(world.zone(), *longest_end);
        violation.message.en += " You can stay until " + until + ".";
        violation.message.bn += bangla_digits(" আপনি " + until + " পর্যন্ত থাকতে পারেন।");
        violation.numbers.emplace_back("longest_end", to_rfc3339(*longest_end, world.zone()));
    }
    return violation;
}

Violation said_waited_for(World const& world, Interval theirs) {
    auto const span = span_text(world.zone(), theirs);
    return {Rule::waited_for,
            said("Somebody waits for " + span.en + " and is asked first.",
                 span.bn + " সময়ের জন্য আগে থেকে একজন অপেক্ষায় আছেন, আগে তাঁকে দেওয়া হবে।"),
            {{"from", to_rfc3339(theirs.start, world.zone())},
             {"until", to_rfc3339(theirs.end, world.zone())}}};
}

}  // namespace karkhana::booking
