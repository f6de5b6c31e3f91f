#include <atomic>
#include <set>
#include <thread>

#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

class WriteOnce : public PeopleTest {
protected:
    http::Request request(std::string key, std::string body = "{}",
                          std::string path = "/api/v1/enterprises") {
        http::Request made;
        made.method = "POST";
        made.path = std::move(path);
        made.body = std::move(body);
        made.principal = http::Principal{.facility = here, .person = person};
        if (!key.empty()) made.headers.emplace_back("idempotency-key", std::move(key));
        return made;
    }
    /// Adds an enterprise and answers with its id.
    http::Response create(http::Request const& asked) {
        return write_once(ledger(), clock, asked, [&](store::Writer& writer) {
            Enterprise const made{.id = ids.make<EnterpriseId>(), .name = {"Rina", "রিনা"}};
            insert_enterprise(writer, asked.principal->facility, made, clock.now());
            return http::json_response(201, boost::json::object{{"id", made.id.text()}})
                .with("ETag", "\"1\"");
        });
    }
    std::int64_t enterprises() { return count("SELECT count(*) FROM enterprise"); }

    PersonId person = ids.make<PersonId>();
};
KARKHANA_ON_BOTH_ENGINES(WriteOnce);

TEST_P(WriteOnce, ARepeatGetsTheSameBytes) {
    auto const first = create(request("key-00001"));
    clock.advance(std::chrono::hours{20});
    auto const again = create(request("key-00001"));
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.content_type, first.content_type);
    EXPECT_EQ(header_of(again, "ETag"), "\"1\"");
    EXPECT_EQ(header_of(first, "Idempotent-Replayed"), "");
    EXPECT_EQ(header_of(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(enterprises(), 1);
}

TEST_P(WriteOnce, AKeyIsOfOneRequest) {
    create(request("key-00001"));
    for (auto const& other :
         {request("key-00001", "{ }"), request("key-00001", "{}", "/api/v1/people")}) {
        auto const refused = create(other);
        EXPECT_EQ(refused.status, 422);
        EXPECT_EQ(code_of(refused), "idempotency_key_reused");
    }
    EXPECT_EQ(enterprises(), 1);
    EXPECT_EQ(create(request("key-00001")).status, 201);
}

TEST_P(WriteOnce, AKeyIsOfOnePersonInOneFacility) {
    create(request("key-00001"));
    auto other = request("key-00001");
    other.principal->person = ids.make<PersonId>();
    EXPECT_EQ(header_of(create(other), "Idempotent-Replayed"), "");
    auto foreign = request("key-00001");
    foreign.principal->facility = elsewhere;
    EXPECT_EQ(header_of(create(foreign), "Idempotent-Replayed"), "");
    EXPECT_EQ(enterprises(), 3);
}

TEST_P(WriteOnce, ARefusalUndoesEverythingAndMayBeTriedAgain) {
    auto const asked = request("key-00001");
    auto const refused = write_once(ledger(), clock, asked, [&](store::Writer& writer) {
        insert_enterprise(writer, here, {.id = ids.make<EnterpriseId>(), .name = {"a", "a"}},
                          clock.now());
        return http::problem({ErrorKind::conflict, "slot_taken", "", ""});
    });
    EXPECT_EQ(code_of(refused), "slot_taken");
    EXPECT_EQ(enterprises(), 0);
    EXPECT_EQ(count("SELECT count(*) FROM idempotency"), 0);
    EXPECT_EQ(header_of(create(asked), "Idempotent-Replayed"), "");
    EXPECT_EQ(enterprises(), 1);
}

TEST_P(WriteOnce, AnExceptionUndoesEverythingAndIsPassedOn) {
    auto const asked = request("key-00001");
    Enterprise const made{.id = ids.make<EnterpriseId>(), .name = {"a", "a"}};
    EXPECT_THROW(write_once(ledger(), clock, asked,
                            [&](store::Writer& writer) {
                                insert_enterprise(writer, here, made, clock.now());
                                insert_enterprise(writer, here, made, clock.now());
                                return http::json_response(201, boost::json::object{});
                            }),
                 store::ConstraintViolated);
    EXPECT_EQ(enterprises(), 0);
    EXPECT_EQ(create(asked).status, 201);
}

TEST_P(WriteOnce, WithoutAKeyEachRuns) {
    create(request(""));
    create(request(""));
    EXPECT_EQ(enterprises(), 2);
}

TEST_P(WriteOnce, NeitherKeyNorRequestIsKept) {
    create(request("a-very-secret-key", R"({"password":"kajol-moyna"})"));
    EXPECT_EQ(count("SELECT count(*) FROM idempotency WHERE key_hash LIKE '%secret%' "
                    "OR request_hash LIKE '%kajol%' OR body LIKE '%kajol%'"),
              0);
}

TEST_P(WriteOnce, ASecretIsShownOnceAndKeptNowhere) {
    auto const make = [&](http::Request const& asked) {
        return write_once(
            ledger(), clock, asked,
            [&](store::Writer& writer) {
                insert_enterprise(writer, here,
                                  {.id = ids.make<EnterpriseId>(), .name = {"Rina", "রিনা"}},
                                  clock.now());
                return http::json_response(201, boost::json::object{{"secret", "kajol"}})
                    .with("Location", "/kajol");
            },
            Keep::status);
    };
    EXPECT_EQ(make(request("key-00001")).body, R"({"secret":"kajol"})");
    EXPECT_EQ(count("SELECT count(*) FROM idempotency WHERE body <> '' OR headers LIKE '%kajol%'"),
              0);
    EXPECT_EQ(count("SELECT count(*) FROM idempotency WHERE status = 201"), 1);
    auto const again = make(request("key-00001"));
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(code_of(again), "secret_not_kept");
    EXPECT_EQ(code_of(make(request("key-00001", "{ }"))), "idempotency_key_reused");
    EXPECT_EQ(enterprises(), 1);
}

TEST_P(WriteOnce, ManyAtOnceHaveOneEffectAndOneAnswer) {
    std::vector<http::Response> answers(32);
    {
        std::vector<std::jthread> threads;
        for (auto& answer : answers)
            threads.emplace_back([&] { answer = create(request("key-00001")); });
    }
    std::set<std::string> bodies;
    int replayed = 0;
    for (auto const& answer : answers) {
        EXPECT_EQ(answer.status, 201);
        bodies.insert(answer.body);
        replayed += header_of(answer, "Idempotent-Replayed") == "true" ? 1 : 0;
    }
    EXPECT_EQ(bodies.size(), 1u);
    EXPECT_EQ(replayed, 31);
    EXPECT_EQ(enterprises(), 1);
}

TEST_P(WriteOnce, SurvivesARestart) {
    auto const first = create(request("key-00001"));
    reopen();
    EXPECT_EQ(create(request("key-00001")).body, first.body);
}

}  // namespace
}  // namespace karkhana::people
