#include "server/app/register_form.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <sstream>

namespace karkhana::app {
namespace {

constexpr std::array<std::string_view, 11> kTypes = {"u16", "s16", "u32",  "s32",   "u64",  "s64",
                                                     "f32", "f64", "bits", "bcd16", "bcd32"};
constexpr std::array<std::string_view, 2> kScales = {"exponent", "factor"};
constexpr std::array<std::string_view, 2> kOrders = {"big", "little"};

template <class Enum, std::size_t n>
bool read(std::array<std::string_view, n> const& names, std::string const& name, Enum& value) {
    auto const found = std::ranges::find(names, name);
    value = static_cast<Enum>(found - names.begin());
    return found != names.end();
}

bool read(std::istream& in, profiles::Scale& scale) {
    char slash = ' ';
    in >> scale.numerator >> slash >> scale.denominator;
    return in && slash == '/' && scale.denominator > 0;
}

/// What follows type, order and scale. False when it is nothing of a form.
bool read_word(std::istream& in, std::string const& word, profiles::Point& point, bool& placed) {
    auto const number = [](std::string_view text, auto& value) {
        auto const end = text.data() + text.size();
        return std::from_chars(text.data(), end, value).ptr == end && !text.empty();
    };
    if (word == "swapped") {
        point.byte_order = profiles::WordOrder::little;
        return true;
    }
    if (word == "fraction") {
        std::string type;
        auto& part = point.fraction.emplace();
        in >> type;
        return read(kTypes, type, part.type) && read(in, part.scale) && in >> part.address;
    }
    profiles::ScaleFrom from;
    if (read(kScales, word, from.kind)) {
        if (!(in >> from.address)) return false;
        point.scale_from = from;
        return true;
    }
    if (word.starts_with('@')) {
        auto const colon = word.find(':');
        if (colon == std::string::npos) return false;
        placed = true;
        return number(std::string_view{word}.substr(1, colon - 1), point.function) &&
               number(std::string_view{word}.substr(colon + 1), point.address);
    }
    return number(word, point.bit.emplace());
}

}  // namespace

std::string form_of(profiles::Point const& point) {
    auto const type_name = [](profiles::WordType type) {
        return kTypes.at(static_cast<std::size_t>(type));
    };
    auto text = fmt::format("{} {} {}/{}", type_name(point.type),
                            kOrders.at(static_cast<std::size_t>(point.order)),
                            point.scale.numerator, point.scale.denominator);
    if (point.bit) text += fmt::format(" {}", *point.bit);
    if (point.byte_order == profiles::WordOrder::little) text += " swapped";
    if (auto const& part = point.fraction)
        text += fmt::format(" fraction {} {}/{} {}", type_name(part->type), part->scale.numerator,
                            part->scale.denominator, part->address);
    if (auto const& from = point.scale_from)
        text +=
            fmt::format(" {} {}", kScales.at(static_cast<std::size_t>(from->kind)), from->address);
    return text + fmt::format(" @{}:{}", point.function, point.address);
}

std::optional<profiles::Point> point_of(std::string_view form) {
    std::istringstream in{std::string{form}};
    std::string type, order, word;
    profiles::Point point;
    in >> type >> order;
    if (!read(in, point.scale) || !read(kTypes, type, point.type) ||
        !read(kOrders, order, point.order))
        return std::nullopt;
    bool placed = false;
    while (in >> word)
        if (!read_word(in, word, point, placed)) return std::nullopt;
    // What was kept before forms said where the registers are.
    auto const same = form_of(point);
    if (placed ? same != form : std::string_view{same}.substr(0, same.rfind(" @")) != form)
        return std::nullopt;
    return point;
}

}  // namespace karkhana::app
