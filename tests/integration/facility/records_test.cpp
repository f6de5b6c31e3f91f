#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "server/base/random.hpp"
#include "server/facility/api.hpp"
#include "server/facility/records.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::facility {
namespace {

using store::ConstraintViolated;

class FacilityRecords : public tests::StoreTest {
protected:
    FacilityRecords() {
        ledger().write([&](store::Writer& writer) {
            insert_facility(writer, here, clock.now());
            insert_facility(writer, elsewhere, clock.now());
            return true;
        });
    }
    Machine machine(std::string slug, int position) {
        return {.facility = here.id,
                .id = ids.make<MachineId>(),
                .slug = std::move(slug),
                .name = {"Laser", "লেজার"},
                .kind = "laser",
                .rated_w = 3'000,
                .grid_minutes = 30,
                .min_minutes = 30,
                .max_minutes = 120,
                .buffer_minutes = 10,
                .horizon_days = 14,
                .busy_above_w = 200,
                .piece_unit = "pair",
                .out_of_order = true,
                .position = position};
    }
    MachineId save(Machine const& saved) {
        return ledger().write(
            [&](store::Writer& writer) { return save_machine(writer, saved, clock.now()); });
    }
    std::vector<Machine> machines() {
        return ledger().read([&](store::Reader& reader) { return list_machines(reader, here.id); });
    }
    void add_outage(std::optional<MachineId> of, std::int64_t from, std::int64_t to) {
        Outage const outage{.id = ids.make<OutageId>(),
                            .machine = of,
                            .during = {instant(from), instant(to)},
                            .kind = "maintenance",
                            .reason = "লেন্স"};
        ledger().write([&](store::Writer& writer) {
            insert_outage(writer, here.id, outage, clock.now());
            return true;
        });
    }

