#include "server/notify/templates.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "server/base/text.hpp"

namespace karkhana::notify {
namespace {

// Short enough that a text in Bangla with usual names takes two parts of an SMS at most.
Template const table[]{
    {"audit_head",
     true,
     {"Audit trail of {facility}, {day}", "{facility}: কাজের খতিয়ান, {day}"},
     {"The audit trail of {facility} ends with {head}",
      "{facility}-এর কাজের খতিয়ানের শেষ: {head}"}},
    {"booking_confirmed",
     false,
     {"Booked", "বুকিং হয়েছে"},
     {"{machine} is booked: {time}. PIN at the machine: {pin}. {facility}",
      "{machine} বুক হয়েছে: {time}। মেশিনে পিন {pin}। {facility}"}},
    {"booking_pending",
     false,
     {"Booking awaits approval", "অনুমোদনের অপেক্ষা"},
     {"{machine}, {time}: held for you until {until}, awaiting approval.",
      "{machine}, {time}: {until} পর্যন্ত ধরা আছে, অনুমোদনের অপেক্ষায়।"}},
    {"series_booked",
     false,
     {"A series is booked", "বারবারের বুকিং হয়েছে"},
     {"{machine}: {dates} booked, {rule}. {first} to {last}. {left}",
      "{machine}: {dates} বুক হয়েছে, {rule}। {first} থেকে {last}। {left}"}},
    {"series_pending",
     false,
     {"A series awaits approval", "বারবারের বুকিং অনুমোদনের অপেক্ষায়"},
     {"{machine}: {dates}, {first} to {last}. Awaiting approval until {until}. {left}",
      "{machine}: {dates}, {first} থেকে {last}। {until} পর্যন্ত অনুমোদন বাকি। {left}"}},
    {"series_moved",
     true,
     {"A series has changed", "বারবারের বুকিং বদলেছে"},
     {"{machine}: {dates} changed, {rule}. Now {first} to {last}. {left}",
      "{machine}: {dates} বদলেছে, {rule}। এখন {first} থেকে {last}। {left}"}},
    {"series_cancelled",
     true,
     {"A series is cancelled", "বারবারের বুকিং বাতিল"},
     {"{machine}: {dates} cancelled, {first} to {last}: {reason}. You pay nothing. {left}",
      "{machine}: {dates} বাতিল, {first} থেকে {last}: {reason}। টাকা লাগবে না। {left}"}},
    {"series_declined",
     false,
     {"A series is not approved", "বারবারের বুকিং অনুমোদন হয়নি"},
     {"{machine}: {dates}, {first} to {last}, not approved: {reason}",
      "{machine}: {dates}, {first} থেকে {last}, অনুমোদন হয়নি: {reason}"}},
    {"series_lapsed",
     false,
     {"Nobody approved it in time", "সময়মতো অনুমোদন হয়নি"},
     {"{machine}: {dates}, {first} to {last}. Nobody approved it in time. Please book again.",
      "{machine}: {dates}, {first} থেকে {last}। সময়মতো অনুমোদন হয়নি। আবার বুক করুন।"}},
    {"series_wanted",
     true,
     {"A series awaits you", "বারবারের বুকিং: অনুমোদন দরকার"},
     {"{enterprise} asks for {machine}: {dates}, {first} to {last}. Held until {until}.",
      "{enterprise} চান {machine}: {dates}, {first} থেকে {last}। {until} পর্যন্ত ধরা আছে।"}},
    {"booking_declined",
     false,
     {"Booking not approved", "অনুমোদন হয়নি"},
     {"{machine}, {time} was not approved: {reason}", "{machine}, {time} অনুমোদন হয়নি: {reason}"}},
    {"booking_lapsed",
     false,
     {"Nobody approved it in time", "সময়মতো অনুমোদন হয়নি"},
     {"{machine}, {time}: nobody approved it in time. Please book again.",
      "{machine}, {time}: সময়মতো অনুমোদন হয়নি। আবার বুক করুন।"}},
    {"booking_moved",
     true,
     {"Booking moved", "সময় বদলেছে"},
     {"{machine}: now {time}, not {was}. {reason}",
      "{machine}: এখন {time}, আগে ছিল {was}। {reason}"}},
    {"booking_cancelled",
     true,
     {"Booking cancelled", "বুকিং বাতিল"},
     {"{machine}, {time} is cancelled: {reason}. You pay nothing.",
      "{machine}, {time} বাতিল: {reason}। কোনো টাকা লাগবে না।"}},
    {"booking_late_cancelled",
     false,
     {"Cancelled late", "দেরিতে বাতিল"},
     {"{machine}, {time} is cancelled, but late: by the rules a fee may come.",
      "{machine}, {time} বাতিল, তবে দেরিতে: নিয়মে ফি হতে পারে।"}},
    {"booking_reminder",
     false,
     {"Your booking is near", "বুকিংয়ের সময় কাছে"},
     {"Reminder: {machine}, {time}. PIN at the machine: {pin}. {facility}",
      "মনে রাখুন: {machine}, {time}। মেশিনে পিন {pin}। {facility}"}},
    {"booking_late",
     true,
     {"You are awaited", "আপনার অপেক্ষায়"},
     {"{machine} has been yours since {time}. At {until} it is given free.",
      "{machine}: আপনার সময় {time} থেকে। {until}-এ ছেড়ে দেওয়া হবে।"}},
    {"booking_missed",
     false,
     {"Nobody came", "কেউ আসেননি"},
     {"{machine}, {time}: nobody came, so the time was given free.",
      "{machine}, {time}: কেউ আসেননি, তাই সময়টা ছেড়ে দেওয়া হয়েছে।"}},
    {"booking_released",
     true,
     {"Booking given back", "বুকিং ছেড়ে দেওয়া হয়েছে"},
     {"{machine}, {time} was given back. You pay nothing.",
      "{machine}, {time} ছেড়ে দেওয়া হয়েছে। কোনো টাকা লাগবে না।"}},
    {"booking_excused",
     false,
     {"Excused", "মাফ করা হয়েছে"},
     {"{machine}, {time}: it is excused, and you pay nothing.",
      "{machine}, {time}: মাফ করা হয়েছে, কোনো টাকা লাগবে না।"}},
    {"overrun_charged",
     false,
     {"You stayed too long", "বেশি সময় ছিলেন"},
     {"{machine}, {time}: you stayed {minutes} min over your time. Fee: Tk {amount}.",
      "{machine}, {time}: সময়ের পরে {minutes} মিনিট ছিলেন। ফি {amount} টাকা।"}},
    {"fee_lowered",
     false,
     {"Your fee is less", "ফি কমেছে"},
     {"{machine}, {time}: others used some of what you gave up. The fee is now Tk {amount}.",
      "{machine}, {time}: ছেড়ে দেওয়া সময়ের কিছুটা অন্যরা নিয়েছেন। এখন ফি {amount} টাকা।"}},
    {"fee_withdrawn",
     false,
     {"The fee is taken back", "ফি মাফ"},
     {"{machine}, {time}: the fee is taken back.", "{machine}, {time}: ফি আর দিতে হবে না।"}},
    {"booking_interrupted",
     true,
     {"Job broken off", "কাজ থেমে গেছে"},
     {"{machine}, {time}: the job was broken off: {reason}. What was not used costs nothing.",
      "{machine}, {time}: কাজ থেমে গেছে: {reason}। যতটুকু হয়নি তার টাকা লাগবে না।"}},
    {"booking_handed_over",
     false,
     {"Booking handed over", "বুকিং অন্যকে দেওয়া হয়েছে"},
     {"{machine}, {time} now belongs to {enterprise}.", "{machine}, {time} এখন {enterprise}-এর।"}},
    {"booking_attended",
     false,
     {"Your machine runs", "আপনার মেশিন চলছে"},
     {"{machine} runs in your time, {time}, so you count as there. Not you? Tell the desk.",
      "{machine} আপনার সময়ে ({time}) চলছে, তাই আপনি এসেছেন ধরা হলো। আপনি না হলে ডেস্কে জানান।"},
     true},
    {"booking_overrun",
     true,
     {"Your machine is still busy", "মেশিন এখনও ব্যস্ত"},
     {"The job before yours on {machine} is not over yet. Yours: {time}.",
      "{machine}: আগের কাজ এখনও চলছে। আপনার সময় {time}।"}},
    {"time_almost_over",
     true,
     {"Your time is almost over", "সময় প্রায় শেষ"},
     {"{machine}: your time ends at {until}. Somebody is next.",
      "{machine}: আপনার সময় {until} পর্যন্ত। পরে আরেকজন আছেন।"}},
    {"new_time_proposed",
     true,
     {"A new time for you", "নতুন সময়"},
     {"{machine}: {reason}. A new time for you: {time}. Yes or no?",
      "{machine}: {reason}। আপনার নতুন সময়: {time}। নেবেন কি না জানান।"}},
    {"booking_displaced",
     true,
     {"Your booking cannot be kept", "বুকিং রাখা যাচ্ছে না"},
     {"{machine}, {time} cannot be kept. Please choose another time.",
      "{machine}, {time} রাখা যাচ্ছে না। অন্য সময় বেছে নিন।"}},
    {"closure_ahead",
     true,
     {"It closes during your job", "কাজের মধ্যেই বন্ধ হবে"},
     {"{machine}: closed {time}: {reason}. Please stop before that.",
      "{machine}: {time} বন্ধ থাকবে: {reason}। তার আগেই কাজ থামান।"}},
    {"closure_begins",
     true,
     {"Closed now: please stop", "এখন বন্ধ: কাজ থামান"},
     {"{machine}: closed now: {reason}. Please stop your job.",
      "{machine}: এখন থেকে বন্ধ: {reason}। কাজ থামান।"}},
    {"time_offered_back",
     true,
     {"Open after all: your time", "খোলাই থাকছে: আপনার সময়"},
     {"{facility} is open after all. {machine}, {time} again: yes or no?",
      "{facility} খোলাই থাকছে। {machine}, {time} আবার নেবেন কি না জানান।"}},
    {"closure_withdrawn",
     false,
     {"Open after all", "খোলাই থাকছে"},
     {"{facility} is open after all: {time}. You can book again.",
      "{facility} খোলাই থাকছে: {time}। আবার বুক করতে পারেন।"}},
    {"waitlist_offer",
     true,
     {"A place is free for you", "সময় খালি হয়েছে"},
     {"{machine}, {time} is free for you. Take it by {until}.",
      "{machine}, {time} আপনার জন্য খালি। {until} এর মধ্যে নিন।"}},
    {"waitlist_over",
     false,
     {"The offer is over", "সময় চলে গেছে"},
     {"{machine}, {time}: the offer is over.", "{machine}, {time}: এই সুযোগ আর নেই।"}},
    {"approval_wanted",
     true,
     {"A booking awaits you", "অনুমোদন দরকার"},
     {"{enterprise} asks for {machine}, {time}. Held until {until}.",
      "{enterprise} চান {machine}, {time}। {until} পর্যন্ত ধরা আছে।"}},
    {"machine_in_use",
     true,
     {"Somebody else's time", "অন্যের সময়ে চলছে"},
     {"{machine} is in use in the time of {enterprise}, {time}, and not by them.",
      "{machine} চলছে {enterprise}-এর সময়ে ({time}), তবে তাঁরা চালাচ্ছেন না।"}},
    {"authorisation_ends",
     false,
     {"Your authorisation ends soon", "অনুমতির মেয়াদ শেষ হচ্ছে"},
     {"You may operate {machine} until {until}. Renew it at the facility.",
      "{machine} চালানোর অনুমতি {until} পর্যন্ত। সেন্টারে নবায়ন করুন।"}},
    {"invoice_issued",
     false,
     {"Your bill", "আপনার বিল"},
     {"Bill {number} of {period}: Tk {amount}. {facility}",
      "{period} এর বিল {number}: {amount} টাকা। {facility}"}},
    {"bill_reminder",
     false,
     {"A bill is due", "বিল বাকি আছে"},
     {"Bill {number}: Tk {amount} is still due. {facility}",
      "বিল {number}: {amount} টাকা বাকি। {facility}"}},
    {"pack_ends",
     false,
     {"A pack ends soon", "প্যাকের মেয়াদ শেষ হচ্ছে"},
     {"{pack}: {left} left, good until {until}. {facility}",
      "{pack}: বাকি {left}, মেয়াদ {until} পর্যন্ত। {facility}"}},
    {"machine_broken",
     true,
     {"A machine is broken", "মেশিন নষ্ট"},
     {"{machine}: {reason}", "{machine}: {reason}"}},
    {"maintenance_due",
     false,
     {"Maintenance is due", "রক্ষণাবেক্ষণের সময়"},
     {"{machine}: {reason}", "{machine}: {reason}"}},
    {"channel_failing",
     false,
     {"Messages do not go out", "বার্তা যাচ্ছে না"},
     {"No {channel} has gone out since {time}. See the messages.",
      "{time} থেকে {channel} যাচ্ছে না। বার্তার তালিকা দেখুন।"},
     true},
    {"test_message",
     true,
     {"A test", "পরীক্ষা"},
     {"A test of {facility}: messages arrive here.", "{facility}: পরীক্ষামূলক বার্তা, এখানে পৌঁছায়।"}},
};

std::string two_digits(int number) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%02d", number);
    return text.data();
}

std::string clock_text(Zone const& zone, Instant at) {
    auto const minute = minute_of_day(zone, at);
    return two_digits(minute / 60) + ":" + two_digits(minute % 60);
}

}  // namespace

