#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/booking/world_records.hpp"
#include "server/facility/book_changes.hpp"
#include "server/people/authorisations.hpp"
#include "server/people/records.hpp"
#include "tests/integration/metering/shop.hpp"

namespace karkhana::metering {
namespace {

/// A laser that only who is authorised may run.
class Hands : public tests::StoreTest {
protected:
    void SetUp() override {
        laser = shop.add_laser("laser").id;
        set("needs_authorisation", 1);
        shop.boot();
        shop.run_for(3s);
        id = shop.here(laser, 1h);
    }
    void set(std::string const& name, std::int64_t value) {
        shop.workshop.ledger.write([&](store::Writer& writer) {
            facility::insert_setting(writer, shop.workshop.facility,
                                     shop.workshop.ids.make<SettingId>(),
                                     {.name = name,
                                      .machine = laser,
                                      .group = {},
                                      .membership = "",
                                      .season = "",
                                      .value = value,
                                      .from = booking::dhaka("2026-01-01 00:00")},
                                     std::nullopt, shop.workshop.clock.now());
            return true;
        });
    }
    people::AuthorisationId authorise(http::Principal const& who,
                                      std::optional<Instant> until = {}) {
        auto const granted = shop.workshop.ids.make<people::AuthorisationId>();
        shop.workshop.ledger.write([&](store::Writer& writer) {
            people::grant(writer, shop.workshop.facility,
                          {.id = granted,
                           .person = who.person,
                           .machine_kind = "laser",
                           .granted_at = shop.workshop.clock.now(),
                           .expires_at = until,
                           .revoked_at = {},
                           .granted_by = {}},
                          shop.workshop.manager.person);
            return true;
        });
        return granted;
    }
    http::Response start(http::Principal const& who, std::string body = "{}") {
        return shop.workshop.call(who, "POST", "/api/v1/bookings/" + id + "/start", std::move(body),
                                  {{"idempotency-key", "start-" + std::to_string(++calls)}});
    }
    /// "missing", "unnamed" ... of the one violation; or the status and the code.
    std::string why(http::Response const& answer) {
        if (answer.status != 422) return std::to_string(answer.status) + " " + code_of(answer);
        auto const problem = json_of(answer);
        if (!problem.contains("violations")) return code_of(answer);
        auto const violation = problem.at("violations").as_array().at(0).as_object();
        EXPECT_EQ(text_of(violation, "code"), "not_authorised");
        return text_of(violation.at("numbers").as_object(), "reason");
    }
    void nothing_runs() {
        EXPECT_FALSE(shop.unit(laser).closed);
        EXPECT_TRUE(shop.sessions().empty());
        EXPECT_EQ(shop.state_of(id), "checked_in");
    }
    /// Of the desk's bookings too: the person whom the booking names.
    void runs(http::Principal const& who) {
        shop.workshop.ledger.write([&](store::Writer& writer) {
            return writer.execute("UPDATE booking SET operated_by = $2 WHERE facility_id = $1",
                                  shop.workshop.facility, who.person);
        });
    }
    std::string const vouch =
        R"({"overrides":[{"rule":"not_authorised","reason":"he taught the others"}]})";

