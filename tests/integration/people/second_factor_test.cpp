#include "server/people/first_people.hpp"
#include "server/people/seal.hpp"
#include "server/people/second_factor.hpp"
#include "server/people/totp.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class SecondFactorTest : public PeopleTest {
protected:
    SecondFactorTest() : rina(add_person("rina", {{"manager", {}}})) {}

    std::string code(int steps = 0) {
        auto const factor = ledger().read(
            [&](store::Reader& reader) { return find_second_factor(reader, here, rina.id); });
        auto const secret =
            unseal(services.key, here.text() + "/" + rina.id.text(), factor.value().sealed);
        return totp_code(secret.value(), totp_step(real_clock.now() + seconds{30} * steps));
    }
    http::Response log_in_with(std::string const& typed,
                               std::string const& password = "kajol-moyna") {
        return call("POST", "/api/v1/session",
                    R"({"login":"rina","password":")" + password + R"(","code":")" + typed +
                        R"("})");
    }
    http::Response begin(std::string const& cookie) {
        return post("/api/v1/me/second-factor", R"({"password":"kajol-moyna"})", cookie);
    }
    http::Response confirm(std::string const& typed, std::string const& cookie) {
        return post("/api/v1/me/second-factor/confirm", R"({"code":")" + typed + R"("})", cookie);
    }
    /// Enrols; the recovery codes.
    std::vector<std::string> enrol(std::string const& cookie) {
        EXPECT_EQ(begin(cookie).status, 201);
        auto const answer = confirm(code(), cookie);
        EXPECT_EQ(answer.status, 200) << answer.body;
        std::vector<std::string> codes;
        auto const kept = json_of(answer);
        for (auto const& each : kept.at("recovery_codes").as_array())
            codes.emplace_back(each.as_string());
        real_clock.advance(seconds{30});  // that code was taken
        return codes;
    }

    Person const rina;
};
KARKHANA_ON_BOTH_ENGINES(SecondFactorTest);

TEST_P(SecondFactorTest, IsAskedOnceItIsConfirmed) {
    auto const cookie = log_in("rina");
    auto const other = log_in("rina");
    auto const begun = begin(cookie);
    ASSERT_EQ(begun.status, 201) << begun.body;
    EXPECT_TRUE(std::string{json_of(begun).at("uri").as_string()}.starts_with(
        "otpauth://totp/Karkhana%20bhairab:rina?secret="));
    EXPECT_EQ(try_log_in("rina", "kajol-moyna").status, 200);  // not yet
    EXPECT_EQ(code_of(confirm("000000", cookie)), "bad_code");
    auto const confirmed = confirm(code(), cookie);
    ASSERT_EQ(confirmed.status, 200);
    EXPECT_EQ(json_of(confirmed).at("recovery_codes").as_array().size(), 10u);
    EXPECT_EQ(call("GET", "/api/v1/me", "", other).status, 401);
    EXPECT_EQ(call("GET", "/api/v1/me", "", cookie).status, 200);
    EXPECT_EQ(code_of(try_log_in("rina", "kajol-moyna")), "code_needed");
    EXPECT_EQ(code_of(begin(cookie)), "has_second_factor");
    real_clock.advance(seconds{30});
    EXPECT_EQ(log_in_with(code()).status, 200);
}

TEST_P(SecondFactorTest, IsNotAskedOfWhoDoesNotKnowThePassword) {
    enrol(log_in("rina"));
    EXPECT_EQ(code_of(log_in_with(code(), "kajol-mouna")), "bad_credentials");
    EXPECT_EQ(code_of(try_log_in("rina", "kajol-mouna")), "bad_credentials");
}

TEST_P(SecondFactorTest, ACodeIsTakenOnce) {
    enrol(log_in("rina"));
    auto const now = code();
    EXPECT_EQ(log_in_with(now).status, 200);
    EXPECT_EQ(code_of(log_in_with(now)), "bad_code");
    EXPECT_EQ(code_of(log_in_with(code(-1))), "bad_code");
    EXPECT_EQ(log_in_with(code(1)).status, 200);  // a clock that is fast
    EXPECT_EQ(code_of(log_in_with(code(2))), "bad_code");
}

