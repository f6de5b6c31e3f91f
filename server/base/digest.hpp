#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace karkhana {

/// SHA-256 of the bytes, as 64 lower-case hexadecimal characters.
std::string sha256_hex(std::string_view bytes);

/// Appends "5:bytes,", so that no two lists of fields read alike.
/// Source: D. J. Bernstein, Netstrings, 1997.
void add_netstring(std::string& out, std::string_view content);

/// Lower-case hexadecimal of the bytes.
std::string hex(std::span<std::uint8_t const> bytes);

/// HMAC-SHA-256 (RFC 2104), 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// HMAC-SHA-1 (RFC 2104), 20 bytes: for one-time codes alone.
std::string hmac_sha1(std::string_view key, std::string_view bytes);

constexpr std::size_t encryption_nonce = 24;
/// XChaCha20-Poly1305 with a key of 32 bytes and a nonce of 24 that is never used again; whoever
/// decrypts has to say the same `bound_to`.
std::string encrypt(std::string_view key, std::string_view nonce, std::string_view bound_to,
                    std::string_view secret);
/// nullopt: another key, nonce or binding, or altered.
std::optional<std::string> decrypt(std::string_view key, std::string_view nonce,
                                   std::string_view bound_to, std::string_view hidden);

/// RFC 4648 4, with padding.
std::string to_base64(std::string_view bytes);
/// nullopt when it is none.
std::optional<std::string> from_base64(std::string_view text);

/// Bytes from the operating system's cryptographic source.
void fill_from_system(std::span<std::uint8_t> out);

/// True if both are equal, in a time that does not depend on where they differ.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace karkhana
