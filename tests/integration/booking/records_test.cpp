#include <array>
#include <gtest/gtest.h>
#include <random>

#include "server/booking/records.hpp"
#include "server/booking/rules_life.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::minutes;

class BookingRecords : public tests::StoreTest {
protected:
    Booking draft(Interval during) {
        return {.facility = shop.facility,
                .id = shop.ids.make<BookingId>(),
                .machine = laser.id,
                .enterprise = shop.mita,
                .created_by = shop.member.person,
                .during = during,
                .created_at = shop.clock.now()};
    }
    static Interval slot(std::string const& from, std::string const& until) {
        return {dhaka("2026-11-21 " + from), dhaka("2026-11-21 " + until)};
    }
    Booking insert(Booking const& booking) {
        return ledger().write([&](store::Writer& writer) {
            insert_booking(writer, booking, shop.clock.now());
            return find_booking(writer, booking.facility, booking.id).value();
        });
    }
    Booking insert(Interval during) { return insert(draft(during)); }
    /// What the database answers to the change: nothing, or the kind of its refusal.
    template <class Work>
    std::string refusal(Work&& work) {
        try {
            ledger().write([&](store::Writer& writer) {
                work(writer);
                return true;
            });
            return "";
        } catch (store::ConstraintViolated const& violated) {
            constexpr std::array names{"overlap", "unique", "foreign_key", "check"};
            return names.at(static_cast<std::size_t>(violated.kind()));
        }
    }
    std::string refusal_of(Booking const& booking) {
        return refusal(
            [&](store::Writer& writer) { insert_booking(writer, booking, shop.clock.now()); });
    }
    Booking step(Booking const& booking, State to) {
        return ledger().write([&](store::Writer& writer) {
            change_state(writer, booking, to, std::nullopt, "", shop.clock.now());
            return find_booking(writer, booking.facility, booking.id).value();
        });
    }

    Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
};

KARKHANA_ON_BOTH_ENGINES(BookingRecords);

TEST_P(BookingRecords, KeepWhatWasBooked) {
    auto booking = draft(slot("10:00", "11:00"));
    booking.quantity = 600;
    booking.note = "২০ জোড়া, \"urgent\"";
    booking.quote = {12345};
    auto const kept = insert(booking);
    EXPECT_EQ(kept.id, booking.id);
    EXPECT_EQ(kept.machine, booking.machine);
    EXPECT_EQ(kept.enterprise, booking.enterprise);
    EXPECT_EQ(kept.created_by, booking.created_by);
    EXPECT_EQ(kept.during, booking.during);
    EXPECT_EQ(kept.occupied_until, booking.during.end);
    EXPECT_EQ(kept.state, State::confirmed);
    EXPECT_EQ(kept.quantity, 600);
    EXPECT_EQ(kept.note, booking.note);
    EXPECT_EQ(kept.quote, Money{12345});
    EXPECT_EQ(kept.created_at, shop.clock.now());
    EXPECT_EQ(kept.cancel_reason, std::nullopt);
    EXPECT_EQ(kept.version, 1);
    auto const history = ledger().read(
        [&](store::Reader& reader) { return history_of(reader, shop.facility, kept.id); });
    ASSERT_EQ(history.size(), 1U);
    EXPECT_EQ(history[0].from, std::nullopt);
    EXPECT_EQ(history[0].to, State::confirmed);
    EXPECT_EQ(history[0].person, shop.member.person);
}

TEST_P(BookingRecords, AMicrosecondIsAnOverlapAndTouchingIsNot) {
    Duration const tick{1};
    auto const held = insert(slot("10:00", "11:00")).during;
    EXPECT_EQ(refusal_of(draft(held)), "overlap");
    EXPECT_EQ(refusal_of(draft({held.start - minutes{60}, held.start + tick})), "overlap");
    EXPECT_EQ(refusal_of(draft({held.end - tick, held.end + minutes{60}})), "overlap");
    EXPECT_EQ(refusal_of(draft({held.start + tick, held.end - tick})), "overlap");
    EXPECT_EQ(refusal_of(draft({held.start - tick, held.end + tick})), "overlap");
    EXPECT_EQ(refusal_of(draft({held.start - minutes{60}, held.start})), "");
    EXPECT_EQ(refusal_of(draft({held.end, held.end + minutes{60}})), "");
}

