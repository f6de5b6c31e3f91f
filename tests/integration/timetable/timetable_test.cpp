#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/facility/records.hpp"
#include "server/people/records.hpp"
#include "server/people/roles.hpp"
#include "server/timetable/api.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::timetable {
namespace {

namespace json = boost::json;
using std::chrono::days;
using std::chrono::hours;

Instant dhaka(std::string const& text) {
    return parse_rfc3339(text.substr(0, 10) + "T" + text.substr(11) + ":00+06:00").value();
}

class Timetables : public tests::StoreTest {
protected:
    Timetables() {
        ledger().write([&](store::Writer& writer) {
            facility::insert_facility(writer,
                                      {.id = here,
                                       .slug = here.text(),
                                       .name = {"Workshop", "কারখানা"},
                                       .zone = "Asia/Dhaka"},
                                      clock.now());
            people::Person const person{.id = manager.person,
                                        .login = "manager",
                                        .name = {"Manager", "ব্যবস্থাপক"},
                                        .roles = {{"manager", std::nullopt}}};
            people::insert_person(writer, here, person, "not a hash", clock.now());
            return true;
        });
        services.fetch = [this](std::string const& url,
                                std::stop_token const&) -> Result<std::string> {
            ++fetches;
            if (fetching) fetching();
            if (url != "https://power.example/feeder7.ics" || gone)
                return refuse(ErrorKind::unavailable, "not_fetched", "status 404");
            return published;
        };
        add_routes(router, services);
    }

    http::Response call(std::string const& method, std::string const& path, std::string body = "") {
        http::Request request{.method = method, .path = path, .body = std::move(body)};
        request.headers = {{"idempotency-key", ids.make<OutageId>().text()},
                           {"content-type", "application/json"}};
        request.principal = manager;
        auto const match = router.match(method, path);
        request.params = match.params;
        return match.route->handler(request);
    }
    http::Response create(json::object draft) {
        draft.emplace("name", "Feeder 7");
        draft.emplace("kind", "load_shedding");
        return call("POST", "/api/v1/timetables", json::serialize(draft));
    }
    static json::object body_of(http::Response const& answer) {
        return json::parse(answer.body).as_object();
    }
    static std::string code_of(http::Response const& answer) {
        return answer.status < 400 ? "" : std::string(body_of(answer).at("code").as_string());
    }
    std::vector<facility::Outage> outages() {
        return ledger().read([&](store::Reader& reader) {
            return facility::outages_between(reader, here, {clock.now(), clock.now() + days{400}});
        });
    }
    /// When those ahead begin, in Dhaka: "11-24 18:00".
    std::vector<std::string> starts() {
        std::vector<std::string> found;
        for (auto const& each : outages()) {
            auto const text = to_rfc3339(each.during.start, Zone::find("Asia/Dhaka").value());
            found.push_back(text.substr(5, 5) + " " + text.substr(11, 5));
        }
        return found;
    }
    static std::string event(std::string const& uid, std::string const& start,
                             std::string const& more = "") {
        return "BEGIN:VEVENT\nUID:" + uid + "\nDTSTART;TZID=Asia/Dhaka:" + start +
               "\nDURATION:PT1H\n" + more + "END:VEVENT\n";
    }
    static std::string calendar(std::string const& events) {
        return "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n" + events + "END:VCALENDAR\n";
    }
    using Starts = std::vector<std::string>;

    ManualWallClock clock{dhaka("2026-11-21 08:00")};
    std::unique_ptr<Random> random = system_random();
    IdSource ids{*random, clock};
    FacilityId here = ids.make<FacilityId>();
    http::Principal manager{
        .facility = here, .person = ids.make<PersonId>(), .roles = {"manager"}, .enterprises = {}};
    std::string published;
    bool gone = false;  ///< the address answers 404
    std::function<void()> fetching;
    int fetches = 0;
    Services services{ledger(), clock, ids};
    http::Router router;
};

KARKHANA_ON_BOTH_ENGINES(Timetables);

TEST_P(Timetables, ARuleBecomesOutagesOfSixtyDaysAndGoesOnByItself) {
    auto const answer = create({{"start", "2026-11-24T18:00:00+06:00"},
                                {"end", "2026-11-24T19:30:00+06:00"},
                                {"rule", "FREQ=WEEKLY;BYDAY=TU"}});
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(body_of(answer).at("outages_ahead"), 9);
    auto const made = outages();
    ASSERT_EQ(made.size(), 9U);
    EXPECT_EQ(made[0].during.start, dhaka("2026-11-24 18:00"));
    EXPECT_EQ(made[8].during.end, dhaka("2027-01-19 19:30"));
    EXPECT_EQ(made[0].kind, "load_shedding");
    EXPECT_EQ(made[0].source, facility::OutageSource::timetable);
    EXPECT_EQ(made[0].reason, "Feeder 7");
    // What is only planned stops no machine and makes nothing free.
    EXPECT_FALSE(facility::stops_work(made[0]));
    EXPECT_EQ(keep_all(services), 0U);
    clock.advance(days{14});
    EXPECT_EQ(keep_all(services), 2U);
    EXPECT_EQ(keep_all(services), 0U);
    EXPECT_EQ(starts().back(), "02-02 18:00");
}

TEST_P(Timetables, WhatSomebodyWithdrewIsNotMadeAgain) {
    create({{"start", "2026-11-24T18:00:00+06:00"}, {"end", "2026-11-24T19:30:00+06:00"}});
    ASSERT_EQ(outages().size(), 1U);
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE outage SET withdrawn_at = $2 WHERE facility_id = $1", here,
                              clock.now());
    });
    EXPECT_EQ(keep_all(services), 0U);
    EXPECT_TRUE(outages().empty());
}

