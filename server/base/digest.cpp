#include "server/base/digest.hpp"

#include <array>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdexcept>

namespace karkhana {
namespace {

/// sodium_init is idempotent and thread-safe; it must have run before anything else.
void ensure_sodium() {
    static bool const ready = sodium_init() >= 0;
    if (!ready) throw std::runtime_error("libsodium cannot start");
}

unsigned char const* bytes_in(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

}  // namespace

void add_netstring(std::string& out, std::string_view content) {
    out += std::to_string(content.size());
    out += ':';
    out += content;
    out += ',';
}

std::string hex(std::span<std::uint8_t const> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (auto byte : bytes) {
        out.push_back(digits[byte >> 4]);
        out.push_back(digits[byte & 0x0f]);
    }
    return out;
}

std::string sha256_hex(std::string_view bytes) {
    // Not libsodium's, which is written in C alone: processors have instructions for it, and every
    // booking has five digests.
    static EVP_MD const* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    std::array<std::uint8_t, 32> digest{};
    if (sha256 == nullptr ||
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, sha256, nullptr) != 1)
        throw std::runtime_error("SHA-256 cannot be computed");
    return hex(digest);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    ensure_sodium();
    auto const unsigned_of = [](std::string_view text) {
        return reinterpret_cast<unsigned char const*>(text.data());
    };
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, unsigned_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, unsigned_of(bytes), bytes.size());
    std::string code(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(code.data()));
    return code;
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
    constexpr std::size_t kBlock = 64;
    auto const sha1 = [](std::string const& text) {
        std::array<unsigned char, 20> out{};
        if (EVP_Digest(text.data(), text.size(), out.data(), nullptr, EVP_sha1(), nullptr) != 1)
            throw std::runtime_error("SHA-1");
        return std::string(out.begin(), out.end());
    };
    std::string block = key.size() > kBlock ? sha1(std::string{key}) : std::string{key};
    block.resize(kBlock, '\0');
    auto const masked = [&](char mask) {
        auto out = block;
        for (auto& c : out) c = static_cast<char>(c ^ mask);
        return out;
    };
    return sha1(masked(0x5c) + sha1(masked(0x36) + std::string{bytes}));
}

std::string encrypt(std::string_view key, std::string_view nonce, std::string_view bound_to,
                    std::string_view secret) {
    if (key.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES ||
        nonce.size() != crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
        throw std::invalid_argument("key or nonce of another size");
    std::string hidden(secret.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES, '\0');
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        reinterpret_cast<unsigned char*>(hidden.data()), nullptr, bytes_in(secret), secret.size(),
        bytes_in(bound_to), bound_to.size(), nullptr, bytes_in(nonce), bytes_in(key));
    return hidden;
}

std::optional<std::string> decrypt(std::string_view key, std::string_view nonce,
                                   std::string_view bound_to, std::string_view hidden) {
    constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
    if (key.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES ||
        nonce.size() != crypto_aead_xchacha20poly1305_ietf_NPUBBYTES || hidden.size() < kTag)
        return std::nullopt;
    std::string secret(hidden.size() - kTag, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            reinterpret_cast<unsigned char*>(secret.data()), nullptr, nullptr, bytes_in(hidden),
            hidden.size(), bytes_in(bound_to), bound_to.size(), bytes_in(nonce),
            bytes_in(key)) != 0)
        return std::nullopt;
    return secret;
}

std::string to_base64(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // the terminating zero
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes(text.size(), '\0');
    std::size_t length = 0;
    auto const failed =
        sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL);
    if (failed != 0) return std::nullopt;
    bytes.resize(length);
    return bytes;
}

void fill_from_system(std::span<std::uint8_t> out) {
    ensure_sodium();
    randombytes_buf(out.data(), out.size());
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    ensure_sodium();
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace karkhana
