#include "server/booking/fees.hpp"

#include <algorithm>

#include "server/booking/life_records.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/facility/records.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;

/// Whoever has an outage in the slot gives nothing up.
bool taken_by_outage(store::Reader& reader, facility::Book const& book, Booking const& booking) {
    auto const outages = facility::outages_between(reader, booking.facility, booking.during);
    auto const displaced = [&](facility::Outage const& outage) {
        return outage.kind != "unmetered" && displaces(book, outage, booking.machine);
    };
    if (std::ranges::any_of(outages, displaced)) return true;
    // What the generator does not carry is proposed another time.
    auto const open = open_proposals(reader, booking.facility, std::nullopt);
    return std::ranges::any_of(
        open, [&](Proposal const& proposal) { return proposal.what.booking == booking.id; });
}

/// How often the ME gave up too late, as far as it counts; nullopt: now it is in time.
std::optional<std::int64_t> late_before(store::Reader& reader, facility::Book const& book,
                                        Booking const& booking, Terms const& terms, Instant now) {
    if (!is_late(terms, booking, now) || taken_by_outage(reader, book, booking))
        return std::nullopt;
    return count_fees(reader, booking.facility, booking.enterprise, FeeKind::late_cancel,
                      now - days{terms.counted_days});
}

}  // namespace

std::optional<Fee> fee_of_cancel(store::Reader& reader, facility::Book const& book,
                                 Booking const& booking, Terms const& terms, Instant now) {
    auto const before = late_before(reader, book, booking, terms, now);
    if (!before) return std::nullopt;
    return late_fee(terms, booking, now, *before);
}

std::optional<Fee> fee_of_change(store::Reader& reader, facility::Book const& book,
                                 Booking const& before, Booking const& after, Terms const& terms,
                                 Instant now) {
    auto const count = late_before(reader, book, before, terms, now);
    if (!count) return std::nullopt;
    return change_fee(terms, before, after, now, *count);
}

}  // namespace karkhana::booking
