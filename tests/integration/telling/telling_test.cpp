#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/base/text.hpp"
#include "server/booking/audit.hpp"
#include "server/booking/records.hpp"
#include "server/booking/sweep.hpp"
#include "server/facility/records.hpp"
#include "server/notify/records.hpp"
#include "server/people/audit.hpp"
#include "server/telling/records.hpp"
#include "server/telling/reminders.hpp"
#include "server/telling/rising_clock.hpp"
#include "server/telling/telling.hpp"
#include "server/telling/watched_channel.hpp"
#include "tests/integration/booking/workshop.hpp"
#include "tests/integration/telling/mortal.hpp"

namespace karkhana::telling {
namespace {

using booking::dhaka;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

/// A workshop where what happens is told: Mita logs in, and her shop has a number of its own.
class Telling : public tests::StoreTest {
protected:
    template <class Work>
    auto write(Work&& work) {
        return ledger().write(std::forward<Work>(work));
    }
    Telling() {
        write([&](store::Writer& writer) {
            begin(writer, shop.facility);
            return writer.execute("UPDATE enterprise SET phone = '+8801712000001' "
                                  "WHERE facility_id = $1 AND enterprise_id = $2",
                                  shop.facility, shop.mita);
        });
    }

    Needs needs() { return {ledger(), shop.clock, outbox, shop.facility}; }
    void tell_all() {
        while (tell_next(needs()) > 0) {}
    }
    std::vector<notify::Message> inbox_of(http::Principal const& who) {
        return ledger().read([&](store::Reader& reader) {
            return notify::inbox(reader, shop.facility, who.person, std::nullopt, 1000);
        });
    }
    std::vector<std::string> kinds_of(http::Principal const& who) {
        std::vector<std::string> found;
        for (auto const& each : inbox_of(who)) found.push_back(each.kind);
        return found;
    }
    std::vector<notify::Message> texts() {
        return ledger().read([&](store::Reader& reader) {
            return notify::outbox(reader, shop.facility, std::nullopt, std::nullopt, 1000);
        });
    }
    std::string book(std::string const& from, std::string const& to) {
        auto const answer = shop.book(shop.member, laser.id, {dhaka(from), dhaka(to)});
        EXPECT_EQ(answer.status, 201) << answer.body;
        return booking::text_of(booking::json_of(answer), "id");
    }

