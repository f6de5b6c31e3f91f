#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/store/store.hpp"

namespace karkhana::facility {

/// What showed that an outage began, or that it ended.
struct OutageEvidence {
    OutageId outage;
    bool at_end = false;
    /// mains (its own input), voltage, line (all that is on it), meter, relay, daemon
    std::string what;
    std::string source;  ///< which one: a device or a line, as configured
    std::optional<Channel> channel;
    std::optional<std::int64_t> value;  ///< as last known, or as it came first again
    std::string unit;                   ///< of the value; empty without one
    Instant at;                         ///< of the value; without one, when it last answered
};

void add_evidence(store::Writer& writer, FacilityId const& facility,
                  OutageEvidence const& evidence);
/// Of the outages that overlap the interval, in one query, in the order it was kept.
std::vector<OutageEvidence> evidence_between(store::Reader& reader, FacilityId const& facility,
                                             Interval during);

}  // namespace karkhana::facility
