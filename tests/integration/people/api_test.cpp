#include <gtest/gtest.h>

#include "server/people/sessions.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

class PeopleApi : public PeopleTest {
protected:
    void SetUp() override {
        add_person("manager", {{"manager", {}}});
        manager = log_in("manager");
    }
    std::string at_the_desk() {
        add_person("desk" + std::to_string(++desks_), {{"operator", {}}});
        return log_in("desk" + std::to_string(desks_));
    }
    std::string manager;

private:
    int desks_ = 0;
};
KARKHANA_ON_BOTH_ENGINES(PeopleApi);

std::string text(boost::json::object const& object, std::string_view key) {
    return std::string{object.at(key).as_string()};
}

TEST_P(PeopleApi, MeSaysWhoIAmAndWhatIMayDo) {
    auto const shoes = add_enterprise("Rina Shoes");
    add_person("rina", {{"member", shoes.id}});
    auto const logged_in = try_log_in("rina", "kajol-moyna");
    auto const cookie = cookie_of(logged_in);
    auto const me = json_of(call("GET", "/api/v1/me", "", cookie));
    EXPECT_EQ(me, json_of(logged_in));
    EXPECT_EQ(text(me, "login"), "rina");
    EXPECT_EQ(text(me, "language"), "bn");
    EXPECT_EQ(me.at("roles").as_array()[0].as_string(), "member");
    EXPECT_EQ(me.at("enterprises").as_array()[0].as_object().at("id").as_string(), shoes.id.text());
    EXPECT_EQ(text(me.at("facility").as_object(), "slug"), "bhairab");
    EXPECT_EQ(me.at("facility").as_object().at("opening_hours").as_array().size(), 1u);
    EXPECT_EQ(text(me, "csrf_token"), csrf_of(*Credential::parse(cookie.substr(9))));
    EXPECT_EQ(text(me, "now"), to_rfc3339(clock.now(), Zone::find("Asia/Dhaka").value()));
    EXPECT_EQ(me.at("clock_speed").as_int64(), 60);
    bool books = false, pays = false;
    for (auto const& operation : me.at("operations").as_array()) {
        books |= operation.as_string() == "createBooking";
        pays |= operation.as_string() == "createPayment";
    }
    EXPECT_TRUE(books);
    EXPECT_FALSE(pays);
}

