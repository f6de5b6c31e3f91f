#include <gtest/gtest.h>

#include "server/booking/queue_records.hpp"
#include "server/people/audit.hpp"
#include "tests/sim/crowd/calendar_judge.hpp"
#include "tests/sim/crowd/queue_judge.hpp"
#include "tests/sim/crowd/told_judge.hpp"
#include "tests/support/store_fixture.hpp"

/// Whoever judges a simulated week must speak when something is wrong: each fault is planted in a
/// record that is right otherwise.
namespace karkhana::crowd {
namespace {

class Judges : public ::testing::Test {
protected:
    Judges() {
        for (auto& shop : town.shops) {
            shop.membership = "member";
            shop.women_led = false;
            shop.has_phone = true;
        }
    }

    Row row(std::string slug, int day, int from, int until, int shop = 0) {
        Row made;
        made.id = ids.make<BookingId>().text();
        made.machine = town.machine(slug).id;
        made.enterprise = town.shops.at(static_cast<std::size_t>(shop)).id;
        made.during = {at(day, from), at(day, until)};
        made.state = "confirmed";
        return made;
    }
    static Rows rows_of(std::vector<Row> const& all) {
        Rows found;
        for (auto const& each : all) found.emplace(each.id, each);
        return found;
    }
    template <class Work>
    void write(Work&& work) {
        stores.ledger().write([&](store::Writer& writer) {
            work(writer);
            return true;
        });
    }

    tests::ProjectStores stores{tests::Engine::sqlite};
    ManualWallClock clock{at(0, 6 * 60)};
    std::unique_ptr<Random> random = seeded_random(1);
    IdSource ids{*random, clock};
    Chance chance{1};
    Town town = found_town(stores.ledger(), ids, clock.now(), chance, 6);
    Faults faults;
};

// ---------------------------------------------------------------- the calendar

class OfTheCalendar : public Judges {
protected:
    OfTheCalendar() {
        judge.overridden = [this](std::string const&) { return passed; };
    }
    /// What is said of these, that are all new; "": nothing.
    std::string said(std::vector<Row> const& all) {
        Faults found;
        CalendarJudge fresh{town, found};
        fresh.overridden = judge.overridden;
        fresh.look({}, rows_of(all), clock.now());
        return names(found);
    }
    std::string said(Row const& before, Row const& after) {
        Faults found;
        CalendarJudge fresh{town, found};
        fresh.overridden = judge.overridden;
        fresh.lost = judge.lost;
        fresh.look(rows_of({before}), rows_of({after}), clock.now());
        return names(found);
    }
    static std::string names(Faults const& found) {
        std::string all;
        for (auto const* name : {"lost", "overlap", "capacity", "life", "quota"})
            if (found.of(name) > 0) all += std::string{all.empty() ? "" : " "} + name;
        return all;
    }
    static Row become(Row row, std::string state) {
        row.state = std::move(state);
        ++row.version;
        return row;
    }

