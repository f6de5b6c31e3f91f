#include <gtest/gtest.h>

#include "server/people/profile.hpp"
#include "server/people/records.hpp"
#include "server/people/role_requests.hpp"
#include "server/people/sessions.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

class RoleGrants : public PeopleTest {
protected:
    void SetUp() override {
        add_person("manager", {{"manager", {}}});
        add_person("second", {{"administrator", {}}});
        rina = add_person("rina", {{"operator", {}}});
        manager = log_in("manager");
        second = log_in("second");
    }
    std::string path(std::string const& more = "") {
        return "/api/v1/people/" + rina.id.text() + "/roles" + more;
    }
    PersonId find(std::string_view login) {
        return ledger().read([&](store::Reader& reader) {
            return find_person_by_login(reader, here, login).value().id;
        });
    }
    std::vector<std::string> roles_of_rina() {
        return ledger().read(
            [&](store::Reader& reader) { return principal_of(reader, here, rina.id).roles; });
    }
    /// The one that waits.
    std::string the_request() {
        auto const list = json_of(call("GET", "/api/v1/role-requests", "", manager));
        for (auto const& each : list.at("items").as_array())
            if (each.as_object().at("decided_at").is_null())
                return std::string{each.as_object().at("id").as_string()};
        ADD_FAILURE() << "none waits";
        return {};
    }
    http::Response decide(std::string const& who, bool grant, std::string const& request) {
        return post(
            "/api/v1/role-requests/" + request + "/decide",
            std::string{R"({"reason":"known to us","grant":)"} + (grant ? "true}" : "false}"), who);
    }
    Person rina;
    std::string manager, second;
};
KARKHANA_ON_BOTH_ENGINES(RoleGrants);

TEST_P(RoleGrants, AnOrdinaryRoleIsGivenAtOnceAndTheSessionsEnd) {
    auto const cookie = log_in("rina");
    EXPECT_EQ(call("GET", "/api/v1/me", "", cookie).status, 200);
    auto const given = post(path(), R"({"role":"trainer","reason":"teaches"})", manager);
    ASSERT_EQ(given.status, 201) << given.body;
    EXPECT_EQ(roles_of_rina(), (std::vector<std::string>{"operator", "trainer"}));
    EXPECT_EQ(call("GET", "/api/v1/me", "", cookie).status, 401) << "rights changed";
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'grantRole' "
                    "AND reason = 'teaches' AND after_json LIKE '%trainer%'"),
              1);
}

TEST_P(RoleGrants, APowerfulRoleWaitsForASecondPerson) {
    for (auto const role : {"accountant", "manager", "administrator"}) {
        auto const asked =
            post(path(), std::string{R"({"reason":"needed","role":")"} + role + "\"}", manager);
        ASSERT_EQ(asked.status, 201) << asked.body;
        EXPECT_EQ(json_of(asked).at("pending_roles").as_array().at(0).as_string(), role);
        EXPECT_EQ(roles_of_rina(), (std::vector<std::string>{"operator"})) << role;
        auto const request = the_request();
        auto const self = decide(manager, true, request);
        EXPECT_EQ(self.status, 403);
        EXPECT_EQ(code_of(self), "second_person");
        EXPECT_EQ(decide(second, false, request).status, 200);
        EXPECT_EQ(code_of(decide(second, true, request)), "already_decided");
        EXPECT_EQ(roles_of_rina(), (std::vector<std::string>{"operator"})) << role;
    }
    ASSERT_EQ(post(path(), R"({"role":"manager","reason":"needed"})", manager).status, 201);
    EXPECT_EQ(code_of(post(path(), R"({"role":"manager","reason":"again"})", second)),
              "role_asked");
    EXPECT_EQ(decide(second, true, the_request()).status, 200);
    EXPECT_EQ(roles_of_rina(), (std::vector<std::string>{"operator", "manager"}));
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'decideRole'"), 4);
}