TEST_P(BookingRecords, TheCleanUpIsGuardedToo) {
    laser = shop.add_machine(
        {.slug = "press", .name = {"Press", "Press"}, .kind = "press", .buffer_minutes = 10});
    auto const kept = insert(slot("10:00", "11:00"));
    EXPECT_EQ(kept.occupied_until, dhaka("2026-11-21 11:10"));
    EXPECT_EQ(refusal_of(draft(slot("11:00", "12:00"))), "overlap");
    EXPECT_EQ(refusal_of(draft(slot("11:09", "12:00"))), "overlap");
    EXPECT_EQ(refusal_of(draft(slot("11:10", "12:00"))), "");
    EXPECT_EQ(refusal_of(draft(slot("09:00", "09:55"))), "overlap");
    EXPECT_EQ(refusal_of(draft(slot("09:00", "09:50"))), "");
}

TEST_P(BookingRecords, TheSetUpIsGuardedLikeTheCleanUp) {
    laser = shop.add_machine({.slug = "press",
                              .name = {"Press", "Press"},
                              .kind = "press",
                              .setup_minutes = 20,
                              .buffer_minutes = 10});
    auto const kept = insert(slot("10:00", "11:00"));
    EXPECT_EQ(kept.occupied_from, dhaka("2026-11-21 09:40"));
    EXPECT_EQ(refusal_of(draft(slot("11:29", "12:00"))), "overlap") << "its own set-up";
    EXPECT_EQ(refusal_of(draft(slot("11:30", "12:00"))), "");
    EXPECT_EQ(refusal_of(draft(slot("09:00", "09:31"))), "overlap") << "its own clean-up";
    EXPECT_EQ(refusal_of(draft(slot("09:00", "09:30"))), "");
}

TEST_P(BookingRecords, ARoomIsShared) {
    laser =
        shop.add_machine({.slug = "room", .name = {"Room", "Room"}, .kind = "room", .seats = 12});
    insert(slot("10:00", "11:00"));
    EXPECT_EQ(refusal_of(draft(slot("10:30", "11:30"))), "");
}

TEST_P(BookingRecords, OneThatIsPendingHoldsItsSlot) {
    auto held = draft(slot("10:00", "11:00"));
    held.state = State::pending;
    EXPECT_EQ(refusal_of(held), "check") << "until when, and what for?";
    held.hold_until = dhaka("2026-11-21 09:00");
    held.pending_for = PendingFor::offer;
    auto const second = insert(held);
    EXPECT_EQ(second.hold_until, held.hold_until);
    EXPECT_EQ(second.pending_for, PendingFor::offer);
    EXPECT_EQ(refusal_of(draft(slot("10:30", "11:30"))), "overlap");
    shop.clock.advance(minutes{5});
    auto const released = step(second, State::released);
    EXPECT_EQ(released.ended_at, shop.clock.now());
    EXPECT_EQ(refusal_of(draft(slot("10:30", "11:30"))), "");
}

TEST_P(BookingRecords, NoneIsOnlyAskedFor) {
    auto const asked = [&](store::Writer& writer) {
        writer.execute(
            "INSERT INTO booking (facility_id, booking_id, machine_id, enterprise_id, created_by, "
            "start_us, end_us, occupied_from_us, occupied_until_us, state, created_us) "
            "VALUES ($1, $2, $3, $4, $5, 0, 1, 0, 1, 'requested', 0)",
            shop.facility, shop.ids.make<BookingId>(), laser.id, shop.mita, shop.member.person);
    };
    EXPECT_EQ(refusal(asked), "check");
}

