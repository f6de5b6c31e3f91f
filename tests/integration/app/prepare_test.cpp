#include <gtest/gtest.h>

#include "server/app/prepare.hpp"
#include "server/base/clock.hpp"
#include "server/base/random.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::app {
namespace {

class Prepare : public tests::StoreTest {
protected:
    Prepare() {
        config.facility = {.id = {},
                           .slug = "bhairab",
                           .name = {"Bhairab", "ভৈরব"},
                           .address = {},
                           .zone = "Asia/Dhaka"};
        for (auto const* slug : {"laser-1", "laser-2"})
            config.machines.push_back(
                {.slug = slug, .name = {slug, slug}, .kind = "laser", .rated_w = 1900});
    }
    Prepared start() { return prepare_facility(ledger(), config, {}, ids, clock.now()); }
    std::map<std::string, bool> out_of_order(Prepared const& prepared) {
        return ledger().read([&](store::Reader& reader) {
            std::map<std::string, bool> found;
            for (auto const& machine : facility::list_machines(reader, prepared.facility.id))
                found[machine.slug] = machine.out_of_order;
            return found;
        });
    }

    Config config;
    std::unique_ptr<Random> random = seeded_random(7);
    ManualWallClock clock{parse_rfc3339("2026-11-21T08:00:00+06:00").value()};
    IdSource ids{*random, clock};
};
KARKHANA_ON_BOTH_ENGINES(Prepare);

TEST_P(Prepare, AMachineKeepsItsIdFromStartToStart) {
    auto const first = start();
    EXPECT_EQ(start().machine_ids, first.machine_ids);
}

TEST_P(Prepare, AMachineThatIsNotConfiguredAnyMoreCannotBeUsed) {
    start();
    config.machines.pop_back();
    EXPECT_EQ(out_of_order(start()),
              (std::map<std::string, bool>{{"laser-1", false}, {"laser-2", true}}));
    config.machines.push_back({.slug = "laser-2", .name = {"l", "l"}, .kind = "laser"});
    EXPECT_FALSE(out_of_order(start()).at("laser-2"));
}

TEST_P(Prepare, AMachineWithARunBitAndNoMeterIsInThePlanToo) {
    config::Problems problems;
    auto const profiles = load_all_profiles("devices/profiles", "", problems);
    config.lines.push_back({.name = "hall", .tcp = "127.0.0.1:9", .serial = {}});
    config.devices.push_back({.name = "PLC",
                              .line = "hall",
                              .unit = 9,
                              .profile = "delta_dvp_es2",
                              .machine = {},
                              .serial = {},
                              .relays = {}});
    config.runs["laser-2"] = {"PLC", "input_x0"};
    auto const prepared = prepare_facility(ledger(), config, profiles, ids, clock.now());
    auto const plan = meter_plan(prepared, config);
    ASSERT_EQ(plan.machines.size(), 1U);
    EXPECT_EQ(plan.machines[0].machine, prepared.machine_ids.at("laser-2"));
    ASSERT_EQ(prepared.points.size(), 1U);
    EXPECT_EQ(prepared.points[0].name, "input_x0");
    EXPECT_EQ(plan.machines[0].runs, prepared.points[0].channel);
}

}  // namespace
}  // namespace karkhana::app
