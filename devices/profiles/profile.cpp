#include "devices/profiles/profile.hpp"

#include <algorithm>

#include "devices/profiles/decode.hpp"
#include "devices/profiles/load.hpp"

namespace karkhana::profiles {

std::uint16_t words_of(WordType type) {
    switch (type) {
    case WordType::u32:
    case WordType::s32:
    case WordType::bcd32:
    case WordType::f32: return 2;
    case WordType::u64:
    case WordType::s64:
    case WordType::f64: return 4;
    default: return 1;
    }
}

std::vector<Part> Point::parts() const {
    std::vector<Part> parts{{address, words_of(type)}};
    if (fraction) parts.push_back({fraction->address, words_of(fraction->type)});
    if (scale_from) parts.push_back({scale_from->address, 1});
    return parts;
}

std::uint16_t Point::words() const {
    return static_cast<std::uint16_t>(words_of(type) + (fraction ? words_of(fraction->type) : 0) +
                                      (scale_from ? 1 : 0));
}

std::uint16_t Point::first() const {
    auto first = address;
    if (fraction) first = std::min(first, fraction->address);
    if (scale_from) first = std::min(first, scale_from->address);
    return first;
}

std::uint32_t Point::end() const {
    std::uint32_t end = address + std::uint32_t{words_of(type)};
    if (fraction) end = std::max(end, fraction->address + std::uint32_t{words_of(fraction->type)});
    if (scale_from) end = std::max(end, scale_from->address + std::uint32_t{1});
    return end;
}

Point const* Profile::find(std::string_view point_name) const {
    for (auto const& point : points)
        if (point.name == point_name) return &point;
    return nullptr;
}

std::vector<std::string> failures_of(Profile const& profile, SelfTest const& test) {
    std::vector<std::string> failures;
    auto const show = [](std::int64_t value, Quality quality) {
        if (quality == Quality::good) return std::to_string(value);
        return std::string(name_of(quality));
    };
    for (auto const& expected : test.expect) {
        auto const* const point = profile.find(expected.point);
        bool const covered = point && point->function == test.function &&
                             point->first() >= test.address &&
                             point->end() <= test.address + test.words.size();
        if (!covered) {
            failures.push_back("the words do not hold '" + expected.point + "'");
            continue;
        }
        auto const got = decode_in(*point, test.address, test.words);
        bool const same_value = got.value == expected.value || expected.quality != Quality::good;
        if (got.quality != expected.quality || !same_value)
            failures.push_back("'" + expected.point + "' decodes to " +
                               show(got.value, got.quality) + ", not to " +
                               show(expected.value, expected.quality));
    }
    return failures;
}

}  // namespace karkhana::profiles
