#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "server/base/time.hpp"

namespace karkhana::exports {

/// Who asks an open page, and how often: so many times a minute from one address, in memory alone.
/// Safe from any thread.
class Visits {
public:
    explicit Visits(int a_minute) : a_minute_(a_minute) {}

    /// Counts the visit; what is left to wait when it is one too many.
    std::optional<std::chrono::seconds> count(std::string const& address, Instant now);

private:
    struct Minute {
        Instant begun;
        int visits = 0;
    };

    int a_minute_;
    std::mutex mutex_;
    std::map<std::string, Minute> minutes_;
};

}  // namespace karkhana::exports
