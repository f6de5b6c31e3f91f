#include <gtest/gtest.h>
#include <thread>

#include "server/base/random.hpp"
#include "server/facility/book_cache.hpp"
#include "server/facility/book_changes.hpp"
#include "server/facility/book_records.hpp"
#include "server/facility/records.hpp"
#include "tests/support/counting_store.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::facility {
namespace {

std::chrono::local_days day(char const* text) { return parse_date(text).value(); }

/// Saturday to Thursday as the configuration says.
std::vector<OpeningHours> const configured{{1, 540, 1020}, {6, 540, 1020}};

class FacilityBook : public ::testing::TestWithParam<tests::Engine> {
protected:
    FacilityBook() {
        change([&](store::Writer& writer) {
            insert_facility(writer, here, clock.now());
            replace_opening_hours(writer, here.id, configured);
            for (auto const& each : {laser, press}) save_machine(writer, each, clock.now());
        });
    }
    Machine machine(char const* slug, int position) {
        return {.facility = here.id,
                .id = ids.make<MachineId>(),
                .slug = slug,
                .name = {slug, slug},
                .kind = "laser",
                .position = position};
    }
    template <class Change>
    void change(Change&& with) {
        db.store().write([&](store::Writer& writer) {
            with(writer);
            return true;
        });
    }
    Book book() {
        return db.store().read([&](store::Reader& reader) { return read_book(reader, here.id); });
    }
    /// Another connection to the same database: on PostgreSQL one of another daemon.
    std::unique_ptr<store::Store> another_connection() {
        if (GetParam() == tests::Engine::sqlite) return store::open_sqlite_to_read(db.address());
        return store::open_postgres(
            {.conninfo = db.address(), .connections = 1},
            store::load_migrations(tests::project_schema(GetParam()), store::Part::both));
    }

