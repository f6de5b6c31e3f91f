#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tests/integration/http/server_fixture.hpp"

namespace karkhana::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

class Limits : public ServerTest {
protected:
    Limits() {
        options_.header_deadline = seconds{1};
        options_.body_deadline = seconds{1};
        options_.idle_deadline = seconds{1};
        options_.write_deadline = seconds{1};
        options_.drain_deadline = seconds{3};
    }
    bool served() const {
        RawClient one(port());
        one.send(get("/hello"));
        auto const answer = one.answer();
        return answer && answer->status == 200;
    }
};

TEST_F(Limits, cuts_off_the_one_who_sends_nothing) {
    start();
    auto silent = client();
    EXPECT_TRUE(silent.closed_within(seconds{3}));
    EXPECT_EQ(silent.buffer(), "");
}

TEST_F(Limits, tells_the_one_whose_head_drips_and_cuts_it_off) {
    start();
    auto slow = client();
    auto const began = Clock::now();
    slow.send("GET /hello HTTP/1.1\r\nHost: test\r\n");
    std::string answer;
    for (int i = 0; i < 30 && answer.empty(); ++i) {
        slow.send("X: y\r\n");
        answer = slow.rest(milliseconds{100});
    }
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
    EXPECT_LT(Clock::now() - began, seconds{3});
    EXPECT_TRUE(served());
    EXPECT_GE(server_->snapshot().deadlines_missed, 1U);
}

TEST_F(Limits, tells_the_one_whose_body_stalls) {
    options_.body_limit = 900;
    start();
    auto slow = client();
    slow.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
              "Content-Length: 100\r\n\r\nhalf");
    EXPECT_EQ(slow.answer().value().status, 408);
    EXPECT_TRUE(slow.closed_within(seconds{5}));
}

TEST_F(Limits, lets_an_idle_connection_go) {
    start();
    auto one = client();
    one.send(get("/hello"));
    EXPECT_EQ(one.answer().value().status, 200);
    EXPECT_TRUE(one.closed_within(seconds{3}));
    EXPECT_EQ(one.buffer(), "") << "no 408 for what was never asked";
}

TEST_F(Limits, cuts_off_the_one_who_never_reads) {
    start();
    auto deaf = client();
    int const small = 4096;
    setsockopt(deaf.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 100; ++i) deaf.send(get("/hello"));
    EXPECT_TRUE(served());
    std::string const flood = [] {
        std::string all;
        for (int i = 0; i < 400; ++i) all += get("/hello");
        return all;
    }();
    // The answers pile up in the kernel until a write cannot go on; then the write's time runs.
    std::thread sender([&] {
        for (int i = 0; i < 400; ++i) deaf.send(flood);
    });
    EXPECT_TRUE(soon([&] { return server_->snapshot().deadlines_missed >= 1; }));
    EXPECT_TRUE(served());
    shutdown(deaf.fd(), SHUT_RDWR);
    sender.join();
}

TEST_F(Limits, turns_away_the_one_too_many) {
    options_.connection_limit = 10;
    options_.idle_deadline = options_.header_deadline = seconds{30};
    start();
    std::vector<RawClient> clients;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(client());
        clients.back().send(get("/hello"));
        ASSERT_EQ(clients.back().answer().value().status, 200);
    }
    auto one_too_many = client();
    auto const said = one_too_many.rest(seconds{2});
    EXPECT_TRUE(said.starts_with("HTTP/1.1 503 ")) << said;
    EXPECT_TRUE(one_too_many.closed_within(milliseconds{1}));
    clients.pop_back();
    EXPECT_TRUE(soon([&] { return served(); })) << "there is room again";
    EXPECT_GE(server_->snapshot().connections_refused, 1U);
}

TEST_F(Limits, says_503_when_the_handlers_are_behind) {
    options_.handler_threads = 1;
    options_.queue_limit = 2;
    start();
    std::vector<RawClient> waiting;
    for (int i = 0; i < 3; ++i) {
        waiting.push_back(client());
        waiting.back().send(get("/wait"));
        ASSERT_TRUE(soon([&] { return latch_.waiting() == 1; }));
        ASSERT_TRUE(soon([&] { return server_->snapshot().queue_depth == std::size_t(i); }));
    }
    auto one = client();
    one.send("HEAD /pool HTTP/1.1\r\nHost: test\r\n\r\n" + get("/pool"));
    EXPECT_EQ(one.answer(true).value().status, 503);
    auto const refused = one.answer().value();
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.headers.contains("retry-after"));
    EXPECT_TRUE(served()) << "what needs no handler goes on";
    latch_.open();
    for (auto& client : waiting) EXPECT_EQ(client.answer().value().body, "waited");
    one.send(get("/pool"));
    EXPECT_EQ(one.answer().value().body, "pool") << "the connection is still good";
}

