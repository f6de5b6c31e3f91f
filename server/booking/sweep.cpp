#include "server/booking/sweep.hpp"

#include "server/booking/sweep_steps.hpp"
#include "server/facility/records.hpp"
#include "server/people/audit.hpp"

namespace karkhana::booking {
namespace {

constexpr std::chrono::seconds queue_at_least{30};
constexpr std::chrono::minutes hours_at_least{10};

}  // namespace

bool Sweep::hours_are_new(FacilityId const& facility, Instant now) {
    auto book = services_.store.read(
        [&](store::Reader& reader) { return services_.books->get(reader, facility); });
    std::lock_guard const lock{mutex_};
    auto& seen = hours_[facility];
    if (seen.book == book && seen.at <= now && now < seen.at + hours_at_least) return false;
    seen = {std::move(book), now};
    return true;
}

void Sweep::look_at_queue(FacilityId const& facility, Instant now, std::vector<Booking>& changed) {
    auto const changes = services_.store.read(
        [&](store::Reader& reader) { return people::audit_end(reader, facility); });
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

void Sweep::look_after(FacilityId const& id, Instant now, Errands& errands) {
    auto const add = [&](std::vector<Booking> const& more) {
        errands.changed.insert(errands.changed.end(), more.begin(), more.end());
    };
    auto const attempt = [&](auto const& step) {
        try {
            step();
        } catch (std::exception const&) {
            if (!errands.trouble) errands.trouble = std::current_exception();
        }
    };
    attempt([&] { add(end_holds(services_, id, now)); });
    // Nobody is missed as long as it is not known who is there.
    attempt([&] {
        auto const presence = attend_by_power(services_, id, now);
        add(presence.changed);
        add(end_absent(services_, id, now, presence.awaited));
    });
    attempt([&] { add(excuse_displaced(services_, id, now)); });
    attempt([&] { add(settle_fees(services_, id, now)); });
    attempt([&] { charge_overruns(services_, id, now); });
    attempt([&] { add(warn_of_overruns(services_, id, now)); });
    attempt([&] { add(offer_back_reopened(services_, id, now)); });
    attempt([&] { warn_of_closures(services_, id, now); });
    attempt([&] { add(propose_times(services_, id, now)); });
    attempt([&] { add(propose_without_outage(services_, id, now, hours_are_new(id, now))); });
    attempt([&] { end_waiting(services_, id, now); });
    attempt([&] { look_at_queue(id, now, errands.changed); });
}

std::vector<Booking> Sweep::run() {
    auto const now = services_.clock.now();
    auto const facilities = services_.store.read(
        [](store::Reader& reader) { return facility::list_facilities(reader); });
    Errands errands;
    for (auto const& facility : facilities) look_after(facility.id, now, errands);
    for (auto const& changed : errands.changed) publish_change(services_, changed, nullptr);
    if (errands.trouble) std::rethrow_exception(errands.trouble);
    return std::move(errands.changed);
}

}  // namespace karkhana::booking
