#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::people {

/// Who was refused what, for the audit trail: what is not theirs, what their role may not do, and
/// tries to log in that failed. Whoever tries a thousand times in a few seconds is one line of it.
class Refusals {
public:
    /// What is kept until it is written; what comes on top is counted in one line.
    static constexpr std::size_t kMost = 500;

    /// From any thread; writes nothing yet.
    void note(http::Request const& request, http::Route const& route, int status);
    /// Strangers are told of in the trail of `own`.
    void write(store::Store& store, FacilityId const& own, Instant now);

private:
    struct Who {
        std::optional<FacilityId> facility;
        std::optional<PersonId> person;
        std::string address;
        std::string operation;
        int status = 0;

        auto operator<=>(Who const&) const = default;
    };
    struct Tries {
        std::int64_t times = 0;
        std::string first_path;
    };

    std::mutex mutex_;
    std::map<Who, Tries> noted_;
};

}  // namespace karkhana::people
