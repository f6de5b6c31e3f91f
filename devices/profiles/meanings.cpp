#include "devices/profiles/meanings.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "devices/profiles/decode.hpp"

namespace karkhana::profiles {
namespace {

constexpr std::int64_t most_in_two = 999'999'999;
constexpr std::int64_t least_in_two = -99'999'999;
constexpr std::int64_t most_in_four = 999'999'999'999'999;
constexpr int digits_of_f32 = 7;
constexpr int digits_of_f64 = 12;

bool is_sane(double value) {
    auto const size = std::abs(value);
    return size >= 1e-4 && size <= 1e9;  // false for what is not a number
}

std::string text_of(double value, int digits) {
    std::array<char, 40> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value,
                                   std::chars_format::general, digits);
    return {text.data(), end.ptr};
}

void add_pair(std::vector<Meaning>& found, WordOrder order, std::span<std::uint16_t const> words) {
    auto const bits = static_cast<std::uint32_t>(joined(order, WordOrder::big, words));
    auto const number = static_cast<std::int32_t>(bits);
    if (number > 0xFFFF && number <= most_in_two)
        found.push_back({WordType::u32, order, std::to_string(number)});
    if (number < 0 && number >= least_in_two)
        found.push_back({WordType::s32, order, std::to_string(number)});
    auto const real = std::bit_cast<float>(bits);
    if (is_sane(real))
        found.push_back({WordType::f32, order, text_of(static_cast<double>(real), digits_of_f32)});
}

bool has_float(std::span<std::uint16_t const> words) {
    std::vector<Meaning> found;
    for (auto const order : {WordOrder::big, WordOrder::little}) add_pair(found, order, words);
    for (auto const& each : found)
        if (each.type == WordType::f32) return true;
    return false;
}

void add_four(std::vector<Meaning>& found, WordOrder order, std::span<std::uint16_t const> words) {
    auto const bits = joined(order, WordOrder::big, words);
    if (bits > 0xFFFF'FFFF && bits <= most_in_four)
        found.push_back({WordType::u64, order, std::to_string(bits)});
    // Two short floats in a row nearly always look like a long one too.
    if (has_float(words.first(2)) && has_float(words.last(2))) return;
    auto const real = std::bit_cast<double>(bits);
    if (is_sane(real)) found.push_back({WordType::f64, order, text_of(real, digits_of_f64)});
}

}  // namespace

std::vector<Meaning> meanings(std::span<std::uint16_t const> words) {
    std::vector<Meaning> found;
    if (words.empty()) return found;
    found.push_back({WordType::u16, WordOrder::big, std::to_string(words[0])});
    if (words[0] > 0x7FFF)
        found.push_back(
            {WordType::s16, WordOrder::big, std::to_string(static_cast<std::int16_t>(words[0]))});
    for (auto const order : {WordOrder::big, WordOrder::little}) {
        if (words.size() >= 2) add_pair(found, order, words.first(2));
        if (words.size() >= 4) add_four(found, order, words.first(4));
    }
    return found;
}

std::string_view name_of(WordType type) {
    constexpr std::array<std::string_view, 11> names = {
        "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "bits", "bcd16", "bcd32"};
    return names.at(static_cast<std::size_t>(type));
}

}  // namespace karkhana::profiles
