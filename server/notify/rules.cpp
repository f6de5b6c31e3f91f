#include "server/notify/rules.hpp"

#include <algorithm>
#include <array>

namespace karkhana::notify {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 4> channel_names{"in_app", "sms", "email", "webhook"};
constexpr std::array<std::string_view, 5> state_names{"waiting", "sending", "sent", "failed",
                                                      "expired"};

template <class Enum, std::size_t count>
std::optional<Enum> found_in(std::array<std::string_view, count> const& names,
                             std::string_view name) {
    auto const found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

/// Code points of valid UTF-8.
std::vector<char32_t> code_points(std::string_view text) {
    std::vector<char32_t> found;
    for (auto const each : text) {
        auto const byte = static_cast<unsigned char>(each);
        if (byte < 0x80)
            found.push_back(byte);
        else if (byte >= 0xC0)
            found.push_back(byte & (byte >= 0xF0 ? 0x07U : byte >= 0xE0 ? 0x0FU : 0x1FU));
        else if (!found.empty())
            found.back() = (found.back() << 6U) | (byte & 0x3FU);
    }
    return found;
}

/// The basic table of 3GPP TS 23.038 6.2.1 beyond ASCII, and what of ASCII it has.
constexpr std::u32string_view gsm_basic =
    U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    U"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// These take an escape before them.
constexpr std::u32string_view gsm_extended = U"\f^{}\\[~]|€";

bool in(std::u32string_view table, char32_t each) { return table.find(each) != table.npos; }

/// What each character takes.
std::vector<int> widths(std::vector<char32_t> const& text, bool ucs2) {
    std::vector<int> found;
    for (auto const each : text) {
        bool const twice = ucs2 ? each > 0xFFFF : in(gsm_extended, each);
        found.push_back(twice ? 2 : 1);
    }
    return found;
}

int parts_of(std::vector<int> const& characters, int units, int alone, int in_part) {
    if (units <= alone) return 1;
    int parts = 1, used = 0;
    for (auto const width : characters) {
        if (used + width > in_part) {
            ++parts;
            used = 0;
        }
        used += width;
    }
    return parts;
}

bool begins_with(std::string_view bytes, std::initializer_list<unsigned char> prefix) {
    return bytes.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), bytes.begin(),
                      [](auto a, char b) { return a == static_cast<unsigned char>(b); });
}

bool is_private_v4(std::string_view bytes) {
    auto const first = static_cast<unsigned char>(bytes[0]);
    auto const second = static_cast<unsigned char>(bytes[1]);
    if (first == 0 || first == 10 || first == 127 || first >= 224) return true;
    if (first == 100) return second >= 64 && second < 128;
    if (first == 169) return second == 254;
    if (first == 172) return second >= 16 && second < 32;
    if (first == 192) return second == 168 || (second == 0 && (bytes[2] == 0 || bytes[2] == 2));
    return first == 198 && (second == 18 || second == 19);
}

}  // namespace

std::string_view name_of(Channel channel) {
    return channel_names.at(static_cast<std::size_t>(channel));
}
std::optional<Channel> channel_of(std::string_view name) {
    return found_in<Channel>(channel_names, name);
}
std::string_view name_of(State state) { return state_names.at(static_cast<std::size_t>(state)); }
std::optional<State> state_of(std::string_view name) { return found_in<State>(state_names, name); }

Instant first_allowed(Zone const& zone, QuietHours const& quiet, Instant at) {
    auto const [from, until] = quiet;
    auto const minute = minute_of_day(zone, at);
    bool const over_midnight = from > until;
    bool const is_quiet =
        over_midnight ? minute >= from || minute < until : minute >= from && minute < until;
    if (!is_quiet) return at;
    auto const today = local_day(zone, at);
    return at_minute(zone, minute < until ? today : today + days{1}, until);
}

SmsSize sms_size(std::string_view text) {
    auto const characters = code_points(text);
    bool const ucs2 = std::ranges::any_of(
        characters, [](char32_t each) { return !in(gsm_basic, each) && !in(gsm_extended, each); });
    auto const each = widths(characters, ucs2);
    int units = 0;
    for (auto const width : each) units += width;
    return {ucs2, units, ucs2 ? parts_of(each, units, 70, 67) : parts_of(each, units, 160, 153)};
}

std::optional<Duration> wait_after(int attempts) {
    constexpr std::array<Duration, 10> waits{seconds{20}, minutes{1},  minutes{2}, minutes{5},
                                             minutes{15}, minutes{30}, hours{1},   hours{3},
                                             hours{6},    hours{12}};
    if (attempts < 1 || attempts > static_cast<int>(waits.size())) return std::nullopt;
    return waits.at(static_cast<std::size_t>(attempts - 1));
}

std::vector<Way> ways_to(Contact const& contact, Ways const& has) {
    std::vector<Way> found;
    if (contact.person) found.push_back({Channel::in_app, {}});
    if (has.sms && contact.by_sms && contact.phone) found.push_back({Channel::sms, *contact.phone});
    if (has.email && contact.by_email && contact.email)
        found.push_back({Channel::email, *contact.email});
    return found;
}

Result<std::string> normal_email(std::string_view text) {
    std::string found{text};
    for (auto& each : found)
        if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
    auto const at = found.find('@');
    bool const readable = std::ranges::all_of(found, [](char each) {
        return static_cast<unsigned char>(each) > ' ' && each != 0x7F && each != '<' &&
               each != '>' && each != '"' && each != ',' && each != ';';
    });
    if (!readable || found.size() > 254 || at == 0 || at == found.npos || at != found.rfind('@') ||
        at + 1 == found.size() || found.find('.', at) == found.npos || found.back() == '.')
        return refuse(ErrorKind::invalid, "bad_email", "That is not an e-mail address.");
    return found;
}

bool is_private(std::string_view bytes) {
    if (bytes.size() == 4) return is_private_v4(bytes);
    if (bytes.size() != 16) return true;
    // IPv4 in IPv6: mapped, and through NAT64.
    if (begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}) ||
        begins_with(bytes, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0}))
        return is_private_v4(bytes.substr(12));
    // Only 2000::/3 is given out; of it 2002::/16 carries an IPv4 address, 2001:db8::/32 is none.
    if ((static_cast<unsigned char>(bytes[0]) & 0xE0U) != 0x20) return true;
    if (begins_with(bytes, {0x20, 0x02})) return is_private_v4(bytes.substr(2, 4));
    return begins_with(bytes, {0x20, 0x01, 0x0D, 0xB8});
}

Result<std::string> valid_webhook_url(std::string_view url) {
    auto const bad = [] {
        return refuse(ErrorKind::invalid, "bad_url", "An address is like https://host/path.");
    };
    auto rest = url;
    if (rest.starts_with("https://"))
        rest.remove_prefix(8);
    else if (rest.starts_with("http://"))
        rest.remove_prefix(7);
    else
        return bad();
    auto const host = rest.substr(0, rest.find_first_of("/?#"));
    bool const readable = std::ranges::all_of(url, [](char each) {
        return static_cast<unsigned char>(each) > ' ' && static_cast<unsigned char>(each) < 0x7F;
    });
    if (!readable || url.size() > 500 || host.empty() || host.front() == ':' ||
        host.find_first_of("@\\") != host.npos)
        return bad();
    return std::string{url};
}

}  // namespace karkhana::notify
