#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "server/booking/booking.hpp"
#include "server/booking/pricing.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/booking/rules_presence.hpp"
#include "server/facility/book_cache.hpp"
#include "server/http/message.hpp"
#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

/// What the handlers need; app wires it. The references outlive the router.
struct Services {
    store::Store& store;
    WallClock const& clock;
    IdSource& ids;  ///< from a thread-safe Random
    Pricing pricing;
    /// Server-sent events of a facility. What is told here everybody may read.
    std::function<void(FacilityId const&, std::string_view name, std::string json)> publish;
    /// The usage sessions of a booking, by start; metering is above booking. May stay empty.
    std::function<std::vector<SessionId>(store::Reader&, FacilityId const&, BookingId const&)>
        sessions_of;
    Settings settings{};
    /// Machines in use that nobody started, since then; metering is above booking. May stay empty.
    std::function<std::vector<PowerUse>(store::Reader&, FacilityId const&, Instant since)>
        power_uses{};
    /// Credit and debt of an ME; billing is above booking. Empty: nobody owes anything.
    std::function<Account(store::Reader&, FacilityId const&, EnterpriseId const&)> account{};
    std::shared_ptr<facility::BookCache> books = std::make_shared<facility::BookCache>();
};

/// quotes, bookings (create, list, get, change, cancel, check-in), availability, calendar and
/// find-a-time. Start, pause and stop are metering's.
void add_routes(http::Router& router, Services const& services);

/// The contract's Booking with its history, actions and ETag, as `request`'s principal may see
/// it. For every handler that answers with a booking. `secret`: what its number for the machine is
/// derived from; empty: it is not told.
http::Response booking_answer(Services const& services, store::Reader& reader,
                              http::Request const& request, Booking const& booking, int status,
                              std::string_view secret = {});
/// Tells the listeners that a booking changed, without saying whose it is. Call it after the
/// commit. `before` is where it was, when it moved.
void publish_change(Services const& services, Booking const& booking, Booking const* before);

}  // namespace karkhana::booking
