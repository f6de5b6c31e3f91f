#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>

#include "server/billing/verify.hpp"
#include "server/metering/find_sessions.hpp"
#include "server/metering/sessions.hpp"
#include "server/people/records.hpp"
#include "tests/integration/billing/centre.hpp"
#include "tests/support/test_database.hpp"

namespace karkhana::billing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Two sessions of Lakshmi in November, one of which a manager corrects.
class Correcting : public tests::StoreTest {
protected:
    void SetUp() override {
        centre.add_usual_rates();
        first = centre.half_an_hour("Lakshmi", "2026-11-10", 8'000, {});
        second = centre.half_an_hour("Lakshmi", "2026-11-11", 3'000, {});
        before = session(first);
    }
    metering::UsageSession session(SessionId const& id) {
        return ledger().read([&](store::Reader& reader) {
            return metering::find_sessions(reader, facility.id, {id}).at(0);
        });
    }
    std::string code(http::Response const& answer) {
        auto const body = boost::json::parse(answer.body).as_object();
        auto const* found = body.if_contains("code");
        return found == nullptr ? "" : std::string{found->as_string()};
    }
    http::Response correct_stop(std::int64_t wh, int replaces = 1) {
        auto const value = before.registers.front().value.wh + wh;
        return centre.post(manager, "/api/v1/usage-sessions/" + first.text() + "/registers",
                           R"({"edge":"stop","replaces":)" + std::to_string(replaces) +
                               R"(,"value_wh":)" + std::to_string(value) +
                               R"(,"reason":"read off the display"})");
    }
    std::vector<Finding> findings() {
        return ledger().read([&](store::Reader& reader) {
            return verify_charges(reader, facility.id, centre.zone);
        });
    }
    Money total(InvoiceId const& id) {
        return ledger()
            .read([&](store::Reader& reader) { return find_invoice(reader, facility.id, id); })
            .value()
            .total;
    }

    Centre centre{ledger()};
    facility::Facility const facility = centre.facility();
    http::Principal manager = centre.person("manager", {});
    SessionId first, second;
    metering::UsageSession before;
};
KARKHANA_ON_BOTH_ENGINES(Correcting);

TEST_P(Correcting, KeepsWhatWasReadBesideWhatWasCorrected) {
    auto const answer = correct_stop(1'500);
    ASSERT_EQ(answer.status, 200) << answer.body;
    auto const after = session(first);
    EXPECT_EQ(after.energy, Energy{1'500});
    EXPECT_EQ(after.quality, Quality::edited);
    EXPECT_EQ(after.registers.back().said_by, manager.person);
    auto const shown = boost::json::parse(answer.body).as_object();
    auto const& replaced = shown.at("replaced").as_array();
    ASSERT_EQ(replaced.size(), 1U);
    EXPECT_EQ(replaced[0].at("value_wh").as_int64(), before.registers.back().value.wh);
    EXPECT_EQ(code(correct_stop(1'400)), "register_changed");
    EXPECT_EQ(correct_stop(1'400, 2).status, 200);
    EXPECT_EQ(session(first).energy, Energy{1'400});
}

TEST_P(Correcting, IsShownWithWhoAndWhen) {
    auto const answer = boost::json::parse(correct_stop(1'500).body).as_object();
    auto const& stop = answer.at("registers").as_array().back().as_object();
    auto const said = ledger().read([&](store::Reader& reader) {
        return people::find_person(reader, facility.id, manager.person).value().name;
    });
    EXPECT_EQ(stop.at("said_by_name").at("en").as_string(), said.en);
    EXPECT_EQ(stop.at("said_at").as_string(), to_rfc3339(centre.clock.now(), centre.zone));
    EXPECT_TRUE(answer.at("replaced").at(0).at("said_at").is_null());
}

TEST_P(Correcting, SaysBeforehandWhatMayBeAndWhatFollows) {
    auto const ask = [&](std::string const& more) {
        auto const answer = centre.get(manager, "/api/v1/usage-sessions/" + first.text() +
                                                    "/registers?edge=stop" + more);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return boost::json::parse(answer.body).as_object();
    };
    auto const start = before.registers.front().value.wh, stop = before.registers.back().value.wh;
    auto const now = ask("");
    EXPECT_EQ(now.at("least_wh").as_int64(), start);
    EXPECT_EQ(now.at("most_wh").as_int64(), stop) << "where the next session begins";
    EXPECT_TRUE(now.at("invoice").is_null());
    EXPECT_TRUE(now.at("refused").is_null());
    EXPECT_EQ(now.at("cost"), now.at("cost_after"));
    auto const then = ask("&value_wh=" + std::to_string(start + 1'500));
    EXPECT_EQ(then.at("energy_wh").as_int64(), 8'000);
    EXPECT_EQ(then.at("energy_after_wh").as_int64(), 1'500);
    EXPECT_LT(then.at("cost_after").at("amount").as_int64(),
              then.at("cost").at("amount").as_int64());
    EXPECT_EQ(session(first).energy, before.energy) << "nothing is kept";
    auto const high = ask("&value_wh=" + std::to_string(stop + 1));
    EXPECT_EQ(high.at("refused").as_string(), "not_between");
    EXPECT_TRUE(high.at("cost_after").is_null());
    auto const drafts = centre.run("2026-11");
    EXPECT_EQ(ask("").at("invoice").as_string(), "draft");
    ledger().write([&](store::Writer& writer) {
        return finalize(writer, facility, centre.zone, centre.ids, drafts.at(0), centre.clock.now())
            .has_value();
    });
    EXPECT_EQ(ask("").at("invoice").as_string(), "final");
    EXPECT_TRUE(ask("").at("refused").is_null()) << "the difference will be given back";
}

TEST_P(Correcting, RatesAnewWhatWasRatedAndIsOnADraft) {
    auto const drafts = centre.run("2026-11");
    ASSERT_EQ(drafts.size(), 1U);
    auto const old_total = total(drafts[0]);
    ASSERT_EQ(correct_stop(1'000).status, 200);
    EXPECT_THAT(findings(), IsEmpty());
    ASSERT_EQ(centre.run("2026-11"), drafts);
    EXPECT_LT(total(drafts[0]), old_total);
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_P(Correcting, AfterTheBillGivesTheDifferenceBackAndLeavesWhatWasIssued) {
    auto const drafts = centre.run("2026-11");
    auto const bill = centre.finalise(drafts.at(0)).value();
    auto const answer = correct_stop(1'000);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(boost::json::parse(answer.body).at("energy_wh").as_int64(), 1'000);
    EXPECT_EQ(session(first).energy, before.energy) << "what was issued rests on what was read";
    EXPECT_THAT(findings(), IsEmpty());
    // 8.000 kWh were billed, 1.000 was used: 7 x Tk 10.00 too much, less the minimum of Tk 50.00.
    auto const note = centre.finalise(centre.run("2026-12").at(0)).value();
    EXPECT_TRUE(note.credit_note);
    EXPECT_EQ(note.refers_to, bill.id);
    EXPECT_EQ(note.total, Money{3'000});
    EXPECT_THAT(findings(), IsEmpty());
    // Once more, upwards: a line of the next bill.
    EXPECT_EQ(code(correct_stop(6'000)), "register_changed");
    ASSERT_EQ(correct_stop(6'000, 2).status, 200);
    auto const more = centre.finalise(centre.run("2026-12").at(0)).value();
    EXPECT_FALSE(more.credit_note);
    EXPECT_EQ(more.total, Money{1'000});
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_P(Correcting, TheRegistersOfABillTakeNoOtherVersion) {
    centre.finalise(centre.run("2026-11").at(0)).value();
    auto reg = before.registers.back();
    reg.version = 2;
    reg.method = metering::Method::entered;
    reg.said_by = manager.person;
    reg.why = "x";
    EXPECT_THROW(ledger().write([&](store::Writer& writer) {
        metering::add_register(writer, facility.id, first, reg);
        return true;
    }),
                 store::ConstraintViolated);
}

TEST_P(Correcting, TakesNothingFromTheNextSession) {
    EXPECT_EQ(code(correct_stop(8'001)), "not_between");
    EXPECT_EQ(correct_stop(8'000).status, 200);
}

TEST_P(Correcting, IsInTheTableOfRegistersWithTheCodesOfOthers) {
    ASSERT_EQ(correct_stop(1'500).status, 200);
    auto const csv = centre.get(manager, "/api/v1/exports/registers.csv?period=2026-11").body;
    EXPECT_THAT(csv, HasSubstr("good,read,3.0.0,17,1,,,"));
    EXPECT_THAT(csv, HasSubstr("edited,entered,3.7.0,7,2,1," + manager.person.text() +
                               ",read off the display"));
}

TEST_P(Correcting, IsSaidInGreenButton) {
    ASSERT_EQ(correct_stop(1'500).status, 200);
    auto const lakshmi = centre.enterprise("Lakshmi");
    auto const target =
        "/api/v1/exports/green-button.xml?period=2026-11&enterprise=" + lakshmi.text();
    auto const answer = centre.get(centre.person("owner", {lakshmi}), target);
    ASSERT_EQ(answer.status, 200) << answer.body;
    tests::TemporaryFolder const folder;
    auto const file = folder.file("usage.xml");
    std::ofstream{file} << answer.body;
    auto const command = "/usr/bin/python3 tests/integration/billing/green_button.py " + file +
                         " 7:1500 17:3000 >&2";
    EXPECT_EQ(std::system(command.c_str()), 0);
    auto const rahim = centre.enterprise("Rahim");
    EXPECT_EQ(centre.get(centre.person("owner", {rahim}), target).status, 404);
}

}  // namespace
}  // namespace karkhana::billing
