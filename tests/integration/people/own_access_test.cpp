#include "server/people/first_people.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class OwnAccess : public PeopleTest {
protected:
    OwnAccess() { add_person("rina", {{"manager", {}}}); }

    http::Response change(std::string const& old, std::string const& wanted,
                          std::string const& credential) {
        return post("/api/v1/me/password",
                    R"({"old_password":")" + old + R"(","password":")" + wanted + R"("})",
                    credential);
    }
    int me(std::string const& credential) {
        return call("GET", "/api/v1/me", "", credential).status;
    }
    boost::json::array items(std::string const& path, std::string const& credential) {
        return json_of(call("GET", "/api/v1/me/" + path, "", credential)).at("items").as_array();
    }
    std::string text_at(boost::json::value const& item, std::string_view key) {
        return std::string{item.as_object().at(key).as_string()};
    }
};
KARKHANA_ON_BOTH_ENGINES(OwnAccess);

TEST_P(OwnAccess, ANewPasswordEndsEveryOtherSessionAndRenewsThisOne) {
    auto const other = log_in("rina");
    auto const mine = log_in("rina");
    auto const answer = change("kajol-moyna", "nodir-par-9", mine);
    ASSERT_EQ(answer.status, 200) << answer.body;
    auto const fresh = cookie_of(answer);
    EXPECT_NE(fresh, mine);
    EXPECT_EQ(me(other), 401);
    EXPECT_EQ(me(mine), 401);
    EXPECT_EQ(me(fresh), 200);
    EXPECT_EQ(json_of(answer).at("csrf_token"),
              json_of(call("GET", "/api/v1/me", "", fresh)).at("csrf_token"));
    EXPECT_EQ(try_log_in("rina", "kajol-moyna").status, 401);
    EXPECT_EQ(try_log_in("rina", "nodir-par-9").status, 200);
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'changePassword' "
                    "AND after_json NOT LIKE '%nodir%'"),
              1);
}

TEST_P(OwnAccess, ANewPasswordIsRefusedForEachReason) {
    auto const mine = log_in("rina");
    EXPECT_EQ(code_of(change("kajol-mouna", "nodir-par-9", mine)), "wrong_password");
    EXPECT_EQ(code_of(change("kajol-moyna", "kajol-moyna", mine)), "password_unchanged");
    EXPECT_EQ(code_of(change("kajol-moyna", "bhairab1971", mine)), "password_too_common");
    EXPECT_EQ(code_of(change("kajol-moyna", "sunshine", mine)), "password_too_common");
    EXPECT_EQ(code_of(change("kajol-moyna", "kort", mine)), "password_too_short");
    auto const token = "Bearer " + create_token(services, here, {.login = "rina"}).value();
    EXPECT_EQ(code_of(change("kajol-moyna", "nodir-par-9", token)), "session_needed");
    EXPECT_EQ(me(mine), 200);
}

TEST_P(OwnAccess, GuessingTheOldPasswordCountsAsLoggingIn) {
    auto const mine = log_in("rina");
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(code_of(change("kajol-mouna", "nodir-par-9", mine)), "wrong_password");
    auto const refused = change("kajol-moyna", "nodir-par-9", mine);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header_of(refused, "Retry-After"), "300");
    EXPECT_EQ(try_log_in("rina", "kajol-moyna").status, 429);
}

TEST_P(OwnAccess, AFirstPasswordLetsInToTheChoiceOfAnotherAlone) {
    auto const manager = log_in("rina");
    ASSERT_EQ(post("/api/v1/people",
                   R"({"login":"moyna","name":{"en":"Moyna"},"password":"lal-gari-77",)"
                   R"("roles":[{"role":"operator"}]})",
                   manager)
                  .status,
              201);
    auto const first = try_log_in("moyna", "lal-gari-77");
    ASSERT_EQ(first.status, 200);
    EXPECT_EQ(json_of(first).at("must").as_string(), "change_password");
    EXPECT_TRUE(json_of(first).at("roles").as_array().empty());
    EXPECT_EQ(call("GET", "/api/v1/enterprises", "", cookie_of(first)).status, 403);
    auto const chosen = change("lal-gari-77", "nodir-par-9", cookie_of(first));
    ASSERT_EQ(chosen.status, 200) << chosen.body;
    EXPECT_TRUE(json_of(chosen).at("must").is_null());
    EXPECT_EQ(call("GET", "/api/v1/enterprises", "", cookie_of(chosen)).status, 200);
}

TEST_P(OwnAccess, AFirstPasswordIsOverAfterAWeek) {
    ASSERT_EQ(post("/api/v1/people",
                   R"({"login":"moyna","name":{"en":"Moyna"},"password":"lal-gari-77",)"
                   R"("roles":[{"role":"operator"}]})",
                   log_in("rina"))
                  .status,
              201);
    real_clock.advance(hours{7 * 24});
    EXPECT_EQ(code_of(try_log_in("moyna", "lal-gari-77")), "one_time_over");
    EXPECT_EQ(code_of(try_log_in("moyna", "lal-gari-78")), "bad_credentials");
}