    CalendarJudge judge{town, faults};
    std::vector<std::string> passed;
};

TEST_F(OfTheCalendar, SaysNothingWhereAllIsWell) {
    EXPECT_EQ(said({row("laser-1", 1, 13 * 60, 14 * 60), row("laser-1", 1, 14 * 60, 15 * 60, 1),
                    row("press-1", 1, 13 * 60, 14 * 60, 2), row("press-1", 1, 855, 915, 3)}),
              "");
}

TEST_F(OfTheCalendar, MissesABookingThatIsLost) {
    judge.look(rows_of({row("cad-1", 1, 600, 660)}), {}, clock.now());
    EXPECT_EQ(faults.of("lost"), 1);
}

TEST_F(OfTheCalendar, SeesTwoAtOnceAndACleanUpThatIsSkipped) {
    EXPECT_EQ(said({row("cad-1", 1, 600, 660), row("cad-1", 1, 659, 720, 1)}), "overlap");
    EXPECT_EQ(said({row("press-1", 1, 600, 660), row("press-1", 1, 670, 720, 1)}), "overlap");
    EXPECT_EQ(said({row("sole-1", 1, 600, 660), row("sole-1", 1, 689, 720, 1)}), "overlap");
    EXPECT_EQ(said({row("sole-1", 1, 600, 660), row("sole-1", 1, 690, 720, 1)}), "");
}

TEST_F(OfTheCalendar, CountsDiesExtractorsWattsSeatsAndOperators) {
    EXPECT_EQ(said({row("press-1", 1, 600, 660), row("press-2", 1, 600, 660, 1),
                    row("press-3", 1, 659, 720, 2)}),
              "capacity");
    EXPECT_EQ(said({row("laser-1", 1, 800, 860), row("laser-2", 1, 800, 860, 1),
                    row("cutter-1", 1, 830, 890, 2)}),
              "capacity");
    EXPECT_EQ(said({row("sole-1", 1, 600, 660), row("crusher-1", 1, 600, 660, 1)}), "capacity");
    auto group = row("room-1", 1, 600, 660), others = row("room-1", 1, 600, 660, 1);
    group.people = 7;
    others.people = 5;
    EXPECT_EQ(said({group, others}), "");
    others.people = 6;
    EXPECT_EQ(said({group, others}), "capacity");
    auto one = row("cad-1", 1, 600, 660), two = row("pearl-1", 1, 600, 660, 1);
    one.assisted = two.assisted = true;
    EXPECT_EQ(said({one, two}), "capacity") << "one is on shift until three";
    one.during = two.during = {at(1, 960), at(1, 1020)};
    EXPECT_EQ(said({one, two}), "");
}

TEST_F(OfTheCalendar, HoldsEachStepToTheLife) {
    auto const booked = row("cad-1", 1, 600, 660);
    clock.set(at(1, 615));
    EXPECT_EQ(said(booked, become(booked, "missed")), "");
    auto same = booked;
    same.people = 2;
    EXPECT_EQ(said(booked, same), "life") << "without a new version";
    EXPECT_EQ(said(booked, become(booked, "completed")), "life") << "no such step";
    clock.set(at(1, 615) - Duration{1});
    EXPECT_EQ(said(booked, become(booked, "missed")), "life") << "before the grace was over";
    clock.set(at(1, 630));
    judge.lost = {{booked.machine, {at(1, 590), at(1, 601)}}};
    EXPECT_EQ(said(booked, become(booked, "missed")), "life") << "in an outage";
}

TEST_F(OfTheCalendar, FindsWhoIsForgotten) {
    auto const booked = row("cad-1", 1, 600, 660);
    auto forgotten = [&](Rows const& rows, int minute) {
        Faults found;
        CalendarJudge fresh{town, found};
        fresh.lost = judge.lost;
        fresh.look_for_forgotten(rows, at(1, minute));
        return found.of("life");
    };
    EXPECT_EQ(forgotten(rows_of({booked}), 614), 0);
    EXPECT_EQ(forgotten(rows_of({booked}), 615), 1);
    auto stayed = row("cad-1", 1, 540, 600, 1);
    stayed.state = "running";
    EXPECT_EQ(forgotten(rows_of({booked, stayed}), 615), 0);
    judge.lost = {{std::nullopt, {at(1, 600), at(1, 620)}}};
    EXPECT_EQ(forgotten(rows_of({booked}), 634), 0);
    EXPECT_EQ(forgotten(rows_of({booked}), 635), 1);
}

TEST_F(OfTheCalendar, CountsEachCapByItself) {
    auto const with = [&](Cap cap, std::vector<Row> const& all) {
        town.caps = {std::move(cap)};
        return said(all);
    };
    std::vector const day{row("cad-1", 1, 600, 720), row("pearl-1", 1, 800, 860)};
    EXPECT_EQ(with({"daily_minutes", "", "", "", 180}, day), "");
    EXPECT_EQ(with({"daily_minutes", "", "", "", 179}, day), "quota");
    EXPECT_EQ(with({"daily_minutes", "", "", "normal", 179}, day), "") << "of another season";
    EXPECT_EQ(with({"daily_minutes", "", "non_member", "", 179}, day), "") << "of others";
    EXPECT_EQ(with({"daily_minutes", "lasers", "", "", 0}, day), "") << "of other machines";
    EXPECT_EQ(with({"daily_count", "", "", "", 2}, day), "");
    EXPECT_EQ(with({"daily_count", "", "", "", 1}, day), "quota");
    EXPECT_EQ(with({"future_count", "", "", "", 2}, day), "");
    EXPECT_EQ(with({"future_count", "", "", "", 1}, day), "quota");
    std::vector const night{row("cad-1", 1, 1400, 1500), row("cad-1", 2, 600, 640)};
    EXPECT_EQ(with({"daily_minutes", "", "", "", 100}, night), "");
    EXPECT_EQ(with({"daily_minutes", "", "", "", 99}, night), "quota") << "60 and 40 of the 2nd";
    // The 6th of March is a Saturday, the last day of a week.
    std::vector const weeks{row("cad-1", 3, 600, 700), row("cad-1", 4, 600, 700)};
    EXPECT_EQ(with({"weekly_minutes", "", "", "", 100}, weeks), "");
    std::vector const week{row("cad-1", 2, 600, 700), row("cad-1", 3, 600, 700)};
    EXPECT_EQ(with({"weekly_minutes", "", "", "", 199}, week), "quota");
    passed = {"weekly_quota"};
    EXPECT_EQ(with({"weekly_minutes", "", "", "", 199}, week), "") << "with a reason";
}

TEST_F(OfTheCalendar, KeepsTheWomensHours) {
    town.caps.clear();
    auto const morning = row("laser-1", 2, 600, 660);
    EXPECT_EQ(said({morning}), "quota");
    town.shops[0].women_led = true;
    EXPECT_EQ(said({morning}), "");
    town.shops[0].women_led = false;
    clock.set(at(1, opens));
    EXPECT_EQ(said({morning}), "") << "released a day before";
}

// ---------------------------------------------------------------- the queue

class OfTheQueue : public Judges {
protected:
    booking::WaitlistEntryId joins(int shop, int minute = 0) {
        booking::WaitlistEntry const entry{.facility = town.facility,
                                           .id = ids.make<booking::WaitlistEntryId>(),
                                           .enterprise =
                                               town.shops.at(static_cast<std::size_t>(shop)).id,
                                           .joined_by = town.manager.person,
                                           .machine = town.machine("cad-1").id,
                                           .wanted = {at(1, 600), at(1, 900)},
                                           .length = minutes{60},
                                           .joined_at = at(0, minute)};
        write([&](store::Writer& writer) { booking::insert_entry(writer, entry); });
        judge.joined(entry.id.text(), {.enterprise = entry.enterprise,
                                       .machine = entry.machine,
                                       .group = "",
                                       .window = entry.wanted,
                                       .length = minutes{60},
                                       .joined = entry.joined_at});
        log(entry.id, "joined");
        return entry.id;
    }
    void log(booking::WaitlistEntryId const& entry, std::string what, std::string rules = "") {
        std::string slot;
        if (what == "offered")
            slot = R"({"machine_id":")" + town.machine("cad-1").id.text() + R"(","start":")" +
                   text_of(at(1, 600)) + R"(","end":")" + text_of(at(1, 660)) + R"("})";
        write([&](store::Writer& writer) {
            booking::append_queue(writer, town.facility,
                                  {.entry = entry,
                                   .at = clock.now(),
                                   .what = std::move(what),
                                   .rules = std::move(rules),
                                   .slot = std::move(slot)});
        });
    }
    int said() {
        judge.follow(stores.ledger(),
                     [&](EnterpriseId const&, MachineId const&, Interval) { return speaks; });
        return faults.of("queue");
    }

    QueueJudge judge{town, faults};
    std::string speaks = "daily_quota";
};

