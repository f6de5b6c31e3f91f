#include <algorithm>

#include "server/booking/ground.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/sweep_steps.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/records.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;

/// Whatever ended while the job slept, if it did not sleep for longer.
constexpr days overruns_since{10};

}  // namespace

void charge_overruns(Services const& services, FacilityId const& facility, Instant now) {
    struct Owed {
        Booking booking;
        Fee fee;
    };
    auto const owed = services.store.read([&](store::Reader& reader) {
        std::vector<Owed> found;
        auto const overran = overran_since(reader, facility, now - overruns_since);
        if (overran.empty()) return found;
        auto const book = services.books->get(reader, facility);
        auto const memberships = read_memberships(reader, facility);
        Interval const range{overran.front().during.start, now};
        auto const outages = facility::outages_between(reader, facility, range);
        for (auto const& booking : overran) {
            auto const terms = terms_of(*book, memberships.at(booking.enterprise), booking.machine,
                                        booking.during.start);
            if (auto const fee = overrun_fee(terms, booking, outages))
                found.push_back({booking, *fee});
        }
        return found;
    });
    in_parts(services, facility, now, owed,
             [&](store::Writer& writer, Tale& tale, std::span<Owed const> some) {
                 for (auto const& [booking, fee] : some) {
                     if (!insert_fee(writer, booking, fee, now)) continue;
                     // What costs nothing is no news.
                     if (fee.amount != Money{})
                         tale.changed("chargeOverrun", booking, booking, fee_key(fee.kind, 1));
                 }
             });
}

std::vector<Booking> warn_of_overruns(Services const& services, FacilityId const& facility,
                                      Instant now) {
    auto const [book, live] = services.store.read([&](store::Reader& reader) {
        return std::pair{
            services.books->get(reader, facility),
            bookings_between(reader, facility, {now - days{1}, now + warned_before}, true)};
    });
    auto const warnings = overruns(*book, live, now);
    return in_parts(
        services, facility, now, warnings,
        [&, &live = live](store::Writer& writer, Tale& tale, std::span<Warning const> some) {
            for (auto const& warning : some) {
                if (!insert_warning(writer, facility, warning, now)) continue;
                auto const next = std::ranges::find(live, warning.next, &Booking::id);
                tale.changed("warnOverrun", *next, *next, warning.running.text());
            }
        });
}

}  // namespace karkhana::booking
