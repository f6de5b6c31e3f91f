#pragma once

#include <string>
#include <utility>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/booking/queue_records.hpp"
#include "server/booking/series_audit.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

/// What a transaction has to tell when it has done everything else: both chains are locked until
/// the COMMIT, so what else is locked comes before.
class Tale {
public:
    explicit Tale(FacilityId const& facility, std::optional<PersonId> person = std::nullopt)
        : facility_(facility), person_(person) {}

    /// For the audit trail; `before` empty: there was none.
    void changed(std::string_view action, std::optional<Booking> before, Booking after,
                 std::string_view reason);
    /// What a part of it has to tell, after what is told already.
    void add(Tale part);
    /// For the audit trail: what was done to dates of a series, as a whole.
    void did(Series series, SeriesAct act);
    /// For the log of the queue.
    void queued(QueueEvent event) { events_.push_back(std::move(event)); }
    void write(store::Writer& writer, Instant now) const;

    bool empty() const { return changes_.empty() && events_.empty() && acts_.empty(); }
    /// The bookings that were told of, as they are now.
    std::vector<Booking> bookings() const;

private:
    struct Change {
        std::string action;
        std::optional<Booking> before;
        Booking after;
        std::string reason;
    };
    FacilityId facility_;
    std::optional<PersonId> person_;
    std::vector<Change> changes_;
    std::vector<QueueEvent> events_;
    std::vector<std::pair<Series, SeriesAct>> acts_;
};

/// A step of the life, with the booking as it is after it; nullopt when it was somewhere else
/// already. Throws what change_state throws.
std::optional<Booking> step_to(store::Writer& writer, Booking const& before, State to,
                               std::optional<PersonId> person, std::string_view reason,
                               Instant now);

}  // namespace karkhana::booking
