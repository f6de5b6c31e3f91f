#include "server/people/password.hpp"

#include <array>
#include <new>
#include <sodium.h>

#include "server/base/digest.hpp"
#include "server/people/rules.hpp"

namespace karkhana::people {
namespace {

std::string argon2id(std::string_view password, PasswordCost const& cost) {
    std::array<char, crypto_pwhash_STRBYTES> text{};
    auto const normal = normal_password(password);
    int const failed = crypto_pwhash_str_alg(text.data(), normal.data(), normal.size(), cost.passes,
                                             cost.memory, crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0) throw std::bad_alloc();
    return text.data();
}

std::string unknown_password() {
    std::array<std::uint8_t, 32> bytes{};
    fill_from_system(bytes);
    return hex(bytes);
}

tl::unexpected<Error> busy() {
    return refuse(ErrorKind::unavailable, "busy", "Too many people log in at this moment.");
}

}  // namespace

/// A place among those who hash, for as long as it lives.
class PasswordHasher::Turn {
public:
    explicit Turn(PasswordHasher& hasher) : hasher_(hasher) {
        std::unique_lock lock(hasher_.mutex_);
        if (hasher_.at_work_ >= hasher_.at_once_ && hasher_.waiting_ >= hasher_.may_wait_) return;
        ++hasher_.waiting_;
        hasher_.freed_.wait(lock, [&] { return hasher_.at_work_ < hasher_.at_once_; });
        --hasher_.waiting_;
        ++hasher_.at_work_;
        taken_ = true;
    }
    ~Turn() {
        if (!taken_) return;
        {
            std::lock_guard const lock(hasher_.mutex_);
            --hasher_.at_work_;
        }
        hasher_.freed_.notify_one();
    }
    Turn(Turn const&) = delete;
    Turn& operator=(Turn const&) = delete;

    bool taken() const { return taken_; }

private:
    PasswordHasher& hasher_;
    bool taken_ = false;
};

PasswordHasher::PasswordHasher(PasswordCost cost, std::size_t at_once, std::size_t may_wait)
    : cost_(cost),
      at_once_(at_once),
      may_wait_(may_wait),
      nobody_(argon2id(unknown_password(), cost)) {}

Result<std::string> PasswordHasher::hash(std::string_view password) {
    Turn const turn(*this);
    if (!turn.taken()) return busy();
    return argon2id(password, cost_);
}

Result<bool> PasswordHasher::matches(std::string_view hash, std::string_view password) {
    Turn const turn(*this);
    if (!turn.taken()) return busy();
    std::string const against{hash.empty() ? std::string_view{nobody_} : hash};
    auto const normal = normal_password(password);
    bool const same = crypto_pwhash_str_verify(against.c_str(), normal.data(), normal.size()) == 0;
    return same && !hash.empty();
}

}  // namespace karkhana::people
