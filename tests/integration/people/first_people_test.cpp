#include <gtest/gtest.h>
#include <set>

#include "server/people/audit.hpp"
#include "server/people/first_people.hpp"
#include "server/people/rules_password.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

class FirstPeople : public PeopleTest {};
KARKHANA_ON_BOTH_ENGINES(FirstPeople);

Person draft(std::string login, std::vector<RoleGrant> roles) {
    return {.login = std::move(login), .name = {"Rina", "রিনা"}, .roles = std::move(roles)};
}

TEST(ReadablePassword, HasNoLettersThatLookAlike) {
    auto const random = system_random();
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) {
        auto const password = readable_password(*random);
        EXPECT_EQ(password.size(), 10u);
        EXPECT_EQ(password.find_first_of("ilo01"), password.npos) << password;
        EXPECT_TRUE(acceptable_password(password, {"rina"})) << password;
        EXPECT_TRUE(seen.insert(password).second);
    }
}

TEST_P(FirstPeople, CanLogInWithWhatWasPrinted) {
    auto const shoes = add_enterprise("Rina Shoes");
    auto const made = create_first_people(
        services, here, {draft("Manager", {{"manager", {}}}), draft("me", {{"member", shoes.id}})});
    ASSERT_TRUE(made);
    ASSERT_EQ(made->size(), 2u);
    EXPECT_EQ((*made)[0].person.login, "manager");
    for (auto const& each : *made)
        EXPECT_EQ(try_log_in(each.person.login, each.password).status, 200);
    EXPECT_EQ(try_log_in("manager", (*made)[1].password).status, 401);
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'createPerson'"), 2);
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE after_json LIKE '%password%' "
                    "AND action <> 'createSession'"),
              0);
}

TEST_P(FirstPeople, AreAllMadeOrNone) {
    auto const foreign = add_enterprise("Foreign", elsewhere);
    auto const manager = draft("manager", {{"manager", {}}});
    auto const code = [&](std::vector<Person> people) {
        auto const made = create_first_people(services, here, std::move(people));
        return made ? "" : std::string{made.error().code};
    };
    EXPECT_EQ(code({manager, manager}), "login_taken");
    EXPECT_EQ(code({manager, draft("me", {{"member", foreign.id}})}), "unknown_enterprise");
    EXPECT_EQ(code({manager, draft("x", {{"manager", {}}})}), "bad_login");
    EXPECT_EQ(count("SELECT count(*) FROM person"), 0);
    EXPECT_EQ(count("SELECT count(*) FROM audit_event"), 0);
}

TEST_P(FirstPeople, AForgottenPasswordIsMadeAnewAndEndsSessions) {
    add_person("rina", {{"manager", {}}});
    auto const cookie = log_in("rina");
    auto const password = reset_password(services, here, "Rina");
    ASSERT_TRUE(password);
    EXPECT_EQ(call("GET", "/api/v1/me", "", cookie).status, 401);
    EXPECT_EQ(try_log_in("rina", "kajol-moyna").status, 401);
    EXPECT_EQ(try_log_in("rina", *password).status, 200);
    EXPECT_EQ(reset_password(services, elsewhere, "rina").error().code, "unknown_login");
    EXPECT_EQ(
        ledger().read([&](store::Reader& reader) { return first_broken_audit(reader, here); }),
        std::nullopt);
}

}  // namespace
}  // namespace karkhana::people