    booking::Workshop shop{ledger()};
    facility::Machine laser = shop.add_laser("laser-1");
    facility::BookCache books;
    RisingClock rising{shop.clock};
    IdSource ids{*shop.random, rising};
    notify::Outbox outbox{ids, {.sms = true}};
};
KARKHANA_ON_BOTH_ENGINES(Telling);

TEST_P(Telling, WhatHappensIsToldInItsOrder) {
    auto const id = book("2026-11-21 10:00", "2026-11-21 11:00");
    EXPECT_EQ(shop.patch(shop.member, id, 1, R"({"end":"2026-11-21T11:30:00+06:00"})").status, 200);
    EXPECT_EQ(shop.post(shop.member, "/api/v1/bookings/" + id + "/cancel", "{}").status, 200);
    EXPECT_THAT(inbox_of(shop.member), IsEmpty()) << "whoever books waits for no message";
    tell_all();
    EXPECT_THAT(kinds_of(shop.member),
                ElementsAre("booking_cancelled", "booking_moved", "booking_confirmed"));
    EXPECT_EQ(inbox_of(shop.member)[1].text,
              "laser-১: এখন শনি ২১ নভে, ১০:০০-১১:৩০, আগে ছিল শনি ২১ নভে, ১০:০০-১১:০০।");
    EXPECT_THAT(texts(), SizeIs(3)) << "an SMS each";
    EXPECT_THAT(inbox_of(shop.other), IsEmpty());
}

TEST_P(Telling, WhoHasNoCardReadsThePinInTheConfirmation) {
    auto const id = book("2026-11-21 10:00", "2026-11-21 11:00");
    tell_all();
    auto const shown = shop.get(shop.member, "/api/v1/bookings/" + id);
    auto const pin = bangla_digits(booking::text_of(booking::json_of(shown), "pin"));
    ASSERT_THAT(texts(), SizeIs(1));
    EXPECT_THAT(texts()[0].text, ::testing::HasSubstr("মেশিনে পিন " + pin + "।"));
    EXPECT_THAT(inbox_of(shop.member)[0].text, ::testing::HasSubstr(pin));
}

TEST_P(Telling, ALetterBringsTheBookingToTheCalendarOfTheShop) {
    write([&](store::Writer& writer) {
        auto contact = notify::contact_of(writer, shop.facility, shop.member.person);
        contact.email = "mita@example.org";
        notify::set_contact(writer, shop.facility, contact);
        return true;
    });
    notify::Outbox const letters{ids, {.email = true}};
    Needs const wanted{ledger(), shop.clock, letters, shop.facility, "bookings@example.org"};
    auto const id = book("2026-11-21 10:00", "2026-11-21 11:00");
    while (tell_next(wanted) > 0) {}
    EXPECT_EQ(shop.post(shop.member, "/api/v1/bookings/" + id + "/cancel", "{}").status, 200);
    while (tell_next(wanted) > 0) {}
    auto const sent = texts();
    ASSERT_THAT(sent, SizeIs(2));
    using ::testing::HasSubstr;
    // Lines longer than 75 octets are folded.
    auto const unfolded = [](std::string text) {
        for (std::size_t at = 0; (at = text.find("\r\n ", at)) != text.npos;) text.erase(at, 3);
        return text;
    };
    EXPECT_THAT(unfolded(sent[1].calendar),
                AllOf(HasSubstr("METHOD:REQUEST"), HasSubstr(id), HasSubstr("mita@example.org"),
                      HasSubstr("bookings@example.org"), HasSubstr("SEQUENCE:0")));
    EXPECT_THAT(
        unfolded(sent[0].calendar),
        AllOf(HasSubstr("METHOD:CANCEL"), HasSubstr("SEQUENCE:1"), HasSubstr("STATUS:CANCELLED")));
}

TEST_P(Telling, ABookingHandedOverLeavesOneCalendarForTheOther) {
    write([&](store::Writer& writer) {
        for (auto const& [who, email] : {std::pair{&shop.member, "mita@example.org"},
                                         std::pair{&shop.other, "rahim@example.org"}}) {
            auto contact = notify::contact_of(writer, shop.facility, who->person);
            contact.email = email;
            notify::set_contact(writer, shop.facility, contact);
        }
        return true;
    });
    notify::Outbox const letters{ids, {.email = true}};
    Needs const wanted{ledger(), shop.clock, letters, shop.facility, "bookings@example.org"};
    auto const id = book("2026-11-21 10:00", "2026-11-21 11:00");
    while (tell_next(wanted) > 0) {}
    auto const path = "/api/v1/bookings/" + id + "/hand-over";
    auto const to = R"({"enterprise_id":")" + shop.rahim.text() + R"("})";
    EXPECT_EQ(shop.post(shop.manager, path, to).status, 200);
    while (tell_next(wanted) > 0) {}
    std::map<std::string, std::string> calendars;
    for (auto const& each : texts()) calendars[each.kind + " " + each.address] = each.calendar;
    using ::testing::HasSubstr;
    EXPECT_THAT(calendars["booking_handed_over mita@example.org"],
                AllOf(HasSubstr("METHOD:CANCEL"), HasSubstr(id), HasSubstr("SEQUENCE:1"),
                      HasSubstr("mailto:mita@"), Not(HasSubstr("mailto:rahim@"))));
    EXPECT_THAT(calendars["booking_confirmed rahim@example.org"],
                AllOf(HasSubstr("METHOD:REQUEST"), HasSubstr(id), HasSubstr("SEQUENCE:1"),
                      HasSubstr("mailto:rahim@"), Not(HasSubstr("mailto:mita@"))));
}

TEST_P(Telling, TheNewsOfOneShopDoNotOvertakeThoseOfAnother) {
    shop.clock.set(dhaka("2026-11-21 23:30"));
    auto const id = book("2026-11-22 10:00", "2026-11-22 11:00");
    auto const path = "/api/v1/bookings/" + id;
    EXPECT_EQ(shop.post(shop.manager, path + "/hand-over",
                        R"({"enterprise_id":")" + shop.rahim.text() + R"("})")
                  .status,
              200);
    tell_all();
    EXPECT_EQ(shop.post(shop.other, path + "/cancel", "{}").status, 200);
    tell_all();
    std::map<std::string, notify::State> states;
    for (auto const& each : texts()) states[each.kind] = each.state;
    EXPECT_EQ(states["booking_confirmed"], notify::State::expired);
    EXPECT_EQ(states["booking_handed_over"], notify::State::waiting);
}

TEST_P(Telling, IsDoneOnceHoweverOftenItRuns) {
    book("2026-11-21 10:00", "2026-11-21 11:00");
    std::vector<std::thread> daemons;
    for (int i = 0; i < 4; ++i) daemons.emplace_back([&] { tell_all(); });
    for (auto& each : daemons) each.join();
    tell_all();
    EXPECT_THAT(inbox_of(shop.member), SizeIs(1));
    EXPECT_THAT(texts(), SizeIs(1));
}

TEST_P(Telling, ThatDiesAnywhereTellsAllOnceInTheEnd) {
    std::size_t changes = 0;
    for (int asked = 0; asked < 6; ++asked) {
        for (int part = 0; part < 3; ++part) {
            auto const from = dhaka("2026-11-23 09:00") + std::chrono::days{changes / 8} +
                              std::chrono::hours{changes % 8};
            Interval const during{from, from + 30min};
            ASSERT_EQ(shop.book(shop.member, laser.id, during).status, 201);
            ++changes;
        }
        Mortal mortal{*shop.random, asked};
        IdSource few{mortal, rising};
        notify::Outbox const dying{few, {.sms = true}};
        EXPECT_THROW(tell_next({ledger(), shop.clock, dying, shop.facility}), Mortal::Gone);
    }
    reopen();
    tell_all();
    EXPECT_THAT(inbox_of(shop.member), SizeIs(changes));
    EXPECT_THAT(texts(), SizeIs(changes));
}

TEST_P(Telling, BeginsAtThePresentEndAndNeverGoesBack) {
    book("2026-11-21 10:00", "2026-11-21 11:00");
    tell_all();
    EXPECT_THROW(write([&](store::Writer& writer) -> bool {
                     move_cursor(writer, shop.facility, 0);
                     return true;
                 }),
                 store::ConstraintViolated);
    auto const other = shop.ids.make<FacilityId>();
    write([&](store::Writer& writer) {
        facility::insert_facility(
            writer, {.id = other, .slug = "other", .name = {"O", "O"}, .zone = "Asia/Dhaka"},
            shop.clock.now());
        writer.execute("INSERT INTO audit_head (facility_id, sequence, hash) VALUES ($1, 7, 'x')",
                       other);
        begin(writer, other);
        begin(writer, other);
        EXPECT_EQ(cursor_to_move(writer, other), 7);
        return true;
    });
}

TEST_P(Telling, SaysNothingInTheMorningThatIsNoLongerSo) {
    shop.clock.set(dhaka("2026-11-21 23:30"));
    auto const id = book("2026-11-22 10:00", "2026-11-22 11:00");
    tell_all();
    ASSERT_THAT(texts(), SizeIs(1));
    EXPECT_EQ(texts()[0].due_at, dhaka("2026-11-22 07:00"));
    EXPECT_EQ(shop.post(shop.member, "/api/v1/bookings/" + id + "/cancel", "{}").status, 200);
    tell_all();
    std::map<std::string, notify::State> states;
    for (auto const& each : texts()) states[each.kind] = each.state;
    EXPECT_EQ(states["booking_confirmed"], notify::State::expired);
    EXPECT_EQ(states["booking_cancelled"], notify::State::waiting);
}

TEST_P(Telling, WhatTheDaemonAndTheStaffDecideIsToldByItsValues) {
    booking::Booking asked{.facility = shop.facility,
                           .id = shop.ids.make<BookingId>(),
                           .machine = laser.id,
                           .enterprise = shop.mita,
                           .created_by = shop.member.person,
                           .during = {dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")},
                           .state = booking::State::pending,
                           .hold_until = dhaka("2026-11-21 09:30"),
                           .pending_for = booking::PendingFor::approval};
    auto const kept = [&](char const* action, booking::Booking const* before,
                          booking::Booking const& after, char const* reason) {
        write([&](store::Writer& writer) {
            booking::append_change(writer, action, std::nullopt, before, after, reason,
                                   shop.clock.now());
            return true;
        });
    };
    kept("createBooking", nullptr, asked, "");
    auto refused = asked;
    refused.state = booking::State::cancelled;
    kept("refuseBooking", &asked, refused, "too many");
    auto missed = asked;
    missed.state = booking::State::missed;
    auto booked = asked;
    booked.state = booking::State::confirmed;
    kept("markMissed", &booked, missed, "nobody came");
    auto const proposal = R"({"verdict":"move","machine_id":")" + laser.id.text() +
                          R"(","start":"2026-11-21T06:00:00Z","end":"2026-11-21T07:00:00Z"})";
    kept("proposeBooking", &booked, booked, proposal.c_str());
    tell_all();
    EXPECT_THAT(kinds_of(shop.member), ElementsAre("new_time_proposed", "booking_missed",
                                                   "booking_declined", "booking_pending"));
    EXPECT_THAT(inbox_of(shop.member)[0].text, ::testing::HasSubstr("১২:০০-১৩:০০"));
    EXPECT_EQ(inbox_of(shop.member)[2].text,
              "laser-১, শনি ২১ নভে, ১০:০০-১১:০০ অনুমোদন হয়নি: too many");
    ASSERT_THAT(kinds_of(shop.manager), ElementsAre("approval_wanted"));
    EXPECT_EQ(inbox_of(shop.manager)[0].useful_until, asked.hold_until);
    EXPECT_THAT(inbox_of(shop.manager)[0].text, ::testing::HasSubstr("০৯:৩০ পর্যন্ত ধরা আছে"));
}