TEST_F(OfTheQueue, SaysNothingWhereTheFirstIsServed) {
    auto const first = joins(0, 1), second = joins(1, 2);
    log(first, "offered");
    log(first, "expired");
    log(second, "offered");
    EXPECT_EQ(said(), 0);
    EXPECT_EQ(judge.offers, 2);
}

TEST_F(OfTheQueue, SeesWhoIsServedBeforeSomebodyElse) {
    joins(0, 1);
    log(joins(1, 2), "offered");
    EXPECT_EQ(said(), 1) << "and nobody says why";
}

TEST_F(OfTheQueue, SeesThatPriorityGoesFirst) {
    town.shops[1].membership = "priority";
    log(joins(0, 1), "offered");
    joins(1, 2);
    EXPECT_EQ(said(), 1);
}

TEST_F(OfTheQueue, AsksOnceMoreWhetherTheReasonHolds) {
    auto const first = joins(0, 1);
    log(first, "skipped", "daily_quota");
    log(joins(1, 2), "offered");
    speaks = "";
    EXPECT_EQ(said(), 1) << "nothing speaks against the one before";
}

TEST_F(OfTheQueue, TakesAReasonThatHolds) {
    auto const first = joins(0, 1);
    log(first, "skipped", "daily_quota");
    log(joins(1, 2), "offered");
    EXPECT_EQ(said(), 0);
    EXPECT_EQ(judge.passed, 1);
}

