#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "server/notify/http_client.hpp"
#include "server/notify/mail.hpp"
#include "server/notify/records.hpp"
#include "server/notify/sms.hpp"
#include "server/notify/webhook_sender.hpp"
#include "server/notify/webhooks.hpp"
#include "tests/integration/notify/notify_fixture.hpp"

namespace karkhana::notify {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace std::chrono_literals;

/// Sends with `real` and is then gone before it can say so, as a killed process is.
class Killed final : public Transport {
public:
    struct Gone {};
    explicit Killed(Transport& real) : real_(real) {}
    Outcome send(Message const& message, std::stop_token const& stop) override {
        real_.send(message, stop);
        throw Gone{};
    }

private:
    Transport& real_;
};

class Sending : public NotifyTest {
protected:
    SmsGateway gateway(std::string const& path) {
        return SmsGateway{{.url = outside().web + path,
                           .body = R"({"to":"{to}","text":"{text}","reference":"{reference}"})",
                           .accepted = "SUCCESS"}};
    }
    Message only() {
        auto const messages = all();
        EXPECT_THAT(messages, SizeIs(1));
        return messages.at(0);
    }
    std::vector<boost::json::object> seen_of(Message const& message) {
        return outside().came_with("body", message.id.text());
    }
};
KARKHANA_ON_BOTH_ENGINES(Sending);

TEST_P(Sending, AnSmsReachesTheGatewayOnce) {
    tell(caller.id, booked());
    auto sms = gateway("/ok");
    EXPECT_EQ(send_all(Channel::sms, sms), 1);
    auto const seen = seen_of(only());
    ASSERT_THAT(seen, SizeIs(1));
    EXPECT_THAT(std::string{seen[0].at("body").as_string()}, HasSubstr("লেজার ১ বুক হয়েছে"));
    EXPECT_EQ(only().state, State::sent);
    EXPECT_EQ(only().sent_at, clock.now());
}

TEST_P(Sending, AGatewayThatIsBusyIsAskedAgainLaterAndMoreRarely) {
    tell(caller.id, booked());
    auto busy = gateway("/busy");
    EXPECT_EQ(send_all(Channel::sms, busy), 1);
    EXPECT_EQ(only().state, State::waiting);
    EXPECT_THAT(only().failure, HasSubstr("503"));
    EXPECT_EQ(only().due_at, clock.now() + 20s);
    clock.advance(20s);
    EXPECT_EQ(send_all(Channel::sms, busy), 1);
    EXPECT_EQ(only().due_at, clock.now() + 1min);
    clock.advance(1min);
    auto sms = gateway("/ok");
    send_all(Channel::sms, sms);
    EXPECT_EQ(only().state, State::sent);
    EXPECT_THAT(seen_of(only()), SizeIs(3));
}

TEST_P(Sending, IsGivenUpAfterADayAndCanBeTriedAgainByHand) {
    tell(caller.id, booked());
    auto liar = gateway("/liar");
    for (int i = 0; i < 30; ++i) {
        send_all(Channel::sms, liar);
        clock.advance(12h);
    }
    EXPECT_EQ(only().state, State::failed);
    EXPECT_EQ(only().attempts, 11);
    auto const id = only().id;
    auto const again = [&] {
        return ledger().write(
            [&](store::Writer& writer) { return try_again(writer, here, id, clock.now()); });
    };
    EXPECT_TRUE(again());
    EXPECT_FALSE(again()) << "it waits already";
    auto sms = gateway("/ok");
    send_all(Channel::sms, sms);
    EXPECT_EQ(only().state, State::sent);
    EXPECT_FALSE(again());
}

TEST_P(Sending, ANoThatStaysIsNotAskedTwice) {
    tell(caller.id, booked());
    auto no = gateway("/no");
    EXPECT_EQ(send_all(Channel::sms, no), 1);
    EXPECT_EQ(only().state, State::failed);
}

/// A way out that fails with these words.
class Failing final : public Transport {
public:
    explicit Failing(std::string words) : words_(std::move(words)) {}
    Outcome send(Message const&, std::stop_token const&) override {
        return {Outcome::Kind::later, words_};
    }

private:
    std::string words_;
};

TEST_P(Sending, WhateverTheOtherSideSaysIsKeptAsFarAsItIsText) {
    auto const nul = std::string{"a\0b", 3};
    std::pair<std::string, std::string> const cases[]{
        {nul, "a\uFFFDb"},
        {"caf\xE9", "caf\uFFFD"},
        {"না", "না"},
        {std::string(199, 'x') + "না", std::string(199, 'x')},
        {std::string(5000, '\xFF'), [] {
             std::string marks;
             for (int i = 0; i < 66; ++i) marks += "\uFFFD";
             return marks;
         }()}};
    for (auto const& [said, kept] : cases) {
        tell(caller.id, booked(kept));
        Failing failing{said};
        EXPECT_EQ(send_all(Channel::sms, failing), 1);
        EXPECT_THAT(all(State::sending), SizeIs(0));
        EXPECT_THAT(all(State::waiting),
                    ::testing::Contains(::testing::Field(&Message::failure, kept)));
    }
}

TEST_P(Sending, WhatFailedInTheEveningRingsNobodyInTheNight) {
    clock.advance(9h + 59min + 50s);  // 21:59:50
    auto hot = booked("2");
    hot.kind = "booking_overrun";
    tell(caller.id, booked());
    tell(caller.id, hot);
    Failing failing{"no"};
    EXPECT_EQ(send_all(Channel::sms, failing), 2);
    clock.advance(20s);
    auto sms = gateway("/ok");
    send_all(Channel::sms, sms);
    EXPECT_THAT(all(State::sent), SizeIs(1)) << "what cannot wait did not";
    ASSERT_THAT(all(State::waiting), SizeIs(1));
    auto const waits = all(State::waiting)[0];
    EXPECT_EQ(waits.kind, "booking_confirmed");
    EXPECT_EQ(waits.due_at, instant(1'795'154'400'000'000) + 19h) << "seven in the morning";
    EXPECT_EQ(waits.attempts, 1);
    clock.set(waits.due_at);
    send_all(Channel::sms, sms);
    EXPECT_THAT(all(State::sent), SizeIs(2));
}

TEST_P(Sending, NobodyThereIsTriedLater) {
    tell(caller.id, booked());
    SmsGateway nobody{{.url = "http://127.0.0.1:9/"}};
    send_all(Channel::sms, nobody);
    EXPECT_EQ(only().state, State::waiting);
    EXPECT_THAT(only().failure, HasSubstr("connect"));
    clock.advance(20s);
    auto silent = gateway("/silent");
    send_all(Channel::sms, silent);
    EXPECT_EQ(only().state, State::waiting);
}

TEST_P(Sending, WhatIsOfNoUseAnyMoreIsNotSent) {
    auto news = booked();
    news.useful_until = clock.now() + 30min;
    tell(caller.id, news);
    clock.advance(30min);
    auto sms = gateway("/ok");
    send_all(Channel::sms, sms);
    EXPECT_THAT(seen_of(only()), SizeIs(0));
    EXPECT_EQ(only().state, State::expired);
}

TEST_P(Sending, AfterAKillItIsSentUnderTheSameReference) {
    tell(caller.id, booked());
    auto sms = gateway("/ok");
    Killed killed{sms};
    EXPECT_THROW(send_next(ledger(), clock, killed, Channel::sms), Killed::Gone);
    reopen();
    EXPECT_EQ(send_all(Channel::sms, sms), 0) << "whoever took it may live";
    clock.advance(send_hold);
    EXPECT_EQ(send_all(Channel::sms, sms), 1);
    EXPECT_EQ(only().state, State::sent);
    EXPECT_THAT(seen_of(only()), SizeIs(2)) << "both under one reference, which the gateway knows";
}

TEST_P(Sending, OfManyDaemonsOneSendsEach) {
    for (int i = 0; i < 40; ++i) tell(caller.id, booked(std::to_string(i)));
    auto sms = gateway("/ok");
    std::vector<std::thread> daemons;
    for (int i = 0; i < 4; ++i)
        daemons.emplace_back([&] {
            while (send_next(ledger(), clock, sms, Channel::sms)) {}
        });
    for (auto& each : daemons) each.join();
    EXPECT_THAT(all(State::sent), SizeIs(40));
    for (auto const& each : all()) EXPECT_THAT(seen_of(each), SizeIs(1));
}

TEST_P(Sending, EndsAtOnceThoughTheOtherSideHangs) {
    tell(caller.id, booked());
    auto hanging = gateway("/hang");
    auto sender = std::make_unique<Sender>(ledger(), clock, hanging, Channel::sms,
                                           [](std::string_view, std::string const&) {});
    while (seen_of(only()).empty()) std::this_thread::sleep_for(10ms);
    auto const began = std::chrono::steady_clock::now();
    sender.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
    EXPECT_EQ(only().state, State::waiting) << "it is sent at the next start";
    clock.advance(20s);
    auto sms = gateway("/ok");
    send_all(Channel::sms, sms);
    EXPECT_EQ(only().state, State::sent);
}

TEST(Calling, ReadsNoMoreThanIsWanted) {
    auto const answer = call({.url = outside().web + "/endless",
                              .method = "GET",
                              .headers = {},
                              .body = {},
                              .may_connect = {},
                              .most = 1000});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body.size(), 1000U);
}

TEST_P(Sending, WhatIsOvertakenWhileItFailsIsNotSentAfterWhatOvertookIt) {
    tell(caller.id, booked());
    auto const about = only().about;
    auto const overtaken = [&] {
        ledger().write([&](store::Writer& writer) {
            overtake(writer, here, caller.id, about, clock.now());
            return true;
        });
    };
    // It failed in the evening, and waits for the morning.
    clock.advance(9h + 59min + 50s);
    Failing failing{"no"};
    EXPECT_EQ(send_all(Channel::sms, failing), 1);
    clock.advance(20s);
    EXPECT_EQ(send_all(Channel::sms, failing), 1) << "it is found, and waits";
    ASSERT_EQ(only().state, State::waiting);
    ASSERT_EQ(only().attempts, 1);
    overtaken();
    EXPECT_EQ(only().state, State::expired);
    EXPECT_EQ(only().failure, "overtaken");
}

TEST_P(Sending, WhatIsOvertakenWhileItIsBeingSentIsNotTriedAgain) {
    tell(caller.id, booked());
    auto const taken = ledger().write([&](store::Writer& writer) {
        return take_due(writer, Channel::sms, clock.now(), send_hold);
    });
    ASSERT_TRUE(taken);
    ledger().write([&](store::Writer& writer) {
        overtake(writer, here, caller.id, taken->about, clock.now());
        return true;
    });
    auto failed = *taken;
    failed.state = State::waiting;
    failed.due_at = clock.now() + 20s;
    EXPECT_TRUE(ledger().write([&](store::Writer& writer) { return set_outcome(writer, failed); }));
    clock.advance(20s);
    auto sms = gateway("/ok");
    send_all(Channel::sms, sms);
    EXPECT_EQ(only().state, State::expired);
    EXPECT_THAT(seen_of(only()), SizeIs(0));
}

TEST_P(Sending, ALetterArrivesInBanglaWithItsInvitation) {
    set_contact_of(rina, "rina@example.org", false);
    auto news = booked();
    news.calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";
    tell(shoes.id, news);
    MailServer mail{{.url = outside().mail, .from = "csf@example.org", .tls = false}, clock};
    EXPECT_EQ(send_all(Channel::email, mail), 1);
    EXPECT_EQ(only().state, State::sent) << only().failure;
    auto const seen = outside().came_with("id", only().id.text());
    ASSERT_THAT(seen, SizeIs(1));
    auto const& letter = seen[0];
    EXPECT_EQ(letter.at("subject").as_string(), "বুকিং হয়েছে");
    EXPECT_EQ(letter.at("sender").as_string(), "csf@example.org");
    auto const& parts = letter.at("parts").as_object();
    EXPECT_THAT(std::string{parts.at("text/plain").as_string()}, HasSubstr("লেজার ১ বুক হয়েছে"));
    EXPECT_THAT(std::string{parts.at("text/calendar").as_string()}, HasSubstr("METHOD:REQUEST"));
    EXPECT_THAT(boost::json::serialize(letter.at("types")), HasSubstr("method=\\\"REQUEST\\\""));
}

TEST_P(Sending, ALetterToNobodyIsRefusedAndOneToABusyServerWaits) {
    MailServer mail{{.url = outside().mail, .from = "csf@example.org", .tls = false}, clock};
    set_contact_of(rina, "nobody@example.org", false);
    tell(shoes.id, booked("1"));
    send_all(Channel::email, mail);
    EXPECT_THAT(all(State::failed), SizeIs(1));
    set_contact_of(rina, "later@example.org", false);
    tell(shoes.id, booked("2"));
    send_all(Channel::email, mail);
    ASSERT_THAT(all(State::waiting), SizeIs(1));
    EXPECT_THAT(all(State::waiting)[0].failure, HasSubstr("451"));
}

TEST_P(Sending, NoLetterGoesUnprotectedUnlessThatIsSaid) {
    set_contact_of(rina, "rina2@example.org", false);
    tell(shoes.id, booked());
    MailServer mail{{.url = outside().mail, .from = "csf@example.org"}, clock};
    send_all(Channel::email, mail);
    EXPECT_EQ(only().state, State::waiting);
    EXPECT_THAT(outside().came_with("id", only().id.text()), SizeIs(0));
}

class Hooks : public Sending {
protected:
    Webhook add(std::string const& url) {
        Webhook const hook{.id = ids.make<WebhookId>(),
                           .url = url,
                           .secret = new_webhook_secret(*random),
                           .created_at = clock.now()};
        ledger().write([&](store::Writer& writer) {
            insert_webhook(writer, here, hook);
            return true;
        });
        return hook;
    }
    Message told() {
        tell(caller.id, booked());
        for (auto const& each : all())
            if (each.channel == Channel::webhook) return each;
        throw std::runtime_error("no webhook was told");
    }
    Message now(MessageId const& id) {
        for (auto const& each : all())
            if (each.id == id) return each;
        throw std::runtime_error("the message is gone");
    }
    WebhookSender sender{ledger(), clock, {}};
};
KARKHANA_ON_BOTH_ENGINES(Hooks);

TEST_P(Hooks, AreToldInASignedWay) {
    auto const hook = add(outside().web + "/ok");
    auto const message = told();
    send_all(Channel::webhook, sender);
    auto const seen = outside().came_with("body", caller.id.text());
    ASSERT_THAT(seen, SizeIs(1));
    auto const& headers = seen[0].at("headers").as_object();
    EXPECT_EQ(headers.at("webhook-id").as_string(), message.id.text());
    auto const expected = webhook_call(hook, message, clock.now()).headers;
    EXPECT_THAT(expected,
                ::testing::Contains("webhook-signature: " +
                                    std::string{headers.at("webhook-signature").as_string()}));
    EXPECT_EQ(now(message.id).state, State::sent);
}

TEST_P(Hooks, MayNotPointIntoTheHouse) {
    WebhookSender guarded{ledger(), clock,
                          [](std::string_view bytes) { return !is_private(bytes); }};
    for (auto const* host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0",
                             "2130706433", "0x7f.1"}) {
        auto const port = outside().web.substr(outside().web.rfind(':'));
        auto const before = outside().came().size();
        add("http://" + std::string{host} + port + "/ok");
        auto const message = told();
        send_all(Channel::webhook, guarded);
        EXPECT_EQ(now(message.id).state, State::waiting) << host;
        EXPECT_EQ(outside().came().size(), before) << host;
    }
}

TEST_P(Hooks, AreAskedAboutTheVeryAddressThatIsConnectedTo) {
    std::vector<std::string> asked;
    WebhookSender guarded{ledger(), clock, [&](std::string_view bytes) {
                              asked.emplace_back(bytes);
                              return bytes.size() == 4;
                          }};
    add(outside().web + "/ok");
    auto const four = told();
    send_all(Channel::webhook, guarded);
    EXPECT_EQ(now(four.id).state, State::sent);
    EXPECT_EQ(asked, std::vector<std::string>{std::string("\x7F\0\0\x01", 4)});
    asked.clear();
    add("http://[::1]" + outside().web.substr(outside().web.rfind(':')) + "/ok");
    tell(shoes.id, booked("2"));
    send_all(Channel::webhook, guarded);
    EXPECT_THAT(asked, ::testing::Contains(std::string(15, '\0') + '\x01'));
    EXPECT_THAT(all(State::waiting),
                ::testing::Contains(::testing::Field(&Message::channel, Channel::webhook)));
}

TEST_P(Hooks, ThatAreTakenBackMeanwhileAreNotCalled) {
    auto const hook = add(outside().web + "/ok");
    auto const message = told();
    ledger().write([&](store::Writer& writer) { return delete_webhook(writer, here, hook.id); });
    auto const before = outside().came().size();
    EXPECT_EQ(sender.send(message, {}).kind, Outcome::Kind::refused);
    EXPECT_EQ(outside().came().size(), before);
}

TEST_P(Hooks, AreNotLedElsewhere) {
    add(outside().web + "/redirect");
    auto const before = outside().came().size();
    auto const message = told();
    send_all(Channel::webhook, sender);
    EXPECT_EQ(now(message.id).state, State::waiting);
    EXPECT_EQ(outside().came().size(), before + 1) << "the redirection was followed";
}

}  // namespace
}  // namespace karkhana::notify
