#include <gtest/gtest.h>

#include "server/people/audit.hpp"
#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

namespace json = boost::json;

/// What the relays of a plant tell becomes a record that only a person can put away.
class AlarmBook : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        press = shop.add_laser("press").id;
        shop.boot();
        http::Router metering;
        add_routes(metering, shop.daemon->services, shop.daemon->run);
        for (auto const& route : metering.routes())
            if (route.operation_id.find("Alarm") != route.operation_id.npos)
                shop.workshop.router.add(route);
        shop.run_for(3s);
        look();
    }

    void look() { shop.daemon->run.alarms().look(); }
    void tell(MachineId const& machine, std::string before, std::string alarm) {
        auto event = *shop.plant.describe(machine);
        event.before = std::move(before);
        event.alarm = std::move(alarm);
        shop.plant.events.push_back(event);
    }
    json::object page(std::string const& query = "") {
        auto const answer = shop.workshop.get(shop.workshop.desk, "/api/v1/alarms" + query);
        if (answer.status != 200) throw std::runtime_error(answer.body);
        return json_of(answer);
    }
    json::array all() { return page().at("items").as_array(); }
    http::Response acknowledge(std::string const& id, std::string const& key) {
        return shop.workshop.call(shop.workshop.desk, "POST",
                                  "/api/v1/alarms/" + id + "/acknowledge",
                                  R"({"note":"the cable was loose"})", {{"idempotency-key", key}});
    }
    std::string shown(MachineId const& machine) {
        return shop.store.read([&](store::Reader& reader) {
            auto const board =
                live_board(shop.daemon->services, shop.daemon->run, reader, shop.workshop.facility);
            for (auto const& live : board.machines)
                if (live.machine.id == machine) return live.alarm;
            return std::string{"no such machine"};
        });
    }

    Shop shop{ledger(), telemetry()};
    MachineId laser, press;
};
KARKHANA_ON_BOTH_ENGINES(AlarmBook);

TEST_P(AlarmBook, KeepsAFaultOfATenthOfASecondUntilAPersonHasSeenIt) {
    auto const before = shop.unit(laser).shown_wh();
    tell(laser, "", "closed_uncommanded");
    tell(laser, "closed_uncommanded", "");
    look();
    ASSERT_EQ(all().size(), 1U);
    auto const alarm = all()[0].as_object();
    EXPECT_EQ(text_of(alarm, "kind"), "closed_uncommanded");
    EXPECT_FALSE(alarm.at("cleared_at").is_null());
    EXPECT_TRUE(alarm.at("acknowledged_at").is_null());
    auto const& evidence = alarm.at("evidence").as_object();
    EXPECT_EQ(evidence.at("contact"), "open");
    EXPECT_EQ(evidence.at("wanted"), "open");
    EXPECT_EQ(evidence.at("line"), "relays");
    EXPECT_EQ(evidence.at("register_wh").as_int64(), before);
    EXPECT_EQ(evidence.at("energy_wh").as_int64(), 0);
    EXPECT_EQ(evidence.at("power_w").as_int64(), 10);
    shop.run_for(10min);
    EXPECT_EQ(shown(laser), "closed_uncommanded");
    EXPECT_EQ(shown(press), "");
    auto const answer = acknowledge(text_of(alarm, "id"), "seen-key-1");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(text_of(json_of(answer), "note"), "the cable was loose");
    EXPECT_EQ(shown(laser), "");
    EXPECT_EQ(acknowledge(text_of(alarm, "id"), "seen-key-1").body, answer.body);
    EXPECT_EQ(code_of(acknowledge(text_of(alarm, "id"), "seen-key-2")), "wrong_state");
    auto const audit = ledger().read([&](store::Reader& reader) {
        return people::list_audit(reader, shop.workshop.facility, 0, 1);
    });
    ASSERT_EQ(audit.size(), 1U);
    EXPECT_EQ(audit[0].event.action, "acknowledgeAlarm");
    EXPECT_EQ(audit[0].event.reason, "the cable was loose");
    ASSERT_EQ(shop.daemon->published.back().first, "alarm");
    EXPECT_NE(shop.daemon->published.back().second.find("acknowledged"), std::string::npos);
}