TEST_P(RoleGrants, NobodyGrantsThemselvesAndTheTablesHoldIt) {
    auto const asked = post(path(), R"({"role":"manager","reason":"needed"})", manager);
    ASSERT_EQ(asked.status, 201) << asked.body;
    auto const id = RoleRequestId::parse(the_request()).value();
    for (auto const& who : {rina.id, find("manager")})
        EXPECT_THROW(ledger().write([&](store::Writer& writer) {
            return decide_role_request(writer, here, id, who, true, clock.now());
        }),
                     store::ConstraintViolated);
    EXPECT_THROW(ledger().write([&](store::Writer& writer) {
        return writer.execute("DELETE FROM role_request WHERE facility_id = $1", here);
    }),
                 std::exception);
}

TEST_P(RoleGrants, ANewPersonHasAPowerfulRoleOnlyWhenSomebodyElseAgrees) {
    auto const made = post("/api/v1/people",
                           R"({"login":"boss","name":{"en":"B"},"password":"nodir-par-9",)"
                           R"("roles":[{"role":"desk"},{"role":"accountant"}]})",
                           manager);
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(json_of(made).at("roles").as_array().size(), 1u);
    EXPECT_EQ(json_of(made).at("pending_roles").as_array().size(), 1u);
    auto const cookie = cookie_of(try_log_in("boss", "nodir-par-9"));
    EXPECT_EQ(call("GET", "/api/v1/people", "", cookie).status, 403);
    EXPECT_EQ(decide(second, true, the_request()).status, 200);
    EXPECT_EQ(call("GET", "/api/v1/me", "", cookie).status, 401);
}

TEST_P(RoleGrants, ARoleIsTakenAtOnceButNotTheLastManagers) {
    auto const cookie = log_in("rina");
    auto const taken = post(path("/revoke"), R"({"role":"operator","reason":"left"})", manager);
    ASSERT_EQ(taken.status, 200) << taken.body;
    EXPECT_TRUE(roles_of_rina().empty());
    EXPECT_EQ(call("GET", "/api/v1/me", "", cookie).status, 401);
    EXPECT_EQ(code_of(post(path("/revoke"), R"({"role":"operator","reason":"left"})", manager)),
              "role_not_held");
    auto const own = "/api/v1/people/" + find("manager").text() + "/roles/revoke";
    EXPECT_EQ(code_of(post(own, R"({"role":"manager","reason":"tired"})", manager)),
              "last_manager");
}

TEST_P(RoleGrants, RolesThatWouldLeakAreNotHeldTogether) {
    auto const shoes = add_enterprise("Rina Shoes"), bags = add_enterprise("Bags");
    auto const ask = [&](std::string const& role, EnterpriseId const& id) {
        return post(path(),
                    R"({"reason":"hers","role":")" + role + R"(","enterprise_id":")" + id.text() +
                        "\"}",
                    manager);
    };
    EXPECT_EQ(ask("owner", shoes.id).status, 201);
    EXPECT_EQ(code_of(ask("member", bags.id)), "roles_apart");
    EXPECT_EQ(code_of(post(path(), R"({"role":"programme","reason":"x"})", manager)),
              "roles_apart");
    auto const foreign = add_enterprise("Foreign", elsewhere);
    EXPECT_EQ(code_of(ask("owner", foreign.id)), "unknown_enterprise");
    auto const theirs = add_person(elsewhere, "far", {{"operator", {}}});
    EXPECT_EQ(post("/api/v1/people/" + theirs.id.text() + "/roles",
                   R"({"role":"desk","reason":"x"})", manager)
                  .status,
              404);
}

