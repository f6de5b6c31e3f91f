#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "server/base/result.hpp"

namespace karkhana::people {

/// What one Argon2id costs. OWASP's second choice (19 MiB, 2 passes, one lane) takes some 20 ms on
/// a small box and leaves it memory to live in. Tests choose less.
struct PasswordCost {
    unsigned long long passes = 2;
    std::size_t memory = 19u << 20;
};

/// Hashes and checks passwords in the caller's thread, a few at a time. Whoever waits for a turn
/// holds a handler, so only a few may: with 2 at work and 2 waiting, half of eight handlers stay
/// free for everything else however many log in. The rest is told to come again.
class PasswordHasher {
public:
    explicit PasswordHasher(PasswordCost cost = {}, std::size_t at_once = 2,
                            std::size_t may_wait = 2);

    /// Argon2id in its standard text form. Errors: `busy` (503).
    Result<std::string> hash(std::string_view password);
    /// Whether `hash` is of `password`. An empty hash (nobody has this login) costs as much time
    /// and is never right. Errors: `busy` (503).
    Result<bool> matches(std::string_view hash, std::string_view password);

private:
    class Turn;

    PasswordCost const cost_;
    std::size_t const at_once_;
    std::size_t const may_wait_;
    std::string const nobody_;  ///< a hash of the same cost, of a password nobody knows
    std::mutex mutex_;
    std::condition_variable freed_;
    std::size_t at_work_ = 0;
    std::size_t waiting_ = 0;
};

}  // namespace karkhana::people
