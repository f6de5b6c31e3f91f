#include "server/booking/sweep.hpp"

#include "server/booking/sweep_steps.hpp"
#include "server/facility/records.hpp"

namespace karkhana::booking {
namespace {

constexpr std::chrono::seconds queue_at_least{30};

std::int64_t changes_of(store::Reader& reader, FacilityId const& facility) {
    return reader
        .first(
            "SELECT sequence FROM audit_head WHERE facility_id = $1",
            [](store::Row const& row) { return row.integer(0); }, facility)
        .value_or(0);
}

}  // namespace

void Sweep::look_at_queue(FacilityId const& facility, Instant now, std::vector<Booking>& changed) {
    auto const changes =
        services_.store.read([&](store::Reader& reader) { return changes_of(reader, facility); });
    {
        std::lock_guard const lock{mutex_};
        auto const& seen = seen_[facility];
        if (seen.audit == changes && seen.at <= now && now < seen.at + queue_at_least) return;
    }
    auto const offered = offer_times(services_, facility, now);
    changed.insert(changed.end(), offered.begin(), offered.end());
    std::lock_guard const lock{mutex_};
    seen_[facility] = {changes, now};
}

std::vector<Booking> Sweep::run() {
    auto const now = services_.clock.now();
    auto const facilities = services_.store.read(
        [](store::Reader& reader) { return facility::list_facilities(reader); });
    std::vector<Booking> changed;
    for (auto const& facility : facilities) {
        auto const add = [&](std::vector<Booking> const& more) {
            changed.insert(changed.end(), more.begin(), more.end());
        };
        auto const& id = facility.id;
        add(end_holds(services_, id, now));
        auto const presence = attend_by_power(services_, id, now);
        add(presence.changed);
        add(end_absent(services_, id, now, presence.awaited));
        add(excuse_displaced(services_, id, now));
        add(settle_fees(services_, id, now));
        charge_overruns(services_, id, now);
        add(warn_of_overruns(services_, id, now));
        add(propose_times(services_, id, now));
        end_waiting(services_, id, now);
        look_at_queue(id, now, changed);
    }
    return changed;
}

}  // namespace karkhana::booking
