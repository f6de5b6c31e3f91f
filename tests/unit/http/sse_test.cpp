#include <gtest/gtest.h>

#include "server/http/sse.hpp"
#include "server/http/sse_hub.hpp"
#include "server/http/sse_ring.hpp"

namespace karkhana::http {
namespace {

constexpr std::size_t kAll = 1 << 20;

std::string text_from(SseRing const& ring, std::uint64_t sequence) {
    std::string out;
    for (auto const& event : ring.from(sequence, kAll)) out += *event;
    return out;
}

TEST(SseEvent, is_written_as_the_standard_wants) {
    EXPECT_EQ(encode_event("b-7", "machine", R"({"a":1})"),
              "id: b-7\nevent: machine\ndata: {\"a\":1}\n\n");
    EXPECT_EQ(encode_event("", "note", "two\nlines"), "event: note\ndata: two\ndata: lines\n\n");
    EXPECT_EQ(encode_event("", "note", "a\n\nid: forged"),
              "event: note\ndata: a\ndata: \ndata: id: forged\n\n");
}

TEST(SseRing, keeps_the_last_events_with_their_ids) {
    SseRing ring("boot", 2);
    EXPECT_EQ(ring.next(), 1U);
    ring.push("m", "1");
    ring.push("m", "2");
    ring.push("m", "3");
    EXPECT_EQ(ring.next(), 4U);
    EXPECT_EQ(text_from(ring, 2),
              "id: boot-2\nevent: m\ndata: 2\n\nid: boot-3\nevent: m\ndata: 3\n\n");
    EXPECT_EQ(text_from(ring, 4), "");
    EXPECT_EQ(ring.backlog(4), 0U);
    EXPECT_EQ(ring.backlog(3), text_from(ring, 3).size());
    EXPECT_EQ(ring.backlog(2), text_from(ring, 2).size());
    EXPECT_GT(ring.backlog(1), kAll) << "no longer kept";
}

TEST(SseRing, resumes_after_the_last_id_or_asks_to_look_afresh) {
    SseRing ring("boot", 3);
    for (int i = 1; i <= 5; ++i) ring.push("m", std::to_string(i));
    struct Case {
        char const* last_id;
        std::uint64_t next;
        bool complete;
    };
    Case const cases[] = {
        {"", 6, true},
        {"boot-5", 6, true},
        {"boot-4", 5, true},
        {"boot-2", 3, true},
        {"boot-1", 6, false},
        {"boot-0", 6, false},
        {"boot-6", 6, false},
        {"other-5", 6, false},
        {"boot-", 6, false},
        {"boot-5x", 6, false},
        {"boot", 6, false},
        {"nonsense", 6, false},
        {"boot-99999999999999999999999", 6, false},
    };
    for (auto const& item : cases) {
        auto const resume = ring.resume(item.last_id, kAll);
        EXPECT_EQ(resume.next, item.next) << item.last_id;
        EXPECT_EQ(resume.complete, item.complete) << item.last_id;
    }
    EXPECT_FALSE(ring.resume("boot-3", 10).complete) << "too far behind";
}

TEST(SseRing, gives_at_least_one_event_at_a_time) {
    SseRing ring("boot", 10);
    ring.push("m", std::string(1000, 'a'));
    ring.push("m", std::string(1000, 'b'));
    EXPECT_EQ(ring.from(1, 10).size(), 1U);
    EXPECT_EQ(ring.from(1, 1500).size(), 2U);
}

TEST(SseHub, rings_the_bell_once_until_it_is_answered) {
    SseHub hub;
    FacilityId const facility{};
    int rings = 0;
    hub.publish(facility, "m", "0");
    hub.impl().set_bell([&] { ++rings; });
    hub.publish(facility, "m", "1");
    hub.publish(facility, "m", "2");
    EXPECT_EQ(rings, 1);
    hub.impl().answer_bell();
    hub.publish(facility, "m", "3");
    EXPECT_EQ(rings, 2);
    hub.impl().set_bell({});
    hub.publish(facility, "m", "4");
    EXPECT_EQ(rings, 2);
}

TEST(SseHub, keeps_facilities_apart) {
    SseHub hub;
    FacilityId const mine{};
    FacilityId other{};
    other.uuid.bytes[0] = 1;
    auto const start = hub.impl().greet(mine, "").next;
    hub.publish(other, "m", "theirs");
    hub.publish(mine, "m", "mine");
    auto const batch = hub.impl().take(mine, start, false);
    EXPECT_EQ(batch.events, 1U);
    EXPECT_EQ(batch.text.find("theirs"), std::string::npos);
}

TEST(SseHub, greets_with_an_id_to_come_back_with) {
    SseHub hub;
    FacilityId const facility{};
    auto const greeting = hub.impl().greet(facility, "");
    auto const at = greeting.text.find("\nid: ");
    ASSERT_NE(at, std::string::npos);
    auto const id = greeting.text.substr(at + 5, greeting.text.find('\n', at + 1) - at - 5);
    hub.publish(facility, "m", "missed");
    auto const again = hub.impl().greet(facility, id);
    EXPECT_EQ(again.text.find("resync"), std::string::npos);
    EXPECT_NE(hub.impl().take(facility, again.next, false).text.find("missed"), std::string::npos);
    EXPECT_NE(hub.impl().greet(facility, "old-1").text.find("event: resync"), std::string::npos);
}

TEST(SseHub, drops_a_listener_that_is_too_far_behind) {
    SseHub hub;
    FacilityId const facility{};
    auto const start = hub.impl().greet(facility, "").next;
    for (int i = 0; i < 200; ++i) hub.publish(facility, "m", std::string(1000, 'x'));
    EXPECT_FALSE(hub.impl().take(facility, start, true).too_slow);
    EXPECT_EQ(hub.impl().take(facility, start, true).events, 0U) << "one write at a time";
    for (int i = 0; i < 100; ++i) hub.publish(facility, "m", std::string(1000, 'x'));
    EXPECT_TRUE(hub.impl().take(facility, start, true).too_slow);
}

}  // namespace
}  // namespace karkhana::http
