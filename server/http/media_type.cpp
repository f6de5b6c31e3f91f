#include "server/http/media_type.hpp"

#include <algorithm>

namespace karkhana::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Takes the text up to the separator off the front, without blanks.
std::string_view next(std::string_view& rest, char separator) {
    auto const end = rest.find(separator);
    auto const part = without_blanks(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return part;
}

bool is_zero_quality(std::string_view parameter) {
    auto const value = parameter.substr(std::min(parameter.find('=') + 1, parameter.size()));
    return same_ignoring_case(parameter.substr(0, 2), "q=") &&
           value.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool same_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view without_blanks(std::string_view text) {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool list_has(std::string_view list, std::string_view token) {
    while (!list.empty())
        if (same_ignoring_case(next(list, ','), token)) return true;
    return false;
}

bool is_media_type(std::string_view content_type, std::string_view type) {
    if (!same_ignoring_case(next(content_type, ';'), type)) return false;
    while (!content_type.empty()) {
        auto parameter = next(content_type, ';');
        if (!same_ignoring_case(next(parameter, '='), "charset")) continue;
        if (!same_ignoring_case(parameter, "utf-8") && !same_ignoring_case(parameter, "\"utf-8\""))
            return false;
    }
    return true;
}

bool accepts(std::string_view accept, std::string_view token) {
    while (!accept.empty()) {
        auto item = next(accept, ',');
        if (!same_ignoring_case(next(item, ';'), token)) continue;
        while (!item.empty())
            if (is_zero_quality(next(item, ';'))) return false;
        return true;
    }
    return false;
}

}  // namespace karkhana::http