TEST_P(PeopleApi, EnterprisesAreRegisteredAndFound) {
    auto const made = post("/api/v1/enterprises",
                           R"({"name":{"en":"Rina Shoes","bn":"রিনা সু"},"phone":"০১৭১২-৩৪৫৬৭৮",)"
                           R"("place":"Kamalpur","women_led":true})",
                           manager);
    ASSERT_EQ(made.status, 201) << made.body;
    auto const shoes = json_of(made);
    EXPECT_EQ(text(shoes, "phone"), "+8801712345678");
    EXPECT_EQ(text(shoes, "state"), "active");
    EXPECT_EQ(shoes.at("balance").as_object().at("amount").as_int64(), 0);
    add_enterprise("Moyna Bags");
    add_enterprise("Rina elsewhere", elsewhere);
    balances[EnterpriseId::parse(text(shoes, "id")).value()] = Money{101'775};
    for (auto const search : {"rina", "5678", "kamal", "রিনা"}) {
        auto const found =
            json_of(call("GET", std::string{"/api/v1/enterprises?search="} + search, "", manager));
        ASSERT_EQ(found.at("items").as_array().size(), 1u) << search;
        auto const& first = found.at("items").as_array()[0].as_object();
        EXPECT_EQ(text(first, "id"), text(shoes, "id"));
        EXPECT_EQ(first.at("balance").as_object().at("amount").as_int64(), 101'775);
        EXPECT_TRUE(found.at("next").is_null());
    }
    for (auto const search : {"%", "_", "nobody"})
        EXPECT_TRUE(
            json_of(call("GET", std::string{"/api/v1/enterprises?search="} + search, "", manager))
                .at("items")
                .as_array()
                .empty())
            << search;
}

TEST_P(PeopleApi, WhoStandsAtTheDeskIsFoundByFourDigits) {
    auto const desk = at_the_desk();
    auto const register_as = [&](std::string const& name, std::string const& phone) {
        auto const made =
            post("/api/v1/enterprises",
                 R"({"name":{"en":")" + name + R"("},"phone":")" + phone + R"("})", desk);
        EXPECT_EQ(made.status, 201) << made.body;
        return text(json_of(made), "id");
    };
    auto const rina = register_as("Rina Shoes", "01712345678");
    register_as("Moyna Bags", "01812349678");
    auto const sister = register_as("Rina's sister", "01912345678");
    add_enterprise("Nobody's number");
    services.next_bookings = [&](store::Reader&, FacilityId const&,
                                 std::vector<EnterpriseId> const& asked, Instant now) {
        EXPECT_EQ(asked.size(), 2u);
        return std::unordered_map<EnterpriseId, Instant>{
            {EnterpriseId::parse(sister).value(), now + std::chrono::hours{2}}};
    };
    for (auto const digits : {"5678", "৫৬৭৮", "৫6৭8"}) {
        auto const found =
            json_of(call("GET", std::string{"/api/v1/enterprises?last4="} + digits, "", manager));
        auto const& items = found.at("items").as_array();
        ASSERT_EQ(items.size(), 2u) << digits;
        EXPECT_EQ(text(items[1].as_object(), "id"), sister);
        EXPECT_EQ(
            text(items[1].as_object(), "next_booking_at"),
            to_rfc3339(clock.now() + std::chrono::hours{2}, Zone::find("Asia/Dhaka").value()));
        EXPECT_EQ(text(items[0].as_object(), "id"), rina) << "by name";
        EXPECT_TRUE(items[0].as_object().at("next_booking_at").is_null());
    }
    for (auto const query : {"last4=567", "last4=56789", "last4=abcd", "card=x", "card=a%b%c",
                             "last4=5678&search=rina", "card=1234&last4=5678"})
        EXPECT_EQ(call("GET", std::string{"/api/v1/enterprises?"} + query, "", manager).status, 422)
            << query;
    add_person(elsewhere, "spy", {{"manager", {}}});
    services.next_bookings = {};
    EXPECT_TRUE(json_of(call("GET", "/api/v1/enterprises?last4=5678", "", log_in("spy")))
                    .at("items")
                    .as_array()
                    .empty());
}

TEST_P(PeopleApi, EnterprisesArePagedByName) {
    for (auto const name : {"Delta", "alpha", "Charlie", "bravo", "Echo"}) add_enterprise(name);
    std::string cursor, names;
    for (int page = 0; page < 3; ++page) {
        auto const found =
            json_of(call("GET", "/api/v1/enterprises?limit=2" + cursor, "", manager));
        for (auto const& item : found.at("items").as_array())
            names += text(item.as_object().at("name").as_object(), "en") + " ";
        ASSERT_EQ(found.at("next").is_null(), page == 2);
        if (page < 2) cursor = "&cursor=" + text(found, "next");
    }
    EXPECT_EQ(names, "alpha bravo Charlie Delta Echo ");
}

TEST_P(PeopleApi, WrongListParametersAreRefused) {
    for (auto const query :
         {"limit=0", "limit=201", "limit=x", "limit=1e9", "limit=", "cursor=drop", "search=\xFF"})
        EXPECT_EQ(call("GET", std::string{"/api/v1/enterprises?"} + query, "", manager).status, 422)
            << query;
    for (auto const query : {"cursor=x", "cursor=-1", "cursor=99999999999999999999"})
        EXPECT_EQ(call("GET", std::string{"/api/v1/audit?"} + query, "", manager).status, 422)
            << query;
    auto const unknown = EnterpriseId{Uuid::version7(5, {})}.text();
    EXPECT_EQ(call("GET", "/api/v1/enterprises?cursor=" + unknown, "", manager).status, 200);
}

TEST_P(PeopleApi, PeopleAreAddedAndCanLogIn) {
    auto const shoes = add_enterprise("Rina Shoes");
    auto const body = R"({"login":"Rina","name":{"en":"Rina"},"password":"nodir-par-9",)"
                      R"("language":"en","phone":"01712345678","roles":[{"role":"member",)"
                      R"("enterprise_id":")" +
                      shoes.id.text() + R"("}]})";
    auto const made = post("/api/v1/people", body, manager);
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.body.find("nodir"), made.body.npos);
    EXPECT_EQ(text(json_of(made), "login"), "rina");
    EXPECT_EQ(try_log_in("rina", "nodir-par-9").status, 200);
    auto const again = post("/api/v1/people", body, manager);
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(code_of(again), "login_taken");
    auto const people = json_of(call("GET", "/api/v1/people", "", manager));
    ASSERT_EQ(people.at("items").as_array().size(), 2u);
    EXPECT_EQ(people.at("items").as_array()[1].as_object(), json_of(made));
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'createPerson' "
                    "AND after_json NOT LIKE '%nodir%'"),
              1);
}

