#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <vector>

#include "server/base/random.hpp"
#include "server/notify/outbox.hpp"
#include "server/notify/sender.hpp"
#include "server/people/rules.hpp"
#include "tests/support/store_fixture.hpp"

namespace karkhana::notify {

/// The mail server and the gateway of tests/support/outside_world.
struct OutsideWorld {
    std::string mail;  ///< smtp://127.0.0.1:PORT
    std::string web;   ///< http://127.0.0.1:PORT
    std::string seen;

    /// What came there since it began, in order.
    std::vector<boost::json::object> came() const;
    /// Those whose member `key` contains the text.
    std::vector<boost::json::object> came_with(std::string_view key, std::string_view text) const;
};
OutsideWorld& outside();

/// A facility with the shop of Rina, who logs in, and one of a caller who does not.
class NotifyTest : public tests::StoreTest {
protected:
    NotifyTest();

    people::Person add_person(std::string login, std::vector<people::RoleGrant> roles,
                              std::optional<std::string> phone, std::string language = "bn");
    void set_contact_of(people::Person const& person, std::optional<std::string> email,
                        bool by_sms = true);
    void tell(EnterpriseId const& enterprise, News const& news);
    /// A booking confirmed, as often as one likes of the same.
    News booked(std::string occasion = "1") const;
    std::vector<Message> all(std::optional<State> state = {});
    /// Sends what is due by the channel until nothing is; how many times.
    int send_all(Channel channel, Transport& transport);

    ManualWallClock clock{instant(1'795'154'400'000'000)};  // 2026-11-20 12:00 in Dhaka
    std::unique_ptr<Random> random = system_random();
    IdSource ids{*random, clock};
    Outbox outbox_{ids, {.sms = true, .email = true}};
    FacilityId here;
    people::Enterprise shoes;
    people::Enterprise caller;
    people::Person rina;
    people::Person manager;
};

}  // namespace karkhana::notify
