#include "server/app/register_form.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <sstream>

namespace karkhana::app {
namespace {

constexpr std::array<std::string_view, 9> kTypes = {"u16", "s16", "u32", "s32", "u64",
                                                    "s64", "f32", "f64", "bits"};
constexpr std::array<std::string_view, 2> kOrders = {"big", "little"};

template <class Enum, std::size_t n>
bool read(std::array<std::string_view, n> const& names, std::string const& name, Enum& value) {
    auto const found = std::ranges::find(names, name);
    value = static_cast<Enum>(found - names.begin());
    return found != names.end();
}

}  // namespace

std::string form_of(profiles::Point const& point) {
    auto text = fmt::format("{} {} {}/{}", kTypes.at(static_cast<std::size_t>(point.type)),
                            kOrders.at(static_cast<std::size_t>(point.order)),
                            point.scale.numerator, point.scale.denominator);
    if (point.bit) text += fmt::format(" {}", *point.bit);
    return text;
}

std::optional<profiles::Point> point_of(std::string_view form) {
    std::istringstream in{std::string{form}};
    std::string type, order;
    char slash = ' ';
    profiles::Point point;
    in >> type >> order >> point.scale.numerator >> slash >> point.scale.denominator;
    bool const whole = in && slash == '/' && point.scale.denominator > 0;
    if (!whole || !read(kTypes, type, point.type) || !read(kOrders, order, point.order))
        return std::nullopt;
    int bit = 0;
    if (in >> bit) point.bit = static_cast<std::uint8_t>(bit);
    if (form_of(point) != form) return std::nullopt;
    return point;
}

}  // namespace karkhana::app
