#include "devices/probe/words.hpp"

#include <bit>
#include <cmath>
#include <fmt/format.h>

namespace karkhana::probe {
namespace {

/// Between a millionth and a thousand millions, or 0: what a meter may well show.
std::string real(std::uint32_t bits) {
    auto const value = std::bit_cast<float>(bits);
    auto const size = std::fabs(value);
    if (bits != 0 && !(size > 1e-6F && size < 1e9F)) return "-";
    return fmt::format("{:.7g}", value);
}

}  // namespace

std::string shown_head() {
    return fmt::format("{:>7} {:>6} {:>6} {:>7}  {:>12} {:>11}  {:>12} {:>11}", "address", "hex",
                       "u16", "s16", "f32 big", "s32 big", "f32 little", "s32 little");
}

std::vector<std::string> shown(std::uint16_t address, std::span<std::uint16_t const> words) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto const word = words[i];
        auto line = fmt::format("{:>7} 0x{:04X} {:>6} {:>7}", address + i, word, word,
                                static_cast<std::int16_t>(word));
        if (i + 1 < words.size()) {
            auto const big = std::uint32_t{word} << 16 | words[i + 1];
            auto const little = std::uint32_t{words[i + 1]} << 16 | word;
            line += fmt::format("  {:>12} {:>11}  {:>12} {:>11}", real(big),
                                static_cast<std::int32_t>(big), real(little),
                                static_cast<std::int32_t>(little));
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace karkhana::probe