TEST_P(Telling, WhatAMachineNeedsIsToldToTheManager) {
    auto const about = [&](char const* action, std::string subject, std::string after) {
        write([&](store::Writer& writer) {
            people::append_audit(
                writer, shop.facility,
                {.action = action, .subject = std::move(subject), .after = std::move(after)},
                shop.clock.now());
            return true;
        });
    };
    auto const set_aside = shop.ids.make<OutageId>();
    write([&](store::Writer& writer) {
        facility::insert_outage(writer, shop.facility,
                                {.id = set_aside,
                                 .machine = laser.id,
                                 .during = {dhaka("2026-11-23 14:00"), dhaka("2026-11-23 15:00")},
                                 .kind = "maintenance",
                                 .reason = ""},
                                shop.clock.now());
        return true;
    });
    auto const plan =
        R"({"machine_id":")" + laser.id.text() +
        R"(","name":{"en":"Lens","bn":"লেন্স"},"basis":"hours","every":200,"used":190)";
    auto const ticket = R"({"machine_id":")" + laser.id.text() + R"(","words":"no beam","kind":)";
    about("warnMaintenance", "maintenance_plan/1", plan + R"(,"outage_id":null})");
    about("planMaintenance", "maintenance_plan/1",
          plan + R"(,"outage_id":")" + set_aside.text() + R"("})");
    about("completePlan", "maintenance_plan/1", plan + "}");
    about("openTicket", "ticket/1", ticket + R"("fault"})");
    about("openTicket", "ticket/2", ticket + R"("breakdown"})");
    tell_all();
    EXPECT_THAT(kinds_of(shop.manager),
                ElementsAre("machine_broken", "maintenance_due", "maintenance_due"));
    auto const told = inbox_of(shop.manager);
    EXPECT_EQ(told[0].text, "laser-১: no beam");
    EXPECT_EQ(told[1].text, "laser-১: লেন্স: ২০০ ঘণ্টার মধ্যে ১৯০; সোম ২৩ নভে, ১৪:০০-১৫:০০");
    EXPECT_EQ(told[2].text, "laser-১: লেন্স: ২০০ ঘণ্টার মধ্যে ১৯০");
    EXPECT_THAT(inbox_of(shop.member), IsEmpty());
}

