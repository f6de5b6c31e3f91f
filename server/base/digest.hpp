#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace karkhana {

/// SHA-256 of the bytes, as 64 lower-case hexadecimal characters.
std::string sha256_hex(std::string_view bytes);

/// Lower-case hexadecimal of the bytes.
std::string hex(std::span<std::uint8_t const> bytes);

/// Bytes from the operating system's cryptographic source.
void fill_from_system(std::span<std::uint8_t> out);

/// True if both are equal, in a time that does not depend on where they differ.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace karkhana
