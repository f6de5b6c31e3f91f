#include <algorithm>

#include "server/booking/ground.hpp"
#include "server/booking/json_text.hpp"
#include "server/booking/life_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_absence.hpp"
#include "server/booking/rules_life.hpp"
#include "server/booking/sweep_steps.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/records.hpp"

namespace karkhana::booking {
namespace {

struct SeenUse {
    Booking booking;
    PowerUse use;
    Whose whose;
};

/// What every use of a machine by its own switch says of those whose time has come.
std::vector<SeenUse> judge_uses(Services const& services, store::Reader& reader,
                                FacilityId const& facility, Instant now) {
    std::vector<SeenUse> seen;
    if (!services.power_uses) return seen;
    auto const waiting = waiting_bookings(reader, facility, now);
    if (waiting.empty()) return seen;
    auto const since = waiting.front().during.start - early_start;
    auto const uses = services.power_uses(reader, facility, since);
    if (uses.empty()) return seen;
    auto const book = services.books->get(reader, facility);
    auto const memberships = read_memberships(reader, facility);
    auto outages = facility::outages_between(reader, facility, {since, now});
    std::erase_if(outages, [&](facility::Outage const& each) {
        return !displaces(*book, each, each.machine.value_or(MachineId{}));
    });
    auto overstays = overstays_since(reader, facility, since, now);
    for (auto const& booking : waiting) {
        auto const& machine =
            *std::ranges::find(book->machines, booking.machine, &facility::Machine::id);
        // Whose of many at once it was, no meter tells.
        if (machine.seats > 1) continue;
        auto const terms = terms_of(*book, memberships.at(booking.enterprise), booking.machine,
                                    booking.during.start);
        auto const until = booking.state == State::confirmed
                               ? given_up_at(terms.grace, booking, machine,
                                             {outages, overstays[booking.machine],
                                              closed_parts(*book, booking.during)})
                               : booking.during.end;
        for (auto const& use : uses)
            if (auto const whose = whose_use(use, booking, waiting, until, now);
                whose != Whose::nobody_knows)
                seen.push_back({booking, use, whose});
    }
    return seen;
}

std::string proof_of(PowerUse const& use) {
    return "usage_session/" + use.session->text() + ": " + std::to_string(use.watts) + " W at " +
           rfc3339_text(use.risen, Duration{});
}

/// What is new of it; who is awaited is kept in `presence`.
std::vector<SeenUse> fresh_of(store::Reader& reader, FacilityId const& facility,
                              std::vector<SeenUse> seen, Presence& presence) {
    std::vector<SessionId> sessions;
    for (auto const& each : seen) {
        if (each.whose == Whose::just_begun) presence.awaited.insert(each.booking.id);
        if (each.use.session) sessions.push_back(*each.use.session);
    }
    if (sessions.empty()) return {};
    auto const said = uses_said(reader, facility, sessions);
    std::erase_if(seen, [&](SeenUse const& each) {
        return each.whose == Whose::just_begun ||
               said.contains({each.booking.id, *each.use.session});
    });
    // Everybody locks bookings in the order of their ids.
    std::ranges::stable_sort(seen, {}, [](SeenUse const& each) { return each.booking.id; });
    return seen;
}

}  // namespace

Presence attend_by_power(Services const& services, FacilityId const& facility, Instant now) {
    Presence presence;
    auto const fresh = services.store.read([&](store::Reader& reader) {
        return fresh_of(reader, facility, judge_uses(services, reader, facility, now), presence);
    });
    auto const say = [&](store::Writer& writer, Tale& tale, std::span<SeenUse const> some) {
        for (auto const& [known, use, whose] : some) {
            auto const before = find_booking(writer, facility, known.id).value();
            bool const changed = before.version != known.version;
            if (changed || !say_use(writer, facility, before.id, *use.session, whose, now))
                continue;
            if (whose == Whose::others) {
                tale.changed("warnForeignUse", before, before, proof_of(use));
                continue;
            }
            auto const after =
                before.state == State::confirmed
                    ? step_to(writer, before, State::checked_in, std::nullopt, "power", now)
                    : before;
            if (after) tale.changed("attendByPower", before, *after, proof_of(use));
        }
    };
    presence.changed = in_parts(services, facility, now, fresh, say);
    return presence;
}

}  // namespace karkhana::booking