TEST_P(BookingRecords, CalendarsAreToldOfMovesAndCancelsAlone) {
    auto booking = insert(slot("10:00", "11:00"));
    auto const changed = [&](Interval during, std::int64_t quantity) {
        booking.during = during;
        booking.quantity = quantity;
        ledger().write([&](store::Writer& writer) { return update_booking(writer, booking); });
        booking = ledger().read([&](store::Reader& reader) {
            return find_booking(reader, shop.facility, booking.id).value();
        });
        return booking.calendar_sequence;
    };
    EXPECT_EQ(changed(slot("10:00", "11:00"), 5), 0);
    EXPECT_EQ(changed(slot("10:00", "12:00"), 5), 1);
    EXPECT_EQ(step(booking, State::checked_in).calendar_sequence, 1);
    booking.state = State::checked_in;
    EXPECT_EQ(step(booking, State::cancelled).calendar_sequence, 2);
}

TEST_P(BookingRecords, OfAnotherMachineOrAnotherFacilityDoNotMeet) {
    insert(slot("10:00", "11:00"));
    auto booking = draft(slot("10:00", "11:00"));
    booking.machine = shop.add_laser("laser-2").id;
    EXPECT_EQ(refusal_of(booking), "");
    Workshop elsewhere(ledger());
    booking.facility = elsewhere.facility;
    EXPECT_EQ(refusal_of(booking), "foreign_key");
    EXPECT_TRUE(ledger()
                    .read([&](store::Reader& reader) {
                        return bookings_between(reader, elsewhere.facility, slot("00:00", "23:00"),
                                                false);
                    })
                    .empty());
}

TEST_P(BookingRecords, AMoveKeepsTheIdAndIsRefusedWhereItOverlaps) {
    auto first = insert(slot("10:00", "11:00"));
    insert(slot("11:00", "12:00"));
    auto const move = [&](Interval during) {
        return refusal([&](store::Writer& writer) {
            auto moved = first;
            moved.during = during;
            if (!update_booking(writer, moved)) throw std::logic_error("stale");
        });
    };
    EXPECT_EQ(move({first.during.start, first.during.end + Duration{1}}), "overlap");
    EXPECT_EQ(move(slot("11:30", "12:30")), "overlap");
    EXPECT_EQ(move(slot("10:30", "11:00")), "");
    ledger().read([&](store::Reader& reader) {
        auto const kept = find_booking(reader, shop.facility, first.id).value();
        EXPECT_EQ(kept.during, slot("10:30", "11:00"));
        EXPECT_EQ(kept.version, 2);
        return true;
    });
    EXPECT_THROW(move(slot("09:00", "10:00")), std::logic_error);
    first.version = 2;
    EXPECT_EQ(move(slot("12:00", "13:00")), "");
}

TEST_P(BookingRecords, WhatIsOverFreesTheSlot) {
    for (auto const end : {State::cancelled, State::missed}) {
        auto const booking = insert(slot("10:00", "11:00"));
        EXPECT_EQ(refusal_of(draft(slot("10:00", "11:00"))), "overlap");
        step(booking, end);
    }
    auto booking = insert(slot("10:00", "11:00"));
    for (auto const state : {State::checked_in, State::running, State::paused}) {
        booking = step(booking, state);
        EXPECT_EQ(refusal_of(draft(slot("10:00", "11:00"))), "overlap") << name_of(state);
    }
    step(booking, State::interrupted);
    EXPECT_EQ(refusal_of(draft(slot("10:00", "11:00"))), "");
}

