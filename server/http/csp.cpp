#include "server/http/csp.hpp"

#include <algorithm>
#include <cstdint>

#include "server/base/digest.hpp"
#include "server/http/media_type.hpp"

namespace karkhana::http {
namespace {

int hex_digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/// The bytes that the hexadecimal digits stand for, in base 64.
std::string base64_of_hex(std::string_view digits) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    // Three hexadecimal digits are two of base 64.
    for (std::size_t i = 0; i < digits.size(); i += 3) {
        int value = 0;
        for (std::size_t k = i; k < i + 3; ++k)
            value = value * 16 + (k < digits.size() ? hex_digit(digits[k]) : 0);
        out += kAlphabet[static_cast<std::size_t>(value >> 6)];
        if (i + 1 < digits.size()) out += kAlphabet[static_cast<std::size_t>(value & 63)];
    }
    while (out.size() % 4 != 0) out += '=';
    return out;
}

std::size_t find_ignoring_case(std::string_view text, std::string_view what, std::size_t from) {
    for (auto at = from; at + what.size() <= text.size(); ++at)
        if (same_ignoring_case(text.substr(at, what.size()), what)) return at;
    return std::string_view::npos;
}

/// " 'sha256-...'" for every <tag> of the page that has its text inside.
std::string hashes_of(std::string_view html, std::string_view tag) {
    auto const open = "<" + std::string{tag};
    auto const close = "</" + std::string{tag};
    std::string out;
    std::size_t at = 0;
    while ((at = find_ignoring_case(html, open, at)) != std::string_view::npos) {
        auto const head_end = html.find('>', at);
        auto const end = find_ignoring_case(html, close, at);
        if (head_end == std::string_view::npos || end == std::string_view::npos) break;
        auto const text = html.substr(head_end + 1, end - head_end - 1);
        if (!text.empty()) out += " 'sha256-" + base64_of_hex(sha256_hex(text)) + "'";
        at = end;
    }
    return out;
}

std::string policy(std::string const& styles, std::string const& scripts) {
    return "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
           "form-action 'self'; img-src 'self' data:; style-src 'self'" +
           styles + "; script-src 'self'" + scripts;
}

}  // namespace

std::string const& default_policy() {
    static std::string const text = policy("", "");
    return text;
}

std::string policy_for_page(std::string_view html) {
    return policy(hashes_of(html, "style"), hashes_of(html, "script"));
}

}  // namespace karkhana::http