TEST_F(OfTheQueue, WantsAReasonForEverySkip) {
    log(joins(0), "skipped");
    EXPECT_EQ(said(), 1);
}

TEST_F(OfTheQueue, SeesAnOfferToWhoHasOne) {
    auto const first = joins(0);
    log(first, "offered");
    log(first, "offered");
    EXPECT_EQ(said(), 1);
}

TEST_F(OfTheQueue, SeesAHoleAndALineThatWasChanged) {
    auto const first = joins(0);
    write([&](store::Writer& writer) {
        writer.execute("INSERT INTO queue_event (facility_id, sequence, entry_id, at_us, what, "
                       "previous_hash, hash) VALUES ($1, 3, $2, 0, 'left', '', $3)",
                       town.facility, first, std::string(64, '0'));
    });
    EXPECT_EQ(said(), 1);
    stores.ledger().read([&](store::Reader& reader) {
        judge.judge_chain(reader);
        return true;
    });
    EXPECT_EQ(faults.of("queue"), 2);
}

// ---------------------------------------------------------------- what is told

class OfWhatIsTold : public Judges {
protected:
    PersonId mita() const { return town.shops.at(0).member.person; }
    /// Written down, and sent where it goes out.
    std::string told(std::string const& about, std::string const& kind, std::string channel,
                     std::string const& state = "sent", std::string const& words = "words") {
        auto const id = ids.make<notify::MessageId>();
        write([&](store::Writer& writer) {
            writer.execute("INSERT INTO message (facility_id, message_id, kind, channel, "
                           "person_id, address, language, subject, body, calendar, about, "
                           "occasion, parts, state, attempts, created_at, due_at, failure) "
                           "VALUES ($1, $2, $3, $4, $5, '', 'bn', '', $8, '', $6, $2, 1, $7, 1, "
                           "0, 0, '')",
                           town.facility, id, kind, channel, mita(), about, state, words);
        });
        if (channel == "sms" && state == "sent") ++gateway.sent[id.text()];
        return id.text();
    }
    /// On the screen and by SMS. Of the latter the id.
    std::string told(std::string const& about, std::string const& kind) {
        told(about, kind, "in_app");
        return told(about, kind, "sms");
    }
    void booked(Row const& row) { judge.look({}, rows_of({row}), false); }
    int said() {
        stores.ledger().read([&](store::Reader& reader) {
            judge.judge(reader, gateway, clock.now());
            return true;
        });
        return faults.of("told");
    }

    Gateway gateway{chance};
    ToldJudge judge{town, faults};
    Row one = row("cad-1", 1, 600, 660);
};

