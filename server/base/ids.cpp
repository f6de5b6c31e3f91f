#include "server/base/ids.hpp"

namespace karkhana {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
/// Where in the text each byte stands.
constexpr std::array<std::uint8_t, 16> kPlaces{0,  2,  4,  6,  9,  11, 14, 16,
                                               19, 21, 24, 26, 28, 30, 32, 34};

/// What a character is worth; -1: no hexadecimal digit.
constexpr auto kValues = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (int i = 0; i < 10; ++i)
        values[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
    for (int i = 0; i < 6; ++i)
        values[static_cast<std::size_t>('a' + i)] = values[static_cast<std::size_t>('A' + i)] =
            static_cast<std::int8_t>(10 + i);
    return values;
}();

int hex_value(char c) { return kValues[static_cast<std::uint8_t>(c)]; }

}  // namespace

std::string Uuid::text() const {
    std::string out(36, '-');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out[kPlaces[i]] = kHex[bytes[i] >> 4];
        out[kPlaces[i] + 1U] = kHex[bytes[i] & 0x0f];
    }
    return out;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
        return std::nullopt;
    Uuid uuid;
    int worst = 0;
    for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
        int const high = hex_value(text[kPlaces[i]]);
        int const low = hex_value(text[kPlaces[i] + 1U]);
        worst |= high | low;  // -1 has the sign of all
        uuid.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    if (worst < 0) return std::nullopt;
    return uuid;
}

Uuid Uuid::version7(std::int64_t unix_ms, std::array<std::uint8_t, 10> const& random) {
    Uuid uuid;
    auto const stamp = static_cast<std::uint64_t>(unix_ms);
    for (std::size_t i = 0; i < 6; ++i)
        uuid.bytes[i] = static_cast<std::uint8_t>(stamp >> (8 * (5 - i)));
    for (std::size_t i = 0; i < random.size(); ++i) uuid.bytes[i + 6] = random[i];
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | 0x70);
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
    return uuid;
}

}  // namespace karkhana
