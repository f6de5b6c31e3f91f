#include "server/booking/rulings.hpp"

#include <algorithm>

#include "server/booking/rules_holds.hpp"
#include "server/booking/world_records.hpp"

namespace karkhana::booking {
namespace {

std::int64_t day_of(Instant at) {
    return std::chrono::floor<std::chrono::days>(at.time_since_epoch()).count();
}

template <class AnyId>
std::vector<AnyId> unique(std::vector<AnyId> ids) {
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    return ids;
}

}  // namespace

Rulings::Rulings(Services const& services, store::Reader& reader, BookOf book,
                 std::vector<Displaced> const& displaced, Interval range, Instant now)
    : services_(services), reader_(reader), world_(read_world(reader, book, range, now)) {
    auto const& facility = book->facility.id;
    std::vector<EnterpriseId> parties;
    std::vector<PersonId> hands;
    std::vector<BookingId> ids;
    auto kind = Kind::job;
    for (auto const& each : displaced) {
        auto const& booking = each.booking;
        ids.push_back(booking.id);
        parties.push_back(booking.enterprise);
        if (booking.operated_by) hands.push_back(*booking.operated_by);
        if (booking.kind == Kind::trial) kind = Kind::trial;
    }
    parties = unique(std::move(parties));
    pasts_ = read_pasts(reader, *book, parties,
                        {.facility = facility,
                         .enterprise = {},
                         .range = range,
                         .except = {},
                         .kind = kind,
                         .now = now});
    hands_matter_ = limits_any(*book, {"needs_authorisation", "least_age"});
    if (hands_matter_) licences_ = licences_of_each(reader, facility, unique(std::move(hands)));
    price_matters_ = limits_any(*book, {"least_balance_poisha"});
    if (services.account &&
        (price_matters_ || limits_any(*book, {"overdue_days", "overdue_poisha"})))
        for (auto& [id, past] : pasts_) past.party.account = services.account(reader, facility, id);
    bool const any_held = !book->resources.empty() || !world_.held.empty();
    if (any_held) own_ = holds_of_each(reader, facility, ids);
    generator_matters_ = needs_generator(world_);
    if (generator_matters_) own_loads(displaced);
    for (auto const& held : std::exchange(world_.held, {})) hold(held);
}

/// What they draw of the generator where they are counts as theirs.
void Rulings::own_loads(std::vector<Displaced> const& displaced) {
    auto const& book = *world_.book;
    for (auto const& [booking, outage, cause] : displaced) {
        auto const machine =
            std::ranges::find(book.machines, booking.machine, &facility::Machine::id);
        if (machine == book.machines.end() || !is_live(booking.state)) continue;
        own_[booking.id].push_back(
            {load_of(book.facility, *machine, booking.people, booking.during)});
    }
}

Rulebook Rulings::rulebook() {
    return {.refused_until = [this](Booking const& booking, Remedy remedy,
                                    facility::Machine const& machine,
                                    Interval during) -> std::optional<Instant> {
                auto const found = against(booking, remedy, machine, during);
                // Nobody asked for a machine that has to be asked for: it is not proposed.
                bool const has_to_be_asked_for =
                    machine.id != booking.machine &&
                    limits_at(world_, machine, during.start).approval != Limits::Approval::none;
                if (found.empty() && has_to_be_asked_for) return during.start + 2 * reslot_reach;
                if (found.empty()) return std::nullopt;
                return worth_asking_again(*world_.book, during, found);
            },
            .given = [this](Booking const& booking, Remedy remedy, facility::Machine const& machine,
                            Interval during) { give(booking, remedy, machine, during); }};
}

std::vector<Violation> Rulings::against(Booking const& booking, Remedy remedy,
                                        facility::Machine const& machine, Interval during) {
    turn_to(booking, remedy == Remedy::rest);
    look_around(occupied(machine, during));
    auto ask = ask_for(booking, machine, during);
    auto found = check_policy(world_, {machine, {}}, ask);
    forgive_displaced(found);
    if (!found.empty() || !price_matters_) return found;
    // Of one that had begun it is not known how many are made.
    auto wish = price_wish(booking);
    if (remedy == Remedy::rest) wish.quantity.reset();
    ask.price = services_.pricing.price(reader_, booking.facility, machine, during, wish).price;
    found = check_policy(world_, {machine, {}}, ask);
    forgive_displaced(found);
    return found;
}

void Rulings::give(Booking const& booking, Remedy remedy, facility::Machine const& machine,
                   Interval during) {
    bool const stays = remedy == Remedy::rest;
    turn_to(booking, stays);
    look_around(occupied(machine, during));
    auto const plan = plan_holds(world_, {machine, {}}, ask_for(booking, machine, during));
    if (may_hold(*world_.book, machine))
        for (auto const& held : plan.holds) hold(held);
    auto const& facility = world_.book->facility;
    if (generator_matters_) hold(load_of(facility, machine, booking.people, during));
    auto& [party, spent_by, tried_by] = pasts_.at(booking.enterprise);
    for (std::size_t i = spent_by.size(); !stays && i-- > 0;) {
        if (spent_by[i] != booking.id) continue;
        spent_by.erase(spent_by.begin() + static_cast<std::ptrdiff_t>(i));
        party.spent.erase(party.spent.begin() + static_cast<std::ptrdiff_t>(i));
    }
    spent_by.push_back(booking.id);
    party.spent.push_back({machine.id, during});
    asked_.reset();
}

void Rulings::turn_to(Booking const& booking, bool stays) {
    std::pair const now_asked{booking.id, stays};
    if (asked_ == now_asked) return;
    hold_again();
    asked_ = now_asked;
    let_go();
    auto const& [party, spent_by, tried_by] = pasts_.at(booking.enterprise);
    world_.party = party;
    // What was broken off does not count against its rest.
    auto& mine = *world_.party;
    mine.spent.clear();
    for (std::size_t i = 0; i < spent_by.size(); ++i)
        if (spent_by[i] != booking.id) mine.spent.push_back(party.spent[i]);
    mine.tried.clear();
    for (std::size_t i = 0; i < tried_by.size(); ++i)
        if (tried_by[i] != booking.id) mine.tried.push_back(party.tried[i]);
    if (price_matters_ && is_live(booking.state)) mine.account.balance += booking.quote;
}

void Rulings::let_go() {
    if (asked_->second) return;
    for (auto const& [held, live, asked] : own_[asked_->first])
        for (auto day = day_of(held.during.start); live && day <= day_of(held.during.end); ++day) {
            auto& there = held_on_[day];
            auto const found = std::ranges::find(there, held);
            if (found != there.end()) there.erase(found);
        }
}

/// Who was given nothing stays where it is.
void Rulings::hold_again() {
    if (!asked_ || asked_->second) return;
    for (auto const& [held, live, asked] : own_[asked_->first])
        if (live) hold(held);
}

void Rulings::hold(Held const& held) {
    for (auto day = day_of(held.during.start); day <= day_of(held.during.end); ++day)
        held_on_[day].push_back(held);
}

Ask Rulings::ask_for(Booking const& booking, facility::Machine const& machine,
                     Interval during) const {
    Ask ask{.during = during,
            .kind = booking.kind,
            .people = booking.people,
            .hand = {.assisted = booking.assisted}};
    if (hands_matter_ && !booking.assisted && booking.operated_by)
        if (auto const licence = licences_.find(*booking.operated_by); licence != licences_.end())
            ask.hand = licence->second.hand(machine.kind, false);
    auto const in_use = [&](ResourceId const& id) {
        auto const& all = world_.book->resources;
        return std::ranges::find(all, id, &facility::Resource::id) != all.end();
    };
    if (auto const own = own_.find(booking.id); own != own_.end())
        for (auto const& each : own->second)
            if (each.asked && in_use(each.held.resource))
                ask.resources.push_back(each.held.resource);
    return ask;
}

/// What is held then, and what is held on the same days.
void Rulings::look_around(Interval during) {
    world_.held.clear();
    auto const first = day_of(during.start);
    for (auto day = first; day <= day_of(during.end); ++day)
        for (auto const& held : held_on_[day])
            if (day == first || day_of(held.during.start) == day) world_.held.push_back(held);
}

}  // namespace karkhana::booking