TEST_P(Timetables, ACalendarOfOthersIsFollowedAsItChanges) {
    published = calendar(event("a", "20261124T180000") + event("b", "20261125T180000"));
    auto const answer = create({{"url", "https://power.example/feeder7.ics"}});
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(starts(), (Starts{"11-24 18:00", "11-25 18:00"}));
    // One is moved, one is called off, one is new.
    published = calendar(event("a", "20261124T200000") +
                         event("b", "20261125T180000", "STATUS:CANCELLED\n") +
                         event("c", "20261126T180000"));
    clock.advance(hours{5});
    EXPECT_EQ(keep_all(services), 0U);
    EXPECT_EQ(fetches, 1);
    clock.advance(hours{1});
    EXPECT_EQ(keep_all(services), 4U);
    EXPECT_EQ(fetches, 2);
    EXPECT_EQ(starts(), (Starts{"11-24 20:00", "11-26 18:00"}));
    // It comes back to what it said first: that is made anew.
    published = calendar(event("a", "20261124T180000"));
    clock.advance(hours{6});
    keep_all(services);
    EXPECT_EQ(starts(), (Starts{"11-24 18:00"}));
}

TEST_P(Timetables, ACutThatIsOnEndsWhenItIsNowSaidTo) {
    published = calendar(event("a", "20261121T160000") + event("b", "20261124T180000"));
    create({{"url", "https://power.example/feeder7.ics"}});
    auto const ends = [&] { return outages().at(0).during.end; };
    clock.set(dhaka("2026-11-21 16:10"));
    published = "2026-11-21,16:00,16:30\n2026-11-24,18:00,19:00\n";
    EXPECT_EQ(keep_all(services), 1U);
    EXPECT_EQ(ends(), dhaka("2026-11-21 16:30"));
    EXPECT_EQ(starts().size(), 2U) << "it is still the same one";
    EXPECT_EQ(keep_all(services), 0U);
    // It is called off while it is on.
    clock.advance(std::chrono::minutes{10});
    ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE timetable SET fetched_at = 1 WHERE facility_id = $1", here);
    });
    published = "2026-11-24,18:00,19:00\n";
    EXPECT_EQ(keep_all(services), 1U);
    EXPECT_EQ(starts(), Starts{"11-24 18:00"});
    EXPECT_EQ(keep_all(services), 0U);
}

TEST_P(Timetables, ACalendarThatCannotBeReadStaysAsItWasAndSaysSo) {
    published = calendar(event("a", "20261124T180000"));
    create({{"url", "https://power.example/feeder7.ics"}});
    auto const failure = [&] {
        auto const list = body_of(call("GET", "/api/v1/timetables"));
        return std::string(list.at("items").at(0).at("failure").as_string());
    };
    published = "<html>moved</html>";
    clock.advance(hours{6});
    keep_all(services);
    EXPECT_EQ(starts(), Starts{"11-24 18:00"});
    EXPECT_EQ(failure(), "bad_csv: line 1: a day and two times are needed");
    published = "";
    clock.advance(hours{6});
    keep_all(services);
    EXPECT_EQ(failure(), "nothing is there");
    EXPECT_EQ(starts(), Starts{"11-24 18:00"});
    gone = true;
    clock.advance(hours{6});
    keep_all(services);
    gone = false;
    EXPECT_EQ(failure(), "status 404");
    EXPECT_EQ(starts(), Starts{"11-24 18:00"});
    published = calendar(event("a", "20261124T190000"));
    clock.advance(hours{6});
    keep_all(services);
    EXPECT_EQ(failure(), "");
    EXPECT_EQ(starts(), Starts{"11-24 19:00"});
}