TEST_P(PeopleApi, ABirthDateIsWrittenDownByTheManagerAndKeptInTheTrail) {
    auto const made = post("/api/v1/people",
                           R"({"login":"rina","name":{"en":"Rina"},"password":"nodir-par-9",)"
                           R"("born_on":"1990-05-14","roles":[{"role":"operator"}]})",
                           manager);
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(text(json_of(made), "born_on"), "1990-05-14");
    auto const path = "/api/v1/people/" + text(json_of(made), "id") + "/birth";
    auto const changed = post(path, R"({"born_on":"1991-05-14"})", manager);
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(text(json_of(changed), "born_on"), "1991-05-14");
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'changeBirth' "
                    "AND before_json LIKE '%1990-05-14%' AND after_json LIKE '%1991-05-14%'"),
              1);
    auto const listed = [&] {
        auto const people = json_of(call("GET", "/api/v1/people", "", manager));
        return people.at("items").as_array()[1].as_object().at("born_on");
    };
    EXPECT_EQ(listed().as_string(), "1991-05-14");
    EXPECT_EQ(post(path, R"({"born_on":null})", manager).status, 200);
    EXPECT_TRUE(listed().is_null()) << "not known";
    auto const desk = cookie_of(try_log_in("rina", "nodir-par-9"));
    EXPECT_EQ(post(path, R"({"born_on":"1991-05-14"})", desk).status, 403);
    EXPECT_EQ(call("GET", "/api/v1/me", "", desk).body.find("born"), std::string::npos);
    EXPECT_EQ(post("/api/v1/people/" + ids.make<PersonId>().text() + "/birth",
                   R"({"born_on":"1991-05-14"})", manager)
                  .status,
              404);
}

TEST_P(PeopleApi, ABirthDateThatCannotBeIsRefused) {
    auto const me = json_of(call("GET", "/api/v1/me", "", manager));
    auto const path = "/api/v1/people/" + text(me, "person_id") + "/birth";
    auto const zone = Zone::find("Asia/Dhaka").value();
    auto const today = local_day(zone, clock.now());
    auto const born = [&](std::string const& day) {
        return post(path, R"({"born_on":")" + day + "\"}", manager);
    };
    EXPECT_EQ(born(to_date(today)).status, 200) << "today, here and not in Greenwich";
    EXPECT_EQ(code_of(born(to_date(today + std::chrono::days{1}))), "born_later");
    EXPECT_EQ(code_of(born("1899-12-31")), "born_too_early");
    EXPECT_EQ(born("1900-01-01").status, 200);
    for (auto const day : {"1990", "14-05-1990", "1990-02-30", "soon"})
        EXPECT_EQ(code_of(born(day)), "bad_date") << day;
    EXPECT_EQ(code_of(post("/api/v1/people",
                           R"({"login":"x2","name":{"en":"X"},"password":"nodir-par-9",)"
                           R"("born_on":"2999-01-01","roles":[{"role":"operator"}]})",
                           manager)),
              "born_later");
}

