#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/timetable/records.hpp"

namespace karkhana::timetable {

/// The text at an address of others. Errors: `not_fetched` with why.
using Fetch = std::function<Result<std::string>(std::string const& url, std::stop_token const&)>;
/// Over HTTP, within half a minute or until it is to stop, 1 MiB at most, from no address that only
/// this machine or its own network reaches.
Result<std::string> fetch_from_outside(std::string const& url, std::stop_token const& stop);

/// What the handlers and the job need; app wires it, and it outlives both.
struct Services {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;
    std::stop_token stop = {};  ///< the daemon ends: what is being fetched is given up
    Fetch fetch = fetch_from_outside;
};

/// Brings the outages of the days ahead in line with the timetable, in the caller's transaction.
/// Returns how many were made or withdrawn. Errors: those of read_table and planned; nothing is
/// changed then.
Result<std::size_t> keep(store::Writer& writer, IdSource& ids, Timetable const& table, Instant now);

/// Fetches what is published elsewhere and was not asked for in six hours, and keeps every
/// timetable. What cannot be fetched or read stays as it was and says so. Returns how many outages
/// were made or withdrawn.
std::size_t keep_all(Services const& services);

}  // namespace karkhana::timetable
