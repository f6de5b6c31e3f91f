#include <gtest/gtest.h>

#include "server/people/session_life.hpp"

namespace karkhana::people {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(Seat, TheStrictestOfAllRolesCounts) {
    EXPECT_EQ(seat_of({"manager"}, "password"), Seat::desk);
    EXPECT_EQ(seat_of({"operator", "accountant"}, "password"), Seat::desk);
    EXPECT_EQ(seat_of({"operator"}, "password"), Seat::floor);
    EXPECT_EQ(seat_of({"member"}, "password"), Seat::floor);
    EXPECT_EQ(seat_of({"member"}, "pin"), Seat::shared);
    EXPECT_EQ(seat_of({"manager"}, "pin"), Seat::shared);
}

TEST(SessionLife, EndsWhenIdleOrOld) {
    auto const born = instant(1'800'000'000'000'000);
    constexpr Duration kTick{1};
    struct Row {
        Seat seat;
        Duration seen, now;
        bool alive;
    };
    for (auto const& [seat, seen, now, alive] :
         std::vector<Row>{{Seat::desk, hours{0}, minutes{30} - kTick, true},
                          {Seat::desk, hours{0}, minutes{30}, false},
                          {Seat::desk, hours{8} - minutes{1}, hours{8} - kTick, true},
                          {Seat::desk, hours{8} - minutes{1}, hours{8}, false},
                          {Seat::floor, hours{0}, hours{12} - kTick, true},
                          {Seat::floor, hours{0}, hours{12}, false},
                          {Seat::floor, hours{167}, hours{168} - kTick, true},
                          {Seat::floor, hours{167}, hours{168}, false},
                          {Seat::shared, hours{0}, minutes{5} - kTick, true},
                          {Seat::shared, hours{0}, minutes{5}, false},
                          {Seat::shared, minutes{59}, hours{1}, false}})
        EXPECT_EQ(session_alive({}, seat, born, born + seen, born + now), alive) << now.count();
}

TEST(Device, IsSaidInTwoWords) {
    EXPECT_EQ(device_of("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
                        "Chrome/137.0.0.0 Mobile Safari/537.36"),
              "Chrome, Android");
    EXPECT_EQ(device_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 "
                        "Firefox/140.0"),
              "Firefox, Windows");
    EXPECT_EQ(device_of("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605 "
                        "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"),
              "Safari, iPhone");
    EXPECT_EQ(device_of("curl/8"), "");
}

}  // namespace
}  // namespace karkhana::people