TEST_P(OwnAccess, SessionsAreListedAndEnded) {
    user_agent = "Mozilla/5.0 (Linux; Android 10) Chrome/137.0 Mobile Safari/537.36";
    auto const phone = log_in("rina");
    real_clock.advance(minutes{2});
    user_agent = "";
    peer = "2001:db8::7";
    auto const mine = log_in("rina");
    auto const third = log_in("rina");
    auto const found = items("sessions", mine);
    ASSERT_EQ(found.size(), 3u);
    auto const& oldest = found[2];
    EXPECT_EQ(text_at(oldest, "device"), "Chrome, Android");
    EXPECT_EQ(text_at(oldest, "address"), "203.0.113.7");
    EXPECT_EQ(text_at(oldest, "how"), "password");
    EXPECT_FALSE(oldest.as_object().at("current").as_bool());
    EXPECT_EQ(
        std::ranges::count_if(found, [](auto const& one) { return one.at("current").as_bool(); }),
        1);
    auto const path = "/api/v1/me/sessions/" + text_at(oldest, "id") + "/end";
    EXPECT_EQ(post(path, "", mine).status, 200);
    EXPECT_EQ(me(phone), 401);
    EXPECT_EQ(post(path, "", mine).status, 404);
    EXPECT_EQ(post("/api/v1/me/other-sessions/end", "", mine).status, 200);
    EXPECT_EQ(me(third), 401);
    EXPECT_EQ(me(mine), 200);
}

TEST_P(OwnAccess, NobodyEndsAnothersSession) {
    add_person("moyna", {{"manager", {}}});
    auto const mine = log_in("rina");
    auto const hers = log_in("moyna");
    auto const id = text_at(items("sessions", hers)[0], "id");
    EXPECT_EQ(post("/api/v1/me/sessions/" + id + "/end", "", mine).status, 404);
    EXPECT_EQ(me(hers), 200);
    EXPECT_EQ(items("sessions", mine).size(), 1u);
}

TEST_P(OwnAccess, TokensAreMadeShownOnceAndRevoked) {
    auto const mine = log_in("rina");
    auto const body = [](std::string const& role, std::string const& only) {
        return R"({"label":"export","roles":[{"role":")" + role + R"("}],"read_only":)" + only +
               R"(,"days":30,"password":"kajol-moyna"})";
    };
    EXPECT_EQ(code_of(post("/api/v1/me/tokens", body("accountant", "true"), mine)),
              "role_not_held");
    auto const made = post("/api/v1/me/tokens", body("manager", "true"), mine);
    ASSERT_EQ(made.status, 201) << made.body;
    auto const reading = "Bearer " + text_at(json_of(made), "token");
    EXPECT_EQ(call("GET", "/api/v1/people", "", reading).status, 200);
    auto const shop = R"({"name":{"en":"Rina Shoes"}})";
    EXPECT_EQ(post("/api/v1/enterprises", shop, reading).status, 403);
    auto const whole = post("/api/v1/me/tokens", body("manager", "false"), mine);
    auto const writing = "Bearer " + text_at(json_of(whole), "token");
    EXPECT_EQ(post("/api/v1/enterprises", shop, writing).status, 201);
    EXPECT_EQ(code_of(post("/api/v1/me/tokens", body("manager", "false"), writing)),
              "session_needed");
    auto const found = items("tokens", mine);
    ASSERT_EQ(found.size(), 2u);
    for (auto const& one : found) EXPECT_FALSE(one.as_object().contains("token"));
    auto const id = text_at(json_of(made), "id");
    EXPECT_EQ(post("/api/v1/me/tokens/" + id + "/revoke", "", mine).status, 200);
    EXPECT_EQ(me(reading), 401);
    EXPECT_EQ(me(writing), 200);
    real_clock.advance(hours{30 * 24});
    EXPECT_EQ(me(writing), 401);
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'createToken' "
                    "AND after_json LIKE '%karkhana_%'"),
              0);
}

TEST_P(OwnAccess, HowLongALogInLastsIsTheFacilitysToSay) {
    auto const mine = log_in("rina");
    auto const settings = [](int idle, std::string_view factor) {
        return R"({"desk_idle_minutes":)" + std::to_string(idle) +
               R"(,"desk_hours":9,"floor_idle_minutes":60,"floor_hours":24,)"
               R"("shared_idle_minutes":2,"second_factor":)" +
               std::string{factor} + "}";
    };
    EXPECT_EQ(json_of(call("GET", "/api/v1/access-settings", "", mine)).at("desk_idle_minutes"),
              30);
    EXPECT_EQ(post("/api/v1/access-settings", settings(4, "false"), mine).status, 422);
    ASSERT_EQ(post("/api/v1/access-settings", settings(45, "false"), mine).status, 200);
    EXPECT_EQ(json_of(call("GET", "/api/v1/me", "", mine)).at("idle_minutes"), 45);
    real_clock.advance(minutes{44});
    EXPECT_EQ(me(mine), 200);
    add_person("moyna", {{"operator", {}}});
    auto const floor = log_in("moyna");
    EXPECT_EQ(post("/api/v1/access-settings", settings(45, "false"), floor).status, 403);
    real_clock.advance(minutes{60});
    EXPECT_EQ(me(floor), 401);
}

}  // namespace
}  // namespace karkhana::people