TEST_P(PeopleApi, APersonThatMakesNoSenseIsRefused) {
    auto const foreign = add_enterprise("Foreign", elsewhere);
    auto const person = [](std::string const& change) {
        return R"({"login":"rina","name":{"en":"Rina"},"password":"nodir-par-9",)" + change + "}";
    };
    auto const grant = [&](std::string const& enterprise) {
        return person(R"("roles":[{"role":"member","enterprise_id":")" + enterprise + R"("}])");
    };
    struct Row {
        std::string body;
        std::string code;
    };
    for (auto const& [body, code] : std::vector<Row>{
             {person(R"("roles":[])"), "role_missing"},
             {person(R"("roles":[{"role":"admin"}])"), "unknown_role"},
             {person(R"("roles":[{"role":"member"}])"), "enterprise_missing"},
             {person(R"("roles":[{"role":"manager","person_id":"x"}])"), "unknown_field"},
             {person(R"("roles":[{"role":"manager"}],"facility_id":"x")"), "unknown_field"},
             {person(R"("roles":[{"role":"manager"}],"disabled":0)"), "unknown_field"},
             {person(R"("roles":[{"role":"manager"}],"language":"fr")"), "bad_language"},
             {person(R"("roles":[{"role":"manager"}],"phone":"12")"), "bad_phone"},
             {grant(foreign.id.text()), "unknown_enterprise"},
             {grant(ids.make<EnterpriseId>().text()), "unknown_enterprise"},
             {grant("drop"), "bad_id"},
             {R"({"login":"rina","name":"Rina","password":"nodir-par-9","roles":[]})",
              "object_required"},
             {R"({"login":"rina","name":{"fr":"R"},"password":"nodir-par-9","roles":[]})",
              "unknown_field"},
             {R"({"login":"rina","name":{},"password":"nodir-par-9","roles":[]})", "name_missing"},
             {R"({"login":"rina","name":{"en":"R"},"password":"12345678",)"
              R"("roles":[{"role":"manager"}]})",
              "password_too_common"}}) {
        auto const refused = post("/api/v1/people", body, manager);
        EXPECT_EQ(refused.status, 422) << body;
        EXPECT_EQ(code_of(refused), code) << refused.body;
    }
    EXPECT_EQ(count("SELECT count(*) FROM person"), 1);
}

TEST_P(PeopleApi, TheTrailIsPagedNewestFirst) {
    for (int i = 0; i < 3; ++i) add_person("p" + std::to_string(i), {{"operator", {}}});
    for (int i = 0; i < 3; ++i) log_in("p" + std::to_string(i));
    auto const first = json_of(call("GET", "/api/v1/audit?limit=3", "", manager));
    ASSERT_EQ(first.at("items").as_array().size(), 3u);
    EXPECT_EQ(first.at("items").as_array()[0].as_object().at("sequence").as_int64(), 4);
    EXPECT_EQ(text(first, "next"), "2");
    auto const second = json_of(call("GET", "/api/v1/audit?limit=3&cursor=2", "", manager));
    ASSERT_EQ(second.at("items").as_array().size(), 1u);
    EXPECT_TRUE(second.at("next").is_null());
    auto const& oldest = second.at("items").as_array()[0].as_object();
    EXPECT_EQ(text(oldest, "action"), "createSession");
    EXPECT_TRUE(oldest.at("before").is_null());
    EXPECT_EQ(text(oldest, "hash").size(), 64u);
}

TEST_P(PeopleApi, OneFacilityDoesNotSeeAnother) {
    add_person(elsewhere, "spy", {{"manager", {}}});
    add_enterprise("Rina Shoes");
    auto const spy = log_in("spy");
    EXPECT_TRUE(
        json_of(call("GET", "/api/v1/enterprises", "", spy)).at("items").as_array().empty());
    EXPECT_EQ(json_of(call("GET", "/api/v1/people", "", spy)).at("items").as_array().size(), 1u);
    EXPECT_EQ(json_of(call("GET", "/api/v1/audit", "", spy)).at("items").as_array().size(), 1u);
    EXPECT_EQ(text(json_of(call("GET", "/api/v1/me", "", spy)).at("facility").as_object(), "slug"),
              "bogura");
}

TEST_P(PeopleApi, RolesAreKeptApart) {
    auto const shoes = add_enterprise("Rina Shoes");
    add_person("operator", {{"operator", {}}});
    add_person("rina", {{"member", shoes.id}});
    auto const at_the_machine = log_in("operator");
    auto const member = log_in("rina");
    EXPECT_EQ(call("GET", "/api/v1/enterprises", "", at_the_machine).status, 200);
    EXPECT_EQ(call("GET", "/api/v1/people", "", at_the_machine).status, 403);
    for (auto const path : {"/api/v1/enterprises", "/api/v1/people", "/api/v1/audit"}) {
        EXPECT_EQ(call("GET", path, "", member).status, 403) << path;
        EXPECT_EQ(call("GET", path).status, 401) << path;
    }
    EXPECT_EQ(post("/api/v1/people", "{}", at_the_machine).status, 403);
}

}  // namespace
}  // namespace karkhana::people