TEST_P(RoleGrants, AnOfficerActsForTheMesOfTheOrganisationAndNoOther) {
    auto const shoes = add_enterprise("Rina Shoes"), bags = add_enterprise("Bags");
    Partner const partner{ids.make<PartnerId>(), {"Popi", "পপি"}};
    ledger().write([&](store::Writer& writer) {
        insert_partner(writer, here, partner, clock.now());
        auto [profile, version] = profile_of(writer, here, shoes.id);
        profile.partner = partner.id;
        return save_profile(writer, here, shoes.id, profile, version);
    });
    add_person("officer", {{"partner", std::nullopt, partner.id}});
    auto const officer = log_in("officer");
    auto const me = json_of(call("GET", "/api/v1/me", "", officer));
    ASSERT_EQ(me.at("enterprises").as_array().size(), 1u);
    auto const seen = json_of(call("GET", "/api/v1/enterprises", "", officer));
    ASSERT_EQ(seen.at("items").as_array().size(), 1u);
    EXPECT_EQ(seen.at("items").as_array()[0].as_object().at("id").as_string(), shoes.id.text());
    auto const found = json_of(call("GET", "/api/v1/enterprises?search=bags", "", officer));
    EXPECT_TRUE(found.at("items").as_array().empty());
}

TEST_P(RoleGrants, AnMeIsRegisteredWithWhatIsKnownOfIt) {
    auto const made = post("/api/v1/enterprises",
                           R"({"name":{"bn":"রিনা সু"},"known_as":"Rina apa","sector":"leather",)"
                           R"("district":"Kishoreganj","upazila":"Bhairab","formal":true,)"
                           R"("trade_licence":"TL-7"})",
                           manager);
    ASSERT_EQ(made.status, 201) << made.body;
    auto const id = EnterpriseId::parse(json_of(made).at("id").as_string()).value();
    auto const [profile, version] =
        ledger().read([&](store::Reader& reader) { return profile_of(reader, here, id); });
    EXPECT_EQ(profile.sector, "leather");
    EXPECT_EQ(profile.formal, true);
    EXPECT_EQ(json_of(call("GET", "/api/v1/enterprises?search=rina apa", "", manager))
                  .at("items")
                  .as_array()
                  .size(),
              1u)
        << "by what it is known as";
    auto const refused = [&](std::string const& more) {
        return code_of(post("/api/v1/enterprises", R"({"name":{"en":"X"},)" + more + "}", manager));
    };
    EXPECT_EQ(refused(R"("sector":"magic")"), "unknown_subsector");
    EXPECT_EQ(refused(R"("trade_licence":"TL-8")"), "licence_of_informal");
    EXPECT_EQ(refused(R"("partner_id":")" + ids.make<PartnerId>().text() + "\""),
              "unknown_partner");
    EXPECT_EQ(count("SELECT count(*) FROM enterprise"), 1) << "a refusal leaves nothing";
}

TEST_P(RoleGrants, AnAuditorCommentsAndNothingOfItIsEverChanged) {
    add_person("auditor", {{"auditor", {}}});
    auto const auditor = log_in("auditor");
    ASSERT_EQ(post("/api/v1/comments", R"({"subject":"invoice/7","text":"Who counted?"})", auditor)
                  .status,
              201);
    auto const list =
        json_of(call("GET", "/api/v1/comments?subject=invoice/7", "", manager)).at("items");
    ASSERT_EQ(list.as_array().size(), 1u);
    EXPECT_EQ(list.as_array()[0].as_object().at("text").as_string(), "Who counted?");
    EXPECT_EQ(post("/api/v1/partners", R"({"name":{"en":"P"}})", auditor).status, 403);
    EXPECT_THROW(ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE audit_comment SET text = 'x' WHERE facility_id = $1", here);
    }),
                 std::exception);
}

TEST(WomenLed, IsAMajorityOrAFifthWithAWomanWhoManages) {
    EXPECT_TRUE(is_women_led(51, false));
    EXPECT_FALSE(is_women_led(50, false));
    EXPECT_TRUE(is_women_led(20, true));
    EXPECT_FALSE(is_women_led(19, true));
    EXPECT_TRUE(is_women_led(100, true));
}

}  // namespace
}  // namespace karkhana::people
