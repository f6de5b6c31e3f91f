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

std::string span_text(Zone const& zone, Interval span) {
    auto const first = local_day(zone, span.start);
    auto const last = local_day(zone, span.end - Duration{1});
    auto const from = clock_text(zone, span.start), until = clock_text(zone, span.end);
    if (first == last) return from + "-" + until;
    return to_date(first) + " " + from + " - " + to_date(local_day(zone, span.end)) + " " + until;
}

facility::Name said(std::string english, std::string_view bangla) {
    return {std::move(english), bangla_digits(bangla)};
}

}  // namespace karkhana::booking