TEST_P(BookingRecords, RawSqlCannotOverlap) {
    auto const first = insert(slot("10:00", "11:00"));
    auto const second = insert(slot("11:00", "12:00"));
    auto const with = [&](std::string_view sql, auto const&... values) {
        return refusal([&](store::Writer& writer) { writer.execute(sql, values...); });
    };
    EXPECT_EQ(
        with("INSERT INTO booking (facility_id, booking_id, machine_id, enterprise_id, "
             "created_by, start_us, end_us, occupied_from_us, occupied_until_us, state, "
             "created_us) SELECT facility_id, $2, machine_id, enterprise_id, created_by, "
             "start_us - 1, start_us + 1, start_us - 1, start_us + 1, 'confirmed', 0 FROM booking "
             "WHERE facility_id = $1 AND booking_id = $3",
             shop.facility, shop.ids.make<BookingId>(), first.id),
        "overlap");
    EXPECT_EQ(with("UPDATE booking SET end_us = end_us + 1, occupied_until_us = "
                   "occupied_until_us + 1 WHERE facility_id = $1 AND booking_id = $2",
                   shop.facility, first.id),
              "overlap");
    EXPECT_EQ(with("UPDATE booking SET occupied_until_us = occupied_until_us + 1 "
                   "WHERE facility_id = $1 AND booking_id = $2",
                   shop.facility, first.id),
              "overlap");
    EXPECT_EQ(with("UPDATE booking SET occupied_from_us = occupied_from_us - 1 "
                   "WHERE facility_id = $1 AND booking_id = $2",
                   shop.facility, second.id),
              "overlap");
    auto const other = shop.add_laser("laser-2");
    auto elsewhere = draft(slot("10:30", "11:30"));
    elsewhere.machine = other.id;
    insert(elsewhere);
    EXPECT_EQ(with("UPDATE booking SET machine_id = $3 WHERE facility_id = $1 "
                   "AND booking_id = $2",
                   shop.facility, elsewhere.id, laser.id),
              "overlap");
    EXPECT_EQ(with("UPDATE booking SET end_us = start_us, occupied_until_us = start_us "
                   "WHERE facility_id = $1 AND booking_id = $2",
                   shop.facility, first.id),
              "check");
    EXPECT_EQ(with("UPDATE booking SET occupied_until_us = end_us - 1 "
                   "WHERE facility_id = $1 AND booking_id = $2",
                   shop.facility, first.id),
              "check");
    EXPECT_EQ(with("UPDATE booking SET end_us = start_us + 604800000001, occupied_until_us = "
                   "start_us + 604800000001 WHERE facility_id = $1 AND booking_id = $2",
                   shop.facility, second.id),
              "check");
}

TEST_P(BookingRecords, TheDatabaseHoldsTheLifeOfABooking) {
    using enum State;
    constexpr std::array states{pending, confirmed, checked_in, running,
                                paused,  completed, cancelled,  late_cancelled,
                                missed,  released,  interrupted};
    // A way from the beginning to each state.
    std::map<State, std::vector<State>> const way_to{
        {pending, {}},
        {confirmed, {confirmed}},
        {checked_in, {confirmed, checked_in}},
        {running, {confirmed, running}},
        {paused, {confirmed, running, paused}},
        {completed, {confirmed, running, completed}},
        {interrupted, {confirmed, running, interrupted}},
        {cancelled, {cancelled}},
        {late_cancelled, {confirmed, late_cancelled}},
        {missed, {confirmed, missed}},
        {released, {confirmed, released}}};
    for (auto const from : states) {
        for (auto const to : states) {
            auto wish = draft(slot("10:00", "11:00"));
            wish.state = pending;
            wish.hold_until = wish.during.start;
            wish.pending_for = PendingFor::approval;
            auto booking = insert(wish);
            for (auto const state : way_to.at(from)) booking = step(booking, state);
            ASSERT_EQ(booking.state, from);
            bool allowed = from == to;
            for (auto const& each : life()) allowed |= each.from == from && each.to == to;
            EXPECT_EQ(refusal([&](store::Writer& writer) {
                          writer.execute("UPDATE booking SET state = $3 WHERE facility_id = $1 "
                                         "AND booking_id = $2",
                                         shop.facility, booking.id, name_of(to));
                      }),
                      allowed ? "" : "check")
                << name_of(from) << " to " << name_of(to);
            // Out of the way of the next pair.
            ledger().write([&](store::Writer& writer) {
                auto now = find_booking(writer, shop.facility, booking.id).value();
                while (is_live(now.state)) {
                    bool const begun = now.state == running || now.state == paused;
                    auto const next = begun ? completed : cancelled;
                    change_state(writer, now, next, std::nullopt, "", shop.clock.now());
                    now.state = next;
                }
                return true;
            });
        }
    }
}

