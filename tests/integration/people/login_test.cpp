#include <algorithm>
#include <thread>

#include "server/people/audit.hpp"
#include "server/people/first_people.hpp"
#include "server/people/login.hpp"
#include "server/people/records.hpp"
#include "tests/integration/people/people_fixture.hpp"

namespace karkhana::people {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class LogInTest : public PeopleTest {
protected:
    int me(std::string const& credential) {
        return call("GET", "/api/v1/me", "", credential).status;
    }
};
KARKHANA_ON_BOTH_ENGINES(LogInTest);

TEST_P(LogInTest, LetsInWhoKnowsThePassword) {
    auto const rina = add_person("rina", {{"manager", {}}});
    auto const answer = try_log_in(" Rina ", "kajol-moyna");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(json_of(answer).at("person_id").as_string(), rina.id.text());
    auto const header = header_of(answer, "Set-Cookie");
    EXPECT_TRUE(header.starts_with("karkhana=" + here.text() + ".")) << header;
    EXPECT_NE(header.find("HttpOnly"), header.npos);
    EXPECT_NE(header.find("SameSite=Lax"), header.npos);
    EXPECT_EQ(me(cookie_of(answer)), 200);
    EXPECT_EQ(count("SELECT count(*) FROM audit_event WHERE action = 'createSession'"), 1);
}

TEST_P(LogInTest, SaysTheSameWhateverWasWrong) {
    add_person("rina", {{"manager", {}}});
    auto const wrong = try_log_in("rina", "kajol-mouna");
    auto const unknown = try_log_in("nobody", "kajol-mouna");
    auto const malformed = try_log_in("a/b/c", "kajol-mouna");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(code_of(wrong), "bad_credentials");
    EXPECT_EQ(unknown.body, wrong.body);
    EXPECT_EQ(malformed.body, wrong.body);
    EXPECT_EQ(unknown.headers, wrong.headers);
    EXPECT_EQ(count("SELECT count(*) FROM web_session"), 0);
}

TEST_P(LogInTest, KeepsNeitherTokenNorTypedName) {
    add_person("rina", {{"manager", {}}});
    auto const cookie = log_in("rina");
    try_log_in("kajol-moyna", "oops, wrong field");
    auto const token = cookie.substr(cookie.find('.') + 1);
    EXPECT_EQ(count("SELECT count(*) FROM web_session WHERE token_hash = '" + token + "'"), 0);
    EXPECT_EQ(count("SELECT count(*) FROM login_attempt WHERE login_hash = 'kajol-moyna'"), 0);
}

TEST_P(LogInTest, MakesANewTokenAndEndsTheOldOne) {
    add_person("rina", {{"manager", {}}});
    auto const first = log_in("rina");
    auto const second = cookie_of(try_log_in("rina", "kajol-moyna", first));
    EXPECT_NE(first, second);
    EXPECT_EQ(me(first), 401);
    EXPECT_EQ(me(second), 200);
    // A cookie that was planted before the log-in is not taken over.
    auto const planted = "karkhana=" + here.text() + "." + std::string(64, 'a');
    EXPECT_NE(cookie_of(try_log_in("rina", "kajol-moyna", planted)), planted);
    EXPECT_EQ(me(planted), 401);
}

TEST_P(LogInTest, LogOutEndsTheSessionAtOnce) {
    add_person("rina", {{"manager", {}}});
    auto const one = log_in("rina");
    auto const other = log_in("rina");
    auto const answer = call("DELETE", "/api/v1/session", "", one);
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(cookie_of(answer), "karkhana=");
    EXPECT_EQ(me(one), 401);
    EXPECT_EQ(me(other), 200);
    EXPECT_EQ(call("DELETE", "/api/v1/session", "", one).status, 401);
}

TEST_P(LogInTest, ASessionEndsWhenIdle) {
    add_person("rina", {{"operator", {}}});
    auto const cookie = log_in("rina");
    real_clock.advance(hours{12} - seconds{1});
    EXPECT_EQ(me(cookie), 200);  // and was used
    real_clock.advance(hours{12} - seconds{1});
    EXPECT_EQ(me(cookie), 200);
    real_clock.advance(hours{12});
    EXPECT_EQ(me(cookie), 401);
}

TEST_P(LogInTest, AtADeskItEndsAfterHalfAnHour) {
    add_person("rina", {{"operator", {}}, {"accountant", {}}});
    auto const cookie = log_in("rina");
    real_clock.advance(minutes{30} - seconds{1});
    EXPECT_EQ(me(cookie), 200);
    real_clock.advance(minutes{30});
    EXPECT_EQ(me(cookie), 401);
}

TEST_P(LogInTest, AtADeskItEndsAfterEightHoursOfUse) {
    add_person("rina", {{"manager", {}}});
    auto const answer = try_log_in("rina", "kajol-moyna");
    EXPECT_NE(header_of(answer, "Set-Cookie").find("Max-Age=28800"), std::string::npos);
    for (int i = 0; i < 23; ++i) {
        real_clock.advance(minutes{20});
        ASSERT_EQ(me(cookie_of(answer)), 200) << i;
    }
    real_clock.advance(minutes{20});
    EXPECT_EQ(me(cookie_of(answer)), 401);
}

TEST_P(LogInTest, ASessionEndsAfterAWeekOfUse) {
    add_person("rina", {{"operator", {}}});
    auto const cookie = log_in("rina");
    for (int i = 0; i < 27; ++i) {
        real_clock.advance(hours{6});
        ASSERT_EQ(me(cookie), 200) << i;
    }
    real_clock.advance(hours{6});
    EXPECT_EQ(me(cookie), 401);
}

TEST_P(LogInTest, TheFacilitysClockDoesNotEndASession) {
    add_person("rina", {{"manager", {}}});
    auto const cookie = log_in("rina");
    clock.advance(hours{24 * 30});
    EXPECT_EQ(me(cookie), 200);
}

TEST_P(LogInTest, UseIsWrittenOnceAMinute) {
    add_person("rina", {{"manager", {}}});
    auto const cookie = log_in("rina");
    auto const last_seen = [&] { return count("SELECT last_seen_at FROM web_session"); };
    auto const before = last_seen();
    real_clock.advance(seconds{59});
    EXPECT_EQ(me(cookie), 200);
    EXPECT_EQ(last_seen(), before);
    real_clock.advance(seconds{1});
    EXPECT_EQ(me(cookie), 200);
    EXPECT_EQ(last_seen(), micros(real_clock.now()));
}

TEST_P(LogInTest, SurvivesARestart) {
    auto const rina = add_person("rina", {{"manager", {}}});
    http::Request request;
    request.headers.emplace_back("cookie", log_in("rina"));
    reopen();  // the routes still know the store of before
    auto const who = authenticate(ledger(), real_clock, request);
    ASSERT_TRUE(who);
    EXPECT_EQ(who->person, rina.id);
}

TEST_P(LogInTest, TheEleventhTryWaits) {
    add_person("rina", {{"manager", {}}});
    for (int i = 0; i < 10; ++i) EXPECT_EQ(try_log_in("rina", "kajol-mouna").status, 401);
    auto const refused = try_log_in("RINA", "kajol-moyna");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(code_of(refused), "too_many_attempts");
    EXPECT_EQ(header_of(refused, "Retry-After"), "300");
    EXPECT_EQ(try_log_in("bhairab/rina", "kajol-moyna").status, 429);
    real_clock.advance(minutes{5} - seconds{1});
    EXPECT_EQ(header_of(try_log_in("rina", "kajol-moyna"), "Retry-After"), "1");
    real_clock.advance(seconds{1});
    EXPECT_EQ(try_log_in("rina", "kajol-moyna").status, 200);
}

TEST_P(LogInTest, AnUnknownNameWaitsTheSame) {
    add_person("rina", {{"manager", {}}});
    for (int i = 0; i < 10; ++i) {
        try_log_in("rina", "kajol-mouna");
        try_log_in("nobody", "kajol-mouna");
    }
    EXPECT_EQ(try_log_in("nobody", "kajol-mouna").body, try_log_in("rina", "kajol-mouna").body);
}

TEST_P(LogInTest, AnAddressWaitsAfterThirty) {
    for (int i = 0; i < 30; ++i)
        EXPECT_EQ(try_log_in("person-" + std::to_string(i), "kajol-mouna").status, 401);
    EXPECT_EQ(try_log_in("person-30", "kajol-mouna").status, 429);
    peer = "203.0.113.8";
    EXPECT_EQ(try_log_in("person-30", "kajol-mouna").status, 401);
}

TEST_P(LogInTest, SuccessIsNoFailure) {
    add_person("rina", {{"manager", {}}});
    for (int i = 0; i < 15; ++i) EXPECT_EQ(try_log_in("rina", "kajol-moyna").status, 200);
}

TEST_P(LogInTest, ManyTriesAtOnceDoNotSlipThrough) {
    add_person("rina", {{"manager", {}}});
    std::vector<int> statuses(32);
    {
        std::vector<std::jthread> threads;
        for (auto& status : statuses)
            threads.emplace_back([&] { status = try_log_in("rina", "kajol-mouna").status; });
    }
    EXPECT_EQ(std::ranges::count(statuses, 401), 10);
    EXPECT_EQ(std::ranges::count(statuses, 429), 22);
}

TEST_P(LogInTest, ATryThatWasNotLookedAtIsNoFailure) {
    add_person("rina", {{"manager", {}}});
    PasswordHasher none({1, 8192}, 0, 0);
    Services const busy{.store = ledger(),
                        .clock = clock,
                        .real_clock = real_clock,
                        .ids = ids,
                        .secrets = *random,
                        .passwords = none};
    for (int i = 0; i < 12; ++i) {
        auto const refused = people::log_in(busy, {"rina", "kajol-moyna", peer, {}});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().error.code, "busy");
        EXPECT_EQ(refused.error().error.kind, ErrorKind::unavailable);
    }
    EXPECT_EQ(try_log_in("rina", "kajol-moyna").status, 200);
}