    tests::TestDatabase db{GetParam(), tests::project_schema(GetParam()),
                           GetParam() == tests::Engine::sqlite ? store::Part::ledger
                                                               : store::Part::both};
    ManualWallClock clock{instant(1'795'000'000'000'000)};
    std::unique_ptr<Random> random = seeded_random(1);
    IdSource ids{*random, clock};
    Facility here{.id = ids.make<FacilityId>(),
                  .slug = "bhairab",
                  .name = {"Bhairab", "ভৈরব"},
                  .zone = "Asia/Dhaka"};
    Machine laser = machine("laser-1", 1);
    Machine press = machine("press-1", 2);
    Profile ramadan{.id = ids.make<ProfileId>(),
                    .slug = "ramadan",
                    .name = {"Ramadan", "রমজান"},
                    .hours = {{1, 480, 900}, {6, 480, 900}},
                    .breaks = {{1, {720, 750}, {"Prayer", "নামাজ"}}}};
};
KARKHANA_ON_BOTH_ENGINES(FacilityBook);

TEST_P(FacilityBook, OpensByTheConfigurationUntilHoursAreEntered) {
    auto const before = book();
    ASSERT_EQ(before.opening.profiles.size(), 1u);
    EXPECT_EQ(before.opening.profiles[0].slug, "normal");
    EXPECT_EQ(before.opening.profiles[0].hours, configured);
    Profile const normal{.id = ids.make<ProfileId>(),
                         .slug = "normal",
                         .name = {"Normal", "সাধারণ"},
                         .hours = {{2, 600, 1200}}};
    change([&](store::Writer& writer) { save_profile(writer, here.id, normal); });
    // The daemon starts again and writes what its configuration says.
    change([&](store::Writer& writer) { replace_opening_hours(writer, here.id, configured); });
    EXPECT_EQ(book().opening.profiles[0].hours, normal.hours);
}

TEST_P(FacilityBook, KeepsTheOpeningPlanAsItWas) {
    change([&](store::Writer& writer) {
        save_profile(writer, here.id, ramadan);
        replace_periods(writer, here.id, {ramadan}, {{day("2027-02-08"), day("2027-03-09"), 0}});
        replace_special_days(
            writer, here.id,
            {{day("2026-12-16"), {"Victory Day", "বিজয় দিবস"}, {}, "bd.ics"},
             {day("2026-12-18"), {"Inventory", "মজুত গণনা"}, {{600, 720}, {780, 900}}, ""}});
    });
    auto const plan = book().opening;
    ASSERT_EQ(plan.profiles.size(), 2u);
    EXPECT_EQ(plan.profiles[0].slug, "normal") << "holds where no period does, whatever its name";
    auto const& kept = plan.profiles[1];
    EXPECT_EQ(kept.id, ramadan.id);
    EXPECT_EQ(kept.name, ramadan.name);
    EXPECT_EQ(kept.hours, ramadan.hours);
    EXPECT_EQ(kept.breaks, ramadan.breaks);
    ASSERT_EQ(plan.periods.size(), 1u);
    EXPECT_EQ(plan.periods[0].first, day("2027-02-08"));
    EXPECT_EQ(plan.periods[0].last, day("2027-03-09"));
    EXPECT_EQ(profile_on(plan, day("2027-03-09")).slug, "ramadan");
    ASSERT_EQ(plan.special.size(), 2u);
    EXPECT_EQ(plan.special[0].name.bn, "বিজয় দিবস");
    EXPECT_EQ(plan.special[0].source, "bd.ics");
    EXPECT_TRUE(plan.special[0].spans.empty());
    EXPECT_EQ(plan.special[1].spans, (std::vector<Span>{{600, 720}, {780, 900}}));
    change([&](store::Writer& writer) {
        auto later = ramadan;
        later.id = ids.make<ProfileId>();
        later.hours = {{3, 600, 700}};
        later.breaks.clear();
        save_profile(writer, here.id, later);
        replace_periods(writer, here.id, {}, {});
        replace_special_days(writer, here.id, {});
    });
    auto const after = book().opening;
    EXPECT_EQ(after.profiles[1].id, ramadan.id) << "the same slug is the same profile";
    EXPECT_EQ(after.profiles[1].hours, (std::vector<OpeningHours>{{3, 600, 700}}));
    EXPECT_TRUE(after.profiles[1].breaks.empty());
    EXPECT_TRUE(after.periods.empty());
    EXPECT_TRUE(after.special.empty());
}

TEST_P(FacilityBook, KeepsGroupsAndSettingsAsTheyWere) {
    Group lasers{.id = ids.make<GroupId>(),
                 .slug = "lasers",
                 .name = {"Any laser", "যেকোনো লেজার"},
                 .machines = {laser.id, press.id}};
    Setting const ours{.name = "daily_minutes",
                       .group = lasers.id,
                       .membership = "priority",
                       .season = "eid",
                       .value = 240,
                       .from = clock.now()};
    change([&](store::Writer& writer) {
        EXPECT_EQ(save_group(writer, here.id, lasers), lasers.id);
        insert_setting(writer, here.id, ids.make<SettingId>(), ours, std::nullopt, clock.now());
        insert_setting(writer, here.id, ids.make<SettingId>(),
                       {.name = "gap_minutes", .machine = laser.id, .from = clock.now()},
                       std::nullopt, clock.now());
    });
    auto const found = book();
    ASSERT_EQ(found.groups.size(), 1u);
    EXPECT_EQ(found.groups[0].name, lasers.name);
    EXPECT_EQ(found.groups[0].machines, lasers.machines);
    EXPECT_TRUE(is_member(found, lasers.id, press.id));
    ASSERT_EQ(found.settings.size(), 2u);
    auto const& first = found.settings[0];
    EXPECT_EQ(first.name, "daily_minutes");
    EXPECT_EQ(first.group, lasers.id);
    EXPECT_EQ(first.machine, std::nullopt);
    EXPECT_EQ(first.membership, "priority");
    EXPECT_EQ(first.season, "eid");
    EXPECT_EQ(first.value, 240);
    EXPECT_EQ(first.from, clock.now());
    EXPECT_EQ(found.settings[1].machine, laser.id);
    EXPECT_EQ(found.settings[1].value, std::nullopt) << "lifted there";
    lasers.machines = {press.id};
    change([&](store::Writer& writer) {
        auto again = lasers;
        again.id = ids.make<GroupId>();
        EXPECT_EQ(save_group(writer, here.id, again), lasers.id);
    });
    EXPECT_FALSE(is_member(book(), lasers.id, laser.id));
}

TEST_P(FacilityBook, ReservedHoursThatGoAreEndedAndNotForgotten) {
    Reserved const women{.weekday = 2,
                         .span = {840, 1020},
                         .audience = Reserved::Audience::women_led,
                         .release = std::chrono::hours{24}};
    Reserved const members{.machine = laser.id,
                           .weekday = 4,
                           .span = {600, 720},
                           .audience = Reserved::Audience::member,
                           .release = std::chrono::hours{0}};
    auto const replace = [&](std::vector<Reserved> const& wanted) {
        change([&](store::Writer& writer) {
            replace_reserved(writer, ids, here.id, wanted, clock.now());
        });
        return book().reserved;
    };
    auto const began = clock.now();
    ASSERT_EQ(replace({members, women}).size(), 2u);
    clock.advance(std::chrono::hours{1});
    auto const kept = replace({members});
    ASSERT_EQ(kept.size(), 2u);
    EXPECT_EQ(kept[0].weekday, 2);
    EXPECT_EQ(kept[0].span, women.span);
    EXPECT_EQ(kept[0].release, women.release);
    EXPECT_EQ(kept[0].to, clock.now());
    EXPECT_EQ(kept[1].machine, laser.id);
    EXPECT_EQ(kept[1].audience, Reserved::Audience::member);
    EXPECT_EQ(kept[1].from, began) << "what stays is not begun again";
    EXPECT_EQ(kept[1].to, std::nullopt);
    clock.advance(std::chrono::hours{1});
    EXPECT_EQ(replace({members, women}).size(), 3u) << "what comes back begins again";
}

TEST_P(FacilityBook, KeepsResourcesAndNeedsAsTheyWere) {
    Resource const die{.id = ids.make<ResourceId>(),
                       .kind = "die",
                       .slug = "die-42",
                       .name = {"Die 42", "ডাই ৪২"},
                       .capacity = 1,
                       .machine = press.id};
    Resource const site{.id = ids.make<ResourceId>(),
                        .kind = "power",
                        .slug = "site",
                        .name = {"Site", "মোট বিদ্যুৎ"},
                        .capacity = 80'000};
    change([&](store::Writer& writer) {
        save_resource(writer, here.id, die);
        save_resource(writer, here.id, site);
        replace_needs(writer, here.id, press.id,
                      {{press.id, std::nullopt, "die", 1}, {press.id, site.id, "", 15'000}});
    });
    auto const found = book();
    ASSERT_EQ(found.resources.size(), 2u);
    EXPECT_EQ(found.resources[0].id, die.id);
    EXPECT_EQ(found.resources[0].kind, "die");
    EXPECT_EQ(found.resources[0].name, die.name);
    EXPECT_EQ(found.resources[0].machine, press.id);
    EXPECT_EQ(found.resources[1].capacity, 80'000);
    ASSERT_EQ(found.needs.size(), 2u);
    EXPECT_EQ(found.needs[0].kind, "die");
    EXPECT_EQ(found.needs[0].resource, std::nullopt);
    EXPECT_EQ(found.needs[1].resource, site.id);
    EXPECT_EQ(found.needs[1].units, 15'000);
    change([&](store::Writer& writer) {
        EXPECT_TRUE(retire_resource(writer, here.id, die.id));
        EXPECT_FALSE(retire_resource(writer, here.id, die.id));
        replace_needs(writer, here.id, press.id, {});
    });
    EXPECT_EQ(book().resources.size(), 1u);
    EXPECT_TRUE(book().needs.empty());
}

TEST_P(FacilityBook, KeepsItsWeekAndGenerator) {
    EXPECT_EQ(book().facility.weekend, std::vector<int>{5}) << "Friday";
    EXPECT_EQ(book().facility.week_starts, 7);
    here.weekend = {5, 6};
    here.week_starts = 1;
    here.generator_w = 40'000;
    change([&](store::Writer& writer) { save_week(writer, here); });
    auto const found = book().facility;
    EXPECT_EQ(found.weekend, (std::vector<int>{5, 6}));
    EXPECT_EQ(found.week_starts, 1);
    EXPECT_EQ(found.generator_w, 40'000);
}

TEST_P(FacilityBook, IsReadInAsManyQueriesWhateverThereIs) {
    tests::CountingStore counting{db.store()};
    auto const read = [&] {
        counting.read([&](store::Reader& reader) { return read_book(reader, here.id).zone; });
        return counting.statements();
    };
    auto const before = read();
    change([&](store::Writer& writer) {
        for (int i = 0; i < 20; ++i)
            save_machine(writer, machine(("more-" + std::to_string(i)).c_str(), 9), clock.now());
        save_profile(writer, here.id, ramadan);
        for (char const* slug : {"a", "b", "c"})
            save_group(writer, here.id, {ids.make<GroupId>(), slug, here.name, {laser.id}});
    });
    EXPECT_EQ(read(), before);
    EXPECT_LE(before, 14);
}

TEST_P(FacilityBook, StaysInMemoryUntilAnotherConnectionChangesIt) {
    auto const other = another_connection();
    tests::CountingStore counting{*other};
    BookCache cache;
    auto const get = [&] {
        return counting.read([&](store::Reader& reader) { return cache.get(reader, here.id); });
    };
    auto const first = get();
    EXPECT_GT(counting.statements(), 1);
    EXPECT_EQ(get(), first) << "the same one";
    EXPECT_EQ(counting.statements(), 1);
    change([&](store::Writer& writer) { save_profile(writer, here.id, ramadan); });
    EXPECT_EQ(get()->opening.profiles.size(), 2u);
    EXPECT_EQ(first->opening.profiles.size(), 1u) << "whoever still decides by it may";
    press.max_minutes = 60;
    change([&](store::Writer& writer) { save_machine(writer, press, clock.now()); });
    EXPECT_EQ(get()->machines[1].max_minutes, 60);
}

TEST_P(FacilityBook, OfAChangeThatWasUndoneIsForgotten) {
    BookCache cache;
    auto const undone = db.store().write([&](store::Writer& writer) -> Result<bool> {
        save_profile(writer, here.id, ramadan);
        EXPECT_EQ(cache.get(writer, here.id)->opening.profiles.size(), 2u);
        return refuse(ErrorKind::conflict, "undone");
    });
    EXPECT_FALSE(undone);
    change([&](store::Writer& writer) { replace_special_days(writer, here.id, {}); });
    EXPECT_EQ(db.store().read([&](store::Reader& reader) {
        return cache.get(reader, here.id)->opening.profiles.size();
    }),
              1u);
}

TEST_P(FacilityBook, IsReadByManyWhileItChanges) {
    BookCache cache;
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i)
        readers.emplace_back([&] {
            for (int j = 0; j < 50; ++j)
                db.store().read([&](store::Reader& reader) {
                    auto const found = cache.get(reader, here.id);
                    EXPECT_EQ(found->machines.size(), 2u);
                    EXPECT_EQ(found->facility.id, here.id);
                    return true;
                });
        });
    for (int minutes = 15; minutes <= 150; minutes += 15) {
        laser.max_minutes = minutes;
        change([&](store::Writer& writer) { save_machine(writer, laser, clock.now()); });
        auto const now = db.store().read([&](store::Reader& reader) {
            return cache.get(reader, here.id)->machines[0].max_minutes;
        });
        EXPECT_EQ(now, minutes) << "what is durable is seen";
    }
    for (auto& each : readers) each.join();
}

}  // namespace
}  // namespace karkhana::facility