TEST_P(SecondFactorTest, ARecoveryCodeIsTakenOnce) {
    auto const cookie = log_in("rina");
    auto const codes = enrol(cookie);
    EXPECT_EQ(log_in_with(codes[3].substr(0, 5) + "-" + codes[3].substr(5)).status, 200);
    EXPECT_EQ(code_of(log_in_with(codes[3])), "bad_code");
    EXPECT_EQ(log_in_with(codes[4]).status, 200);
    EXPECT_EQ(json_of(call("GET", "/api/v1/me/access", "", cookie)).at("recovery_codes"), 8);
    EXPECT_EQ(count("SELECT count(*) FROM recovery_code WHERE code_hash = '" + codes[5] + "'"), 0);
}

TEST_P(SecondFactorTest, WrongCodesCountAsTriesAndAbsentOnesDoNot) {
    enrol(log_in("rina"));
    for (int i = 0; i < 12; ++i)
        EXPECT_EQ(code_of(try_log_in("rina", "kajol-moyna")), "code_needed");
    for (int i = 0; i < 10; ++i) EXPECT_EQ(code_of(log_in_with("000000")), "bad_code");
    EXPECT_EQ(log_in_with(code()).status, 429);
    real_clock.advance(minutes{5});
    EXPECT_EQ(log_in_with(code()).status, 200);
}

TEST_P(SecondFactorTest, WithAnotherKeyNoCodeIsRight) {
    auto const codes = enrol(log_in("rina"));
    auto const now = code();
    services.key = std::string(64, 'x');
    EXPECT_EQ(code_of(log_in_with(now)), "bad_code");
    EXPECT_EQ(code_of(log_in_with(codes[0])), "bad_code");
}

TEST_P(SecondFactorTest, GoesWithThePasswordAndWithTheCommandLine) {
    auto const cookie = log_in("rina");
    enrol(cookie);
    EXPECT_EQ(
        code_of(post("/api/v1/me/second-factor/remove", R"({"password":"guess-it"})", cookie)),
        "wrong_password");
    EXPECT_EQ(
        post("/api/v1/me/second-factor/remove", R"({"password":"kajol-moyna"})", cookie).status,
        200);
    EXPECT_EQ(try_log_in("rina", "kajol-moyna").status, 200);
    enrol(cookie);
    auto const fresh = reset_password(services, here, "rina").value();
    EXPECT_EQ(try_log_in("rina", fresh).status, 200);
    EXPECT_EQ(count("SELECT count(*) FROM recovery_code"), 0);
}

TEST_P(SecondFactorTest, TheOfficeMayHaveToHaveOne) {
    add_person("moyna", {{"operator", {}}});
    auto const cookie = log_in("rina");
    auto const floor = log_in("moyna");
    ASSERT_EQ(post("/api/v1/access-settings",
                   R"({"desk_idle_minutes":30,"desk_hours":8,"floor_idle_minutes":720,)"
                   R"("floor_hours":168,"shared_idle_minutes":5,"second_factor":true})",
                   cookie)
                  .status,
              200);
    auto const me = json_of(call("GET", "/api/v1/me", "", cookie));
    EXPECT_EQ(me.at("must").as_string(), "set_up_code");
    EXPECT_EQ(call("GET", "/api/v1/people", "", cookie).status, 403);
    EXPECT_EQ(call("GET", "/api/v1/enterprises", "", floor).status, 200);
    enrol(cookie);
    EXPECT_EQ(call("GET", "/api/v1/people", "", cookie).status, 200);
    EXPECT_TRUE(json_of(call("GET", "/api/v1/me", "", cookie)).at("must").is_null());
}

}  // namespace
}  // namespace karkhana::people
