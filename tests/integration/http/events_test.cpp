#include <gtest/gtest.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "tests/integration/http/server_fixture.hpp"

namespace karkhana::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Events : public ServerTest {
protected:
    RawClient listen(std::string const& last_id = "") {
        auto const before = server_->snapshot().event_listeners;
        auto one = client();
        auto const resume = last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n";
        one.send(get("/api/v1/events", "Authorization: Bearer good\r\n" + resume));
        EXPECT_TRUE(soon([&] { return server_->snapshot().event_listeners > before; }));
        return one;
    }
    void publish(int from, int to) {
        for (int i = from; i <= to; ++i) hub_.publish(facility_, "machine", std::to_string(i));
    }
};

/// The data of all events in the bytes, and the last id.
std::string data_of(std::string const& bytes) {
    std::string out;
    for (std::size_t at = 0; (at = bytes.find("\ndata: ", at)) != std::string::npos; ++at)
        out += bytes.substr(at + 7, bytes.find('\n', at + 7) - at - 7) + " ";
    return out;
}
std::string last_id_of(std::string const& bytes) {
    auto const at = bytes.rfind("id: ") + 4;
    return bytes.substr(at, bytes.find('\n', at) - at);
}

TEST_F(Events, are_for_those_who_are_known) {
    start();
    auto stranger = client();
    stranger.send(get("/api/v1/events"));
    EXPECT_EQ(stranger.answer().value().status, 401);
}

TEST_F(Events, arrive_as_they_are_published_and_only_those_of_the_facility) {
    start();
    auto one = listen();
    ASSERT_TRUE(one.wait_for("\r\n\r\n"));
    EXPECT_NE(one.buffer().find("Content-Type: text/event-stream\r\n"), std::string::npos);
    FacilityId other{};
    other.uuid.bytes[3] = 9;
    hub_.publish(other, "machine", "not ours");
    publish(1, 3);
    ASSERT_TRUE(one.wait_for("data: 3\n\n"));
    EXPECT_EQ(data_of(one.buffer()), "1 2 3 ");
}

TEST_F(Events, go_on_after_a_drop_without_gap_or_double) {
    start();
    std::string seen;
    std::string last_id;
    {
        auto one = listen();
        publish(1, 5);
        ASSERT_TRUE(one.wait_for("data: 5\n\n"));
        seen += data_of(one.buffer());
        last_id = last_id_of(one.buffer());
    }
    EXPECT_TRUE(soon([&] { return server_->snapshot().event_listeners == 0; }));
    publish(6, 9);
    auto again = listen(last_id);
    publish(10, 12);
    ASSERT_TRUE(again.wait_for("data: 12\n\n"));
    seen += data_of(again.buffer());
    EXPECT_EQ(seen, "1 2 3 4 5 6 7 8 9 10 11 12 ");
}

TEST_F(Events, lose_nothing_before_the_first_one) {
    start();
    std::string last_id;
    {
        auto one = listen();
        ASSERT_TRUE(one.wait_for("id: "));
        ASSERT_TRUE(one.wait_for("\n\n"));
        last_id = last_id_of(one.buffer());
    }
    EXPECT_TRUE(soon([&] { return server_->snapshot().event_listeners == 0; }));
    publish(1, 2);
    auto again = listen(last_id);
    ASSERT_TRUE(again.wait_for("data: 2\n\n"));
    EXPECT_EQ(data_of(again.buffer()), "1 2 ");
}

TEST_F(Events, tell_the_one_who_was_away_too_long_to_look_afresh) {
    start();
    auto const id = "another-boot-7";
    auto one = listen(id);
    ASSERT_TRUE(one.wait_for("event: resync\n"));
    publish(1, 1);
    ASSERT_TRUE(one.wait_for("data: 1\n\n"));
}

TEST_F(Events, drop_the_listener_who_does_not_read) {
    start();
    auto deaf = listen();
    auto good = listen();
    int const small = 4096;
    setsockopt(deaf.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    std::string const line(1000, 'x');
    std::thread reader([&] { good.wait_for("the end", seconds{20}); });
    // The kernel buffers some megabytes for the deaf one before our own bound is felt.
    for (int i = 0; i < 20'000 && server_->snapshot().listeners_dropped == 0; ++i) {
        hub_.publish(facility_, "machine", line);
        if (i % 10 == 0) std::this_thread::sleep_for(milliseconds{1});
    }
    EXPECT_EQ(server_->snapshot().listeners_dropped, 1U);
    EXPECT_EQ(server_->snapshot().event_listeners, 1U) << "the other one goes on";
    hub_.publish(facility_, "machine", "the end");
    reader.join();
    EXPECT_NE(good.buffer().find("the end"), std::string::npos);
}

TEST_F(Events, reach_several_hundred_listeners) {
    start();
    std::vector<RawClient> listeners;
    for (int i = 0; i < 300; ++i) {
        listeners.push_back(client());
        listeners.back().send(get("/api/v1/events", "Authorization: Bearer good\r\n"));
    }
    ASSERT_TRUE(soon([&] { return server_->snapshot().event_listeners == 300; }));
    std::vector<std::thread> publishers;
    for (int t = 0; t < 4; ++t)
        publishers.emplace_back([&] {
            for (int i = 0; i < 50; ++i) hub_.publish(facility_, "meter", "w");
        });
    for (auto& thread : publishers) thread.join();
    hub_.publish(facility_, "meter", "last");
    for (auto& one : listeners) {
        ASSERT_TRUE(one.wait_for("data: last\n\n"));
        EXPECT_EQ(data_of(one.buffer()).size(), 200 * 2 + 5);
    }
}

TEST_F(Events, say_something_now_and_then_so_that_a_dead_line_is_noticed) {
    options_.event_keep_alive = seconds{1};
    start();
    auto one = listen();
    EXPECT_TRUE(one.wait_for("\n\n:\n\n", seconds{4}));
    EXPECT_TRUE(one.wait_for(":\n\n:\n\n", seconds{4}));
}

TEST_F(Events, end_when_their_time_is_over_and_when_the_server_stops) {
    options_.event_stream_limit = seconds{1};
    start();
    auto one = listen();
    EXPECT_TRUE(one.closed_within(seconds{4})) << "to be asked again who is there";
    auto two = listen();
    auto const began = std::chrono::steady_clock::now();
    server_->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - began, seconds{1});
    EXPECT_TRUE(two.closed_within(seconds{1}));
    publish(1, 1);
}

}  // namespace
}  // namespace karkhana::http::test