TEST_P(Telling, WhoRunsInSomebodysTimeIsToldToTheManagerAndOvertakesNothing) {
    shop.clock.set(dhaka("2026-11-21 23:30"));
    book("2026-11-22 10:00", "2026-11-22 11:00");
    tell_all();
    auto const booked = ledger().read([&](store::Reader& reader) {
        return booking::bookings_between(
            reader, shop.facility, {dhaka("2026-11-22 10:00"), dhaka("2026-11-22 11:00")}, true);
    });
    write([&](store::Writer& writer) {
        booking::append_change(writer, "warnForeignUse", std::nullopt, &booked[0], booked[0],
                               "a proof", shop.clock.now());
        return true;
    });
    tell_all();
    EXPECT_THAT(kinds_of(shop.manager), ElementsAre("machine_in_use"));
    ASSERT_THAT(texts(), SizeIs(1));
    EXPECT_EQ(texts()[0].state, notify::State::waiting) << "what they are told waits as before";
}

TEST_P(Telling, WhatIsProposedInsteadLeavesStandingWhatWasSaidOfTheBooking) {
    shop.clock.set(dhaka("2026-11-21 23:30"));
    auto const id = book("2026-11-22 10:00", "2026-11-22 11:00");
    tell_all();
    write([&](store::Writer& writer) {
        auto const booked =
            booking::find_booking(writer, shop.facility, *BookingId::parse(id)).value();
        booking::append_change(writer, "proposeBooking", std::nullopt, &booked, booked, "",
                               shop.clock.now());
        return true;
    });
    tell_all();
    std::map<std::string, notify::State> states;
    for (auto const& each : texts()) states[each.kind] = each.state;
    EXPECT_EQ(states["booking_confirmed"], notify::State::waiting);
    EXPECT_EQ(states["booking_displaced"], notify::State::waiting);
}

