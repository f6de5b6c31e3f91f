#include <algorithm>
#include <set>

#include "server/booking/ground.hpp"
#include "server/booking/json_text.hpp"
#include "server/booking/lost_records.hpp"
#include "server/booking/records.hpp"
#include "server/booking/reslot.hpp"
#include "server/booking/rulings.hpp"
#include "server/booking/sweep_steps.hpp"
#include "server/people/audit.hpp"

namespace karkhana::booking {
namespace {

constexpr std::array causes_without_outage{Cause::closed, Cause::no_operator};

/// Which bookings have lost their time, by the cause.
struct Lost {
    Cause cause;
    std::vector<BookingId> ids;
};

std::vector<BookingId> closed_ones(facility::Book const& book, store::Reader& reader,
                                   FacilityId const& facility, Instant now) {
    std::vector<BookingId> found;
    for (auto const& [id, during] : bookings_ahead(reader, facility, now))
        if (displaced_by_hours(book, {.during = during})) found.push_back(id);
    return found;
}

Lost lost_by(Services const& services, store::Reader& reader, FacilityId const& facility,
             Cause cause, Instant now) {
    if (cause == Cause::no_operator) return {cause, without_operators(reader, facility, now)};
    return {cause, closed_ones(*services.books->get(reader, facility), reader, facility, now)};
}

std::vector<Displaced> displaced_of(facility::Book const& book, store::Reader& reader,
                                    FacilityId const& facility, Cause cause,
                                    std::vector<BookingId> const& ids) {
    std::vector<Displaced> found;
    for (auto const& booking : find_bookings(reader, facility, ids)) {
        if (cause == Cause::no_operator)
            found.push_back(without_operator(booking));
        else if (auto by_hours = displaced_by_hours(book, booking))
            found.push_back(std::move(*by_hours));
    }
    return found;
}

/// Those whom nothing has been proposed for this yet, not too many at once.
std::vector<BookingId> not_spoken_for(store::Reader& reader, FacilityId const& facility,
                                      Lost const& lost) {
    if (lost.ids.empty()) return {};
    auto const known = spoken_for(reader, facility, lost.cause, lost.ids);
    std::set<BookingId> const spoken{known.begin(), known.end()};
    std::vector<BookingId> found;
    for (auto const& id : lost.ids)
        if (!spoken.contains(id) && found.size() < at_a_time) found.push_back(id);
    return found;
}

/// Another operator at the same hour, before another hour: nobody has to be asked. True when one
/// has been found.
bool give_another_operator(Services const& services, store::Writer& writer, Tale& tale,
                           Rulings& rulings, facility::Book const& book, Booking const& booking,
                           Instant now) {
    auto const machine = std::ranges::find(book.machines, booking.machine, &facility::Machine::id);
    auto const against = rulings.against(booking, Remedy::move, *machine, booking.during);
    bool const lacks = std::ranges::any_of(against, [](Violation const& each) {
        return each.rule == Rule::operator_busy || each.rule == Rule::co_resource ||
               each.rule == Rule::capacity || each.rule == Rule::power_budget;
    });
    if (lacks) return false;
    try {
        writer.nested([&] {
            keep_holds(services, writer, booking, &booking, now);
            return true;
        });
    } catch (store::ConstraintViolated const& violated) {
        if (violated.kind() != store::ConstraintViolated::Kind::overlap) throw;
        return false;
    }
    tale.changed("changeOperator", booking, booking, "");
    return true;
}

void give_operators(Services const& services, store::Writer& writer, Tale& tale,
                    FacilityId const& facility, std::vector<Displaced>& displaced, Instant now) {
    put_in_order(displaced);
    auto const book = services.books->get(writer, facility);
    std::erase_if(displaced, [&](Displaced const& each) {
        auto const& booking = each.booking;
        // What has just been given to another is looked at anew.
        Rulings rulings{services, writer, book, {each}, booking.during, now};
        return give_another_operator(services, writer, tale, rulings, *book, booking, now);
    });
}

std::vector<Booking> propose_for(Services const& services, FacilityId const& facility, Cause cause,
                                 Instant now) {
    bool const any = services.store.read([&](store::Reader& reader) {
        auto const lost = lost_by(services, reader, facility, cause, now);
        return any_unfounded(reader, facility, cause, lost.ids) ||
               !not_spoken_for(reader, facility, lost).empty();
    });
    if (!any) return {};
    return services.store.write([&](store::Writer& writer) {
        Tale tale{facility};
        auto const lost = lost_by(services, writer, facility, cause, now);
        drop_unfounded(writer, facility, cause, lost.ids);
        auto const ids = not_spoken_for(writer, facility, lost);
        lock_bookings(writer, facility, ids);
        auto displaced =
            displaced_of(*services.books->get(writer, facility), writer, facility, cause, ids);
        if (cause == Cause::no_operator)
            give_operators(services, writer, tale, facility, displaced, now);
        propose_all(services, writer, tale, facility, std::move(displaced), now);
        tale.write(writer, now);
        return tale.bookings();
    });
}

/// One booking of a closure that is no more.
class OfferingBack {
public:
    OfferingBack(Services const& services, store::Writer& writer, Tale& tale,
                 FacilityId const& facility, Instant now)
        : services_(services), writer_(writer), tale_(tale), facility_(facility), now_(now) {}

