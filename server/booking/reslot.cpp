#include "server/booking/reslot.hpp"

#include <algorithm>

#include "server/booking/ground.hpp"
#include "server/booking/json_text.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rulings.hpp"
#include "server/booking/sweep_steps.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;

/// Whatever an outage took while the job slept, if it did not sleep for longer.
constexpr days displaced_since{3};

bool says_the_same(Proposed const& one, Proposed const& other) {
    return one.booking == other.booking && one.cause == other.cause && one.outage == other.outage &&
           one.remedy == other.remedy && one.machine == other.machine && one.during == other.during;
}

/// Those that it is time for, in the order of the queue.
std::vector<Displaced> due_ones(store::Reader& reader, FacilityId const& facility, Instant now) {
    auto found = displaced_bookings(reader, facility, now - displaced_since, now);
    std::erase_if(found, [&](Displaced const& each) { return !due(each, now); });
    put_in_order(found);
    found.resize(std::min(found.size(), at_a_time));
    return found;
}

}  // namespace

std::string in_words(ProposalId const& id, Proposed const& proposed) {
    JsonText out;
    out.open('{').key("proposal_id").id(id);
    if (proposed.cause == Cause::outage) out.key("outage_id").id(proposed.outage);
    out.key("cause").plain(name_of(proposed.cause));
    out.key("verdict").plain(name_of(proposed.remedy));
    if (proposed.during) {
        out.key("machine_id").id(*proposed.machine);
        out.key("start").plain(rfc3339_text(proposed.during->start, Duration{}));
        out.key("end").plain(rfc3339_text(proposed.during->end, Duration{}));
    }
    return out.close('}').take();
}

std::vector<Proposed> proposals_for(Services const& services, store::Reader& reader,
                                    FacilityId const& facility,
                                    std::vector<Displaced> const& in_order, Instant now) {
    if (in_order.empty()) return {};
    Interval range{now, now};
    for (auto const& [booking, outage, cause] : in_order)
        range = {std::min(range.start, booking.during.start),
                 std::max({range.end, booking.during.end, outage.during.end})};
    range.end += after_outage + reslot_reach;
    auto const book = services.books->get(reader, facility);
    Rulings rulings{services, reader, book, in_order, range, now};
    return propose(book->zone, read_bays(reader, facility, *book, range), in_order, now,
                   rulings.rulebook());
}

std::vector<Proposed> propose_all(Services const& services, store::Writer& writer, Tale& tale,
                                  FacilityId const& facility, std::vector<Displaced> displaced,
                                  Instant now) {
    put_in_order(displaced);
    auto found = proposals_for(services, writer, facility, displaced, now);
    std::vector<BookingId> ids;
    for (auto const& each : displaced) ids.push_back(each.booking.id);
    auto const last = last_proposed(writer, facility, ids);
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto const id = services.ids.make<ProposalId>();
        if (!put_proposal(writer, facility, id, found[i], displaced[i].booking, now)) continue;
        bool const known = std::ranges::any_of(
            last, [&](Proposed const& each) { return says_the_same(each, found[i]); });
        if (known) continue;
        auto const& booking = displaced[i].booking;
        tale.changed("proposeBooking", booking, booking, in_words(id, found[i]));
    }
    return found;
}

std::vector<Displaced> displaced_now(Services const& services, store::Reader& reader,
                                     FacilityId const& facility,
                                     std::set<BookingId> const& bookings, Instant now) {
    auto found = displaced_bookings(reader, facility, now - displaced_since, now);
    std::erase_if(found, [&](Displaced const& each) {
        return !bookings.contains(each.booking.id) || !due(each, now);
    });
    for (auto& each : lost_ones(services, reader, facility, now)) {
        bool const known = std::ranges::any_of(
            found, [&](Displaced const& other) { return other.booking.id == each.booking.id; });
        if (bookings.contains(each.booking.id) && !known) found.push_back(std::move(each));
    }
    return found;
}

std::vector<Booking> propose_times(Services const& services, FacilityId const& facility,
                                   Instant now) {
    bool const any = services.store.read([&](store::Reader& reader) {
        return any_stale(reader, facility, now) || !due_ones(reader, facility, now).empty();
    });
    if (!any) return {};
    return services.store.write([&](store::Writer& writer) {
        Tale tale{facility};
        drop_stale(writer, facility, now);
        propose_all(services, writer, tale, facility, due_ones(writer, facility, now), now);
        tale.write(writer, now);
        return tale.bookings();
    });
}

}  // namespace karkhana::booking