TEST_P(BookingRecords, ABookingBeginsBeforeItIsRunStaysAndKeepsItsId) {
    auto booking = draft(slot("10:00", "11:00"));
    booking.state = State::running;
    EXPECT_EQ(refusal_of(booking), "check");
    auto const kept = insert(slot("10:00", "11:00"));
    auto const with = [&](std::string_view sql) {
        return refusal([&](store::Writer& writer) { writer.execute(sql, shop.facility, kept.id); });
    };
    EXPECT_EQ(with("DELETE FROM booking WHERE facility_id = $1 AND booking_id = $2"), "check");
    EXPECT_EQ(refusal([&](store::Writer& writer) {
                  writer.execute("UPDATE booking SET booking_id = $3 WHERE facility_id = $1 "
                                 "AND booking_id = $2",
                                 shop.facility, kept.id, shop.ids.make<BookingId>());
              }),
              "check");
    EXPECT_EQ(with("UPDATE booking SET state = 'late' WHERE facility_id = $1 AND booking_id = $2"),
              "check");
    step(kept, State::cancelled);
    EXPECT_EQ(with("UPDATE booking SET start_us = start_us + 1 WHERE facility_id = $1 "
                   "AND booking_id = $2"),
              "check");
}

TEST_P(BookingRecords, HistoryIsOnlyAddedTo) {
    auto const booking = insert(slot("10:00", "11:00"));
    shop.clock.advance(minutes{5});
    ledger().write([&](store::Writer& writer) {
        return change_state(writer, booking, State::cancelled, shop.desk.person, "rain",
                            shop.clock.now());
    });
    auto const history = ledger().read(
        [&](store::Reader& reader) { return history_of(reader, shop.facility, booking.id); });
    ASSERT_EQ(history.size(), 2U);
    EXPECT_EQ(history[1].from, State::confirmed);
    EXPECT_EQ(history[1].to, State::cancelled);
    EXPECT_EQ(history[1].person, shop.desk.person);
    EXPECT_EQ(history[1].reason, "rain");
    EXPECT_EQ(history[1].at, shop.clock.now());
    ledger().read([&](store::Reader& reader) {
        auto const kept = find_booking(reader, shop.facility, booking.id).value();
        EXPECT_EQ(kept.cancel_reason, "rain");
        EXPECT_EQ(kept.version, 2);
        return true;
    });
    EXPECT_EQ(refusal([&](store::Writer& writer) {
                  writer.execute("UPDATE booking_event SET reason = '' WHERE facility_id = $1",
                                 shop.facility);
              }),
              "check");
    EXPECT_EQ(refusal([&](store::Writer& writer) {
                  writer.execute("DELETE FROM booking_event WHERE facility_id = $1", shop.facility);
              }),
              "check");
}

TEST_P(BookingRecords, AStepIsTakenOnce) {
    auto const booking = insert(slot("10:00", "11:00"));
    step(booking, State::cancelled);
    EXPECT_FALSE(ledger().write([&](store::Writer& writer) {
        return change_state(writer, booking, State::missed, std::nullopt, "", shop.clock.now());
    }));
    auto const history = ledger().read(
        [&](store::Reader& reader) { return history_of(reader, shop.facility, booking.id); });
    EXPECT_EQ(history.size(), 2U);
}

