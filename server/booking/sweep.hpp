#pragma once

#include <exception>
#include <map>
#include <mutex>
#include <vector>

#include "server/booking/api.hpp"

namespace karkhana::booking {

/// The job that looks after all bookings: holds that are over, parties that came or did not, time
/// that others used, bookings that an outage took, the queue, who stays too long.
///
/// Every step looks at the state, decides by a pure function and writes in transactions of at most
/// 500 bookings, each of which is finished by a change of state or a unique key. So a job that
/// slept for minutes or days catches up, and two that run at once act once.
class Sweep {
public:
    /// The references of the services outlive it.
    explicit Sweep(Services services) : services_(std::move(services)) {}

    /// One look at every facility. Tells the listeners of the bookings that it changed and returns
    /// them, as they are now. What goes wrong in a step of one facility holds up no other, and is
    /// thrown at the end.
    std::vector<Booking> run();

private:
    /// What has been done, and what went wrong first.
    struct Errands {
        std::vector<Booking> changed;
        std::exception_ptr trouble;
    };
    void look_after(FacilityId const& facility, Instant now, Errands& errands);
    /// The queue is looked at when something has changed, or has had the time to: what a rule
    /// forbids now it may allow later.
    void look_at_queue(FacilityId const& facility, Instant now, std::vector<Booking>& changed);

    /// All that is booked ahead is held against the hours when they have changed, and now and then.
    bool hours_are_new(FacilityId const& facility, Instant now);

    struct Hours {
        std::shared_ptr<facility::Book const> book;
        Instant at;
    };
    struct Seen {
        std::int64_t audit = -1;
        Instant at;
    };
    Services services_;
    std::mutex mutex_;
    std::map<FacilityId, Seen> seen_;
    std::map<FacilityId, Hours> hours_;
};

}  // namespace karkhana::booking
