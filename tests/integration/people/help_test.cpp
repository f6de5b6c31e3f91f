#include "server/people/first_people.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Who cannot get in, who comes in by a PIN, and who comes in first.
class Help : public PeopleTest {
protected:
    Help()
        : shoes(add_enterprise("Rina Shoes")),
          manager(add_person("manager", {{"manager", {}}})),
          rina(add_person("rina", {{"member", shoes.id}})) {
        add_person("operator", {{"operator", {}}});
        add_person("keeper", {{"accountant", {}}});
        ledger().write([&](store::Writer& writer) {
            return writer.execute(
                "UPDATE person SET phone = $3 WHERE facility_id = $1 AND person_id = $2", here,
                rina.id, "+8801712345678");
        });
    }

    std::string path(Person const& person, std::string const& what) {
        return "/api/v1/people/" + person.id.text() + "/" + what;
    }
    std::string said(http::Response const& answer, std::string_view key) {
        return std::string{json_of(answer).at(key).as_string()};
    }
    http::Response by_pin(std::string const& phone, std::string const& pin) {
        return call("POST", "/api/v1/session/pin",
                    R"({"phone":")" + phone + R"(","pin":")" + pin + R"("})");
    }
    std::string issue_pin() {
        auto const made = post(path(rina, "pin"), "", log_in("operator"));
        EXPECT_EQ(made.status, 200) << made.body;
        return said(made, "pin");
    }

    Enterprise const shoes;
    Person const manager;
    Person const rina;
};
KARKHANA_ON_BOTH_ENGINES(Help);

TEST_P(Help, AManagerHandsAMemberAPasswordForOneLogIn) {
    auto const old = log_in("rina");
    auto const desk = log_in("manager");
    auto const made = post(path(rina, "password"), "", desk);
    ASSERT_EQ(made.status, 200) << made.body;
    EXPECT_EQ(call("GET", "/api/v1/me", "", old).status, 401);
    auto const in = try_log_in("rina", said(made, "password"));
    EXPECT_EQ(said(in, "must"), "change_password");
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'resetPassword'"), 1);
    real_clock.advance(hours{24});
    EXPECT_EQ(code_of(try_log_in("rina", said(made, "password"))), "one_time_over");
    EXPECT_EQ(post(path(rina, "password"), "", log_in("operator")).status, 403);
}

TEST_P(Help, OneOfTheStaffIsHelpedByTwo) {
    auto const shut_out = log_in("manager");
    auto const keeper = log_in("keeper"), floor = log_in("operator");
    EXPECT_EQ(code_of(post(path(manager, "password"), "", shut_out)), "two_needed");
    EXPECT_EQ(code_of(post(path(manager, "recovery"), R"({"reason":"lost"})", shut_out)),
              "own_recovery");
    auto const asked = post(path(manager, "recovery"), R"({"reason":"lost the phone"})", keeper);
    ASSERT_EQ(asked.status, 201) << asked.body;
    auto const approve = "/api/v1/recoveries/" + said(asked, "id") + "/approve";
    EXPECT_EQ(code_of(post(approve, "", keeper)), "second_person_needed");
    EXPECT_EQ(code_of(post(approve, "", shut_out)), "own_recovery");
    EXPECT_EQ(call("GET", "/api/v1/me", "", shut_out).status, 200);
    auto const done = post(approve, "", floor);
    ASSERT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(call("GET", "/api/v1/me", "", shut_out).status, 401);
    EXPECT_EQ(code_of(post(approve, "", floor)), "recovery_done");
    EXPECT_EQ(said(try_log_in("manager", said(done, "password")), "must"), "change_password");
    auto const listed = json_of(call("GET", "/api/v1/recoveries", "", keeper));
    EXPECT_EQ(listed.at("items").at(0).at("state").as_string(), "approved");
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'approveRecovery' "
                    "AND reason = 'lost the phone'"),
              1);
    EXPECT_EQ(post(path(manager, "recovery"), R"({"reason":"x"})", log_in("rina")).status, 403);
}

TEST_P(Help, AWishForAWayInIsOverAfterADay) {
    auto const asked =
        post(path(manager, "recovery"), R"({"reason":"lost the phone"})", log_in("keeper"));
    clock.advance(hours{24});
    auto const approve = "/api/v1/recoveries/" + said(asked, "id") + "/approve";
    EXPECT_EQ(code_of(post(approve, "", log_in("operator"))), "recovery_over");
}

TEST_P(Help, APinLetsInToTheOwnMeAlone) {
    auto const pin = issue_pin();
    auto const in = by_pin("01712-345678", pin);
    ASSERT_EQ(in.status, 200) << in.body;
    auto const me = json_of(in);
    EXPECT_EQ(me.at("idle_minutes"), 5);
    EXPECT_EQ(me.at("roles").as_array().size(), 1u);
    EXPECT_EQ(call("GET", "/api/v1/people", "", cookie_of(in)).status, 403);
    real_clock.advance(minutes{5});
    EXPECT_EQ(call("GET", "/api/v1/me", "", cookie_of(in)).status, 401);
    auto const wrong = by_pin("01712345678", "000000");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(by_pin("01812345678", "000000").body, wrong.body);
    EXPECT_EQ(count("SELECT count(*) FROM person WHERE pin_hash LIKE '%" + pin + "%'"), 0);
}

