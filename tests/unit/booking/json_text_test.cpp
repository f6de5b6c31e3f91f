#include <gtest/gtest.h>
#include <random>

#include "server/booking/json_text.hpp"
#include "server/http/json.hpp"
#include "tests/unit/booking/values.hpp"

namespace karkhana::booking {
namespace {

TEST(JsonText, PutsCommasWhereTheyBelong) {
    JsonText out;
    out.open('{').key("a").integer(-5).key("b").open('[').close(']').key("c").open('[');
    out.flag(true).null().open('{').close('}').plain("x").close(']').key("d").money({101775});
    EXPECT_EQ(out.close('}').take(),
              R"({"a":-5,"b":[],"c":[true,null,{},"x"],"d":{"amount":101775,"currency":"BDT"}})");
}

TEST(JsonText, EscapesWhatPeopleWrite) {
    std::string const written = "a\"b\\c\n\x01 জুতা/:,[{";
    JsonText out;
    auto const text = out.open('{').key("a").text(written).key("b").text("").close('}').take();
    EXPECT_EQ(text, "{\"a\":\"a\\\"b\\\\c\\u000a\\u0001 জুতা/:,[{\",\"b\":\"\"}");
    // A text that ends like an opened bracket still gets its comma.
    JsonText list;
    EXPECT_EQ(list.open('[').text("[").text("{").text(":").close(']').take(), R"(["[","{",":"])");
}

TEST(Rfc3339Text, SaysWhatTheCalendarSays) {
    std::mt19937_64 random{3};
    for (auto const* name : {"UTC", "Asia/Dhaka", "Asia/Kathmandu", "America/St_Johns"}) {
        auto const zone = tests::zone(name);
        for (int round = 0; round < 2000; ++round) {
            // From the year 1900 to 2100, every second one on a full second.
            auto at = instant(static_cast<std::int64_t>(random() % 6'300'000'000'000'000) -
                              2'200'000'000'000'000);
            if (round % 2 == 0) at = std::chrono::floor<std::chrono::seconds>(at);
            ASSERT_EQ(rfc3339_text(at, zone.offset_at(at)), to_rfc3339(at, zone)) << micros(at);
        }
    }
}

TEST(TimeTexts, SayWhatRfc3339Says) {
    auto const zone = tests::zone("Asia/Dhaka");
    TimeTexts times{zone};
    auto const start = tests::dhaka("2026-11-21 00:00");
    for (int round = 0; round < 2; ++round)
        for (int step = -700; step < 700; ++step) {
            auto const at = start + std::chrono::seconds{step * 97};
            ASSERT_EQ(times(at), to_rfc3339(at, zone));
        }
    EXPECT_EQ(times(instant(-1)), to_rfc3339(instant(-1), zone));
    EXPECT_EQ(times(instant(0)), to_rfc3339(instant(0), zone));
}

}  // namespace
}  // namespace karkhana::booking
