#include "server/booking/words_text.hpp"

#include <array>
#include <cstdio>

#include "server/base/text.hpp"

namespace karkhana::booking {

std::string clock_text(int minute) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "%02d:%02d", minute / 60 % 24, minute % 60);
    return text.data();
}

std::string clock_text(Zone const& zone, Instant at) { return clock_text(minute_of_day(zone, at)); }

facility::Name day_text(std::chrono::local_days day) {
    constexpr std::array<std::string_view, 12> months_en{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::array<std::string_view, 12> months_bn{
        "জানুয়ারি", "ফেব্রুয়ারি", "মার্চ",     "এপ্রিল",  "মে",     "জুন",
        "জুলাই",    "আগস্ট",     "সেপ্টেম্বর", "অক্টোবর", "নভেম্বর", "ডিসেম্বর"};
    std::chrono::year_month_day const date{std::chrono::sys_days{day.time_since_epoch()}};
    auto const month = static_cast<unsigned>(date.month()) - 1;
    auto const number = std::to_string(static_cast<unsigned>(date.day())) + " ";
    return {number + std::string{months_en.at(month)},
            bangla_digits(number) + std::string{months_bn.at(month)}};
}

facility::Name date_text(std::chrono::local_days day) {
    std::chrono::year_month_day const date{std::chrono::sys_days{day.time_since_epoch()}};
    auto const year = " " + std::to_string(static_cast<int>(date.year()));
    auto const text = day_text(day);
    return {text.en + year, text.bn + bangla_digits(year)};
}

facility::Name span_text(Zone const& zone, Interval span) {
    auto const first = local_day(zone, span.start);
    auto const last = local_day(zone, span.end - Duration{1});
    auto const from = clock_text(zone, span.start), until = clock_text(zone, span.end);
    if (first == last) return said(from + "-" + until, from + "-" + until);
    auto const begins = day_text(first), ends = day_text(local_day(zone, span.end));
    return said(begins.en + " " + from + " - " + ends.en + " " + until,
                begins.bn + " " + from + " - " + ends.bn + " " + until);
}

facility::Name said(std::string english, std::string_view bangla) {
    return {std::move(english), bangla_digits(bangla)};
}

}  // namespace karkhana::booking
