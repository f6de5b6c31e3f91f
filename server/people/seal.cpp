#include "server/people/seal.hpp"

#include <array>
#include <stdexcept>

#include "server/base/digest.hpp"

namespace karkhana::people {
namespace {

/// One key a purpose: what seals does not hash.
std::string key_for(std::string_view purpose, std::string_view key) {
    if (key.size() < 32) throw std::logic_error("the daemon has no key");
    return hmac_sha256(key, purpose);
}

}  // namespace

std::string seal(std::string_view key, std::string_view whose, std::string_view secret,
                 Random& random) {
    std::array<std::uint8_t, encryption_nonce> bytes{};
    random.fill(bytes);
    std::string const nonce(bytes.begin(), bytes.end());
    return to_base64(nonce + encrypt(key_for("seal", key), nonce, whose, secret));
}

std::optional<std::string> unseal(std::string_view key, std::string_view whose,
                                  std::string_view sealed) {
    auto const all = from_base64(sealed);
    if (!all || all->size() < encryption_nonce) return std::nullopt;
    auto const whole = std::string_view{*all};
    return decrypt(key_for("seal", key), whole.substr(0, encryption_nonce), whose,
                   whole.substr(encryption_nonce));
}

std::string keyed_hash(std::string_view key, std::string_view whose, std::string_view code) {
    std::string text;
    add_netstring(text, whose);
    add_netstring(text, code);
    return sha256_hex(hmac_sha256(key_for("code", key), text));
}

}  // namespace karkhana::people
