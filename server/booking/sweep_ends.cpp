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
        insert_fee(writer_, booking, missed_fee(ended.terms, booking, counted[since]), now);
        for (auto& [from, times] : counted)
            if (from < now) ++times;
    }

private:
    store::Writer& writer_;
    std::unordered_map<EnterpriseId, std::map<Instant, std::int64_t>> counted_;
};

using Uses = std::unordered_map<MachineId, std::vector<Occupation>>;

/// All the time that was given up by any of them.
Interval span_of(std::span<KeptFee const> fees) {
    auto span = fees.front().fee.of->slot;
    for (auto const& kept : fees)
        span = {std::min(span.start, kept.fee.of->slot.start),
                std::max(span.end, kept.fee.of->slot.end)};
    return span;
}

/// When the machine was used in the slot by others. A booking that came to its end by the fee used
/// nothing; one that was changed has its new time, but its set-up and its clean-up are no others.
std::vector<Interval> used_in_slot(Uses const& uses, KeptFee const& kept, bool ended,
                                   facility::Machine const& machine) {
    auto const& of = *kept.fee.of;
    std::vector<Interval> used;
    auto const found = uses.find(of.machine);
    if (found == uses.end()) return used;
    for (auto const& use : found->second) {
        auto during = use.occupied;
        bool const own = use.booking == kept.booking;
        if (own)
            during = {during.start + minutes{machine.setup_minutes},
                      during.end - minutes{machine.buffer_minutes}};
        if (during.overlaps(of.slot) && !(own && ended)) used.push_back(during);
    }
    std::ranges::sort(used);
    return used;
}

/// Whether the booking has come to its end by what the fee is for; one that was changed goes on.
bool ends_booking(FeeKind kind) { return kind == FeeKind::late_cancel || kind == FeeKind::no_show; }

/// What is left of a fee whose slot is over. Whoever took a part of what they gave up back again
/// uses it as others do.
Settled settled_as(Uses const& uses, KeptFee const& kept, facility::Machine const& machine) {
    auto const& of = *kept.fee.of;
    auto const used = used_in_slot(uses, kept, ends_booking(kept.fee.kind), machine);
    auto const empty =
        stayed_empty(of, used, minutes{machine.setup_minutes + machine.buffer_minutes});
    if (empty == Duration{}) return {kept.fee.amount, true, "reused"};
    auto const amount = kept.fee.free ? Money{} : charged_for(of, empty);
    return {amount, false, amount < kept.fee.amount ? "partly_reused" : ""};
}

/// Tells what became of the fee, if it became less.
void tell_settled(store::Writer& writer, Tale& tale, Booking const& booking, KeptFee const& kept,
                  Settled const& as, Instant now) {
    auto const key = fee_key(kept.fee.kind, kept.number);
    if (!as.withdrawn) {
        if (!as.reason.empty()) tale.changed("lowerFee", booking, booking, key);
        return;
    }
    bool const ended = kept.fee.kind == FeeKind::late_cancel;
    if (!ended || booking.state != State::late_cancelled)
        return tale.changed("withdrawFee", booking, booking, key);
    auto const after = step_to(writer, booking, State::released, std::nullopt, as.reason, now);
    if (after) tale.changed("releaseBooking", booking, *after, as.reason);
}

/// What nobody approved in time. Of more than one date of a series it is told as of one.
class Lapsing {
public:
    Lapsing(store::Writer& writer, Tale& tale, FacilityId const& facility)
        : writer_(writer), tale_(tale), facility_(facility) {}

    void add(Booking const& before, Booking const& after) {
        if (auto const series = series_of(after))
            of_series_[*series].emplace_back(before, after);
        else
            tale_.changed("lapseApproval", before, after, "hold_over");
    }
    void tell() {
        for (auto& [id, dates] : of_series_) {
            std::ranges::sort(dates, {}, [](auto const& each) { return each.second.during.start; });
            bool const many = dates.size() > 1;
            SeriesAct act{.action = "lapseSeries", .done = {}, .left = {}, .reason = "hold_over"};
            for (auto const& [before, after] : dates) {
                tale_.changed(many ? act.action : "lapseApproval", before, after, "hold_over");
                act.done.push_back(after);
            }
            if (many) tale_.did(known_.at(id), std::move(act));
        }
    }

private:
    /// What was handed over is no date of it any more.
    std::optional<SeriesId> series_of(Booking const& booking) {
        if (!booking.series) return std::nullopt;
        auto const id = *booking.series;
        if (!known_.contains(id)) known_.emplace(id, find_series(writer_, facility_, id).value());
        if (known_.at(id).enterprise != booking.enterprise) return std::nullopt;
        return id;
    }

    store::Writer& writer_;
    Tale& tale_;
    FacilityId const& facility_;
    std::map<SeriesId, Series> known_;
    std::map<SeriesId, std::vector<std::pair<Booking, Booking>>> of_series_;
};

}  // namespace

std::vector<Booking> end_holds(Services const& services, FacilityId const& facility, Instant now) {
    auto const held = services.store.read(
        [&](store::Reader& reader) { return held_until(reader, facility, now); });
    auto const end_some = [&](store::Writer& writer, Tale& tale, std::span<Booking const> some) {
        Lapsing lapsing{writer, tale, facility};
        for (auto const& booking : lock_whole(writer, facility, ids_of(some))) {
            if (!hold_is_over(booking, now)) continue;
            auto const after =
                step_to(writer, booking, State::released, std::nullopt, "hold_over", now);
            if (!after) continue;
            if (booking.pending_for != PendingFor::offer) {
                lapsing.add(booking, *after);
                continue;
            }
            expire_offer(writer, tale, booking, now);
            tale.changed("lapseOffer", booking, *after, "hold_over");
        }
        lapsing.tell();
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
        for (auto const& each : some) ids.push_back(each.booking.id);
        std::unordered_map<BookingId, Booking> now_there;
        for (auto& booking : lock_whole(writer, facility, ids))
            now_there.emplace(booking.id, std::move(booking));
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
            bool const over =
                booking.state == State::missed || booking.state == State::late_cancelled;
            if (!over || !ends_booking(fee.fee.kind)) {
                tale.changed("withdrawFee", booking, booking, fee_key(fee.fee.kind, fee.number));
                continue;
            }
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
        auto const uses = used_between(writer, facility, span_of(some));
        for (auto const& fee : some) {
            auto const& machine =
                *std::ranges::find(book->machines, fee.fee.of->machine, &facility::Machine::id);
            auto const as = settled_as(uses, fee, machine);
            if (settle_fee(writer, facility, fee, as, now))
                tell_settled(writer, tale, bookings.at(fee.booking), fee, as, now);
        }
    };
    return in_parts(services, facility, now, open, settle);
}

}  // namespace karkhana::booking
