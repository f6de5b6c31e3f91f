#pragma once

#include <map>

#include "server/maintenance/api.hpp"
#include "server/maintenance/records.hpp"

namespace karkhana::maintenance {

/// What the counters of machines say for the plans that count strokes. They are asked before a
/// transaction, for their readings are kept elsewhere.
class CountedStrokes {
public:
    CountedStrokes(Services const& services, FacilityId const& facility);

    /// Into what the plan's machine did, unless the plan has begun anew since they were asked.
    void put(WatchedPlan& watched) const;

private:
    struct Asked {
        Instant from;
        std::optional<Strokes> strokes;
    };
    std::map<PlanId, Asked> asked_;
};

}  // namespace karkhana::maintenance
