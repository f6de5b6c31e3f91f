#include <gtest/gtest.h>

#include "server/people/first_people.hpp"
#include "server/people/sessions.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

using std::chrono::hours;

class BearerToken : public PeopleTest {
protected:
    std::string make(TokenRequest wanted) {
        return "Bearer " + create_token(services, here, std::move(wanted)).value();
    }
};
KARKHANA_ON_BOTH_ENGINES(BearerToken);

TEST_P(BearerToken, LetsAProgramInWithoutACookie) {
    auto const rina = add_person("rina", {{"accountant", {}}});
    auto const token = make({.login = "Rina", .label = "export"});
    EXPECT_TRUE(token.starts_with("Bearer karkhana_" + here.text() + "."));
    auto const answer = call("GET", "/api/v1/me", "", token);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(json_of(answer).at("person_id").as_string(), rina.id.text());
    EXPECT_EQ(json_of(answer).at("csrf_token").as_string(), "");
    auto const secret = token.substr(token.find('.') + 1);
    EXPECT_EQ(count("SELECT count(*) FROM api_token WHERE token_hash = '" + secret + "'"), 0);
}

TEST_P(BearerToken, MayDoLessThanItsPerson) {
    auto const shoes = add_enterprise("Rina Shoes");
    add_person("rina", {{"manager", {}}, {"member", shoes.id}});
    auto const all = make({.login = "rina"});
    auto const some = make({.login = "rina", .roles = {"manager"}});
    EXPECT_EQ(json_of(call("GET", "/api/v1/me", "", all)).at("roles").as_array().size(), 2u);
    auto const me = json_of(call("GET", "/api/v1/me", "", some));
    ASSERT_EQ(me.at("roles").as_array().size(), 1u);
    EXPECT_EQ(me.at("roles").as_array()[0].as_string(), "manager");
    EXPECT_TRUE(me.at("enterprises").as_array().empty());
    auto const member = make({.login = "rina", .roles = {"member"}});
    EXPECT_EQ(call("GET", "/api/v1/people", "", member).status, 403);
    EXPECT_EQ(call("GET", "/api/v1/people", "", some).status, 200);
}

TEST_P(BearerToken, LosesWhatItsPersonLost) {
    auto const rina = add_person("rina", {{"manager", {}}, {"operator", {}}});
    auto const token = make({.login = "rina"});
    EXPECT_EQ(call("GET", "/api/v1/people", "", token).status, 200);
    ledger().write([&](store::Writer& writer) {
        return writer.execute(
            "DELETE FROM role_grant WHERE facility_id = $1 AND person_id = $2 AND role = $3", here,
            rina.id, "manager");
    });
    EXPECT_EQ(call("GET", "/api/v1/people", "", token).status, 403);
    EXPECT_EQ(call("GET", "/api/v1/me", "", token).status, 200);
}

TEST_P(BearerToken, Expires) {
    add_person("rina", {{"manager", {}}});
    auto const token = make({.login = "rina", .lifetime = hours{24}});
    real_clock.advance(hours{24} - Duration{1});
    EXPECT_EQ(call("GET", "/api/v1/me", "", token).status, 200);
    real_clock.advance(Duration{1});
    EXPECT_EQ(call("GET", "/api/v1/me", "", token).status, 401);
    EXPECT_EQ(ledger().write([&](store::Writer& writer) {
        return forget_expired(writer, real_clock.now(), clock.now());
    }),
              1);
}

TEST_P(BearerToken, EndsWithADisabledPersonOrALogOut) {
    add_person("rina", {{"manager", {}}});
    auto const one = make({.login = "rina"});
    auto const other = make({.login = "rina"});
    EXPECT_EQ(call("DELETE", "/api/v1/session", "", one).status, 204);
    EXPECT_EQ(call("GET", "/api/v1/me", "", one).status, 401);
    EXPECT_EQ(call("GET", "/api/v1/me", "", other).status, 200);
    ASSERT_TRUE(set_disabled(services, here, "rina", true));
    EXPECT_EQ(call("GET", "/api/v1/me", "", other).status, 401);
}

TEST_P(BearerToken, IsOfOneFacility) {
    add_person("rina", {{"manager", {}}});
    add_person(elsewhere, "rina", {{"manager", {}}});
    auto token = make({.login = "rina"});
    token.replace(token.find(here.text()), 36, elsewhere.text());
    EXPECT_EQ(call("GET", "/api/v1/me", "", token).status, 401);
}

TEST_P(BearerToken, IsNotMadeOfWhatIsNotThere) {
    add_person("rina", {{"operator", {}}});
    auto const code = [&](TokenRequest wanted) {
        return create_token(services, here, std::move(wanted)).error().code;
    };
    EXPECT_EQ(code({.login = "nobody"}), "unknown_login");
    EXPECT_EQ(code({.login = "rina", .roles = {"manager"}}), "role_not_held");
    EXPECT_EQ(code({.login = "rina", .lifetime = hours{0}}), "bad_lifetime");
    EXPECT_EQ(code({.login = "rina", .lifetime = hours{24 * 366 * 6}}), "bad_lifetime");
    EXPECT_EQ(count("SELECT count(*) FROM api_token"), 0);
}

}  // namespace
}  // namespace karkhana::people
