#include <algorithm>
#include <map>
#include <unordered_map>

#include "server/booking/ground.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_absence.hpp"
#include "server/booking/rules_hold.hpp"
#include "server/booking/sweep_steps.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/records.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;
using std::chrono::minutes;

/// A breakdown may be told of a week later.
constexpr days forgiven_since{8};

std::vector<BookingId> ids_of(std::span<Booking const> bookings) {
    std::vector<BookingId> ids;
    for (auto const& booking : bookings) ids.push_back(booking.id);
    return ids;
}

/// The bookings as they are now, and stay until the COMMIT.
std::unordered_map<BookingId, Booking> locked(store::Writer& writer, FacilityId const& facility,
                                              std::vector<BookingId> const& ids) {
    lock_bookings(writer, facility, ids);
    std::unordered_map<BookingId, Booking> found;
    for (auto& booking : find_bookings(writer, facility, ids))
        found.emplace(booking.id, std::move(booking));
    return found;
}

/// Who had the offer does not have it any more.
void expire_offer(store::Writer& writer, Tale& tale, Booking const& booking, Instant now) {
    auto const offer = open_offer_for(writer, booking.facility, booking.id);
    if (!offer || !close_offer(writer, booking.facility, offer->id, "expired")) return;
    auto const entry = find_entry(writer, booking.facility, offer->entry).value();
    change_entry(writer, entry, WaitlistEntry::State::expired);
    tale.queued({.entry = entry.id, .at = now, .what = "expired"});
}

/// A booking that nobody has started, and what becomes of it.
struct Ended {
    Booking booking;
    Verdict verdict;
    Terms terms;
};

std::vector<Ended> judge_all(Services const& services, store::Reader& reader,
                             FacilityId const& facility, Instant now) {
    std::vector<Ended> ended;
    auto const waiting = waiting_bookings(reader, facility, now);
    if (waiting.empty()) return ended;
    auto const book = services.books->get(reader, facility);
    auto const memberships = read_memberships(reader, facility);
    std::unordered_map<MachineId, facility::Machine const*> machines;
    for (auto const& machine : book->machines) machines.emplace(machine.id, &machine);
    auto outages = facility::outages_between(reader, facility, {waiting.front().during.start, now});
    std::erase_if(outages, [&](facility::Outage const& each) {
        return !displaces(*book, each, each.machine.value_or(MachineId{}));
    });
    auto overstays = overstays_since(reader, facility, waiting.front().during.start, now);
    for (auto const& booking : waiting) {
        auto const terms = terms_of(*book, memberships.at(booking.enterprise), booking.machine,
                                    booking.during.start);
        auto judged = services.settings;
        judged.grace = terms.grace;
        auto const verdict = judge_absence(
            judged, booking, *machines.at(booking.machine),
            {outages, overstays[booking.machine], closed_parts(*book, booking.during)}, now);
        if (verdict) ended.push_back({booking, *verdict, terms});
    }
    return ended;
}

/// How often the MEs of one transaction did not come, those who are charged in it among them; the
/// MEs are locked.
class Absences {
public:
    explicit Absences(store::Writer& writer) : writer_(writer) {}

    void charge(Ended const& ended, Instant now) {
        auto const& booking = ended.booking;
        auto const since = now - days{ended.terms.counted_days};
        auto& counted = counted_[booking.enterprise];
        if (!counted.contains(since))
            counted[since] =
                count_fees(writer_, booking.facility, booking.enterprise, FeeKind::no_show, since);
        insert_fee(writer_, booking.facility, booking.id,
                   missed_fee(ended.terms, booking, counted[since]), now);
        for (auto& [from, times] : counted)
            if (from < booking.during.start) ++times;
    }

private:
    store::Writer& writer_;
    std::unordered_map<EnterpriseId, std::map<Instant, std::int64_t>> counted_;
};

facility::Machine const& machine_it_is_on(facility::Book const& book, Booking const& booking) {
    return *std::ranges::find(book.machines, booking.machine, &facility::Machine::id);
}

using Freed = std::unordered_map<BookingId, Interval>;

/// What others could have had of each.
Freed freed_times(facility::Book const& book,
                  std::unordered_map<BookingId, Booking> const& bookings) {
    Freed freed;
    for (auto const& [id, booking] : bookings) {
        auto const at = booking.ended_at.value_or(booking.during.start);
        // Nobody can begin before the next time of the grid.
        freed.emplace(
            id, given_back(booking,
                           aligned(book.zone, machine_it_is_on(book, booking).grid_minutes, at)));
    }
    return freed;
}

Interval span_of(Freed const& freed) {
    auto span = freed.begin()->second;
    for (auto const& [id, each] : freed)
        span = {std::min(span.start, each.start), std::max(span.end, each.end)};
    return span;
}

