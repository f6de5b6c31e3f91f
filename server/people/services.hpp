#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/base/clock.hpp"
#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/random.hpp"
#include "server/people/password.hpp"
#include "server/store/store.hpp"

namespace karkhana::people {

/// What the people subject is given to work with; app wires it, and it outlives the server.
struct Services {
    store::Store& store;
    /// The facility's clock: what is recorded, and what people are told.
    WallClock const& clock;
    /// Log-ins live in real time. In a demo that runs sixty times as fast nobody would want to be
    /// logged out every twelve minutes.
    WallClock const& real_clock;
    IdSource& ids;
    Random& secrets;  ///< cryptographic and thread-safe
    PasswordHasher& passwords;
    /// What each enterprise owes, from billing; who is absent owes nothing.
    std::function<std::unordered_map<EnterpriseId, Money>(store::Reader&, FacilityId const&)>
        balances;
    int clock_speed = 1;
    /// When each of the enterprises has its next booking, from booking; who is absent has none.
    std::function<std::unordered_map<EnterpriseId, Instant>(
        store::Reader&, FacilityId const&, std::vector<EnterpriseId> const&, Instant now)>
        next_bookings = {};
    /// 32 random bytes or more that the database does not hold: second factors are sealed with it.
    std::string key = {};
};

}  // namespace karkhana::people
