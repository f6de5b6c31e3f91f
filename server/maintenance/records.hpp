#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/maintenance/rules_service.hpp"
#include "server/store/store.hpp"

namespace karkhana::maintenance {

struct WatchedPlan {
    Plan plan;
    Worked worked;  ///< since it counts
};
/// All plans that are not retired, by machine, in one query; `now` is the end of what is still
/// under way.
std::vector<WatchedPlan> watched_plans(store::Reader& reader, FacilityId const& facility,
                                       Instant now);
/// One of them.
std::optional<WatchedPlan> find_plan(store::Reader& reader, FacilityId const& facility,
                                     PlanId const& id, Instant now);
void insert_plan(store::Writer& writer, FacilityId const& facility, Plan const& plan, Instant now);
/// Keeps where its cycle stands: warned_at, outage, counts_from, cycle, retired_at.
void update_plan(store::Writer& writer, FacilityId const& facility, Plan const& plan);

/// A service that was done.
struct Service {
    std::int64_t cycle = 0;
    Instant at;
    PersonId by;
    std::int64_t used = 0;
    std::string note;
};
void insert_service(store::Writer& writer, FacilityId const& facility, PlanId const& plan,
                    Service const& service);
/// The latest first.
std::map<PlanId, std::vector<Service>> services_done(store::Reader& reader,
                                                     FacilityId const& facility);

/// A time that is or was set aside for a service.
struct SetAside {
    Interval during;
    bool withdrawn = false;
    bool holds(Instant now) const { return !withdrawn && during.end > now; }
};
/// Of all plans that are not retired.
std::map<OutageId, SetAside> times_set_aside(store::Reader& reader, FacilityId const& facility);

/// On PostgreSQL nobody else changes a plan or an open ticket from here to the end of the
/// transaction: the watch and the handlers decide by what they have read. On SQLite one writes
/// anyway.
void lock_care(store::Writer& writer, FacilityId const& facility);

}  // namespace karkhana::maintenance
