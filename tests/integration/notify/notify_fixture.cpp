#include "tests/integration/notify/notify_fixture.hpp"

#include <boost/json/parse.hpp>
#include <fstream>

#include "server/facility/records.hpp"
#include "server/people/records.hpp"
#include "tests/support/helper_process.hpp"

namespace karkhana::notify {

std::vector<boost::json::object> OutsideWorld::came() const {
    std::vector<boost::json::object> found;
    std::ifstream file(seen);
    for (std::string line; std::getline(file, line);)
        found.push_back(boost::json::parse(line).as_object());
    return found;
}

std::vector<boost::json::object> OutsideWorld::came_with(std::string_view key,
                                                         std::string_view text) const {
    auto found = came();
    std::erase_if(found, [&](boost::json::object const& each) {
        auto const* value = each.if_contains(key);
        return value == nullptr || value->as_string().find(text) == std::string::npos;
    });
    return found;
}

OutsideWorld& outside() {
    static tests::HelperProcess const process{"tests/support/outside_world"};
    static OutsideWorld world = [] {
        auto const said = boost::json::parse(process.first_line()).as_object();
        auto const port = [&](char const* name) {
            return "127.0.0.1:" + std::to_string(said.at(name).as_int64());
        };
        return OutsideWorld{"smtp://" + port("smtp"), "http://" + port("http"),
                            std::string{said.at("seen").as_string()}};
    }();
    return world;
}

NotifyTest::NotifyTest()
    : here(ids.make<FacilityId>()),
      shoes{.id = ids.make<EnterpriseId>(),
            .name = {"Rina Shoes", "রিনা সু"},
            .phone = "+8801712000001"},
      caller{.id = ids.make<EnterpriseId>(),
             .name = {"Karim Shoes", "করিম সু"},
             .phone = "+8801712000002"} {
    ledger().write([&](store::Writer& writer) {
        facility::insert_facility(
            writer,
            {.id = here, .slug = "bhairab", .name = {"Bhairab", "ভৈরব"}, .zone = "Asia/Dhaka"},
            clock.now());
        people::insert_enterprise(writer, here, shoes, clock.now());
        people::insert_enterprise(writer, here, caller, clock.now());
        return true;
    });
    rina = add_person("rina", {{"member", shoes.id}}, shoes.phone);
    manager = add_person("manager", {{"manager", {}}}, "+8801712000003", "en");
}

people::Person NotifyTest::add_person(std::string login, std::vector<people::RoleGrant> roles,
                                      std::optional<std::string> phone, std::string language) {
    people::Person const person{.id = ids.make<PersonId>(),
                                .login = login,
                                .name = {login, login},
                                .phone = std::move(phone),
                                .language = std::move(language),
                                .roles = std::move(roles)};
    ledger().write([&](store::Writer& writer) {
        people::insert_person(writer, here, person, "no password", clock.now());
        return true;
    });
    return person;
}

void NotifyTest::set_contact_of(people::Person const& person, std::optional<std::string> email,
                                bool by_sms) {
    ledger().write([&](store::Writer& writer) {
        set_contact(writer, here,
                    {.person = person.id,
                     .language = person.language == "en" ? Language::en : Language::bn,
                     .email = std::move(email),
                     .by_sms = by_sms});
        return true;
    });
}

void NotifyTest::tell(EnterpriseId const& enterprise, News const& news) {
    ledger().write([&](store::Writer& writer) {
        outbox_.tell_enterprise(writer, here, enterprise, news, clock.now());
        return true;
    });
}

News NotifyTest::booked(std::string occasion) const {
    auto const zone = Zone::find("Asia/Dhaka").value();
    return {
        .kind = "booking_confirmed",
        .about = "01900000-0000-7000-8000-000000000001",
        .occasion = std::move(occasion),
        .values = {{"machine", {"Laser 1", "লেজার ১"}},
                   {"time", span_words(zone, {clock.now(), clock.now() + std::chrono::hours{2}})},
                   {"facility", {"Bhairab", "ভৈরব"}}},
        .secrets = {{"pin", {"4821", "৪৮২১"}}}};
}

std::vector<Message> NotifyTest::all(std::optional<State> state) {
    return ledger().read(
        [&](store::Reader& reader) { return outbox(reader, here, state, std::nullopt, 1000); });
}

int NotifyTest::send_all(Channel channel, Transport& transport) {
    int times = 0;
    while (send_next(ledger(), clock, transport, channel)) ++times;
    return times;
}

}  // namespace karkhana::notify
