#include "server/notify/mail.hpp"

#include <array>
#include <ctime>

#include "server/base/digest.hpp"
#include "server/notify/curl.hpp"

namespace karkhana::notify {
namespace {

/// RFC 5322 3.3, in UTC and in English whatever the locale.
std::string date_text(Instant at) {
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch());
    std::time_t const time = seconds.count();
    std::tm parts{};
    gmtime_r(&time, &parts);
    constexpr std::array<char const*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<char const*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %d %s %d %02d:%02d:%02d +0000",
                  days.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                  months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900,
                  parts.tm_hour, parts.tm_min, parts.tm_sec);
    return text.data();
}

/// RFC 2047: words of at most 75 characters, none of which cuts a character in two.
std::string encoded_words(std::string_view text) {
    std::string found, word;
    auto const flush = [&] {
        if (word.empty()) return;
        if (!found.empty()) found += "\r\n ";
        found += "=?UTF-8?B?" + to_base64(word) + "?=";
        word.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = 1;
        while (at + length < text.size() &&
               (static_cast<unsigned char>(text[at + length]) & 0xC0U) == 0x80U)
            ++length;
        if (word.size() + length > 45) flush();
        word += text.substr(at, length);
        at += length;
    }
    flush();
    return found;
}

/// RFC 6047 2.4 wants the object's METHOD in the header too.
std::string method_of(std::string_view calendar) {
    constexpr std::string_view key = "\r\nMETHOD:";
    auto const at = calendar.find(key);
    if (at == calendar.npos) return "PUBLISH";
    auto const rest = calendar.substr(at + key.size());
    return std::string{rest.substr(0, rest.find('\r'))};
}

void add_part(curl_mime* mime, std::string const& content, char const* type) {
    auto* const part = curl_mime_addpart(mime);
    curl_mime_data(part, content.data(), content.size());
    curl_mime_type(part, type);
    curl_mime_encoder(part, "base64");
}

/// 5xx to the address or to the letter stays a no; that we may not log in is ours to mend.
Outcome failed(CURLcode code, long status, std::string const& words) {
    bool const for_good = status >= 550 && status <= 559 && code != CURLE_LOGIN_DENIED;
    return {for_good ? Outcome::Kind::refused : Outcome::Kind::later,
            (status > 0 ? std::to_string(status) + " " : "") + words};
}

}  // namespace

std::vector<std::string> mail_headers(SmtpSettings const& settings, Message const& message,
                                      Instant now) {
    auto const domain = settings.from.substr(settings.from.find('@') + 1);
    return {"From: <" + settings.from + ">",
            "To: <" + message.address + ">",
            "Subject: " + encoded_words(message.subject),
            "Date: " + date_text(now),
            "Message-ID: <" + message.id.text() + "@" + domain + ">",
            "Auto-Submitted: auto-generated"};
}

Outcome MailServer::send(Message const& message, std::stop_token const& stop) {
    auto const handle = new_transfer(stop);
    std::array<char, CURL_ERROR_SIZE> details{};
    auto const from = "<" + settings_.from + ">";
    List to, headers;
    append(to, "<" + message.address + ">");
    for (auto const& line : mail_headers(settings_, message, real_clock_.now()))
        append(headers, line);
    Mime const mime{curl_mime_init(handle.get())};
    add_part(mime.get(), message.text, "text/plain; charset=utf-8");
    if (!message.calendar.empty())
        add_part(mime.get(), message.calendar,
                 ("text/calendar; charset=utf-8; method=" + method_of(message.calendar)).c_str());
    set(handle, CURLOPT_ERRORBUFFER, details.data());
    set(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(handle, CURLOPT_URL, settings_.url.c_str());
    set(handle, CURLOPT_USE_SSL,
        static_cast<long>(settings_.tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (!settings_.user.empty()) {
        set(handle, CURLOPT_USERNAME, settings_.user.c_str());
        set(handle, CURLOPT_PASSWORD, settings_.password.c_str());
    }
    set(handle, CURLOPT_MAIL_FROM, from.c_str());
    set(handle, CURLOPT_MAIL_RCPT, to.get());
    set(handle, CURLOPT_HTTPHEADER, headers.get());
    set(handle, CURLOPT_MIMEPOST, mime.get());
    auto const code = curl_easy_perform(handle.get());
    if (code == CURLE_OK) return {Outcome::Kind::sent, {}};
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    return failed(code, status, words_of(code, details.data()));
}

}  // namespace karkhana::notify