    Shop shop{ledger(), telemetry()};
    MachineId laser;
    std::string id;
    int calls = 0;
};
KARKHANA_ON_BOTH_ENGINES(Hands);

TEST_P(Hands, WhoPressesStartMustBeAuthorised) {
    auto const& member = shop.workshop.member;
    EXPECT_EQ(why(start(member)), "missing");
    nothing_runs();
    auto const over = authorise(member, shop.workshop.clock.now() - 1s);
    EXPECT_EQ(why(start(member)), "expired");
    authorise(shop.workshop.other);
    EXPECT_EQ(why(start(member)), "expired") << "that of another is not theirs";
    nothing_runs();
    auto const good = authorise(member, shop.workshop.clock.now() + 1h);
    EXPECT_EQ(start(member).status, 200);
    EXPECT_TRUE(shop.unit(laser).closed);
    // Taken away while it pauses, it does not go on.
    ASSERT_EQ(shop.pause(id, "pause-1").status, 200);
    shop.workshop.ledger.write([&](store::Writer& writer) {
        for (auto const& each : {over, good})
            people::revoke(writer, shop.workshop.facility, each, shop.workshop.clock.now());
        return true;
    });
    EXPECT_EQ(why(start(member)), "missing");
    EXPECT_FALSE(shop.unit(laser).closed);
}

TEST_P(Hands, StaffStartForWhomTheBookingNames) {
    auto const& desk = shop.workshop.desk;
    EXPECT_EQ(why(start(desk)), "unnamed");
    runs(shop.workshop.member);
    EXPECT_EQ(why(start(desk)), "missing");
    nothing_runs();
    authorise(shop.workshop.member);
    EXPECT_EQ(start(desk).status, 200);
}

TEST_P(Hands, AnOperatorWhoAssistsRunsItAndIsNamed) {
    auto const refused = start(shop.workshop.desk);
    EXPECT_TRUE(json_of(refused).at("assisted_possible").as_bool());
    EXPECT_EQ(start(shop.workshop.member, R"({"assisted":true})").status, 403)
        << "a party cannot say that somebody helps";
    nothing_runs();
    auto const begun = start(shop.workshop.desk, R"({"assisted":true})");
    ASSERT_EQ(begun.status, 200) << begun.body;
    EXPECT_TRUE(json_of(begun).at("assisted").as_bool());
    EXPECT_EQ(text_of(json_of(begun).at("operated_by").as_object(), "id"),
              shop.workshop.desk.person.text());
    ASSERT_EQ(shop.pause(id, "pause-1").status, 200);
    EXPECT_EQ(start(shop.workshop.desk).status, 200) << "it stays so";
}

TEST_P(Hands, AManagerVouchesWithAReasonThatIsKept) {
    runs(shop.workshop.member);
    EXPECT_EQ(why(start(shop.workshop.desk, vouch)), "missing") << "an operator may not";
    auto const asked = json_of(start(shop.workshop.manager));
    EXPECT_TRUE(asked.at("violations").as_array().at(0).at("may_override").as_bool());
    EXPECT_EQ(why(start(shop.workshop.manager,
                        R"({"overrides":[{"rule":"not_authorised","reason":""}]})")),
              "missing_field")
        << "not without a reason";
    nothing_runs();
    auto const begun = start(shop.workshop.manager, vouch);
    ASSERT_EQ(begun.status, 200) << begun.body;
    auto const kept = json_of(begun).at("overrides").as_array().at(0).as_object();
    EXPECT_EQ(text_of(kept, "rule") + ": " + text_of(kept, "reason"),
              "not_authorised: he taught the others");
    EXPECT_EQ(text_of(kept.at("by").as_object(), "en"), "manager");
    EXPECT_EQ(shop.last_reason(id), "he taught the others");
    ASSERT_EQ(shop.pause(id, "pause-1").status, 200);
    EXPECT_EQ(start(shop.workshop.desk).status, 200) << "of this booking it was said";
}

TEST_P(Hands, NobodyVouchesForAnAge) {
    runs(shop.workshop.member);
    set("least_age", 18);
    authorise(shop.workshop.member);
    auto const born = [&](std::optional<std::string> const& day) {
        shop.workshop.ledger.write([&](store::Writer& writer) {
            std::optional<std::chrono::local_days> on;
            if (day) on = parse_date(*day).value();
            people::set_born_on(writer, shop.workshop.facility, shop.workshop.member.person, on);
            return true;
        });
    };
    EXPECT_EQ(why(start(shop.workshop.manager, vouch)), "age_unknown");
    born("2008-11-22");
    EXPECT_EQ(why(start(shop.workshop.manager, vouch)), "age");
    auto const asked = json_of(start(shop.workshop.manager));
    EXPECT_FALSE(asked.at("violations").as_array().at(0).at("may_override").as_bool());
    nothing_runs();
    born("2008-11-21");
    EXPECT_EQ(start(shop.workshop.manager).status, 200) << "eighteen today";
}

TEST_P(Hands, TheSettingSaysWhoOfTheStaffMayVouch) {
    runs(shop.workshop.member);
    set("override.start", 1);
    EXPECT_EQ(why(start(shop.workshop.manager, vouch)), "missing");
    EXPECT_EQ(start(shop.workshop.desk, vouch).status, 200);
}

}  // namespace
}  // namespace karkhana::metering