    ManualWallClock clock{instant(1'795'000'000'000'000)};
    std::unique_ptr<Random> random = seeded_random(1);
    IdSource ids{*random, clock};
    Facility here{.id = ids.make<FacilityId>(),
                  .slug = "bhairab",
                  .name = {"Bhairab", "ভৈরব"},
                  .address = {"Kamalpur", "কমলপুর"},
                  .zone = "Asia/Dhaka"};
    Facility elsewhere{.id = ids.make<FacilityId>(),
                       .slug = "bogura",
                       .name = {"Bogura", "বগুড়া"},
                       .zone = "Asia/Dhaka"};
};
KARKHANA_ON_BOTH_ENGINES(FacilityRecords);

TEST_P(FacilityRecords, KeepAFacilityAsItWas) {
    ledger().read([&](store::Reader& reader) {
        auto const found = find_facility_by_slug(reader, "bhairab").value();
        EXPECT_EQ(found.id, here.id);
        EXPECT_EQ(found.name, here.name);
        EXPECT_EQ(found.address, here.address);
        EXPECT_EQ(found.zone, "Asia/Dhaka");
        EXPECT_EQ(find_facility(reader, elsewhere.id)->slug, "bogura");
        EXPECT_FALSE(find_facility(reader, ids.make<FacilityId>()));
        EXPECT_EQ(list_facilities(reader).size(), 2u);
        return true;
    });
}

TEST_P(FacilityRecords, HoursAreReplacedAsAWhole) {
    auto const replace = [&](std::vector<OpeningHours> const& hours) {
        ledger().write([&](store::Writer& writer) {
            replace_opening_hours(writer, here.id, hours);
            return true;
        });
        return ledger().read([&](store::Reader& reader) { return opening_hours(reader, here.id); });
    };
    std::vector<OpeningHours> const split{{4, 480, 780}, {4, 840, 1200}, {6, 1200, 1800}};
    EXPECT_EQ(replace({split[2], split[1], split[0]}), split);
    EXPECT_EQ(replace({{1, 0, 1440}}), (std::vector<OpeningHours>{{1, 0, 1440}}));
    EXPECT_TRUE(replace({}).empty());
    EXPECT_THROW(replace({{1, 600, 500}}), ConstraintViolated);
}

TEST_P(FacilityRecords, KeepAMachineAsItWas) {
    auto const laser = machine("laser-1", 2);
    save(laser);
    auto const found = ledger().read(
        [&](store::Reader& reader) { return find_machine(reader, here.id, laser.id).value(); });
    EXPECT_EQ(found.facility, here.id);
    EXPECT_EQ(found.slug, laser.slug);
    EXPECT_EQ(found.name, laser.name);
    EXPECT_EQ(found.kind, laser.kind);
    EXPECT_EQ(found.rated_w, 3'000);
    EXPECT_EQ(found.grid_minutes, 30);
    EXPECT_EQ(found.min_minutes, 30);
    EXPECT_EQ(found.max_minutes, 120);
    EXPECT_EQ(found.buffer_minutes, 10);
    EXPECT_EQ(found.horizon_days, 14);
    EXPECT_EQ(found.busy_above_w, 200);
    EXPECT_EQ(found.piece_unit, "pair");
    EXPECT_TRUE(found.out_of_order);
    EXPECT_EQ(found.position, 2);
    EXPECT_FALSE(ledger().read([&](store::Reader& reader) {
        return find_machine(reader, elsewhere.id, laser.id).has_value();
    }));
}

TEST_P(FacilityRecords, AMachineOfTheSameSlugKeepsItsId) {
    auto const first = machine("laser-1", 1);
    EXPECT_EQ(save(first), first.id);
    save(machine("laser-2", 0));
    auto again = machine("laser-1", 5);
    again.out_of_order = false;
    again.name.en = "Laser A";
    EXPECT_EQ(save(again), first.id);
    auto const found = machines();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].slug, "laser-2");
    EXPECT_EQ(found[1].id, first.id);
    EXPECT_EQ(found[1].name.en, "Laser A");
    EXPECT_FALSE(found[1].out_of_order);
    auto other = machine("laser-1", 0);
    other.facility = elsewhere.id;
    EXPECT_EQ(save(other), other.id);
}

TEST_P(FacilityRecords, TheDatabaseItselfRefusesNonsense) {
    auto bad = machine("laser-1", 1);
    bad.max_minutes = 15;
    EXPECT_THROW(save(bad), ConstraintViolated);
    bad = machine("", 1);
    EXPECT_THROW(save(bad), ConstraintViolated);
    bad = machine("laser-1", 1);
    bad.facility = ids.make<FacilityId>();
    EXPECT_THROW(save(bad), ConstraintViolated);
    EXPECT_THROW(add_outage(ids.make<MachineId>(), 0, 10), ConstraintViolated);
    EXPECT_THROW(add_outage(std::nullopt, 10, 10), ConstraintViolated);
}

TEST_P(FacilityRecords, OutagesThatTouchAreNotInside) {
    auto const laser = machine("laser-1", 1);
    save(laser);
    add_outage(laser.id, 100, 200);
    add_outage(std::nullopt, 150, 300);
    auto const between = [&](std::int64_t from, std::int64_t to) {
        return ledger().read([&](store::Reader& reader) {
            return outages_between(reader, here.id, {instant(from), instant(to)});
        });
    };
    EXPECT_EQ(between(0, 1'000).size(), 2u);
    EXPECT_EQ(between(0, 100).size(), 0u);
    EXPECT_EQ(between(0, 101).size(), 1u);
    EXPECT_EQ(between(200, 300).size(), 1u);
    EXPECT_EQ(between(300, 400).size(), 0u);
    auto const first = between(0, 1'000)[0];
    EXPECT_EQ(first.machine, laser.id);
    EXPECT_EQ(first.during, (Interval{instant(100), instant(200)}));
    EXPECT_EQ(first.reason, "লেন্স");
    EXPECT_EQ(between(0, 1'000)[1].machine, std::nullopt);
}

TEST_P(FacilityRecords, AnOutageThatGoesOnIsEndedAndOneToComeIsWithdrawn) {
    add_outage(std::nullopt, 100, 200);
    auto const all = [&] {
        return ledger().read([&](store::Reader& reader) {
            return outages_between(reader, here.id, {instant(0), instant(1'000)});
        });
    };
    auto const id = all().at(0).id;
    auto const withdraw = [&](std::int64_t now) {
        return ledger().write([&](store::Writer& writer) {
            return withdraw_outage(writer, here.id, id, instant(now));
        });
    };
    EXPECT_FALSE(withdraw(200)) << "it is over";
    EXPECT_TRUE(withdraw(150));
    EXPECT_EQ(all().at(0).during, (Interval{instant(100), instant(150)})) << "what was, was";
    EXPECT_TRUE(withdraw(100));
    EXPECT_TRUE(all().empty());
    EXPECT_FALSE(withdraw(100)) << "once is enough";
}

TEST_P(FacilityRecords, AnOutageKnowsItsCause) {
    auto const closure = ids.make<FacilityId>().uuid;
    ledger().write([&](store::Writer& writer) {
        insert_outage(writer, here.id,
                      {.id = ids.make<OutageId>(),
                       .during = {instant(0), instant(10)},
                       .kind = "closure",
                       .reason = "flood",
                       .source = OutageSource::closure,
                       .cause = closure},
                      clock.now());
        return true;
    });
    auto const found = ledger().read([&](store::Reader& reader) {
        return outages_between(reader, here.id, {instant(0), instant(10)});
    });
    EXPECT_EQ(found.at(0).source, OutageSource::closure);
    EXPECT_EQ(found.at(0).cause, closure);
}

TEST_P(FacilityRecords, AMachineIsLockedWithoutChangingIt) {
    auto const laser = machine("laser-1", 1);
    save(laser);
    ledger().write([&](store::Writer& writer) {
        lock_machine(writer, here.id, laser.id);
        lock_machine(writer, here.id, ids.make<MachineId>());
        return true;
    });
    EXPECT_EQ(machines().size(), 1u);
}

TEST_P(FacilityRecords, PeopleSeeTheirOwnFacility) {
    http::Router router;
    add_routes(router, {ledger()});
    http::Request request;
    request.principal = http::Principal{.facility = elsewhere.id};
    auto const answer = router.match("GET", "/api/v1/facilities").route->handler(request);
    auto const body = boost::json::parse(answer.body);
    auto const& items = body.as_object().at("items").as_array();
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].as_object().at("slug").as_string(), "bogura");
}

}  // namespace
}  // namespace karkhana::facility
