#include "server/maintenance/watch.hpp"

#include <boost/json/serialize.hpp>

#include "server/facility/records.hpp"
#include "server/maintenance/json.hpp"
#include "server/maintenance/records.hpp"
#include "server/maintenance/rules_times.hpp"
#include "server/maintenance/strokes.hpp"
#include "server/maintenance/tickets.hpp"
#include "server/people/audit.hpp"

namespace karkhana::maintenance {
namespace {

/// How far ahead a time is looked for: a month of holidays is none.
constexpr std::chrono::days look_ahead{45};
/// An open breakdown reaches at least so far ahead.
constexpr std::chrono::hours least_reach{24};

void tell(store::Writer& writer, FacilityId const& facility, std::string action,
          WatchedPlan const& watched, Instant now, Zone const& zone) {
    people::append_audit(writer, facility,
                         {.action = std::move(action),
                          .subject = "maintenance_plan/" + watched.plan.id.text(),
                          .after = boost::json::serialize(plan_json(watched, now, zone))},
                         now);
}

/// What there is to do for a plan.
struct Wanted {
    bool warn = false;
    bool set_aside = false;
};
Wanted wanted_of(WatchedPlan const& watched, std::map<OutageId, SetAside> const& aside,
                 Instant now) {
    auto const& plan = watched.plan;
    auto const stand = due(plan, watched.worked, now).stand;
    bool const has_time = plan.outage && aside.at(*plan.outage).holds(now);
    return {.warn = stand != Stand::fine && !plan.warned_at,
            .set_aside = stand == Stand::due && !has_time};
}

class Watch {
public:
    Watch(Services const& services, store::Writer& writer, FacilityId const& facility,
          CountedStrokes const& strokes)
        : services_(services),
          writer_(writer),
          facility_(facility),
          strokes_(strokes),
          book_(services.books.get(writer, facility)),
          now_(services.clock.now()) {}

    int look() {
        lock_care(writer_, facility_);
        aside_ = times_set_aside(writer_, facility_);
        for (auto& watched : watched_plans(writer_, facility_, now_)) {
            strokes_.put(watched);
            look_at(watched);
        }
        for (auto const& kept : breakdowns_to_keep(writer_, facility_, now_ + least_reach))
            keep(kept);
        return changes_;
    }

private:
    void look_at(WatchedPlan& watched) {
        auto& plan = watched.plan;
        auto const wanted = wanted_of(watched, aside_, now_);
        if (wanted.warn) {
            plan.warned_at = now_;
            update_plan(writer_, facility_, plan);
            tell(writer_, facility_, "warnMaintenance", watched, now_, book_->zone);
            ++changes_;
        }
        if (wanted.set_aside) set_time_aside(watched);
    }

    /// A time that passed, or that somebody withdrew, is not tried again.
    void set_time_aside(WatchedPlan& watched) {
        auto& plan = watched.plan;
        auto const from = plan.outage ? std::max(now_, aside_.at(*plan.outage).during.end) : now_;
        auto const during = time_for(plan, open_to(plan.machine, {from, from + look_ahead}), from);
        if (!during) return;
        plan.outage = services_.ids.make<OutageId>();
        facility::insert_outage(writer_, facility_,
                                {.id = *plan.outage,
                                 .machine = plan.machine,
                                 .during = *during,
                                 .kind = "maintenance",
                                 .reason = plan.name.bn,
                                 .source = facility::OutageSource::plan,
                                 .cause = plan.id.uuid},
                                now_);
        update_plan(writer_, facility_, plan);
        tell(writer_, facility_, "planMaintenance", watched, now_, book_->zone);
        ++changes_;
    }

    /// When the facility is open and the machine is not taken from everybody anyway.
    Times open_to(MachineId const& machine, Interval range) {
        Times gone;
        for (auto const& each : facility::outages_between(writer_, facility_, range))
            if (facility::stops_work(each) && (!each.machine || *each.machine == machine))
                gone.push_back(each.during);
        auto open = facility::open_intervals(book_->zone, book_->opening, range);
        return without(tidy(std::move(open), range), tidy(std::move(gone), range));
    }

    /// An outage that has ended, by hand or while nobody looked, stays as it is: what was done with
    /// the machine since then was done. Another begins, for the ticket is open.
    void keep(Kept const& kept) {
        auto const& ticket = kept.ticket;
        if (kept.until && *kept.until > now_)
            facility::extend_outage(writer_, facility_, ticket.outage.value(),
                                    now_ + breakdown_reach);
        else
            put_outage(writer_, facility_, ticket.id,
                       keep_from_bookings(writer_, facility_, ticket,
                                          services_.ids.make<OutageId>(), now_, now_));
        ++changes_;
    }

    Services const& services_;
    store::Writer& writer_;
    FacilityId const& facility_;
    CountedStrokes const& strokes_;
    std::shared_ptr<facility::Book const> book_;
    Instant now_;
    std::map<OutageId, SetAside> aside_;
    int changes_ = 0;
};

/// Whether there is anything to do, found out without a writing transaction.
bool anything(Services const& services, store::Reader& reader, FacilityId const& facility,
              CountedStrokes const& strokes) {
    auto const now = services.clock.now();
    auto const aside = times_set_aside(reader, facility);
    for (auto& each : watched_plans(reader, facility, now)) {
        strokes.put(each);
        if (auto const wanted = wanted_of(each, aside, now); wanted.warn || wanted.set_aside)
            return true;
    }
    return !breakdowns_to_keep(reader, facility, now + least_reach).empty();
}

}  // namespace

int watch(Services const& services, FacilityId const& facility) {
    CountedStrokes const strokes{services, facility};
    bool const wanted = services.store.read(
        [&](store::Reader& reader) { return anything(services, reader, facility, strokes); });
    if (!wanted) return 0;
    return services.store.write(
        [&](store::Writer& writer) { return Watch{services, writer, facility, strokes}.look(); });
}

}  // namespace karkhana::maintenance