    /// To how many their time is offered back.
    std::int64_t offer(Reopened const& closure) {
        drop_proposals_of(writer_, facility_, closure.outage);
        auto const before = fates_of(writer_, facility_, closure.id);
        std::vector<BookingId> ids;
        for (auto const& fate : before) ids.push_back(fate.booking);
        std::map<BookingId, Booking> bookings;
        for (auto& booking : find_bookings(writer_, facility_, ids))
            bookings.emplace(booking.id, std::move(booking));
        auto const elsewhere = taken_of(writer_, facility_, closure.outage);
        std::vector<Displaced> asked;
        Interval range{now_, now_};
        for (auto const& fate : before) {
            auto const& booking = bookings.at(fate.booking);
            asked.push_back({booking, {.id = closure.outage}});
            range = {std::min({range.start, fate.during.start, booking.during.start}),
                     std::max({range.end, fate.during.end, booking.during.end})};
        }
        auto const book = services_.books->get(writer_, facility_);
        auto bays = read_bays(writer_, facility_, *book, range);
        Rulings rulings{services_, writer_, book, asked, range, now_};
        auto const rules = rulings.rulebook();
        std::int64_t offered = 0;
        for (auto const& fate : before) {
            if (fate.during.start <= now_) continue;
            auto const& booking = bookings.at(fate.booking);
            bool const settled = std::ranges::find(elsewhere, booking.id) != elsewhere.end();
            auto const proposed =
                settled ? std::nullopt : back(closure, fate, booking, bays, rules, offered);
            auto const id = services_.ids.make<ProposalId>();
            if (proposed && offer_back(writer_, facility_, id, *proposed, booking, now_)) {
                ++offered;
                tale_.changed("offerBack", booking, booking, in_words(id, *proposed));
            } else {
                tale_.changed("tellReopened", booking, booking, span_words(fate));
            }
        }
        return offered;
    }

private:
    /// Its own time, when it is free and no rule speaks against it.
    static std::optional<Proposed> back(Reopened const& closure, ClosureFate const& fate,
                                        Booking const& booking, std::vector<Bay>& bays,
                                        Rulebook const& rules, std::int64_t offered) {
        bool const wanted =
            fate.moved ? booking.state == State::confirmed : booking.state == State::cancelled;
        bool const is_there =
            fate.moved && booking.machine == fate.machine && booking.during == fate.during;
        if (!wanted || is_there) return std::nullopt;
        auto const bay =
            std::ranges::find(bays, fate.machine, [](Bay const& each) { return each.machine.id; });
        auto const remedy = fate.moved ? Remedy::move : Remedy::again;
        if (bay == bays.end()) return std::nullopt;
        std::optional<Busy> own;
        if (fate.moved && booking.machine == fate.machine) own = busy_by(bay->machine, booking);
        if (!fits(*bay, fate.during, own, booking.people) ||
            rules.refused_until(booking, remedy, bay->machine, fate.during))
            return std::nullopt;
        take(*bay, fate.during, booking.people);
        rules.given(booking, remedy, bay->machine, fate.during);
        return Proposed{booking.id, closure.outage, static_cast<int>(offered) + 1,
                        remedy,     fate.machine,   fate.during};
    }

