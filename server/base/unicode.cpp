#include "server/base/unicode.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <utf8proc.h>

namespace karkhana {
namespace {

utf8proc_uint8_t const* bytes_of(std::string_view text) {
    return reinterpret_cast<utf8proc_uint8_t const*>(text.data());
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

}  // namespace

bool valid_utf8(std::string_view text) {
    if (is_ascii(text)) return true;
    while (!text.empty()) {
        utf8proc_int32_t code_point = -1;
        auto const used = utf8proc_iterate(bytes_of(text),
                                           static_cast<utf8proc_ssize_t>(text.size()), &code_point);
        if (used <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(used));
    }
    return true;
}

std::string nfc(std::string_view text) {
    if (is_ascii(text)) return std::string{text};
    utf8proc_uint8_t* composed = nullptr;
    auto const length =
        utf8proc_map(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &composed,
                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> const owner(composed, &std::free);
    if (length == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
    if (length < 0) throw std::invalid_argument("nfc: the text is not UTF-8");
    return {reinterpret_cast<char const*>(composed), static_cast<std::size_t>(length)};
}

std::size_t character_count(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace karkhana