TEST_F(OfWhatIsTold, SaysNothingWhereAllAreToldOnce) {
    booked(one);
    told(one.id, "booking_confirmed");
    EXPECT_EQ(said(), 0);
    EXPECT_EQ(judge.sms, 1);
}

TEST_F(OfWhatIsTold, MissesWhatIsNotTold) {
    booked(one);
    EXPECT_EQ(said(), 1);
}

TEST_F(OfWhatIsTold, SeesWhatIsToldTwiceOrOfNothing) {
    booked(one);
    told(one.id, "booking_confirmed");
    told(one.id, "booking_confirmed");
    told(one.id, "booking_missed");
    EXPECT_EQ(said(), 2);
}

TEST_F(OfWhatIsTold, SeesAnSmsThatWentOutTwice) {
    booked(one);
    auto const sms = told(one.id, "booking_confirmed");
    ++gateway.sent[sms];
    EXPECT_EQ(said(), 1);
}

TEST_F(OfWhatIsTold, ForgivesTheOneThatTheKillSentAgain) {
    booked(one);
    auto const sms = told(one.id, "booking_confirmed");
    ++gateway.sent[sms];
    ++gateway.twice[sms];
    EXPECT_EQ(said(), 0);
}

TEST_F(OfWhatIsTold, SeesAnSmsThatNeverWentOut) {
    booked(one);
    gateway.sent.erase(told(one.id, "booking_confirmed"));
    EXPECT_EQ(said(), 1);
}

TEST_F(OfWhatIsTold, SeesAnSmsThatWaitsForEver) {
    booked(one);
    told(one.id, "booking_confirmed", "in_app");
    told(one.id, "booking_confirmed", "sms", "waiting");
    EXPECT_EQ(said(), 1);
}

TEST_F(OfWhatIsTold, SeesAPhoneThatDidNotRingForTheScreen) {
    booked(one);
    told(one.id, "booking_confirmed", "in_app");
    EXPECT_EQ(said(), 1);
}

TEST_F(OfWhatIsTold, SeesAReminderThatComesThreeTimesAndALateOneTwice) {
    for (int i = 0; i < 2; ++i) told(one.id, "booking_reminder");
    told(one.id, "booking_late");
    EXPECT_EQ(said(), 0);
    told(one.id, "booking_reminder");
    told(one.id, "booking_late");
    EXPECT_EQ(said(), 2);
}

TEST_F(OfWhatIsTold, KnowsWhatEachStepTells) {
    std::vector<std::tuple<std::string, std::string, std::string>> const steps{
        {"confirmed", "cancelled", "booking_cancelled"},
        {"confirmed", "late_cancelled", "booking_late_cancelled"},
        {"confirmed", "missed", "booking_missed"},
        {"running", "interrupted", "booking_interrupted"},
        {"confirmed", "released", "booking_released"},
        {"pending", "released", "booking_lapsed"},
        {"pending", "confirmed", "booking_confirmed"}};
    for (auto const& [from, to, kind] : steps) {
        auto before = row("cad-1", 1, 600, 660), after = before;
        before.state = from;
        after.state = to;
        before.pending_for = from == "pending" ? "approval" : "";
        ++after.version;
        judge.look(rows_of({before}), rows_of({after}), false);
        told(after.id, kind);
    }
    EXPECT_EQ(said(), 0);
}

TEST_F(OfWhatIsTold, SeesAProposalThatSaysTheSameAgain) {
    auto const proposed = [&](std::string const& id) {
        write([&](store::Writer& writer) {
            people::append_audit(
                writer, town.facility,
                {.person = std::nullopt,
                 .action = "proposeBooking",
                 .subject = "booking/" + one.id,
                 .before = "",
                 .after = R"({"enterprise_id":")" + one.enterprise.text() + R"("})",
                 .reason = R"({"proposal_id":")" + id + R"("})"},
                clock.now());
        });
        told(one.id, "booking_displaced");
    };
    proposed("1");
    proposed("2");
    EXPECT_EQ(said(), 1);
}

}  // namespace
}  // namespace karkhana::crowd
