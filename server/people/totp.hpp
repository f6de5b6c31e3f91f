#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/time.hpp"

namespace karkhana::people {

/// Source: RFC 6238 with HMAC-SHA-1, steps of 30 s and six digits, what every authenticator speaks.
std::string totp_code(std::string_view secret, std::uint64_t step);
std::uint64_t totp_step(Instant at);

/// The step that `typed` is the code of: now, the one before or the one after, and later than the
/// last one that was taken; nullopt: none.
std::optional<std::uint64_t> matching_step(std::string_view secret, std::string_view typed,
                                           Instant now, std::uint64_t last_step);

/// RFC 4648 6, without padding.
std::string to_base32(std::string_view bytes);

/// What the QR code of an authenticator says.
std::string totp_uri(std::string_view issuer, std::string_view login, std::string_view secret);

}  // namespace karkhana::people
