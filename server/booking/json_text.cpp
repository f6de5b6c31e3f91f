#include "server/booking/json_text.hpp"

#include <charconv>

namespace karkhana::booking {
namespace {

/// `digits` digits of a number that is not negative.
void append_padded(std::string& out, std::int64_t number, int digits) {
    std::array<char, 20> text{};
    for (int i = digits; i-- > 0; number /= 10)
        text.at(static_cast<std::size_t>(i)) = static_cast<char>('0' + number % 10);
    out.append(text.data(), static_cast<std::size_t>(digits));
}

/// Whether nothing stands before what comes next, to be parted from it by a comma.
bool at_beginning(std::string const& out) {
    return out.empty() || out.back() == '{' || out.back() == '[' || out.back() == ':';
}

/// In as few appends as can be: a calendar has fifty thousand of them.
void append_quoted(std::string& out, std::string_view value, std::string_view end) {
    out.append(at_beginning(out) ? std::string_view{"\""} : std::string_view{",\""});
    out.append(value);
    out.append(end);
}

}  // namespace

std::string rfc3339_text(Instant at, Duration offset) {
    using namespace std::chrono;
    auto const shift = floor<minutes>(offset);
    local_time<Duration> const local{at.time_since_epoch() + shift};
    auto const midnight = floor<days>(local);
    year_month_day const day{midnight};
    hh_mm_ss const clock{local - midnight};
    std::string text;
    text.reserve(40);
    append_padded(text, static_cast<int>(day.year()), 4);
    text += '-';
    append_padded(text, static_cast<unsigned>(day.month()), 2);
    text += '-';
    append_padded(text, static_cast<unsigned>(day.day()), 2);
    text += 'T';
    append_padded(text, clock.hours().count(), 2);
    text += ':';
    append_padded(text, clock.minutes().count(), 2);
    text += ':';
    append_padded(text, clock.seconds().count(), 2);
    if (clock.subseconds().count() != 0) {
        text += '.';
        append_padded(text, clock.subseconds().count(), 6);
    }
    text += shift.count() < 0 ? '-' : '+';
    auto const size = abs(shift).count();
    append_padded(text, size / 60, 2);
    text += ':';
    append_padded(text, size % 60, 2);
    return text;
}

void JsonText::separate() {
    if (!at_beginning(out_)) out_ += ',';
}

JsonText& JsonText::open(char bracket) {
    separate();
    out_ += bracket;
    return *this;
}

JsonText& JsonText::close(char bracket) {
    out_ += bracket;
    return *this;
}

JsonText& JsonText::key(std::string_view name) {
    append_quoted(out_, name, "\":");
    return *this;
}

JsonText& JsonText::plain(std::string_view value) {
    append_quoted(out_, value, "\"");
    return *this;
}

JsonText& JsonText::text(std::string_view value) {
    constexpr std::string_view digits = "0123456789abcdef";
    separate();
    out_ += '"';
    for (char const c : value) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out_ += '\\';
            out_ += c;
        } else if (byte < 0x20) {
            out_ += "\\u00";
            out_ += digits[byte >> 4];
            out_ += digits[byte & 15];
        } else {
            out_ += c;
        }
    }
    out_ += '"';
    return *this;
}

JsonText& JsonText::integer(std::int64_t value) {
    separate();
    std::array<char, 24> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out_.append(digits.data(), end);
    return *this;
}

JsonText& JsonText::flag(bool value) { return raw(value ? "true" : "false"); }

JsonText& JsonText::null() { return raw("null"); }

JsonText& JsonText::money(Money value) {
    return open('{').key("amount").integer(value.poisha).key("currency").plain("BDT").close('}');
}

JsonText& JsonText::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

std::string_view TimeTexts::operator()(Instant at) {
    auto const steps = std::chrono::floor<std::chrono::minutes>(at.time_since_epoch()).count() / 5;
    auto& known = known_.at(static_cast<std::size_t>(steps) % known_.size());
    if (known.at != at || known.text.empty()) known = {at, rfc3339_text(at, zone_.offset_at(at))};
    return known.text;
}

}  // namespace karkhana::booking