class Reminding : public Telling {
protected:
    std::size_t remind() { return reminders.tell_of_bookings(); }
    Reminders reminders{needs(), books};
};
KARKHANA_ON_BOTH_ENGINES(Reminding);

TEST_P(Reminding, IsDoneOnceThroughSleepAndRestart) {
    book("2026-11-22 14:00", "2026-11-22 16:00");
    EXPECT_EQ(remind(), 0U);
    shop.clock.set(dhaka("2026-11-21 18:00"));
    EXPECT_EQ(remind(), 1U);
    EXPECT_EQ(remind(), 0U);
    Reminders restarted{needs(), books};
    restarted.tell_of_bookings();
    EXPECT_THAT(kinds_of(shop.member), ElementsAre("booking_reminder"));
    EXPECT_THAT(texts(), SizeIs(1));
    shop.clock.set(dhaka("2026-11-22 13:40"));
    EXPECT_EQ(remind(), 1U) << "it slept over the time, and is not too late";
    EXPECT_THAT(kinds_of(shop.member), ElementsAre("booking_reminder", "booking_reminder"));
    for (auto const& each : texts()) EXPECT_TRUE(each.useful_until.has_value());
}

TEST_P(Reminding, SaysThePinAgain) {
    auto const id = book("2026-11-22 09:00", "2026-11-22 10:00");
    shop.clock.set(dhaka("2026-11-22 08:30"));
    EXPECT_EQ(remind(), 1U);
    auto const shown = shop.get(shop.member, "/api/v1/bookings/" + id);
    auto const pin = bangla_digits(booking::text_of(booking::json_of(shown), "pin"));
    EXPECT_THAT(texts().at(0).text, ::testing::HasSubstr("মেশিনে পিন " + pin + "।"));
}

TEST_P(Reminding, IsNotSentOnceTheTimeHasCome) {
    book("2026-11-22 09:00", "2026-11-22 10:00");
    shop.clock.set(dhaka("2026-11-22 08:30"));
    EXPECT_EQ(remind(), 1U);
    shop.clock.set(dhaka("2026-11-22 09:00"));
    auto const taken = write([&](store::Writer& writer) {
        return notify::take_due(writer, notify::Channel::sms, shop.clock.now(), 2min);
    });
    EXPECT_FALSE(taken.has_value());
    EXPECT_EQ(texts().at(0).state, notify::State::expired);
}

TEST_P(Reminding, LeavesOutWhatWasCancelled) {
    auto const id = book("2026-11-22 14:00", "2026-11-22 16:00");
    EXPECT_EQ(shop.post(shop.member, "/api/v1/bookings/" + id + "/cancel", "{}").status, 200);
    shop.clock.set(dhaka("2026-11-22 13:00"));
    EXPECT_EQ(remind(), 0U);
}