TEST_F(Limits, serves_many_connections_at_once) {
    auto const* const wanted = std::getenv("KARKHANA_CONNECTIONS");
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    // Both ends of each connection are in this process.
    auto const count =
        std::min<std::size_t>(wanted ? std::stoul(wanted) : 1000, (files.rlim_cur - 300) / 2);
    options_.header_deadline = options_.idle_deadline = seconds{120};
    options_.connection_limit = count;
    start();
    std::vector<RawClient> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(client());
        ASSERT_TRUE(clients.back().connected()) << i;
        clients.back().send(get("/hello"));
    }
    for (auto& one : clients) ASSERT_EQ(one.answer().value().status, 200);
    EXPECT_EQ(server_->snapshot().connections_open, count);
    for (auto& one : clients) one.send(get("/pool"));
    for (auto& one : clients) ASSERT_EQ(one.answer().value().status, 200);
    auto const began = Clock::now();
    EXPECT_EQ(RawClient(port()).rest(seconds{2}).substr(0, 12), "HTTP/1.1 503");
    EXPECT_LT(Clock::now() - began, seconds{1}) << "the one too many does not hang";
}

TEST_F(Limits, finishes_what_has_begun_when_it_stops) {
    start();
    auto busy = client();
    busy.send(get("/wait"));
    auto idle = client();
    idle.send(get("/hello"));
    idle.answer();
    ASSERT_TRUE(soon([&] { return latch_.waiting() == 1; }));
    auto const where = port();
    std::thread stopping([&] { server_->stop(); });
    EXPECT_TRUE(idle.closed_within(seconds{1})) << "nobody waits for an idle connection";
    EXPECT_FALSE(RawClient(where).connected()) << "nobody new comes in";
    latch_.open();
    auto const answer = busy.answer().value();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "waited");
    EXPECT_TRUE(busy.closed_within(seconds{1}));
    stopping.join();
}

TEST_F(Limits, stops_at_the_drain_deadline_whoever_dawdles) {
    options_.drain_deadline = seconds{1};
    options_.body_deadline = seconds{60};
    start();
    auto dawdler = client();
    dawdler.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf");
    ASSERT_TRUE(soon([&] { return server_->snapshot().bytes_in >= 60; }));
    auto const began = Clock::now();
    server_->stop();
    EXPECT_LT(Clock::now() - began, seconds{3});
    EXPECT_TRUE(dawdler.closed_within(seconds{1}));
}

TEST_F(Limits, starts_and_stops_again_and_again) {
    for (int i = 0; i < 20; ++i) {
        start();
        auto one = client();
        one.send(get("/pool"));
        EXPECT_EQ(one.answer().value().body, "pool");
        server_->stop();
        server_->stop();
    }
}

TEST_F(Limits, says_when_the_address_is_taken) {
    start();
    ServerOptions same = options_;
    same.port = port();
    Server second(same, Router{}, {}, hub_);
    EXPECT_THROW(second.start(), std::runtime_error);
    ServerOptions nonsense = options_;
    nonsense.address = "not an address";
    Server third(nonsense, Router{}, {}, hub_);
    EXPECT_THROW(third.start(), std::runtime_error);
}

/// What the child process does: runs out of descriptors, and says by its exit status what failed.
int run_out_of_descriptors(Server& server) {
    server.start();
    std::vector<RawClient> hogs;
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = 60;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) return 10;
    hogs.emplace_back(server.port());
    hogs.front().send(get("/hello"));
    if (hogs.front().answer().value_or(RawAnswer{}).status != 200) return 16;
    // Clients and server share the descriptors, so some accept fails.
    for (int i = 0; i < 60; ++i) {
        RawClient one(server.port());
        if (!one.connected()) break;
        one.send(get("/hello"));
        hogs.push_back(std::move(one));
    }
    for (int i = 0; i < 300 && server.snapshot().connections_refused == 0; ++i)
        std::this_thread::sleep_for(milliseconds{10});
    if (server.snapshot().connections_refused == 0) return 11;
    hogs.front().send(get("/pool"));
    if (hogs.front().answer().value_or(RawAnswer{}).status != 200) return 13;
    auto const pauses = server.snapshot().connections_refused;
    if (pauses > 200) return 14;  // it spins instead of backing off
    hogs.clear();
    for (int i = 0; i < 300; ++i) {
        RawClient again(server.port());
        again.send(get("/hello"));
        if (again.connected() && again.answer().value_or(RawAnswer{}).status == 200) {
            server.stop();
            return 0;
        }
        std::this_thread::sleep_for(milliseconds{10});
    }
    return 15;
}

TEST_F(Limits, survives_having_no_descriptor_left) {
    options_.header_deadline = options_.idle_deadline = seconds{60};
    auto const child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        Router router;
        auto const hello = [](Request const&) { return Response{}; };
        router.add({"GET", "/hello", "hello", hello, Access::open, false, true});
        router.add({"GET", "/pool", "pool", hello, Access::open});
        Server server(options_, std::move(router), {}, hub_);
        _exit(run_out_of_descriptors(server));
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace karkhana::http::test
