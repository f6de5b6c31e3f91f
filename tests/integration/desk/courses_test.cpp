#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "server/desk/api.hpp"
#include "server/desk/courses.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::desk {
namespace {

namespace json = boost::json;
using booking::code_of;
using booking::dhaka;
using booking::text_of;
using std::chrono::local_days;
using namespace std::chrono;

TEST(ValidUntil, IsTheSameDayOrTheLastOfTheMonth) {
    auto const day = [](int y, unsigned m, unsigned d) {
        return local_days{year{y} / month{m} / std::chrono::day{d}};
    };
    EXPECT_EQ(valid_until(day(2026, 11, 21), 0), std::nullopt);
    EXPECT_EQ(valid_until(day(2026, 11, 21), 12), day(2027, 11, 21));
    EXPECT_EQ(valid_until(day(2026, 8, 31), 6), day(2027, 2, 28));
    EXPECT_EQ(valid_until(day(2027, 8, 31), 6), day(2028, 2, 29));
    EXPECT_EQ(valid_until(day(2026, 11, 30), 3), day(2027, 2, 28));
}

class Courses : public tests::StoreTest {
protected:
    Courses() {
        services.balances = [](store::Reader&, FacilityId const&) {
            return std::unordered_map<EnterpriseId, Money>{};
        };
        add_routes(workshop.router, services);
        trainer = workshop.add_person("trainer", "trainer", {});
    }
    /// A session at the laser that has begun.
    std::string session() {
        auto const answer =
            workshop.post(workshop.member, "/api/v1/bookings",
                          workshop.draft(workshop.add_laser("laser-t").id,
                                         {dhaka("2026-11-21 10:00"), dhaka("2026-11-21 12:00")}));
        EXPECT_EQ(answer.status, 201) << answer.body;
        ledger().write([&](store::Writer& writer) {
            return writer.execute("UPDATE booking SET kind = 'training', people = 5 "
                                  "WHERE facility_id = $1",
                                  workshop.facility);
        });
        workshop.clock.set(dhaka("2026-11-21 11:00"));
        return text_of(json::parse(answer.body).as_object(), "id");
    }
    void came(std::string const& booking, bool came) {
        auto const answer = workshop.post(
            trainer, "/api/v1/bookings/" + booking + "/attendance",
            json::serialize(json::object{
                {"person_id", workshop.member.person.text()}, {"woman", true}, {"came", came}}));
        EXPECT_EQ(answer.status, 201) << answer.body;
    }
    http::Response create(std::string const& kind, int months = 12) {
        return workshop.post(workshop.manager, "/api/v1/courses",
                             json::serialize(json::object{
                                 {"name", json::object{{"en", "Laser"}}},
                                 {"curriculum", "Eyes. Smoke. Fire."},
                                 {"valid_months", months},
                                 {"machine_kinds", json::array{json::object{{"kind", kind}}}}}));
    }
    http::Response pass(std::string const& course, std::string const& booking,
                        http::Principal const& who) {
        return workshop.post(
            who, "/api/v1/courses/" + course + "/passes",
            json::serialize(json::object{{"person_id", workshop.member.person.text()},
                                         {"booking_id", booking}}));
    }
    booking::Workshop workshop{ledger()};
    Services services{workshop.ledger, workshop.clock, workshop.ids, {}};
    http::Principal trainer;
};
KARKHANA_ON_BOTH_ENGINES(Courses);

TEST_P(Courses, WhoCameAndPassedIsAuthorisedAsLongAsTheCourseSays) {
    auto const booking = session();
    auto const made = create("laser");
    ASSERT_EQ(made.status, 201) << made.body;
    auto const course = text_of(json::parse(made.body).as_object(), "id");
    EXPECT_EQ(code_of(pass(course, booking, trainer)), "did_not_attend");
    came(booking, false);
    EXPECT_EQ(code_of(pass(course, booking, trainer)), "did_not_attend");
    came(booking, true);
    auto const passed = pass(course, booking, trainer);
    ASSERT_EQ(passed.status, 201) << passed.body;
    EXPECT_EQ(code_of(pass(course, booking, trainer)), "already_passed");
    auto const all = ledger().read([&](store::Reader& reader) {
        return people::authorisations_of(reader, workshop.facility, workshop.member.person);
    });
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].machine_kind, "laser");
    EXPECT_EQ(all[0].expires_at, dhaka("2027-11-21 00:00"));
    auto const path = "/api/v1/people/" + workshop.member.person.text() + "/competences";
    auto const own = workshop.get(workshop.member, path);
    EXPECT_EQ(json::parse(own.body).as_object().at("items").as_array().size(), 1u);
    EXPECT_EQ(workshop.get(workshop.other, path).status, 404) << "another's";
}

