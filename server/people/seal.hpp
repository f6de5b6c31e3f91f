#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/base/random.hpp"

namespace karkhana::people {

/// Encrypts and authenticates a secret for the database with the daemon's own key, which the
/// database does not hold. XChaCha20-Poly1305; `whose` is bound to it, so that nobody can put one
/// person's secret into another's row. Base64.
std::string seal(std::string_view key, std::string_view whose, std::string_view secret,
                 Random& random);
/// nullopt: made with another key, for somebody else, or altered.
std::optional<std::string> unseal(std::string_view key, std::string_view whose,
                                  std::string_view sealed);

/// What is kept of a short code: who has the database alone cannot guess it.
std::string keyed_hash(std::string_view key, std::string_view whose, std::string_view code);

}  // namespace karkhana::people