std::span<Template const> templates() { return table; }

Template const& template_of(std::string_view kind) {
    auto const found = std::ranges::find(table, kind, &Template::kind);
    if (found == std::end(table))
        throw std::out_of_range("there is no text for " + std::string{kind});
    return *found;
}

std::string filled(std::string_view text, Values const& values, Language language) {
    std::string found;
    while (true) {
        auto const open = text.find('{');
        found += text.substr(0, open);
        if (open == text.npos) {
            // The last value may have been empty.
            while (found.ends_with(' ')) found.pop_back();
            return language == Language::bn ? bangla_digits(found) : found;
        }
        auto const close = text.find('}', open);
        auto const name = text.substr(open + 1, close - open - 1);
        auto const value = values.find(name);
        if (value == values.end()) throw std::out_of_range("a text lacks its " + std::string{name});
        found += language == Language::bn ? value->second.bn : value->second.en;
        text.remove_prefix(close + 1);
    }
}

facility::Name weekday_words(int weekday) {
    constexpr std::array<std::string_view, 7> en{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    constexpr std::array<std::string_view, 7> bn{"সোম", "মঙ্গল", "বুধ", "বৃহঃ", "শুক্র", "শনি", "রবি"};
    auto const at = static_cast<std::size_t>(weekday - 1);
    return {std::string{en.at(at)}, std::string{bn.at(at)}};
}

facility::Name day_words(Zone const& zone, Instant at) {
    constexpr std::array<std::string_view, 12> months_en{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::array<std::string_view, 12> months_bn{
        "জানু", "ফেব্রু", "মার্চ", "এপ্রিল", "মে", "জুন", "জুলাই", "আগস্ট", "সেপ্টে", "অক্টো", "নভে", "ডিসে"};
    auto const day = local_day(zone, at);
    std::chrono::year_month_day const date{std::chrono::sys_days{day.time_since_epoch()}};
    auto const weekday = weekday_words(static_cast<int>(std::chrono::weekday{day}.iso_encoding()));
    auto const month = static_cast<unsigned>(date.month()) - 1;
    auto const number = " " + std::to_string(static_cast<unsigned>(date.day())) + " ";
    return {weekday.en + number + std::string{months_en.at(month)},
            weekday.bn + bangla_digits(number) + std::string{months_bn.at(month)}};
}

facility::Name time_words(Zone const& zone, Instant at) {
    auto const day = day_words(zone, at);
    auto const clock = clock_text(zone, at);
    return {day.en + ", " + clock, day.bn + ", " + bangla_digits(clock)};
}

facility::Name span_words(Zone const& zone, Interval during) {
    auto const from = time_words(zone, during.start);
    if (local_day(zone, during.start) == local_day(zone, during.end - Duration{1})) {
        auto const until = clock_text(zone, during.end);
        return {from.en + "-" + until, from.bn + "-" + bangla_digits(until)};
    }
    auto const until = time_words(zone, during.end);
    return {from.en + " - " + until.en, from.bn + " - " + until.bn};
}

}  // namespace karkhana::notify