TEST_P(Help, OfWhoIsStaffTooAPinOpensTheMeAlone) {
    ledger().write([&](store::Writer& writer) {
        return writer.execute("INSERT INTO role_grant (facility_id, person_id, position, role) "
                              "VALUES ($1, $2, 1, 'manager')",
                              here, rina.id);
    });
    auto const in = by_pin("01712345678", issue_pin());
    EXPECT_EQ(call("GET", "/api/v1/people", "", cookie_of(in)).status, 403);
    EXPECT_EQ(call("GET", "/api/v1/people", "", log_in("rina")).status, 200);
}

TEST_P(Help, WrongPinsWaitForMinutesAndThenForADay) {
    auto const pin = issue_pin();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(by_pin("01712345678", "40719").status, 401);
    EXPECT_EQ(header_of(by_pin("01712345678", pin), "Retry-After"), "300");
    real_clock.advance(minutes{5});
    for (int i = 0; i < 10; ++i) EXPECT_EQ(by_pin("01712345678", "40719").status, 401);
    real_clock.advance(minutes{5});
    EXPECT_EQ(by_pin("01712345678", pin).status, 429);
    auto const fresh = issue_pin();
    EXPECT_EQ(by_pin("01712345678", fresh).status, 200);
}

TEST_P(Help, APinIsChosenByItsOwner) {
    auto const mine = log_in("rina");
    auto const wish = [&](std::string const& pin) {
        return post("/api/v1/me/pin", R"({"password":"kajol-moyna","pin":")" + pin + R"("})", mine);
    };
    EXPECT_EQ(code_of(wish("12345")), "pin_too_simple");
    EXPECT_EQ(code_of(wish("4071")), "bad_pin");
    ASSERT_EQ(wish("৪০৭১৯").status, 200);
    EXPECT_EQ(by_pin("+8801712345678", "40719").status, 200);
    EXPECT_EQ(code_of(post("/api/v1/me/pin", R"({"password":"kajol-moyna","pin":"40719"})",
                           log_in("operator"))),
              "pin_for_members");
}

TEST_P(Help, TheFirstAdministratorNeedsTheCodeOfTheConsole) {
    auto const fresh = add_facility("sreepur");
    auto const needed = [&] {
        return json_of(call("GET", "/api/v1/set-up")).at("needed").as_bool();
    };
    auto const set_up_with = [&](std::string const& code, std::string const& password) {
        return call("POST", "/api/v1/set-up",
                    R"({"code":")" + code + R"(","login":"boss","name":{"en":"Boss"},)" +
                        R"("password":")" + password + R"("})");
    };
    EXPECT_FALSE(needed());
    EXPECT_EQ(code_of(set_up_with("x", "nodir-par-9")), "already_set_up");
    auto const code = set_up.open(fresh, *random, real_clock.now());
    EXPECT_TRUE(needed());
    EXPECT_EQ(code_of(set_up_with("wrong", "nodir-par-9")), "wrong_set_up_code");
    EXPECT_EQ(code_of(set_up_with(code, "sreepur1")), "password_too_common");
    auto const in = set_up_with(code, "nodir-par-9");
    ASSERT_EQ(in.status, 200) << in.body;
    EXPECT_EQ(call("GET", "/api/v1/people", "", cookie_of(in)).status, 200);
    EXPECT_FALSE(needed());
    EXPECT_EQ(code_of(set_up_with(code, "nodir-par-9")), "already_set_up");
    EXPECT_EQ(try_log_in("boss", "nodir-par-9").status, 200);
}

TEST_P(Help, TheCodeOfTheConsoleDiesOfTriesAndOfAge) {
    auto const fresh = add_facility("sreepur");
    auto code = set_up.open(fresh, *random, real_clock.now());
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(set_up.matches("wrong", real_clock.now()));
    EXPECT_FALSE(set_up.matches(code, real_clock.now()));
    code = set_up.open(fresh, *random, real_clock.now());
    EXPECT_TRUE(set_up.matches(code, real_clock.now() + hours{24} - minutes{1}));
    EXPECT_FALSE(set_up.matches(code, real_clock.now() + hours{24}));
    // Whoever was added by the command line meanwhile is there first.
    code = set_up.open(fresh, *random, real_clock.now());
    add_person(fresh, "quick", {{"manager", {}}});
    EXPECT_FALSE(json_of(call("GET", "/api/v1/set-up")).at("needed").as_bool());
}

}  // namespace
}  // namespace karkhana::people
