#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/http/router.hpp"
#include "server/notify/api.hpp"
#include "tests/integration/notify/notify_fixture.hpp"

namespace karkhana::notify {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

/// The routes of notify as the dispatcher calls them.
class NotifyApi : public NotifyTest {
protected:
    NotifyApi() { add_routes(router, services); }

    http::Principal who(people::Person const& person) {
        http::Principal found{.facility = here, .person = person.id};
        for (auto const& grant : person.roles) {
            found.roles.push_back(grant.role);
            if (grant.enterprise) found.enterprises.push_back(*grant.enterprise);
        }
        return found;
    }
    http::Response call(people::Person const& person, std::string method, std::string path,
                        std::string body = {}) {
        http::Request request{.method = std::move(method), .path = std::move(path)};
        request.headers = {{"content-type", "application/json"},
                           {"idempotency-key", ids.make<MessageId>().text()}};
        request.body = std::move(body);
        request.principal = who(person);
        auto const match = router.match(request.method, request.path);
        request.params = match.params;
        return match.route->handler(request);
    }
    http::Response post(people::Person const& person, std::string path, std::string body) {
        return call(person, "POST", std::move(path), std::move(body));
    }
    std::string path_of(people::Enterprise const& shop, std::string const& rest) const {
        return "/api/v1/enterprises/" + shop.id.text() + "/" + rest;
    }
    std::vector<Contact> contacts(people::Enterprise const& shop) {
        return ledger().read(
            [&](store::Reader& reader) { return contacts_of(reader, here, shop.id); });
    }

    Services services{ledger(), clock, ids, *random, {.sms = true, .email = true}};
    http::Router router;
};
KARKHANA_ON_BOTH_ENGINES(NotifyApi);

TEST_P(NotifyApi, TheSecretOfAWebhookIsShownOnceAndARepeatIsToldSo) {
    http::Request request{.method = "POST", .path = "/api/v1/webhooks"};
    request.headers = {{"content-type", "application/json"}, {"idempotency-key", "lost-answer"}};
    request.body = R"({"url":"https://example.org/hook"})";
    request.principal = who(manager);
    auto const match = router.match(request.method, request.path);
    auto const first = match.route->handler(request);
    EXPECT_EQ(first.status, 201) << first.body;
    EXPECT_THAT(first.body, HasSubstr("whsec_"));
    auto const again = match.route->handler(request);
    EXPECT_EQ(again.status, 409);
    EXPECT_THAT(again.body, HasSubstr("secret_not_kept"));
    EXPECT_FALSE(ledger().read([](store::Reader& reader) {
        return reader.exists("SELECT 1 FROM idempotency WHERE body LIKE '%whsec_%'");
    }));
}

TEST_P(NotifyApi, AShopWithoutALogInIsReachedAsItWishes) {
    EXPECT_EQ(post(manager, path_of(caller, "contact"),
                   R"({"email":"Karim@Example.org","by_sms":false,"by_email":true,)"
                   R"("language":"en"})")
                  .status,
              200);
    ASSERT_THAT(contacts(caller), SizeIs(1));
    tell(caller.id, booked());
    ASSERT_THAT(all(), SizeIs(1));
    EXPECT_EQ(all()[0].address, "karim@example.org");
    EXPECT_EQ(all()[0].language, Language::en);
}

TEST_P(NotifyApi, AShopsLetterBoxIsNotUsedTwice) {
    set_contact_of(rina, "rina@example.org");
    EXPECT_EQ(post(rina, path_of(shoes, "contact"),
                   R"({"email":"rina@example.org","by_sms":true,"by_email":true})")
                  .status,
              200);
    EXPECT_THAT(contacts(shoes), SizeIs(1)) << "hers is the number and the letter-box";
}

TEST_P(NotifyApi, NobodySeesOrChangesHowOthersAreReached) {
    auto const body = R"({"email":null,"by_sms":false,"by_email":false})";
    EXPECT_EQ(call(rina, "GET", path_of(shoes, "contacts")).status, 200);
    EXPECT_EQ(call(rina, "GET", path_of(caller, "contacts")).status, 404);
    EXPECT_EQ(post(rina, path_of(caller, "contact"), body).status, 404);
    EXPECT_EQ(post(manager, "/api/v1/people/" + caller.id.text() + "/contact", body).status, 404);
    EXPECT_TRUE(contacts(caller).at(0).by_sms);
}

TEST_P(NotifyApi, ABadAddressChangesNothing) {
    for (std::string const bad :
         {R"({"email":"nowhere","by_sms":true,"by_email":true})",
          R"({"by_sms":true,"by_email":true,"language":"fr"})", R"({"by_sms":true})"})
        EXPECT_EQ(post(manager, path_of(caller, "contact"), bad).status, 422) << bad;
    EXPECT_FALSE(contacts(caller).at(0).email.has_value());
}

TEST_P(NotifyApi, TheManagerSaysForOthersWhoCannot) {
    EXPECT_EQ(post(manager, "/api/v1/people/" + rina.id.text() + "/contact",
                   R"({"email":"r@example.org","by_sms":true,"by_email":true,"language":"en"})")
                  .status,
              200);
    auto const found = contacts(shoes).at(0);
    EXPECT_EQ(found.email, "r@example.org");
    EXPECT_EQ(found.language, Language::en);
    EXPECT_THAT(call(manager, "GET", path_of(shoes, "contacts")).body, HasSubstr("r@example.org"));
}

TEST_P(NotifyApi, ATestGoesToWhoeverAsks) {
    auto const answer = post(manager, "/api/v1/messages/test", "{}");
    EXPECT_EQ(answer.body, R"({"ways":["in_app","sms"]})");
    ASSERT_THAT(all(), SizeIs(1));
    EXPECT_EQ(all()[0].address, manager.phone);
    EXPECT_EQ(post(manager, "/api/v1/messages/test", "{}").status, 200);
    EXPECT_THAT(all(), SizeIs(2)) << "another test is another message";
}

TEST_P(NotifyApi, AllUntilOneIsReadAtOnce) {
    for (auto const* occasion : {"1", "2", "3"}) {
        tell(shoes.id, booked(occasion));
        clock.advance(std::chrono::milliseconds{1});
    }
    auto const inbox_now =
        ledger().read([&](store::Reader& reader) { return inbox(reader, here, rina.id, {}, 10); });
    EXPECT_EQ(
        post(rina, "/api/v1/notices/read", R"({"until":")" + inbox_now.at(1).id.text() + R"("})")
            .body,
        R"({"unread":1})");
    EXPECT_EQ(
        post(manager, "/api/v1/notices/read", R"({"until":")" + inbox_now.at(0).id.text() + R"("})")
            .body,
        R"({"unread":0})");
    EXPECT_THAT(call(rina, "GET", "/api/v1/notices").body, HasSubstr(R"("unread":1)"));
}

}  // namespace
}  // namespace karkhana::notify