TEST_P(Courses, NobodyPassesThemselvesNorWhatIsNoLongerTaught) {
    auto const booking = session();
    came(booking, true);
    auto const course = text_of(json::parse(create("laser").body).as_object(), "id");
    auto both = workshop.member;
    both.roles = {"trainer"};
    EXPECT_EQ(code_of(pass(course, booking, both)), "second_person");
    EXPECT_EQ(pass(course, booking, workshop.member).status, 403);
    EXPECT_EQ(workshop.post(trainer, "/api/v1/courses/" + course + "/retire", "{}").status, 200);
    EXPECT_EQ(code_of(pass(course, booking, trainer)), "course_retired");
    EXPECT_EQ(workshop.post(trainer, "/api/v1/courses/" + course + "/retire", "{}").status, 404);
    EXPECT_EQ(code_of(create("rocket")), "unknown_kind");
    EXPECT_THROW(ledger().write([&](store::Writer& writer) {
        return writer.execute("UPDATE course SET curriculum = 'x' WHERE facility_id = $1",
                              workshop.facility);
    }),
                 std::exception);
}

TEST_P(Courses, AMeIsChangedAtTheVersionThatWasSeenAndAttestedWithEvidence) {
    auto const path = "/api/v1/enterprises/" + workshop.mita.text();
    auto const seen = workshop.get(workshop.desk, path);
    auto const patch = [&](std::string body, std::string version) {
        return workshop.call(workshop.desk, "PATCH", path, std::move(body),
                             {{"if-match", std::move(version)}});
    };
    EXPECT_EQ(workshop.call(workshop.desk, "PATCH", path, "{}", {}).status, 428);
    auto const changed = patch(R"({"sector":"leather","district":"Kishoreganj"})", "\"1\"");
    ASSERT_EQ(changed.status, 200) << changed.body;
    auto const after = json::parse(changed.body).as_object();
    EXPECT_EQ(text_of(after, "sector"), "leather");
    EXPECT_EQ(text_of(after.at("name").as_object(), "en"), "Mita Leather") << "stays";
    EXPECT_EQ(patch(R"({"district":"Dhaka"})", "\"1\"").status, 412);
    EXPECT_EQ(code_of(patch(R"({"balance":1})", "\"2\"")), "unknown_field");
    auto const attest = [&](std::string body) {
        return workshop.post(workshop.manager, path + "/women-led", std::move(body));
    };
    auto const led =
        attest(R"({"women_share":20,"woman_manages":true,"evidence":"partnership deed of 2024"})");
    ASSERT_EQ(led.status, 200) << led.body;
    EXPECT_TRUE(json::parse(led.body).as_object().at("women_led").as_bool());
    auto const no = attest(R"({"women_share":50,"woman_manages":false,"evidence":"licence"})");
    auto const page = json::parse(no.body).as_object();
    EXPECT_FALSE(page.at("women_led").as_bool());
    EXPECT_EQ(page.at("attestations").as_array().size(), 2u) << "both are kept";
    EXPECT_EQ(attest(R"({"women_share":101,"woman_manages":false,"evidence":"x"})").status, 422);
}

TEST_P(Courses, TheReportCountsPeopleBySexAndNamesWhoAgreed) {
    came(session(), true);
    auto const report = [&] {
        auto const answer = workshop.get(workshop.manager, "/api/v1/reports/programme");
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body).as_object().at("items").as_array().at(0).as_object();
    };
    EXPECT_EQ(report().at("trained").as_object().at("women").as_int64(), 1);
    EXPECT_EQ(report().at("trained").as_object().at("men").as_int64(), 0);
    EXPECT_EQ(report().at("enterprises").as_int64(), 2);
    EXPECT_TRUE(report().at("consenting").as_array().empty());
    workshop.call(workshop.desk, "PATCH", "/api/v1/enterprises/" + workshop.mita.text(),
                  R"({"shares_data":true})", {{"if-match", "\"1\""}});
    EXPECT_EQ(report().at("consenting").as_array().size(), 1u);
}

}  // namespace
}  // namespace karkhana::desk