TEST_P(LogInTest, OfTwoFacilitiesTheNameHasToSayWhich) {
    add_person("rina", {{"manager", {}}});
    auto const other = add_person(elsewhere, "rina", {{"operator", {}}});
    auto const refused = try_log_in("rina", "kajol-moyna");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(code_of(refused), "ambiguous_login");
    auto const answer = try_log_in("bogura/rina", "kajol-moyna");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(json_of(answer).at("person_id").as_string(), other.id.text());
    EXPECT_EQ(try_log_in("nowhere/rina", "kajol-moyna").status, 401);
    add_person(elsewhere, "moyna", {{"operator", {}}});
    EXPECT_EQ(try_log_in("moyna", "kajol-moyna").status, 200);
    EXPECT_EQ(try_log_in("bhairab/moyna", "kajol-moyna").status, 401);
}

TEST_P(LogInTest, WhoIsDisabledIsOutAtOnce) {
    add_person("rina", {{"manager", {}}});
    auto const cookie = log_in("rina");
    ASSERT_TRUE(set_disabled(services, here, "rina", true));
    EXPECT_EQ(me(cookie), 401);
    EXPECT_EQ(code_of(try_log_in("rina", "kajol-moyna")), "bad_credentials");
    ASSERT_TRUE(set_disabled(services, here, "rina", false));
    EXPECT_EQ(me(cookie), 401);
    EXPECT_EQ(try_log_in("rina", "kajol-moyna").status, 200);
}

