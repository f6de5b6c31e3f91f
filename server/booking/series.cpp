#include "server/booking/series.hpp"

#include <algorithm>
#include <functional>

#include "server/booking/audit.hpp"
#include "server/booking/ground.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_availability.hpp"
#include "server/booking/rules_fee.hpp"
#include "server/booking/rules_hold.hpp"
#include "server/booking/series_audit.hpp"
#include "server/booking/tale.hpp"
#include "server/booking/words.hpp"
#include "server/booking/world_records.hpp"
#include "server/facility/book_cache.hpp"

namespace karkhana::booking {
namespace {

/// The machines of the wished kind, the wished one first.
std::vector<facility::Machine> of_its_kind(facility::Book const& book,
                                           facility::Machine const& wished) {
    std::vector<facility::Machine> machines{wished};
    for (auto const& machine : book.machines)
        if (machine.kind == wished.kind && machine.id != wished.id) machines.push_back(machine);
    return machines;
}

/// All that is looked at for any of the dates, with the times near them.
Interval range_of(World const& world, std::vector<facility::Machine> const& machines,
                  std::vector<SeriesDate> const& dates) {
    auto const around = [&](Interval during) {
        auto const windows = search_windows(world, machines.front(), during);
        return search_range(world, machines, during, windows.back());
    };
    return {around(dates.front().during).start, around(dates.back().during).end};
}

std::string codes_text(std::vector<Violation> const& violations) {
    std::string codes;
    for (auto const& each : violations)
        codes += (codes.empty() ? "" : " ") + std::string(name_of(each.rule));
    return codes;
}

/// Tells the trail what became of the dates.
void tell_act(store::Writer& writer, Series const& series, std::string_view action,
              std::vector<ChangedDate> const& dates, PersonId const& person,
              std::string_view reason, Instant now, std::string rule = {}) {
    SeriesAct act{.action = action,
                  .done = {},
                  .left = {},
                  .reason = std::string(reason),
                  .rule = std::move(rule)};
    for (auto const& each : dates)
        if (each.after)
            act.done.push_back(*each.after);
        else
            act.left.push_back({each.before.during.start, codes_text(each.violations)});
    std::ranges::sort(act.done, {}, [](Booking const& each) { return each.during.start; });
    append_act(writer, series, act, person, now);
}

/// "2026-11-24T10:00"
std::string local_text(Zone const& zone, Instant at) { return to_rfc3339(at, zone).substr(0, 16); }

}  // namespace

Result<SeriesPlan> plan(Services const& services, store::Reader& reader, FacilityId const& facility,
                        SeriesWish const& wish, Asker const& asker, Instant now) {
    auto const book = services.books->get(reader, facility);
    auto const found = machines_of(reader, *book, wish.wish);
    if (!found) return tl::make_unexpected(found.error());
    auto const& machine = found->front();
    World const empty{.book = book, .now = now};
    auto const horizon = limits_at(empty, machine, wish.wish.during.start).horizon_days;
    auto const dates =
        dates_of(book->zone, {wish.rule, wish.wish.during.start, wish.wish.during.length()},
                 now + std::chrono::days{horizon + 365});
    if (!dates) return tl::make_unexpected(dates.error());
    auto const machines = of_its_kind(*book, machine);
    auto const range = range_of(empty, machines, *dates);
    auto world = read_world(reader, book, range, now);
    auto const party = add_party(services, reader, world, wish.wish, range);
    if (!party) return tl::make_unexpected(party.error());
    auto places = read_places(reader, facility, machines, range, std::nullopt);
    auto const like = ask_of(services, reader, *book, machine, wish.wish, asker);
    auto const price_of = [&](facility::Machine const& of, Interval during) {
        return services.pricing.price(reader, facility, of, during, price_wish(wish.wish)).price;
    };
    return SeriesPlan{
        machine, book->zone,
        plan_series(std::move(world), std::move(places), like, *dates, wish.clash, price_of)};
}

std::optional<BookedSeries> book(Services const& services, store::Writer& writer,
                                 FacilityId const& facility, SeriesWish const& wish,
                                 SeriesPlan const& plan, Asker const& asker, Instant now) {
    auto const minutes = std::chrono::floor<std::chrono::minutes>(wish.wish.during.length());
    BookedSeries made{.series = {.facility = facility,
                                 .id = services.ids.make<SeriesId>(),
                                 .enterprise = wish.wish.enterprise,
                                 .machine = plan.machine.id,
                                 .created_by = asker.person.value(),
                                 .rule = wish.rule_text,
                                 .local_start = local_text(plan.zone, wish.wish.during.start),
                                 .length_minutes = static_cast<int>(minutes.count()),
                                 .quantity = wish.wish.quantity,
                                 .note = wish.note,
                                 .clash = wish.clash,
                                 .created_at = now},
                      .outcomes = {},
                      .bookings = {}};
    insert_series(writer, made.series);
    SeriesAct act{.action = "createSeries", .done = {}, .left = {}, .reason = {}};
    for (auto const& planned : plan.dates) {
        SeriesOutcome outcome{planned.date.occurrence, "skipped", std::nullopt,
                              codes_text(planned.violations)};
        if (planned.slot) {
            auto one = wish.wish;
            one.machine = planned.slot->machine.id;
            one.during = planned.slot->during;
            auto const decision = decide(services, writer, facility, one, asker, now);
            if (!decision || !decision->granted()) return std::nullopt;
            Booking const draft{.id = services.ids.make<BookingId>(),
                                .created_by = made.series.created_by,
                                .origin = Origin::series,
                                .series = made.series.id,
                                .occurrence = planned.date.occurrence,
                                .note = wish.note};
            made.bookings.push_back(
                insert_granted(writer, *decision, one, draft, "createSeries", now));
            outcome.booking = made.bookings.back().id;
            outcome.outcome = planned.moved() ? "moved" : "booked";
        } else {
            act.left.push_back({planned.date.during.start, outcome.codes});
        }
        insert_outcome(writer, made.series, outcome);
        made.outcomes.push_back(std::move(outcome));
    }
    act.done = made.bookings;
    append_act(writer, made.series, act, asker.person, now);
    return made;
}

namespace {

/// First those that go to a later time, the last of them first, then the others from the first on:
/// no date stands where another of the series goes.
std::vector<Booking> in_order_of_change(Zone const& zone, std::vector<Booking> bookings,
                                        SeriesShift const& shift) {
    auto const later = [&](Booking const& each) {
        auto const to = shifted(zone, {each.occurrence.value(), each.during}, shift);
        return to.start > each.during.start;
    };
    auto const rest = std::ranges::stable_partition(bookings, later);
    std::ranges::reverse(bookings.begin(), rest.begin());
    return bookings;
}

/// The change of one date, if the rules allow it. Errors: those of decide.
Result<ChangedDate> change_date(Services const& services, store::Writer& writer, Terms const& terms,
                                Booking const& before, SeriesChange const& change,
                                Asker const& asker, Instant now) {
    auto const book = services.books->get(writer, before.facility);
    auto wish = wish_of(writer, *book, before);
    wish.machine = change.machine.value_or(before.machine);
    wish.during = shifted(book->zone, {before.occurrence.value(), before.during}, change.shift);
    auto after = before;
    after.machine = *wish.machine;
    after.during = wish.during;
    ChangedDate one{before, std::nullopt, {}};
    // Who wants to give up time of one that is near changes it by itself, and knows what it costs.
    if (is_late(terms, before, now) && change_fee(terms, before, after, now, 0)) {
        one.violations.push_back(said_change_late(terms.notice_cancel.count()));
        return one;
    }
    auto const decision = decide(services, writer, before.facility, wish, asker, now);
    if (!decision) return tl::make_unexpected(decision.error());
    one.violations = decision->violations;
    auto const& machine = decision->place.machine;
    auto const taken =
        read_places(writer, before.facility, {machine}, occupied(machine, wish.during), before.id)
            .front()
            .taken;
    if (!taken.empty() && machine.seats == 1)
        one.violations.push_back(said_slot_taken(decision->world, taken.front(), {}));
    if (!one.violations.empty()) return one;
    if (update_granted(writer, *decision, wish, after, asker.person, "changeSeries", "", now))
        one.after = after;
    return one;
}

bool waits_for_manager(Booking const& booking, Instant now) {
    return booking.state == State::pending && booking.pending_for == PendingFor::approval &&
           !hold_is_over(booking, now);
}

/// What the manager decides of those that wait, each by `step`: what it is then, or what speaks
/// against it.
Result<std::vector<ChangedDate>> decide_dates(
    store::Writer& writer, Series const& series, std::vector<Booking> const& bookings,
    std::string_view action, Asker const& asker, std::string_view reason, Instant now,
    std::function<std::vector<Violation>(Booking const&)> const& against, State to) {
    std::vector<ChangedDate> decided;
    for (auto const& before : bookings) {
        if (!waits_for_manager(before, now)) continue;
        auto& one = decided.emplace_back(ChangedDate{before, std::nullopt, against(before)});
        if (!one.violations.empty()) continue;
        one.after = step_to(writer, before, to, asker.person, reason, now);
        if (one.after)
            append_change(writer, action, asker.person, &before, *one.after, reason, now);
    }
    if (decided.empty())
        return refuse(ErrorKind::conflict, "wrong_state", "nothing of it waits to be approved");
    tell_act(writer, series, action, decided, asker.person.value(), reason, now);
    return decided;
}

}  // namespace

Result<std::vector<ChangedDate>> change_dates(Services const& services, store::Writer& writer,
                                              Series const& series,
                                              std::vector<Booking> const& bookings,
                                              SeriesChange const& change, Asker const& asker,
                                              Instant now) {
    auto const book = services.books->get(writer, series.facility);
    auto const membership = membership_of(writer, series.facility, series.enterprise).value();
    std::vector<ChangedDate> changed;
    for (auto const& before : in_order_of_change(book->zone, bookings, change.shift)) {
        auto const terms = terms_of(*book, membership, before.machine, before.during.start);
        auto one = change_date(services, writer, terms, before, change, asker, now);
        if (!one) return tl::make_unexpected(one.error());
        changed.push_back(std::move(*one));
    }
    std::ranges::sort(changed, {},
                      [](ChangedDate const& each) { return each.before.during.start; });
    std::vector<std::chrono::local_days> days;
    for (auto const& each : changed)
        if (each.after) days.push_back(local_day(book->zone, each.after->during.start));
    tell_act(writer, series, "changeSeries", changed, asker.person.value(), "", now,
             rule_held_on(series.rule, days));
    return changed;
}

std::vector<ChangedDate> cancel_dates(Services const& services, store::Writer& writer,
                                      Series const& series, std::vector<Booking> const& bookings,
                                      Asker const& asker, std::string_view reason, Instant now) {
    auto const membership = membership_of(writer, series.facility, series.enterprise).value();
    std::vector<ChangedDate> changed;
    for (auto const& before : bookings) {
        auto const book = services.books->get(writer, before.facility);
        auto& one = changed.emplace_back(ChangedDate{before, std::nullopt, {}});
        auto const terms = terms_of(*book, membership, before.machine, before.during.start);
        if (is_late(terms, before, now)) {
            one.violations.push_back(said_cancel_late(terms.notice_cancel.count()));
            continue;
        }
        if (!change_state(writer, before, State::cancelled, asker.person, reason, now)) continue;
        auto after = before;
        after.state = State::cancelled;
        after.cancel_reason = reason;
        ++after.version;
        append_change(writer, "cancelSeries", asker.person, &before, after, reason, now);
        one.after = after;
    }
    tell_act(writer, series, "cancelSeries", changed, asker.person.value(), reason, now);
    return changed;
}

Result<std::vector<ChangedDate>> approve_dates(Services const& services, store::Writer& writer,
                                               Series const& series,
                                               std::vector<Booking> const& bookings,
                                               Asker const& asker, Instant now) {
    auto const against = [&](Booking const& booking) {
        return still_against(services, writer, booking, booking, now);
    };
    return decide_dates(writer, series, bookings, "approveSeries", asker, "", now, against,
                        State::confirmed);
}

Result<std::vector<ChangedDate>> refuse_dates(store::Writer& writer, Series const& series,
                                              std::vector<Booking> const& bookings,
                                              Asker const& asker, std::string_view reason,
                                              Instant now) {
    auto const nothing = [](Booking const&) { return std::vector<Violation>{}; };
    return decide_dates(writer, series, bookings, "refuseSeries", asker, reason, now, nothing,
                        State::cancelled);
}

std::vector<Booking> ahead_in(store::Reader& reader, FacilityId const& facility,
                              SeriesId const& series, Instant from, Instant now) {
    auto bookings =
        find_bookings(reader, facility, ids_ahead_in(reader, facility, series, from, now));
    std::ranges::sort(bookings, {}, [](Booking const& each) { return each.during.start; });
    return bookings;
}

}  // namespace karkhana::booking
