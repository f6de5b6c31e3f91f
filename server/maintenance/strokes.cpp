#include "server/maintenance/strokes.hpp"

namespace karkhana::maintenance {

CountedStrokes::CountedStrokes(Services const& services, FacilityId const& facility) {
    if (!services.strokes) return;
    auto const plans = services.store.read([&](store::Reader& reader) {
        return watched_plans(reader, facility, services.clock.now());
    });
    for (auto const& [plan, worked] : plans)
        if (plan.basis == Basis::pieces)
            asked_[plan.id] = {plan.counts_from,
                               services.strokes(facility, plan.machine, plan.counts_from)};
}

void CountedStrokes::put(WatchedPlan& watched) const {
    auto const found = asked_.find(watched.plan.id);
    if (found != asked_.end() && found->second.from == watched.plan.counts_from)
        watched.worked.strokes = found->second.strokes;
}

}  // namespace karkhana::maintenance
