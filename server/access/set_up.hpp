#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/ids.hpp"
#include "server/base/random.hpp"
#include "server/base/time.hpp"

namespace karkhana::access {

constexpr std::chrono::hours set_up_lasts{24};

/// The one-time code with which the first administrator of a facility without people is made. It
/// is printed on the console and kept nowhere, dies with its use, after a day and after ten wrong
/// tries; a restart prints another one.
class SetUp {
public:
    /// Begins to wait for somebody; returns the code.
    std::string open(FacilityId const& facility, Random& random, Instant now);

    /// Whose first administrator is waited for.
    std::optional<FacilityId> waiting(Instant now) const;
    /// Whether it is the code; a wrong one is counted.
    bool matches(std::string_view code, Instant now);
    void close();

private:
    bool alive(Instant now) const;

    mutable std::mutex mutex_;
    FacilityId facility_;
    std::string code_;  ///< empty: nobody is waited for
    Instant until_;
    int wrong_ = 0;
};

}  // namespace karkhana::access