TEST_P(LogInTest, ForgetsWhatIsOver) {
    add_person("rina", {{"manager", {}}});
    log_in("rina");
    auto const forget = [&] {
        return ledger().write([&](store::Writer& writer) {
            return forget_expired(writer, real_clock.now(), clock.now());
        });
    };
    EXPECT_EQ(forget(), 0);
    real_clock.advance(hours{7 * 24});
    EXPECT_EQ(forget(), 2);  // the idle session, the attempt
    EXPECT_EQ(forget(), 0);
}

/// A store on a disk that has no room left.
class FullDisk final : public store::Store {
public:
    explicit FullDisk(store::Store& inner) : inner_(inner) {}
    bool is_postgres() const override { return inner_.is_postgres(); }

protected:
    void submit(std::function<bool(store::Writer&)>) override { throw store::Unavailable("full"); }
    void inspect(std::function<void(store::Reader&)> const& work) override {
        inner_.read([&](store::Reader& reader) {
            work(reader);
            return true;
        });
    }

private:
    store::Store& inner_;
};

TEST_P(LogInTest, WithAFullDiskPeopleMayStillRead) {
    add_person("rina", {{"operator", {}}});
    http::Request request;
    request.headers = {{"cookie", log_in("rina")}};
    real_clock.advance(hours{1});
    FullDisk full{ledger()};
    EXPECT_TRUE(authenticate(full, real_clock, request));
}

std::chrono::microseconds time_of(std::function<void()> const& work) {
    auto const start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                 start);
}

template <class T>
T middle(std::vector<T> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

TEST_P(LogInTest, AnUnknownNameTakesTheSameTime) {
    PasswordHasher slow({2, 19u << 20});
    auto const hash = slow.hash("kajol-moyna").value();
    auto const rina = add_person("rina", {{"manager", {}}});
    ledger().write([&](store::Writer& writer) {
        set_password_hash(writer, here, rina.id, hash);
        return true;
    });
    Services const real{.store = ledger(),
                        .clock = clock,
                        .real_clock = real_clock,
                        .ids = ids,
                        .secrets = *random,
                        .passwords = slow};
    // In turn, so that whatever else the machine does slows both alike.
    std::vector<std::chrono::microseconds> known, unknown;
    for (int i = 0; i < 9; ++i) {
        known.push_back(time_of([&] { people::log_in(real, {"rina", "wrong", peer, {}}); }));
        unknown.push_back(time_of([&] { people::log_in(real, {"nobody", "wrong", peer, {}}); }));
    }
    EXPECT_LT(middle(unknown), middle(known) * 2);
    EXPECT_GT(middle(unknown) * 2, middle(known));
}

}  // namespace
}  // namespace karkhana::people