TEST_P(AlarmBook, CountsTheSameFaultUntilItIsSeenAndThenBeginsAnew) {
    for (int i = 0; i < 3; ++i) {
        tell(laser, "", "dropped_out");
        tell(laser, "dropped_out", "");
        look();
        shop.run_for(1s);
    }
    ASSERT_EQ(all().size(), 1U);
    EXPECT_EQ(all()[0].at("times").as_int64(), 3);
    acknowledge(text_of(all()[0].as_object(), "id"), "seen-key-1");
    tell(laser, "", "dropped_out");
    look();
    ASSERT_EQ(all().size(), 2U);
    EXPECT_EQ(all()[0].at("times").as_int64(), 1);
    EXPECT_TRUE(all()[0].at("acknowledged_at").is_null());
    // Acknowledged while it lasts: it is not raised again for that.
    acknowledge(text_of(all()[0].as_object(), "id"), "seen-key-2");
    shop.daemon->run.alarms().raise(laser, "dropped_out");
    EXPECT_EQ(all().size(), 2U);
    shop.daemon->run.alarms().clear(laser, "dropped_out");
    EXPECT_FALSE(all()[0].at("cleared_at").is_null());
}

TEST_P(AlarmBook, ShowsTheWorstOfAMachine) {
    tell(laser, "", "dropped_out");
    look();
    shop.daemon->run.alarms().raise(laser, "bypass");
    EXPECT_EQ(shown(laser), "bypass");
}

TEST_P(AlarmBook, ListsWhatNobodyHasSeenFirstPageByPage) {
    for (auto const* kind : {"dropped_out", "bypass", "welded", "unreachable", "unverified"})
        shop.daemon->run.alarms().raise(laser, kind);
    acknowledge(text_of(all()[0].as_object(), "id"), "seen-key-1");  // unverified
    acknowledge(text_of(all()[1].as_object(), "id"), "seen-key-2");  // welded
    std::vector<std::string> kinds;
    std::string query = "?limit=2";
    for (int pages = 1;; ++pages) {
        auto const found = page(query);
        for (auto const& item : found.at("items").as_array())
            kinds.push_back(text_of(item.as_object(), "kind"));
        if (found.at("next").is_null()) {
            EXPECT_EQ(pages, 3);
            break;
        }
        query = "?limit=2&cursor=" + text_of(found, "next");
    }
    EXPECT_EQ(kinds, (std::vector<std::string>{"unreachable", "bypass", "dropped_out", "unverified",
                                               "welded"}));
}

TEST_P(AlarmBook, OutlivesTheDaemonAndKnowsThatItsCauseMayBeGone) {
    tell(laser, "", "will_not_open");
    look();
    shop.kill();
    shop.boot();
    shop.daemon->run.alarms().look();
    EXPECT_EQ(shown(laser), "will_not_open");
    auto const lasting = ledger().read([&](store::Reader& reader) {
        return lasting_alarm(reader, shop.workshop.facility, laser, "will_not_open");
    });
    EXPECT_FALSE(lasting);
}

TEST_P(AlarmBook, LosesNothingToADatabaseThatFails) {
    tell(laser, "", "will_not_open");
    shop.store.on_step = [](std::string const& step) {
        if (step == "before_commit") throw Killed{};
    };
    EXPECT_THROW(look(), Killed);
    shop.store.on_step = {};
    look();
    EXPECT_EQ(shown(laser), "will_not_open");
}

TEST_P(AlarmBook, UseBehindAnOpenContactIsABypassWithRegistersAndASessionOfNobody) {
    shop.unit(laser).standby_w = 1900;
    auto const before = shop.unit(laser).shown_wh();
    shop.run_for(5min);
    ASSERT_EQ(all().size(), 1U);
    EXPECT_EQ(text_of(all()[0].as_object(), "kind"), "bypass");
    auto const evidence = all()[0].at("evidence").as_object();
    EXPECT_EQ(evidence.at("contact"), "open");
    EXPECT_EQ(evidence.at("power_w").as_int64(), 1900);
    EXPECT_GE(evidence.at("register_wh").as_int64(), before);
    EXPECT_EQ(evidence.at("words").as_string().size(), 9U);
    shop.unit(laser).standby_w = 10;
    shop.run_for(2min);
    auto const used = all()[0].at("evidence").at("energy_wh").as_int64();
    EXPECT_NEAR(static_cast<double>(used), 1900.0 * 295 / 3600, 3.0);
    auto const session = shop.only_session();
    EXPECT_EQ(session.kind, SessionKind::unattributed);
    EXPECT_EQ(session.opened_by, Opener::power);
    EXPECT_GE(session.energy->wh, used);
}

TEST_P(AlarmBook, NobodyTakesBackWhatWasSeen) {
    shop.daemon->run.alarms().raise(laser, "bypass");
    acknowledge(text_of(all()[0].as_object(), "id"), "seen-key-1");
    for (auto const* sql : {"UPDATE alarm SET note = 'nothing'", "DELETE FROM alarm"})
        EXPECT_THROW(ledger().write([&](store::Writer& writer) { return writer.execute(sql); }),
                     store::ConstraintViolated)
            << sql;
}

}  // namespace
}  // namespace karkhana::metering
