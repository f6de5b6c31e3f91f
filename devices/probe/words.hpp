#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace karkhana::probe {

/// The head of the table that shown() writes.
std::string shown_head();

/// A line for each register: address, raw word, what it is as a number, and what it begins with the
/// next one, the high word first and the low word first. Floats out of all reason are left out.
std::vector<std::string> shown(std::uint16_t address, std::span<std::uint16_t const> words);

}  // namespace karkhana::probe