TEST_P(BookingRecords, OneBookingAtATimeHasTheMachine) {
    auto first = insert(slot("10:00", "11:00"));
    auto second = insert(slot("11:00", "12:00"));
    auto const active = [&] {
        return ledger().read(
            [&](store::Reader& reader) { return active_booking(reader, shop.facility, laser.id); });
    };
    EXPECT_FALSE(active());
    first = step(step(first, State::checked_in), State::running);
    second = step(second, State::checked_in);
    ASSERT_TRUE(active());
    EXPECT_EQ(active()->id, first.id);
    EXPECT_EQ(refusal([&](store::Writer& writer) {
                  change_state(writer, second, State::running, std::nullopt, "", shop.clock.now());
              }),
              "unique");
    first = step(first, State::paused);
    ASSERT_TRUE(active());
    step(first, State::completed);
    EXPECT_FALSE(active());
    step(second, State::running);
    EXPECT_EQ(active()->id, second.id);
}

TEST_P(BookingRecords, BetweenFindsWhatOverlaps) {
    auto const early = insert(slot("09:00", "10:00"));
    auto const middle = insert(slot("10:00", "11:00"));
    auto const late = insert(slot("11:00", "12:00"));
    step(early, State::cancelled);
    auto const between = [&](Interval during, bool live_only) {
        std::vector<BookingId> found;
        ledger().read([&](store::Reader& reader) {
            for (auto const& each : bookings_between(reader, shop.facility, during, live_only))
                found.push_back(each.id);
            return true;
        });
        return found;
    };
    using Ids = std::vector<BookingId>;
    EXPECT_EQ(between(slot("00:00", "23:00"), false), (Ids{early.id, middle.id, late.id}));
    EXPECT_EQ(between(slot("00:00", "23:00"), true), (Ids{middle.id, late.id}));
    EXPECT_EQ(between(slot("10:30", "11:00"), false), (Ids{middle.id}));
    EXPECT_EQ(between(slot("10:30", "11:01"), false), (Ids{middle.id, late.id}));
    EXPECT_EQ(between(slot("12:00", "13:00"), false), (Ids{}));
    // As long as a booking can be, and looked at from its last microsecond.
    auto week = draft({dhaka("2026-12-01 00:00"), dhaka("2026-12-08 00:00")});
    insert(week);
    EXPECT_EQ(between({week.during.end - Duration{1}, week.during.end}, false), (Ids{week.id}));
}

TEST_P(BookingRecords, TakenLeavesOutTheOneThatMoves) {
    auto const first = insert(slot("10:00", "11:00"));
    insert(slot("11:00", "12:00"));
    ledger().read([&](store::Reader& reader) {
        auto const during = slot("09:00", "17:00");
        EXPECT_EQ(taken_of(reader, shop.facility, {laser.id}, during, std::nullopt).size(), 2U);
        auto const others = taken_of(reader, shop.facility, {laser.id}, during, first.id);
        EXPECT_EQ(others.size(), 1U);
        EXPECT_EQ(others.at(0).occupied, slot("11:00", "12:00"));
        EXPECT_EQ(taken_of(reader, shop.facility, {}, during, first.id).size(), 0U);
        return true;
    });
}

