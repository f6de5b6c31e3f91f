#include "devices/profiles/profile.hpp"

#include "devices/profiles/decode.hpp"
#include "devices/profiles/load.hpp"

namespace karkhana::profiles {

std::uint16_t Point::words() const {
    switch (type) {
    case WordType::u32:
    case WordType::s32:
    case WordType::f32: return 2;
    case WordType::u64:
    case WordType::s64:
    case WordType::f64: return 4;
    default: return 1;
    }
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
        auto const first = point ? point->address - test.address : -1;
        bool const covered = point && point->function == test.function && first >= 0 &&
                             static_cast<std::size_t>(first) + point->words() <= test.words.size();
        if (!covered) {
            failures.push_back("the words do not hold '" + expected.point + "'");
            continue;
        }
        auto const got = decode(
            *point, std::span(test.words).subspan(static_cast<std::size_t>(first), point->words()));
        bool const same_value = got.value == expected.value || expected.quality != Quality::good;
        if (got.quality != expected.quality || !same_value)
            failures.push_back("'" + expected.point + "' decodes to " +
                               show(got.value, got.quality) + ", not to " +
                               show(expected.value, expected.quality));
    }
    return failures;
}

}  // namespace karkhana::profiles
