#include <functional>
#include <gtest/gtest.h>

#include "server/booking/rules_holds.hpp"
#include "server/booking/words.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

using namespace tests;
using std::chrono::hours;
using std::chrono::minutes;

constexpr auto mine = 1, theirs = 2;

facility::Resource resource(std::uint8_t number, std::string kind, std::int64_t capacity) {
    return {.id = numbered_id<ResourceId>(number),
            .kind = std::move(kind),
            .slug = "r" + std::to_string(number),
            .name = {"Resource", "সম্পদ"},
            .capacity = capacity};
}

/// Everything that one row may change: it begins as a booking that nothing speaks against.
struct Case {
    World world = saturday();
    Place place{laser(), {}};
    Ask ask{.during = {dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")}};

    Case() {
        party_of(world);
        ask.hand.named = true;
    }
    void spent(std::string const& from, std::string const& until, int machine = mine) {
        world.party->spent.push_back({numbered_id<MachineId>(static_cast<std::uint8_t>(machine)),
                                      {dhaka(from), dhaka(until)}});
    }
    void add(facility::Resource what) {
        edit(world, [&](facility::Book& book) { book.resources.push_back(std::move(what)); });
    }
};

struct Row {
    Rule rule;
    std::function<void(Case&)> breaks;  ///< leaves this one rule broken
    std::string english;
};

std::vector<Row> time_rows() {
    return {
        {Rule::in_past, [](Case& it) { it.world.now = dhaka("2026-11-21 10:05"); },
         "That time has passed."},
        {Rule::closed,
         [](Case& it) {
             edit(it.world, [](facility::Book& book) {
                 book.opening.profiles[0].breaks = {{6, {630, 660}, {"Prayer", "নামাজ"}}};
             });
         },
         "Break 10:30-11:00: Prayer."},
        {Rule::outage,
         [](Case& it) { it.world.outages = {{.during = it.ask.during, .kind = "maintenance"}}; },
         "Not usable 10:00-11:00: maintenance."},
        {Rule::grid, [](Case& it) { set(it.world, "grid_minutes", 40); },
         "Start and length go by steps of 40 minutes."},
        {Rule::too_short, [](Case& it) { set(it.world, "min_minutes", 90); },
         "At least 90 minutes; this is 60."},
        {Rule::too_long, [](Case& it) { set(it.world, "max_minutes", 45); },
         "At most 45 minutes; this is 60."},
        {Rule::too_far,
         [](Case& it) {
             set(it.world, "horizon_days", 1);
             it.ask.during = {dhaka("2026-11-23 10:00"), dhaka("2026-11-23 11:00")};
         },
         "Bookings are taken 1 days ahead, until 22 Nov 2026."},
        {Rule::too_soon, [](Case& it) { set(it.world, "notice_create", 180); },
         "Book at least 180 minutes ahead."},
        {Rule::slot_taken, [](Case& it) { it.place.taken = {it.ask.during}; },
         "Taken 10:00-11:00."},
    };
}

std::vector<Row> party_rows() {
    return {
        {Rule::not_authorised,
         [](Case& it) {
             set(it.world, "needs_authorisation", 1);
             it.ask.hand.authorised = true;
             it.ask.hand.authorised_until = dhaka("2026-11-01 00:00");
         },
         "The permission to run this machine ends on 1 Nov 2026. An operator can run it for you."},
        {Rule::reserved_hours,
         [](Case& it) {
             edit(it.world, [](facility::Book& book) {
                 book.reserved = {{.weekday = 6, .span = {540, 720}, .release = hours{1}}};
             });
             it.world.now = dhaka("2026-11-21 07:59");
         },
         "09:00-12:00 is kept for women-led enterprises until 21 Nov 08:00."},
        {Rule::daily_quota,
         [](Case& it) {
             set(it.world, "daily_minutes", 90);
             it.spent("2026-11-21 14:00", "2026-11-21 14:45", theirs);
         },
         "At most 90 minutes on 21 Nov: 45 are booked, and this is 60 more."},
        {Rule::weekly_quota,
         [](Case& it) {
             set(it.world, "weekly_count", 1);
             it.spent("2026-11-18 14:00", "2026-11-18 15:00");
         },
         "At most 1 bookings in the week from 15 Nov: there are 1."},
        {Rule::future_quota,
         [](Case& it) {
             set(it.world, "future_minutes", 100);
             it.spent("2026-12-05 14:00", "2026-12-05 15:00");
         },
         "At most 100 minutes ahead: 60 are booked, and this is 60 more."},
        {Rule::gap,
         [](Case& it) {
             set(it.world, "gap_minutes", 30);
             it.spent("2026-11-21 11:15", "2026-11-21 12:00");
         },
         "Between two bookings of yours on this machine lie 30 minutes; there is one 11:15-12:00."},
    };
}

std::vector<Row> account_rows() {
    return {
        {Rule::trial_used,
         [](Case& it) {
             it.ask.kind = Kind::trial;
             it.world.party->tried = {laser().id};
         },
         "This enterprise has had its trial of this machine."},
        {Rule::no_trials,
         [](Case& it) {
             it.ask.kind = Kind::trial;
             set(it.world, "trials", 0);
         },
         "There are no trials of this machine."},
        {Rule::suspended,
         [](Case& it) {
             set(it.world, "missed_most", 2);
             it.world.party->missed = {dhaka("2026-11-01 10:00"), dhaka("2026-11-08 10:00")};
         },
         "Nobody came to 2 bookings in 30 days; please ask at the desk."},
        {Rule::membership_over,
         [](Case& it) { it.world.party->member_until = dhaka("2026-11-21 10:30"); },
         "The membership ends on 21 Nov 2026."},
        {Rule::overdue,
         [](Case& it) {
             set(it.world, "overdue_days", 14);
             it.world.party->account = {
                 .balance = {-50000}, .overdue = {50000}, .overdue_days = 15};
         },
         "Tk 500.00 has been unpaid for 15 days."},
        {Rule::low_balance,
         [](Case& it) {
             set(it.world, "least_balance_poisha", 0);
             it.world.party->account.balance = {10000};
             it.ask.price = {10001};
         },
         "The balance is Tk 100.00 and this costs Tk 100.01; Tk 0.00 must stay."},
    };
}

std::vector<Row> resource_rows() {
    return {
        {Rule::operator_busy,
         [](Case& it) {
             it.ask.hand.assisted = true;
             auto hand = resource(1, "operator", 1);
             hand.person = numbered_id<PersonId>(7);
             it.add(hand);
             it.world.on_shift = {
                 {*hand.person, {dhaka("2026-11-21 09:00"), dhaka("2026-11-21 10:59")}}};
         },
         "No operator is on shift and free then."},
        {Rule::co_resource,
         [](Case& it) {
             it.add(resource(1, "die", 1));
             edit(it.world, [](facility::Book& book) {
                 book.needs = {{.machine = laser().id, .resource = {}, .kind = "die", .units = 1}};
             });
             it.world.held = {{numbered_id<ResourceId>(1), 1, it.ask.during}};
         },
         "die: 1 needed, 0 free then."},
        {Rule::capacity,
         [](Case& it) {
             it.place.machine.seats = 4;
             it.ask.people = 3;
             it.world.held = {{room_of(it.place.machine), 2, it.ask.during}};
         },
         "There is room for 2 more; this is for 3."},
        {Rule::power_budget,
         [](Case& it) {
             it.place.machine.rated_w = 45'000;
             it.add(resource(1, "power", 80'000));
             it.world.held = {{numbered_id<ResourceId>(1), 66'000, it.ask.during}};
         },
         "The site has 14000 W left then; this machine takes 45000 W."},
    };
}

TEST(Codes, EachRuleHasItsRowAndIsBrokenAlone) {
    Case const fine;
    EXPECT_EQ(codes(check_policy(fine.world, fine.place, fine.ask)), "");
    std::vector<Rule> seen;
    for (auto const& rows : {time_rows(), party_rows(), account_rows(), resource_rows()})
        for (auto const& row : rows) {
            Case it;
            row.breaks(it);
            auto const found = check_policy(it.world, it.place, it.ask);
            EXPECT_EQ(codes(found), name_of(row.rule));
            if (found.empty()) continue;
            EXPECT_EQ(found[0].message.en, row.english);
            EXPECT_FALSE(found[0].message.bn.empty());
            EXPECT_EQ(found[0].message.bn.find_first_of("0123456789"), std::string::npos)
                << found[0].message.bn;
            EXPECT_EQ(rule_of(name_of(row.rule)), row.rule);
            seen.push_back(row.rule);
        }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(Rule::slot_taken) + 1);
}

TEST(Codes, AllThatIsBrokenIsToldAtOnceInOneOrder) {
    Case it;
    for (auto const& rows : {party_rows(), account_rows(), resource_rows()})
        for (auto const& row : rows) row.breaks(it);
    // An assisted booking asks nobody for a permission; a resource keeps its own number.
    it.ask.hand.assisted = false;
    it.world.now = dhaka("2026-11-21 07:59");
    EXPECT_EQ(codes(check_policy(it.world, it.place, it.ask)),
              "not_authorised reserved_hours daily_quota weekly_quota future_quota gap trial_used "
              "no_trials suspended membership_over overdue low_balance co_resource capacity "
              "power_budget");
}

TEST(Codes, WhoGivesTimeBackIsAskedNothing) {
    Case it;
    for (auto const& rows : {party_rows(), account_rows(), resource_rows()})
        for (auto const& row : rows) row.breaks(it);
    it.ask.held = it.ask.during;
    EXPECT_EQ(codes(check_policy(it.world, it.place, it.ask)), "");
}

TEST(Authorisation, IsOfThePersonAndAnOperatorNeedsNone) {
    Case it;
    set(it.world, "needs_authorisation", 1);
    auto const reason = [&] {
        auto const found = check_policy(it.world, it.place, it.ask);
        return found.empty() ? "" : std::get<std::string>(found.at(0).numbers.at(0).second);
    };
    EXPECT_EQ(reason(), "missing");
    it.ask.hand.named = false;
    EXPECT_EQ(reason(), "unnamed");
    it.ask.hand = {.named = true, .authorised = true};
    EXPECT_EQ(reason(), "");
    it.ask.hand.authorised_until = it.ask.during.end;
    EXPECT_EQ(reason(), "") << "good until the end of the booking";
    it.ask.hand.authorised_until = it.ask.during.end - Duration{1};
    EXPECT_EQ(reason(), "expired");
    it.ask.hand = {.assisted = true};
    EXPECT_EQ(reason(), "");
    set(it.world, "least_age", 18);
    it.ask.hand = {.named = true, .authorised = true};
    EXPECT_EQ(reason(), "age_unknown");
    it.ask.hand.born_on = parse_date("2008-11-21").value();
    EXPECT_EQ(reason(), "") << "eighteen today";
    it.ask.hand.born_on = parse_date("2008-11-22").value();
    EXPECT_EQ(reason(), "age");
}

TEST(ReservedHours, AreForTheirAudienceAndReleasedInTime) {
    Case it;
    edit(it.world, [](facility::Book& book) {
        book.reserved = {{.weekday = 6, .span = {540, 720}, .release = hours{2}}};
    });
    auto const broken = [&] { return codes(check_policy(it.world, it.place, it.ask)); };
    it.world.now = dhaka("2026-11-21 06:59");
    EXPECT_EQ(broken(), "reserved_hours");
    it.world.party->women_led = true;
    EXPECT_EQ(broken(), "");
    it.world.party->women_led = false;
    it.world.now = dhaka("2026-11-21 07:00");
    EXPECT_EQ(broken(), "") << "two hours before they begin";
    it.world.now = dhaka("2026-11-21 06:59");
    it.ask.during = {dhaka("2026-11-21 12:00"), dhaka("2026-11-21 13:00")};
    EXPECT_EQ(broken(), "") << "after them";
    edit(it.world, [](facility::Book& book) {
        book.reserved = {
            {.weekday = 6, .span = {540, 1020}, .audience = facility::Reserved::Audience::member}};
    });
    EXPECT_EQ(broken(), "");
    it.world.party->membership = "non_member";
    EXPECT_EQ(broken(), "reserved_hours");
    edit(it.world, [](facility::Book& book) { book.reserved[0].to = dhaka("2026-11-20 00:00"); });
    EXPECT_EQ(broken(), "") << "that is over";
}

TEST(Holds, AreAllOrNone) {
    Case it;
    it.place.machine.setup_minutes = 10;
    it.place.machine.rated_w = 3000;
    it.add(resource(1, "die", 1));
    it.add(resource(2, "die", 1));
    it.add(resource(3, "seat", 4));
    it.add(resource(4, "power", 10'000));
    it.ask.resources = {numbered_id<ResourceId>(3)};
    edit(it.world, [](facility::Book& book) {
        book.needs = {{.machine = laser().id, .resource = {}, .kind = "die", .units = 1}};
    });
    it.world.held = {{numbered_id<ResourceId>(1), 1, it.ask.during}};
    Interval const whole{it.ask.during.start - minutes{10}, it.ask.during.end};
    auto const plan = plan_holds(it.world, it.place, it.ask);
    EXPECT_TRUE(plan.lacks.empty());
    EXPECT_EQ(plan.holds, (std::vector<Held>{{numbered_id<ResourceId>(2), 1, whole},
                                             {numbered_id<ResourceId>(3), 1, whole, true},
                                             {numbered_id<ResourceId>(4), 3000, it.ask.during}}));
    // Asked for by name, it is the one that is needed, and not another beside it.
    it.ask.resources = {numbered_id<ResourceId>(2), numbered_id<ResourceId>(3)};
    auto const named = plan_holds(it.world, it.place, it.ask);
    EXPECT_TRUE(named.lacks.empty());
    ASSERT_EQ(named.holds.size(), 3U);
    EXPECT_EQ(named.holds[0], (Held{numbered_id<ResourceId>(2), 1, whole, true}));
    EXPECT_EQ(named.holds[1], (Held{numbered_id<ResourceId>(3), 1, whole, true}));
    it.ask.resources = {numbered_id<ResourceId>(1)};
    EXPECT_EQ(codes(check_policy(it.world, it.place, it.ask)), "co_resource")
        << "the one that was named is held by another, and no other will do";
    it.ask.resources = {numbered_id<ResourceId>(3)};
    // This very one, and any one: the latter is another.
    it.world.held.clear();
    edit(it.world, [](facility::Book& book) {
        book.needs.push_back(
            {.machine = laser().id, .resource = numbered_id<ResourceId>(1), .kind = ""});
    });
    EXPECT_EQ(codes(check_policy(it.world, it.place, it.ask)), "");
    edit(it.world, [](facility::Book& book) { book.needs.pop_back(); });
    it.world.held = {{numbered_id<ResourceId>(1), 1, it.ask.during}};
    // Two of a kind: there is one left.
    edit(it.world, [](facility::Book& book) { book.needs.push_back(book.needs[0]); });
    EXPECT_EQ(codes(check_policy(it.world, it.place, it.ask)), "co_resource");
}

TEST(Holds, ATouchingHoldIsNoneAndTheMostAtOnceCounts) {
    auto const id = numbered_id<ResourceId>(1);
    Interval const slot{dhaka("2026-11-21 10:00"), dhaka("2026-11-21 12:00")};
    std::vector<Held> const held{{id, 2, {dhaka("2026-11-21 08:00"), dhaka("2026-11-21 10:00")}},
                                 {id, 3, {dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")}},
                                 {id, 4, {dhaka("2026-11-21 11:00"), dhaka("2026-11-21 13:00")}},
                                 {id, 1, {dhaka("2026-11-21 11:30"), dhaka("2026-11-21 11:45")}}};
    EXPECT_EQ(most_held(held, id, slot), 5);
    EXPECT_EQ(most_held(held, numbered_id<ResourceId>(2), slot), 0);
}

TEST(PowerBudget, OfTheGeneratorWhileTheMainsIsAnnouncedToBeOff) {
    Case it;
    it.place.machine.rated_w = 20'000;
    it.world.outages = {{.during = it.ask.during, .kind = "load_shedding"}};
    auto const broken = [&] { return codes(check_policy(it.world, it.place, it.ask)); };
    EXPECT_EQ(broken(), "outage") << "without a generator";
    edit(it.world, [](facility::Book& book) { book.facility.generator_w = 30'000; });
    EXPECT_EQ(broken(), "");
    it.world.held = {{generator_of(it.world.book->facility), 15'000, it.ask.during}};
    EXPECT_EQ(broken(), "power_budget") << "also where the site itself has no limit";
    it.add(resource(1, "power", 80'000));
    EXPECT_EQ(broken(), "power_budget");
    it.world.outages[0].during.end = it.ask.during.start;
    EXPECT_EQ(broken(), "") << "the mains is back by then";
}

TEST(PowerBudget, TheGeneratorCarriesFirstWhoeverBookedFirst) {
    Interval const ten{dhaka("2026-11-21 10:00"), dhaka("2026-11-21 11:00")},
        eleven{dhaka("2026-11-21 11:00"), dhaka("2026-11-21 12:00")};
    auto const id = [](std::uint8_t number) { return numbered_id<BookingId>(number); };
    std::vector<Load> loads{{id(1), 66'000, ten},
                            {id(2), 30'000, ten},
                            {id(3), 20'000, eleven},
                            {id(4), 10'000, {ten.start, eleven.end}},
                            {id(5), 1'000, ten}};
    EXPECT_EQ(not_carried(40'000, loads), (std::vector{id(1), id(5)}));
    EXPECT_TRUE(not_carried(107'000, loads).empty());
    loads[0].begun = true;
    EXPECT_EQ(not_carried(40'000, loads), (std::vector{id(2), id(4), id(5)})) << "it is at work";
}

TEST(Operator, TheOneWhoIsNamedIsTheOneWhoIsHeld) {
    Case it;
    it.ask.hand.assisted = true;
    auto rahim = resource(1, "operator", 1), karim = resource(2, "operator", 1);
    rahim.person = numbered_id<PersonId>(7);
    karim.person = numbered_id<PersonId>(8);
    it.add(rahim);
    it.add(karim);
    auto const day = Interval{dhaka("2026-11-21 09:00"), dhaka("2026-11-21 17:00")};
    it.world.on_shift = {{*rahim.person, day}, {*karim.person, day}};
    auto const held = [&] { return plan_holds(it.world, it.place, it.ask).holds; };
    it.ask.hand.operator_ = karim.person;
    EXPECT_EQ(held(), (std::vector<Held>{{karim.id, 1, it.ask.during}}));
    it.world.held = {{karim.id, 1, it.ask.during}};
    EXPECT_EQ(codes(check_policy(it.world, it.place, it.ask)), "operator_busy") << "promised twice";
    it.world.held.clear();
    it.world.on_shift.pop_back();
    EXPECT_EQ(codes(check_policy(it.world, it.place, it.ask)), "operator_busy") << "not on shift";
    it.ask.hand.operator_.reset();
    EXPECT_EQ(held(), (std::vector<Held>{{rahim.id, 1, it.ask.during}})) << "anybody else";
    it.ask.hand.operator_ = numbered_id<PersonId>(9);
    EXPECT_EQ(codes(check_policy(it.world, it.place, it.ask)), "operator_busy") << "not listed";
    auto const helper = resource(3, "operator", 1);
    it.add(helper);
    EXPECT_EQ(held(), (std::vector<Held>{{helper.id, 1, it.ask.during}}));
}

TEST(Operator, IsThereFromOneShiftToTheNext) {
    Case it;
    it.ask.hand.assisted = true;
    auto rahim = resource(1, "operator", 1);
    rahim.person = numbered_id<PersonId>(7);
    it.add(rahim);
    auto const shift = [&](std::string const& from, std::string const& until) {
        return OnShift{*rahim.person, {dhaka("2026-11-21 " + from), dhaka("2026-11-21 " + until)}};
    };
    auto const broken = [&] { return codes(check_policy(it.world, it.place, it.ask)); };
    it.world.on_shift = {shift("06:00", "10:30"), shift("10:30", "14:00")};
    EXPECT_EQ(broken(), "");
    it.world.on_shift = {shift("06:00", "10:30"), shift("10:31", "14:00")};
    EXPECT_EQ(broken(), "operator_busy") << "nobody is there for a minute";
    it.world.on_shift = {shift("06:00", "10:30"), shift("10:30", "10:59")};
    EXPECT_EQ(broken(), "operator_busy");
}

TEST(Approval, IsAskedAlwaysOrTheFirstTime) {
    Case it;
    auto const asked = [&] { return needs_approval(it.world, it.place.machine, it.ask); };
    EXPECT_FALSE(asked());
    set(it.world, "approval", 2);
    EXPECT_TRUE(asked());
    it.world.party->worked = {laser().id};
    EXPECT_FALSE(asked());
    set(it.world, "approval", 1);
    EXPECT_TRUE(asked());
}

TEST(Codes, DaysAreSaidAsPeopleSayThem) {
    auto const world = saturday();
    facility::Outage outage{.during = {dhaka("2026-11-21 22:00"), dhaka("2026-11-22 06:30")},
                            .kind = "maintenance"};
    auto const over_night = said_outage(world, outage).message;
    EXPECT_EQ(over_night.en, "Not usable 21 Nov 22:00 - 22 Nov 06:30: maintenance.");
    EXPECT_EQ(over_night.bn, "২১ নভেম্বর ২২:০০ - ২২ নভেম্বর ০৬:৩০ ব্যবহার করা যাবে না: রক্ষণাবেক্ষণ।");
    outage.kind = "breakdown";
    EXPECT_EQ(said_outage(world, outage).message.en,
              "Not usable 21 Nov 22:00 - 22 Nov 06:30: breakdown.")
        << "entered with an end";
    outage.cause = numbered_id<BookingId>(1).uuid;
    EXPECT_EQ(said_outage(world, outage).message.en,
              "Not usable since 21 Nov 22:00, until it is repaired: breakdown.");
}

}  // namespace
}  // namespace karkhana::booking