TEST_P(Timetables, ACalendarThatIsTooMuchStaysAsItWasAndSaysSo) {
    published = calendar(event("a", "20261124T180000"));
    create({{"url", "https://power.example/feeder7.ics"}});
    auto const failure = [&] {
        auto const list = body_of(call("GET", "/api/v1/timetables"));
        return std::string(list.at("items").at(0).at("failure").as_string());
    };
    std::string hours_of_day;
    for (int hour = 0; hour < 24; ++hour)
        hours_of_day += (hour > 0 ? "," : "") + std::to_string(hour);
    published =
        calendar(event("a", "20261124T180000",
                       "RRULE:FREQ=DAILY;BYHOUR=" + hours_of_day + ";BYMINUTE=0,15,30,45\n"));
    clock.advance(hours{6});
    EXPECT_EQ(keep_all(services), 0U);
    EXPECT_TRUE(failure().starts_with("too_many_dates: ")) << failure();
    EXPECT_EQ(keep_all(services), 0U);
    EXPECT_TRUE(failure().starts_with("too_many_dates: ")) << failure();
    EXPECT_EQ(starts(), Starts{"11-24 18:00"});
    published = calendar(event("a", "20261124T190000"));
    clock.advance(hours{6});
    keep_all(services);
    EXPECT_EQ(failure(), "");
}

TEST_P(Timetables, WhatIsGivenUpBecauseTheDaemonEndsIsFetchedAgainAtTheNextStart) {
    published = calendar(event("a", "20261124T180000"));
    create({{"url", "https://power.example/feeder7.ics"}});
    clock.advance(hours{6});
    std::stop_source stopping;
    services.stop = stopping.get_token();
    fetching = [&] {
        stopping.request_stop();
        gone = true;
    };
    EXPECT_EQ(keep_all(services), 0U);
    EXPECT_EQ(fetches, 2);
    EXPECT_EQ(body_of(call("GET", "/api/v1/timetables")).at("items").at(0).at("failure"), "");
    services.stop = {};
    fetching = {};
    gone = false;
    published = calendar(event("a", "20261124T190000"));
    EXPECT_EQ(keep_all(services), 2U);
    EXPECT_EQ(starts(), Starts{"11-24 19:00"});
}

TEST_P(Timetables, WhatEndsTakesBackWhatHasNotBegun) {
    auto const answer =
        create({{"text", "2026-11-21,07:00,09:00\n2026-11-24,18:00,19:00\n"}, {"kind", "closure"}});
    ASSERT_EQ(answer.status, 201) << answer.body;
    ASSERT_EQ(outages().size(), 2U);
    EXPECT_EQ(outages()[0].kind, "closure");
    EXPECT_FALSE(facility::stops_work(outages()[0]));
    auto const path =
        "/api/v1/timetables/" + std::string(body_of(answer).at("id").as_string()) + "/end";
    EXPECT_EQ(call("POST", path, "{}").status, 200);
    EXPECT_TRUE(starts().empty()) << "what has begun ends now";
    EXPECT_EQ(code_of(call("POST", path, "{}")), "not_found");
    EXPECT_TRUE(body_of(call("GET", "/api/v1/timetables")).at("items").as_array().empty());
    EXPECT_EQ(keep_all(services), 0U);
}

TEST_P(Timetables, WhatCannotBeReadChangesNothing) {
    json::object const first{{"start", "2026-11-24T18:00:00+06:00"},
                             {"end", "2026-11-24T19:30:00+06:00"}};
    auto const with = [&](std::string_view key, std::string_view value) {
        auto draft = first;
        draft[key] = value;
        return code_of(create(std::move(draft)));
    };
    EXPECT_EQ(with("rule", "FREQ=HOURLY"), "rule_too_often");
    EXPECT_EQ(with("kind", "holiday"), "unknown_kind");
    EXPECT_EQ(with("end", "2026-11-24T18:00:00+06:00"), "bad_interval");
    EXPECT_EQ(with("text", "2026-11-24,18:00,19:00"), "one_source");
    EXPECT_EQ(with("machine_id", ids.make<MachineId>().text()), "not_found");
    EXPECT_EQ(code_of(create({})), "one_source");
    EXPECT_EQ(code_of(create({{"start", "2026-11-24T18:00:00+06:00"}})), "one_source");
    EXPECT_EQ(code_of(create({{"text", "nonsense"}})), "bad_csv");
    EXPECT_EQ(code_of(create({{"url", "file:///etc/passwd"}})), "bad_url");
    EXPECT_EQ(code_of(create({{"url", "https://power.example/gone.ics"}})), "not_fetched");
    published = calendar(event("a", "20261124T180000", "RRULE:FREQ=MINUTELY\n"));
    EXPECT_EQ(code_of(create({{"url", "https://power.example/feeder7.ics"}})), "rule_too_often");
    EXPECT_TRUE(outages().empty());
    EXPECT_TRUE(body_of(call("GET", "/api/v1/timetables")).at("items").as_array().empty());
}

TEST(FetchFromOutside, ConnectsToNoAddressOfTheOwnNetwork) {
    int const server = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ASSERT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), length), 0);
    ASSERT_EQ(::listen(server, 1), 0);
    ::getsockname(server, reinterpret_cast<sockaddr*>(&address), &length);
    auto const port = std::to_string(ntohs(address.sin_port));
    auto const answer = fetch_from_outside("http://127.0.0.1:" + port + "/feeder7.ics", {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, "not_fetched");
    EXPECT_EQ(::accept(server, nullptr, nullptr), -1);
    ::close(server);
}

}  // namespace
}  // namespace karkhana::timetable