/// The one before is not over, and the next is near: the clock says so, and so does the job.
class Overrunning : public Reminding {
protected:
    Overrunning() {
        auto const running = book("2026-11-21 10:00", "2026-11-21 11:00");
        EXPECT_EQ(
            shop.book(shop.other, laser.id, {dhaka("2026-11-21 11:00"), dhaka("2026-11-21 12:00")})
                .status,
            201);
        shop.clock.set(dhaka("2026-11-21 10:00"));
        write([&](store::Writer& writer) {
            auto const id = BookingId::parse(running).value();
            auto const before = booking::find_booking(writer, shop.facility, id).value();
            return booking::change_state(writer, before, booking::State::running, std::nullopt, "",
                                         shop.clock.now());
        });
        tell_all();
        shop.clock.set(dhaka("2026-11-21 11:02"));
    }
    void sweep_and_tell() {
        booking::Sweep{shop.services}.run();
        tell_all();
    }
    std::ptrdiff_t warnings() {
        return std::ranges::count(kinds_of(shop.other), "booking_overrun");
    }
};
KARKHANA_ON_BOTH_ENGINES(Overrunning);

TEST_P(Overrunning, ThatIsChargedIsToldToWhoStayedByItsAmount) {
    write([&](store::Writer& writer) {
        writer.execute("INSERT INTO policy_setting (facility_id, setting_id, name, value, "
                       "effective_from, created_at) VALUES ($1, $2, 'overrun_percent', 200, 0, 0)",
                       shop.facility, shop.ids.make<SettingId>());
        facility::touch_settings(writer, shop.facility);
        auto const running = booking::active_booking(writer, shop.facility, laser.id).value();
        return booking::change_state(writer, running, booking::State::completed, std::nullopt, "",
                                     dhaka("2026-11-21 11:15"));
    });
    shop.clock.set(dhaka("2026-11-21 11:16"));
    sweep_and_tell();
    sweep_and_tell();
    auto const kinds = kinds_of(shop.member);
    ASSERT_EQ(std::ranges::count(kinds, "overrun_charged"), 1);
    // Of fifteen minutes five are free; the others cost two taka each.
    auto const inbox = inbox_of(shop.member);
    auto const said = std::ranges::find(inbox, "overrun_charged", &notify::Message::kind);
    EXPECT_THAT(said->text, ::testing::HasSubstr("১৫ মিনিট"));
    EXPECT_THAT(said->text, ::testing::HasSubstr("২০.০০ টাকা"));
    auto const sent = texts();
    EXPECT_TRUE(std::ranges::any_of(sent, [](notify::Message const& each) {
        return each.kind == "overrun_charged" && each.channel == notify::Channel::sms;
    }));
}

TEST_P(Overrunning, IsToldOnceWhetherTheClockSaysItFirst) {
    remind();
    EXPECT_EQ(warnings(), 1);
    sweep_and_tell();
    EXPECT_EQ(warnings(), 1);
}

TEST_P(Overrunning, OrTheJob) {
    sweep_and_tell();
    EXPECT_EQ(warnings(), 1);
    remind();
    EXPECT_EQ(warnings(), 1);
}

TEST_P(Overrunning, AndIsNotLostWhenItsFirstSendingFails) {
    write([&](store::Writer& writer) {
        return writer.execute("UPDATE enterprise SET phone = '+8801712000002' "
                              "WHERE facility_id = $1 AND enterprise_id = $2",
                              shop.facility, shop.rahim);
    });
    remind();
    write([&](store::Writer& writer) {
        while (auto sending =
                   notify::take_due(writer, notify::Channel::sms, shop.clock.now(), 2min)) {
            sending->state = notify::State::waiting;
            sending->due_at = shop.clock.now() + 5min;
            notify::set_outcome(writer, *sending);
        }
        return true;
    });
    sweep_and_tell();
    std::map<std::string, notify::State> states;
    for (auto const& each : texts()) states[each.kind] = each.state;
    ASSERT_TRUE(states.contains("booking_overrun"));
    EXPECT_EQ(states["booking_overrun"], notify::State::waiting);
    EXPECT_EQ(warnings(), 1);
}