    static std::string span_words(ClosureFate const& fate) {
        JsonText out;
        out.open('{').key("machine_id").id(fate.machine);
        out.key("start").plain(rfc3339_text(fate.during.start, Duration{}));
        out.key("end").plain(rfc3339_text(fate.during.end, Duration{}));
        return out.close('}').take();
    }

    Services const& services_;
    store::Writer& writer_;
    Tale& tale_;
    FacilityId facility_;
    Instant now_;
};

}  // namespace

std::string closure_words(MachineId const& machine, Interval during, std::string_view reason) {
    JsonText out;
    out.open('{').key("machine_id").id(machine);
    out.key("start").plain(rfc3339_text(during.start, Duration{}));
    out.key("end").plain(rfc3339_text(during.end, Duration{}));
    out.key("reason").text(reason);
    return out.close('}').take();
}

std::vector<Displaced> lost_ones(Services const& services, store::Reader& reader,
                                 FacilityId const& facility, Instant now) {
    auto const book = services.books->get(reader, facility);
    std::vector<Displaced> found;
    for (auto const cause : causes_without_outage) {
        auto const lost = lost_by(services, reader, facility, cause, now);
        std::ranges::move(displaced_of(*book, reader, facility, cause, lost.ids),
                          std::back_inserter(found));
    }
    return found;
}

std::vector<Booking> propose_without_outage(Services const& services, FacilityId const& facility,
                                            Instant now, bool hours) {
    std::vector<Booking> changed;
    for (auto const cause : causes_without_outage) {
        if (cause == Cause::closed && !hours) continue;
        auto const more = propose_for(services, facility, cause, now);
        changed.insert(changed.end(), more.begin(), more.end());
    }
    return changed;
}

std::vector<Booking> offer_back_reopened(Services const& services, FacilityId const& facility,
                                         Instant now) {
    auto const reopened = services.store.read(
        [&](store::Reader& reader) { return reopened_closures(reader, facility); });
    std::vector<Booking> changed;
    for (auto const& closure : reopened) {
        auto const told = services.store.write([&](store::Writer& writer) {
            Tale tale{facility};
            if (!note_reopened(writer, facility, closure.id, now)) return tale.bookings();
            auto const offered = OfferingBack{services, writer, tale, facility, now}.offer(closure);
            tale.write(writer, now);
            JsonText after;
            after.open('{').key("offered").integer(offered);
            after.key("told").integer(std::ssize(tale.bookings()));
            people::append_audit(writer, facility,
                                 {.action = "reopenClosure",
                                  .subject = "closure/" + closure.id.text(),
                                  .after = after.close('}').take()},
                                 now);
            return tale.bookings();
        });
        changed.insert(changed.end(), told.begin(), told.end());
    }
    return changed;
}

void warn_of_closures(Services const& services, FacilityId const& facility, Instant now) {
    auto at_work = services.store.read(
        [&](store::Reader& reader) { return at_work_in_closures(reader, facility, now); });
    std::ranges::stable_sort(at_work, {}, &AtWork::booking);
    in_parts(services, facility, now, at_work,
             [&](store::Writer& writer, Tale& tale, std::span<AtWork const> some) {
                 for (auto const& each : some) {
                     if (!note_told(writer, facility, each.outage, each.booking, now)) continue;
                     auto const booking = find_booking(writer, facility, each.booking).value();
                     tale.changed("warnClosed", booking, booking,
                                  closure_words(booking.machine, each.during, each.reason));
                 }
             });
}

}  // namespace karkhana::booking