TEST_P(BookingRecords, TakenIsWhatAPlainSearchFinds) {
    auto const other = shop.add_laser("laser-2");
    std::mt19937 random{5};
    for (auto const& machine : {laser, other}) {
        auto at = dhaka("2026-11-22 00:00");
        for (int i = 0; i < 60; ++i) {
            at += minutes{random() % 3 * 15};
            auto booking = draft({at, at + minutes{15 + random() % 20 * 15}});
            booking.machine = machine.id;
            if (insert(booking).id.uuid.bytes[15] % 5 == 0) step(booking, State::cancelled);
            at = booking.during.end;
        }
    }
    ledger().read([&](store::Reader& reader) {
        auto const all = bookings_between(
            reader, shop.facility, {dhaka("2026-11-21 00:00"), dhaka("2026-12-31 00:00")}, true);
        for (int round = 0; round < 300; ++round) {
            auto const from = dhaka("2026-11-22 00:00") + minutes{5 * (random() % 3000)};
            Interval const during{from, from + minutes{1 + random() % 600}};
            auto const& except = all[random() % all.size()].id;
            std::vector<Interval> of_laser;
            std::size_t of_both = 0;
            for (auto const& booking : all) {
                Interval const occupied{booking.during.start, booking.occupied_until};
                if (booking.id == except || !occupied.overlaps(during)) continue;
                ++of_both;
                if (booking.machine == laser.id) of_laser.push_back(occupied);
            }
            std::vector<Interval> found;
            for (auto const& each : taken_of(reader, shop.facility, {laser.id}, during, except))
                found.push_back(each.occupied);
            EXPECT_EQ(found, of_laser);
            EXPECT_EQ(taken_of(reader, shop.facility, {laser.id, other.id}, during, except).size(),
                      of_both);
        }
        return true;
    });
}

TEST_P(BookingRecords, ListsAreCutIntoPagesWithoutLossOrRepeat) {
    std::vector<BookingId> expected;
    for (int i = 0; i < 7; ++i) {
        auto const start = dhaka("2026-11-22 09:00") + minutes{60 * (i / 2)};
        auto booking = draft({start, start + minutes{60}});
        if (i % 2 == 1) booking.machine = shop.add_laser("laser-9" + std::to_string(i)).id;
        expected.push_back(insert(booking).id);
    }
    std::vector<BookingId> found;
    ListCursor cursor;
    for (bool more = true; more;) {
        auto const page = ledger().read([&](store::Reader& reader) {
            return list_bookings(reader, shop.facility, {}, cursor, 3);
        });
        for (auto const& each : page) found.push_back(each.id);
        more = page.size() == 3;
        if (more) cursor = {page.back().during.start, page.back().id};
    }
    EXPECT_EQ(found.size(), 7U);
    std::ranges::sort(found);
    std::ranges::sort(expected);
    EXPECT_EQ(found, expected);
}

TEST_P(BookingRecords, ListsAreFiltered) {
    auto const first = insert(slot("10:00", "11:00"));
    auto booking = draft(slot("11:00", "12:00"));
    booking.enterprise = shop.rahim;
    auto const second = insert(booking);
    booking = draft(slot("12:00", "13:00"));
    booking.machine = shop.add_laser("laser-2").id;
    auto const third = step(insert(booking), State::cancelled);
    auto const listed = [&](ListFilter const& filter) {
        std::vector<BookingId> ids;
        ledger().read([&](store::Reader& reader) {
            for (auto const& each : list_bookings(reader, shop.facility, filter, {}, 50))
                ids.push_back(each.id);
            return true;
        });
        return ids;
    };
    using Ids = std::vector<BookingId>;
    EXPECT_EQ(listed({}), (Ids{third.id, second.id, first.id}));
    EXPECT_EQ(listed({.enterprise = shop.mita}), (Ids{third.id, first.id}));
    EXPECT_EQ(listed({.state = State::cancelled}), (Ids{third.id}));
    EXPECT_EQ(listed({.machine = laser.id}), (Ids{second.id, first.id}));
    EXPECT_EQ(listed({.machine = laser.id, .enterprise = shop.mita}), (Ids{first.id}));
    EXPECT_EQ(listed({.from = dhaka("2026-11-21 11:00")}), (Ids{third.id, second.id}));
    EXPECT_EQ(listed({.to = dhaka("2026-11-21 11:00")}), (Ids{first.id}));
}

}  // namespace
}  // namespace karkhana::booking
