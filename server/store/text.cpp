#include "server/store/text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace karkhana::store {
namespace {

struct Sequence {
    std::size_t length = 0;   ///< bytes; 0 when the first byte cannot begin a character
    std::uint32_t bits = 0;   ///< of the first byte
    std::uint32_t least = 0;  ///< the smallest code point that needs this length
};

Sequence sequence_of(std::uint8_t first) {
    if (first < 0x80) return {1, first, 1};
    if ((first & 0xe0) == 0xc0) return {2, first & 0x1fU, 0x80};
    if ((first & 0xf0) == 0xe0) return {3, first & 0x0fU, 0x800};
    if ((first & 0xf8) == 0xf0) return {4, first & 0x07U, 0x10000};
    return {};
}

/// Whether the next eight bytes are ASCII without NUL. Where one is zero the subtraction borrows.
bool begins_plain(std::string_view text) {
    constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
    std::uint64_t word = 0;
    if (text.size() < sizeof word) return false;
    std::memcpy(&word, text.data(), sizeof word);
    return ((word | (word - kOnes)) & (kOnes << 7)) == 0;
}

}  // namespace

bool is_storable_text(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (begins_plain(text.substr(at))) {
            at += sizeof(std::uint64_t);
            continue;
        }
        auto const [length, bits, least] = sequence_of(static_cast<std::uint8_t>(text[at]));
        if (length == 0 || text.size() - at < length) return false;
        std::uint32_t code_point = bits;
        for (std::size_t i = 1; i < length; ++i) {
            auto const byte = static_cast<std::uint8_t>(text[at + i]);
            if ((byte & 0xc0) != 0x80) return false;
            code_point = code_point << 6 | (byte & 0x3fU);
        }
        bool const surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
        if (code_point < least || code_point > 0x10ffff || surrogate) return false;
        at += length;
    }
    return true;
}

void require_storable_text(std::string_view text) {
    if (!is_storable_text(text))
        throw std::invalid_argument("a text to store is not UTF-8 or holds a NUL");
}

}  // namespace karkhana::store
