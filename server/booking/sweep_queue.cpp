#include <algorithm>
#include <set>

#include "server/booking/ground.hpp"
#include "server/booking/json_text.hpp"
#include "server/booking/queue_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_hold.hpp"
#include "server/booking/sweep_steps.hpp"
#include "server/booking/turns.hpp"
#include "server/facility/book_cache.hpp"

namespace karkhana::booking {
namespace {

std::string slot_json(Slot const& slot) {
    JsonText out;
    out.open('{').key("machine_id").id(slot.machine);
    out.key("start").plain(rfc3339_text(slot.during.start, Duration{}));
    out.key("end").plain(rfc3339_text(slot.during.end, Duration{}));
    return out.close('}').take();
}

std::string joined(Codes const& codes) {
    std::string text;
    for (auto const& code : codes) text += (text.empty() ? "" : " ") + code;
    return text;
}

/// What a skip is remembered by: for the same reasons on the same day it is not told again.
std::string skip_of(Slot const& slot, Codes const& against) {
    return joined(against) + " " + rfc3339_text(slot.during.start, Duration{}).substr(0, 10);
}

/// Nobody is told again what they were told of the same day before.
std::vector<Turn> fresh_turns(Services const& services, store::Reader& reader,
                              FacilityId const& facility, Instant now) {
    auto turns = turns_now(services, reader, facility, now);
    std::erase_if(turns, [](Turn const& turn) {
        return !turn.against.empty() &&
               skip_of(turn.slot, turn.against) == turn.waiter.entry.last_skip;
    });
    return turns;
}

/// Writes what becomes of the turns, in the transaction of the tale.
class Giving {
public:
    Giving(Services const& services, store::Writer& writer, Tale& tale, Instant now)
        : services_(services), writer_(writer), tale_(tale), now_(now) {}

    void give(Turn const& turn) {
        if (turn.against.empty())
            offer(turn);
        else
            skip(turn, turn.against);
    }

private:
    void skip(Turn const& turn, Codes const& against) {
        auto const& entry = turn.waiter.entry;
        auto const remembered = skip_of(turn.slot, against);
        if (!keep_skip(writer_, entry, remembered)) return;
        told_.emplace(entry.id, remembered);
        tell_skipped(entry.id, turn.slot, against);
    }

    void tell_skipped(WaitlistEntryId const& entry, Slot const& slot, Codes const& against) {
        tale_.queued({.entry = entry,
                      .at = now_,
                      .what = "skipped",
                      .rules = joined(against),
                      .slot = slot_json(slot)});
    }

    /// Whoever stood before this one reads why it was not theirs, once for the same reasons a day.
    void tell_passed(Skipped const& skipped) {
        auto const remembered = skip_of(skipped.slot, skipped.against);
        bool const known = remembered == skipped.entry.last_skip ||
                           !told_.emplace(skipped.entry.id, remembered).second;
        if (!known) tell_skipped(skipped.entry.id, skipped.slot, skipped.against);
    }

    void offer(Turn const& turn) {
        auto const entry =
            find_entry(writer_, turn.waiter.entry.facility, turn.waiter.entry.id).value();
        if (entry.version != turn.waiter.entry.version) return;
        auto booking = offered_booking(services_, writer_, entry, turn.slot, now_);
        auto const book = services_.books->get(writer_, entry.facility);
        booking.hold_until =
            answer_until(terms_of(writer_, *book, booking).offer, turn.slot.during, now_);
        auto const against = against_offer(services_, writer_, entry, booking, now_);
        if (!against.empty()) return skip(turn, against);
        if (!hold(entry, booking)) return;
        insert_offer(writer_, entry.facility,
                     {.id = services_.ids.make<OfferId>(),
                      .entry = entry.id,
                      .booking = booking.id,
                      .offered_at = now_,
                      .hold_until = *booking.hold_until});
        for (auto const& skipped : turn.passed) tell_passed(skipped);
        tale_.queued(
            {.entry = entry.id, .at = now_, .what = "offered", .slot = slot_json(turn.slot)});
        tale_.changed("offerBooking", std::nullopt, booking, "");
    }

    /// The database alone knows for sure that the slot is free. False: it is not any more, or the
    /// entry does not wait any more.
    bool hold(WaitlistEntry const& entry, Booking const& booking) {
        try {
            return writer_.nested([&] {
                if (!change_entry(writer_, entry, WaitlistEntry::State::offered)) return false;
                insert_booking(writer_, booking, now_);
                keep_holds(services_, writer_, booking, nullptr, now_, entry.resources);
                return true;
            });
        } catch (store::ConstraintViolated const& violated) {
            if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
            return false;
        }
    }

    Services const& services_;
    store::Writer& writer_;
    Tale& tale_;
    Instant now_;
    std::set<std::pair<WaitlistEntryId, std::string>> told_;
};

void lock_turns(store::Writer& writer, FacilityId const& facility, std::span<Turn const> turns) {
    std::set<EnterpriseId> parties;
    std::set<MachineId> machines;
    for (auto const& turn : turns) {
        parties.insert(turn.waiter.entry.enterprise);
        machines.insert(turn.slot.machine);
    }
    lock_all(writer, facility, parties, machines);
    lock_generator(writer, facility);
}

}  // namespace

void end_waiting(Services const& services, FacilityId const& facility, Instant now) {
    auto waiters =
        services.store.read([&](store::Reader& reader) { return open_waiters(reader, facility); });
    std::erase_if(waiters, [&](Waiter const& waiter) {
        auto const& entry = waiter.entry;
        return entry.state != WaitlistEntry::State::waiting ||
               now <= entry.wanted.end - entry.length;
    });
    in_parts(services, facility, now, waiters,
             [&](store::Writer& writer, Tale& tale, std::span<Waiter const> some) {
                 for (auto const& [entry, membership, women_led] : some)
                     if (change_entry(writer, entry, WaitlistEntry::State::expired))
                         tale.queued({.entry = entry.id, .at = now, .what = "expired"});
             });
}

std::vector<Booking> offer_times(Services const& services, FacilityId const& facility,
                                 Instant now) {
    auto const turns = services.store.read(
        [&](store::Reader& reader) { return fresh_turns(services, reader, facility, now); });
    auto const give = [&](store::Writer& writer, Tale& tale, std::span<Turn const> some) {
        lock_turns(writer, facility, some);
        Giving giving{services, writer, tale, now};
        for (auto const& turn : some) giving.give(turn);
    };
    return in_parts(services, facility, now, turns, give);
}

}  // namespace karkhana::booking
