#include "server/booking/turns.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "server/booking/ground.hpp"
#include "server/booking/queue_records.hpp"
#include "server/facility/book_cache.hpp"
#include "server/facility/records.hpp"

namespace karkhana::booking {
namespace {

/// What the rules say of who waits, in a world that is read once. Of an ME is read when a time is
/// free for it, and the price that its balance has to bear is that of the first one; the offer
/// itself is decided anew.
class Judge {
public:
    Judge(Services const& services, store::Reader& reader, World world, Interval range)
        : services_(services), reader_(reader), world_(std::move(world)), range_(range) {}

    Codes operator()(Waiter const& waiter, Slot const& slot) {
        auto const& book = *world_.book;
        auto const machine = std::ranges::find(book.machines, slot.machine, &facility::Machine::id);
        auto& ask = asks_[{waiter.entry.id, slot.machine}];
        if (!ask) ask = ask_of(services_, reader_, book, *machine, wish_of(waiter, slot), {});
        look_at(waiter, slot);
        ask->during = slot.during;
        return codes_of(check_party(world_, {*machine, {}}, *ask,
                                    limits_at(world_, *machine, slot.during.start)));
    }

private:
    static Wish wish_of(Waiter const& waiter, Slot const& slot) {
        auto const& entry = waiter.entry;
        return {.enterprise = entry.enterprise,
                .machine = slot.machine,
                .during = slot.during,
                .quantity = entry.quantity,
                .kind = entry.kind,
                .people = entry.people,
                .assisted = entry.assisted,
                .operated_by = entry.operated_by,
                .resources = entry.resources};
    }

    /// What is read of an ME depends on the kind of booking.
    void look_at(Waiter const& waiter, Slot const& slot) {
        std::pair const whose{waiter.entry.enterprise, waiter.entry.kind};
        if (of_ == whose) return;
        of_ = whose;
        auto const known = parties_.find(whose);
        if (known != parties_.end()) {
            world_.party = known->second;
            return;
        }
        add_party(services_, reader_, world_, wish_of(waiter, slot), range_).value();
        parties_.emplace(whose, *world_.party);
    }

    Services const& services_;
    store::Reader& reader_;
    World world_;
    Interval range_;
    std::optional<std::pair<EnterpriseId, Kind>> of_;
    std::map<std::pair<EnterpriseId, Kind>, Party> parties_;
    std::map<std::pair<WaitlistEntryId, MachineId>, std::optional<Ask>> asks_;
};

/// Of those who wait.
std::vector<Turn> turns_of(Services const& services, store::Reader& reader, BookOf const& book,
                           std::vector<Waiter> waiters, Instant now) {
    auto const& facility = book->facility.id;
    constexpr std::chrono::days clean_up{1};
    Interval range{now - clean_up, now};
    std::set<MachineId> waited_for;
    for (auto const& waiter : waiters) {
        range.end = std::max(range.end, waiter.entry.wanted.end + clean_up);
        for (auto const& machine : machines_for(waiter.entry, *book)) waited_for.insert(machine);
    }
    std::vector<facility::Machine> machines;
    for (auto const& machine : book->machines)
        if (waited_for.contains(machine.id)) machines.push_back(machine);
    auto world = read_world(reader, book, range, now);
    auto places = read_places(reader, facility, std::move(machines), range, std::nullopt);
    Judge judge{services, reader, world, range};
    auto turns =
        next_turns(std::move(world), std::move(places), std::move(waiters), std::ref(judge));
    return turns;
}

/// Whether the wish is for less of what its booking has.
bool keeps_within(Wish const& wish) {
    return wish.changes && wish.machine == wish.changes->machine &&
           wish.changes->during.start <= wish.during.start &&
           wish.during.end <= wish.changes->during.end;
}

}  // namespace

Booking offered_booking(Services const& services, store::Reader& reader, WaitlistEntry const& entry,
                        Slot const& slot, Instant now) {
    auto const machine = facility::find_machine(reader, entry.facility, slot.machine).value();
    auto const quote =
        services.pricing.price(reader, entry.facility, machine, slot.during, price_wish(entry))
            .price;
    return {.facility = entry.facility,
            .id = services.ids.make<BookingId>(),
            .machine = slot.machine,
            .enterprise = entry.enterprise,
            .created_by = entry.joined_by,
            .during = slot.during,
            .state = State::pending,
            .kind = entry.kind,
            .origin = Origin::waitlist,
            .people = entry.people,
            .assisted = entry.assisted,
            .operated_by = entry.operated_by,
            .pending_for = PendingFor::offer,
            .quantity = entry.quantity,
            .quote = quote,
            .created_at = now};
}

Codes against_offer(Services const& services, store::Reader& reader, WaitlistEntry const& entry,
                    Booking const& offered, Instant now) {
    return codes_of(speaks_against(services, reader, offered, nullptr, now, entry.resources));
}

std::vector<Turn> turns_now(Services const& services, store::Reader& reader,
                            FacilityId const& facility, Instant now) {
    auto const book = services.books->get(reader, facility);
    auto waiters = open_waiters(reader, facility);
    auto const beyond = beyond_horizon(*book, now);
    std::erase_if(waiters, [&](Waiter const& waiter) {
        return waiter.entry.state != WaitlistEntry::State::waiting ||
               waiter.entry.wanted.start >= beyond;
    });
    if (waiters.empty()) return {};
    return turns_of(services, reader, book, std::move(waiters), now);
}

std::vector<Turn> turns_in_the_way(Services const& services, store::Reader& reader,
                                   BookOf const& book, std::span<facility::Machine const> machines,
                                   Wish const& wish, Instant now) {
    if (keeps_within(wish)) return {};
    auto const is_wished = [&](MachineId const& id) {
        return std::ranges::find(machines, id, &facility::Machine::id) != machines.end();
    };
    auto waiters = waiters_for(reader, book->facility.id, wish.during);
    if (waiters.empty()) return {};
    auto const beyond = beyond_horizon(*book, now);
    std::erase_if(waiters, [&](Waiter const& waiter) {
        return waiter.entry.wanted.start >= beyond ||
               std::ranges::none_of(machines_for(waiter.entry, *book), is_wished);
    });
    bool const others = std::ranges::any_of(
        waiters, [&](Waiter const& waiter) { return waiter.entry.enterprise != wish.enterprise; });
    if (!others) return {};
    auto turns = turns_of(services, reader, book, std::move(waiters), now);
    std::erase_if(turns, [&](Turn const& turn) {
        auto const& entry = turn.waiter.entry;
        if (!turn.against.empty() || entry.enterprise == wish.enterprise ||
            !is_wished(turn.slot.machine))
            return true;
        // What is read once for all of them may say less than the door does.
        auto const offered = offered_booking(services, reader, entry, turn.slot, now);
        return !against_offer(services, reader, entry, offered, now).empty();
    });
    return turns;
}

}  // namespace karkhana::booking