class Channels : public Telling {
protected:
    /// A gateway that is as it is told to be.
    struct Gateway final : notify::Transport {
        explicit Gateway(notify::Outcome::Kind& kind) : is(kind) {}
        notify::Outcome send(notify::Message const&, std::stop_token const&) override {
            return {is, ""};
        }
        notify::Outcome::Kind& is;
    };
    using Kind = notify::Outcome::Kind;

    bool at(std::string const& clock, Kind kind) {
        shop.clock.set(dhaka("2026-11-21 " + clock));
        gateway = kind;
        sms.send({}, {});
        return sms.tell_of_failing(needs());
    }
    Kind gateway = Kind::sent;
    WatchedChannel sms{notify::Channel::sms, std::make_unique<Gateway>(gateway), shop.clock};
};
KARKHANA_ON_BOTH_ENGINES(Channels);

TEST_P(Channels, ThatFailForHalfAnHourAreToldToTheManagersOnce) {
    EXPECT_FALSE(at("09:00", Kind::later));
    EXPECT_FALSE(at("09:29", Kind::later));
    EXPECT_THAT(kinds_of(shop.manager), IsEmpty());
    EXPECT_TRUE(at("09:30", Kind::later));
    EXPECT_TRUE(at("09:31", Kind::later));
    ASSERT_THAT(kinds_of(shop.manager), ElementsAre("channel_failing"));
    EXPECT_THAT(inbox_of(shop.manager)[0].text, ::testing::HasSubstr("০৯:০০"));
    EXPECT_THAT(inbox_of(shop.member), IsEmpty());
    // A number that does not exist is no failure of the gateway, and ends none.
    EXPECT_TRUE(at("09:40", Kind::refused));
    EXPECT_FALSE(at("10:00", Kind::sent));
    EXPECT_FALSE(at("10:10", Kind::later));
    EXPECT_TRUE(at("10:41", Kind::later));
    EXPECT_THAT(kinds_of(shop.manager), SizeIs(2)) << "it is another failure";
}

TEST_P(Reminding, FollowsTheSettings) {
    book("2026-11-22 14:00", "2026-11-22 16:00");
    write([&](store::Writer& writer) {
        for (auto const* name : {"remind_minutes", "remind_evening"})
            writer.execute("INSERT INTO policy_setting (facility_id, setting_id, name, value, "
                           "effective_from, created_at) VALUES ($1, $2, $3, $4, 0, 0)",
                           shop.facility, shop.ids.make<SettingId>(), name,
                           std::string_view{name} == "remind_minutes"
                               ? std::optional<std::int64_t>{30}
                               : std::nullopt);
        facility::touch_settings(writer, shop.facility);
        return true;
    });
    shop.clock.set(dhaka("2026-11-22 13:00"));
    EXPECT_EQ(remind(), 0U);
    shop.clock.set(dhaka("2026-11-22 13:30"));
    EXPECT_EQ(remind(), 1U);
}

TEST_P(Reminding, WarnsOfAnAuthorisationThatEnds) {
    auto const grant = [&](char const* kind, char const* until) {
        write([&](store::Writer& writer) {
            return writer.execute(
                "INSERT INTO authorisation (facility_id, authorisation_id, person_id, "
                "machine_kind, granted_at, expires_at, granted_by) "
                "VALUES ($1, $2, $3, $4, 0, $5, $6)",
                shop.facility, shop.ids.make<BookingId>(), shop.member.person, kind, dhaka(until),
                shop.manager.person);
        });
    };
    grant("laser", "2026-12-04 00:00");
    grant("press", "2026-12-30 00:00");
    EXPECT_EQ(reminders.tell_of_authorisations(), 1U);
    EXPECT_EQ(reminders.tell_of_authorisations(), 0U);
    EXPECT_EQ(inbox_of(shop.member).at(0).text,
              "laser-১ চালানোর অনুমতি শুক্র ৪ ডিসে, ০০:০০ পর্যন্ত। সেন্টারে নবায়ন করুন।");
    Reminders restarted{needs(), books};
    restarted.tell_of_authorisations();
    EXPECT_THAT(kinds_of(shop.member), ElementsAre("authorisation_ends"));
    grant("laser", "2027-12-04 00:00");
    Reminders renewed{needs(), books};
    EXPECT_EQ(renewed.tell_of_authorisations(), 0U) << "it has been renewed";
}

}  // namespace
}  // namespace karkhana::telling