bool was_reused(facility::Book const& book, Booking const& booking, Interval freed,
                std::unordered_map<MachineId, std::vector<Occupation>> const& uses) {
    std::vector<Interval> used;
    auto const found = uses.find(booking.machine);
    if (found != uses.end())
        for (auto const& use : found->second)
            if (use.booking != booking.id && use.occupied.overlaps(freed))
                used.push_back(use.occupied);
    auto const& machine = machine_it_is_on(book, booking);
    return reused(freed, std::move(used), minutes{machine.setup_minutes + machine.buffer_minutes});
}

}  // namespace

std::vector<Booking> end_holds(Services const& services, FacilityId const& facility, Instant now) {
    auto const held = services.store.read(
        [&](store::Reader& reader) { return held_until(reader, facility, now); });
    auto const end_some = [&](store::Writer& writer, Tale& tale, std::span<Booking const> some) {
        for (auto const& [id, booking] : locked(writer, facility, ids_of(some))) {
            if (!hold_is_over(booking, now)) continue;
            auto const after =
                step_to(writer, booking, State::released, std::nullopt, "hold_over", now);
            if (!after) continue;
            bool const offer = booking.pending_for == PendingFor::offer;
            if (offer) expire_offer(writer, tale, booking, now);
            tale.changed(offer ? "lapseOffer" : "lapseApproval", booking, *after, "hold_over");
        }
    };
    return in_parts(services, facility, now, held, end_some);
}

std::vector<Booking> end_absent(Services const& services, FacilityId const& facility, Instant now,
                                std::set<BookingId> const& awaited) {
    auto ended = services.store.read(
        [&](store::Reader& reader) { return judge_all(services, reader, facility, now); });
    std::erase_if(ended, [&](Ended const& each) { return awaited.contains(each.booking.id); });
    auto const end_some = [&](store::Writer& writer, Tale& tale, std::span<Ended const> some) {
        std::vector<BookingId> ids;
        std::set<EnterpriseId> parties;
        std::set<MachineId> machines;
        for (auto const& each : some) {
            ids.push_back(each.booking.id);
            parties.insert(each.booking.enterprise);
            machines.insert(each.booking.machine);
        }
        auto const now_there = locked(writer, facility, ids);
        lock_all(writer, facility, parties, machines);
        Absences absences{writer};
        for (auto const& each : some) {
            // Whoever came or moved in the meantime is not judged by what was.
            auto const& before = now_there.at(each.booking.id);
            if (before.version != each.booking.version) continue;
            auto const reason = each.verdict.reason;
            auto const after = step_to(writer, before, each.verdict.to, std::nullopt, reason, now);
            if (!after) continue;
            if (after->state == State::missed) absences.charge(each, now);
            tale.changed("markMissed", before, *after, reason);
        }
    };
    return in_parts(services, facility, now, ended, end_some);
}

std::vector<Booking> excuse_displaced(Services const& services, FacilityId const& facility,
                                      Instant now) {
    auto const charged = services.store.read([&](store::Reader& reader) {
        return fees_in_outages(reader, facility, {now - forgiven_since, now});
    });
    auto const excuse = [&](store::Writer& writer, Tale& tale, std::span<KeptFee const> some) {
        std::vector<BookingId> ids;
        for (auto const& fee : some) ids.push_back(fee.booking);
        auto const bookings = locked(writer, facility, ids);
        for (auto const& fee : some) {
            if (!forgive_fee(writer, facility, fee, "outage", now)) continue;
            auto const& booking = bookings.at(fee.booking);
            auto const after =
                step_to(writer, booking, State::released, std::nullopt, "outage", now);
            if (after) tale.changed("excuseBooking", booking, *after, "outage");
        }
    };
    return in_parts(services, facility, now, charged, excuse);
}

std::vector<Booking> settle_fees(Services const& services, FacilityId const& facility,
                                 Instant now) {
    auto const open = services.store.read(
        [&](store::Reader& reader) { return fees_to_settle(reader, facility, now); });
    if (open.empty()) return {};
    auto const book = services.store.read(
        [&](store::Reader& reader) { return services.books->get(reader, facility); });
    auto const settle = [&](store::Writer& writer, Tale& tale, std::span<KeptFee const> some) {
        std::vector<BookingId> ids;
        for (auto const& fee : some) ids.push_back(fee.booking);
        auto const bookings = locked(writer, facility, ids);
        auto const freed = freed_times(*book, bookings);
        auto const uses = used_between(writer, facility, span_of(freed));
        for (auto const& fee : some) {
            auto const& booking = bookings.at(fee.booking);
            bool const used = was_reused(*book, booking, freed.at(booking.id), uses);
            if (!settle_fee(writer, facility, fee, used, now) || !used) continue;
            auto after = std::optional{booking};
            if (booking.state == State::late_cancelled)
                after = step_to(writer, booking, State::released, std::nullopt, "reused", now);
            if (after)
                tale.changed(booking.state == State::late_cancelled ? "releaseBooking"
                                                                    : "withdrawFee",
                             booking, *after, "reused");
        }
    };
    return in_parts(services, facility, now, open, settle);
}

}  // namespace karkhana::booking
