#include "server/notify/sms.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

namespace karkhana::notify {
namespace {

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string found;
    for (auto const each : text) {
        auto const byte = static_cast<unsigned char>(each);
        bool const plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '_' ||
                           byte == '.' || byte == '~';
        if (plain)
            found += each;
        else
            ((found += '%') += digits[byte >> 4U]) += digits[byte & 15U];
    }
    return found;
}

/// As the inside of a JSON string.
std::string json_escaped(std::string_view text) {
    auto const quoted = boost::json::serialize(boost::json::string_view{text.data(), text.size()});
    return quoted.substr(1, quoted.size() - 2);
}

std::string as_it_is(std::string_view text) { return std::string{text}; }

/// As a header may hold it: a line break would begin another header.
std::string on_one_line(std::string_view text) {
    std::string found{text};
    std::erase_if(found, [](char each) { return static_cast<unsigned char>(each) < ' '; });
    return found;
}

using Spelling = std::string (*)(std::string_view);

std::string with_values(std::string const& text, SmsSettings const& settings,
                        Message const& message, Spelling spelled) {
    std::pair<std::string_view, std::string> const values[]{
        {"{to}", spelled(message.address)},
        {"{text}", spelled(message.text)},
        {"{reference}", spelled(message.id.text())},
        {"{secret}", spelled(settings.secret)}};
    std::string found;
    for (std::size_t at = 0; at < text.size();) {
        auto const value = std::ranges::find_if(values, [&](auto const& each) {
            return text.compare(at, each.first.size(), each.first) == 0;
        });
        if (value == std::end(values)) {
            found += text[at++];
            continue;
        }
        found += value->second;
        at += value->first.size();
    }
    return found;
}

Spelling spelling_of(std::string_view content_type) {
    if (content_type.starts_with("application/json")) return json_escaped;
    if (content_type.starts_with("application/x-www-form-urlencoded")) return percent_encoded;
    return as_it_is;
}

}  // namespace

Call sms_call(SmsSettings const& settings, Message const& message) {
    Call call{
        .url = with_values(settings.url, settings, message, percent_encoded),
        .method = settings.method,
        .body = with_values(settings.body, settings, message, spelling_of(settings.content_type))};
    for (auto const& header : settings.headers)
        call.headers.push_back(with_values(header, settings, message, on_one_line));
    if (settings.method == "POST") call.headers.push_back("Content-Type: " + settings.content_type);
    return call;
}

Outcome sms_outcome(SmsSettings const& settings, Answer const& answer) {
    using Kind = Outcome::Kind;
    if (answer.status == 0) return {Kind::later, answer.failure};
    auto const words = std::to_string(answer.status) + " " + answer.body;
    bool const yes =
        answer.status / 100 == 2 && answer.body.find(settings.accepted) != std::string::npos;
    if (yes) return {Kind::sent, {}};
    // A key that has run out and an address that is wrong are the facility's to mend.
    constexpr std::array ours_or_busy{401, 402, 403, 404, 405, 407, 408, 429};
    bool const for_good = answer.status / 100 == 4 &&
                          std::ranges::find(ours_or_busy, answer.status) == ours_or_busy.end();
    return {for_good ? Kind::refused : Kind::later, words};
}

Outcome SmsGateway::send(Message const& message, std::stop_token const& stop) {
    return sms_outcome(settings_, call(sms_call(settings_, message), stop));
}

}  // namespace karkhana::notify
