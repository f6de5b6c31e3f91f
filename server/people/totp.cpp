#include "server/people/totp.hpp"

#include "server/base/digest.hpp"
#include "server/base/text.hpp"

namespace karkhana::people {
namespace {

constexpr std::int64_t kStepSeconds = 30;
constexpr std::uint32_t kSixDigits = 1'000'000;

/// Everything but letters, digits and "-._~" as %XX.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (char const c : text) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') ||
                           std::string_view{"-._~"}.find(c) != std::string_view::npos;
        auto const byte = static_cast<unsigned char>(c);
        if (plain)
            out += c;
        else
            out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
    return out;
}

}  // namespace

std::string totp_code(std::string_view secret, std::uint64_t step) {
    std::string counter(8, '\0');
    for (int i = 7; i >= 0; --i, step >>= 8)
        counter[static_cast<std::size_t>(i)] = static_cast<char>(step & 0xff);
    auto const mac = hmac_sha1(secret, counter);
    auto const byte = [&](std::size_t at) {
        return std::uint32_t{static_cast<unsigned char>(mac[at])};
    };
    std::size_t const at = byte(19) & 0x0f;
    auto const number =
        (byte(at) & 0x7f) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    auto const digits = std::to_string(number % kSixDigits);
    return std::string(6 - digits.size(), '0') + digits;
}

std::uint64_t totp_step(Instant at) {
    return static_cast<std::uint64_t>(micros(at) / 1'000'000 / kStepSeconds);
}

std::optional<std::uint64_t> matching_step(std::string_view secret, std::string_view typed,
                                           Instant now, std::uint64_t last_step) {
    auto const digits = ascii_digits(typed);
    auto const step = totp_step(now);
    std::optional<std::uint64_t> found;
    for (auto each : {step - 1, step, step + 1})
        if (equal_constant_time(totp_code(secret, each), digits) && each > last_step) found = each;
    return found;
}

std::string to_base32(std::string_view bytes) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string out;
    std::uint32_t kept = 0;
    int bits = 0;
    for (char const c : bytes) {
        kept = kept << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 5; bits -= 5) out += kLetters[kept >> (bits - 5) & 31];
        kept &= 0xff;
    }
    if (bits > 0) out += kLetters[kept << (5 - bits) & 31];
    return out;
}

std::string totp_uri(std::string_view issuer, std::string_view login, std::string_view secret) {
    auto const from = percent_encoded(issuer);
    return "otpauth://totp/" + from + ":" + percent_encoded(login) +
           "?secret=" + to_base32(secret) + "&issuer=" + from;
}

}  // namespace karkhana::people
