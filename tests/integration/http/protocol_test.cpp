#include <gtest/gtest.h>

#include "tests/integration/http/server_fixture.hpp"

namespace karkhana::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Protocol : public ServerTest {
protected:
    Protocol() { start(); }
};

TEST_F(Protocol, keeps_the_connection_open_for_the_next_request) {
    auto one = client();
    for (int i = 0; i < 3; ++i) {
        one.send(get("/hello"));
        auto const answer = one.answer().value();
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, "hello");
        EXPECT_FALSE(answer.headers.contains("connection"));
        one.send(get("/pool"));
        EXPECT_EQ(one.answer().value().body, "pool");
    }
}

TEST_F(Protocol, closes_when_asked_to) {
    auto one = client();
    one.send(get("/hello", "Connection: close\r\n"));
    auto const answer = one.answer().value();
    EXPECT_EQ(answer.headers.at("connection"), "close");
    EXPECT_TRUE(one.closed_within(seconds{1}));
}

TEST_F(Protocol, answers_a_thousand_pipelined_requests_in_order) {
    auto one = client();
    std::string all;
    for (int i = 0; i < 1000; ++i)
        all += i % 3 == 0 ? get("/pool") : post("/echo", "n" + std::to_string(i));
    one.send(all);
    for (int i = 0; i < 1000; ++i) {
        auto const answer = one.answer();
        ASSERT_TRUE(answer) << i;
        ASSERT_EQ(answer->body, i % 3 == 0 ? "pool" : "n" + std::to_string(i));
    }
}

TEST_F(Protocol, reads_a_request_that_comes_byte_by_byte) {
    auto one = client();
    for (char const c : post("/echo", "slowly")) one.send(std::string(1, c));
    EXPECT_EQ(one.answer().value().body, "slowly");
}

TEST_F(Protocol, reads_a_chunked_body_however_it_is_cut) {
    std::string const head =
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    auto one = client();
    one.send(head + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n" + get("/hello"));
    EXPECT_EQ(one.answer().value().body, "hello world");
    EXPECT_EQ(one.answer().value().body, "hello");
    for (char const c : head + "b\r\nhello world\r\n0\r\n\r\n") one.send(std::string(1, c));
    EXPECT_EQ(one.answer().value().body, "hello world");
    one.send(head);
    for (char const c : std::string{"0\r\n\r\n"}) {
        one.send(std::string(1, c));
        pause();
    }
    EXPECT_EQ(one.answer().value().body, "") << "the shortest body, in the smallest pieces";
}

TEST_F(Protocol, refuses_chunks_that_two_readers_could_read_differently) {
    char const* const bodies[] = {
        "FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n",
        "5;x=y\r\nhello\r\n0\r\n\r\n",
        "5\nhello\n0\n\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nHost: evil\r\n\r\n",
        "\r\n0\r\n\r\n",
        "5\r\nhello\r\n0;a\r\n\r\n",
        "5\rhello\r\n0\r\n\r\n",
    };
    for (auto const* body : bodies) {
        auto one = client();
        one.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n" +
                 std::string{body} + get("/hello"));
        auto const answer = one.answer();
        ASSERT_TRUE(answer) << body;
        EXPECT_EQ(answer->status, 400) << body;
        EXPECT_EQ(one.rest(), "") << "no second answer: " << body;
    }
}

TEST_F(Protocol, bounds_a_body_before_and_while_reading_it) {
    auto announced = client();
    announced.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 70000\r\n\r\n");
    EXPECT_EQ(announced.answer().value().status, 413);
    EXPECT_TRUE(announced.closed_within(seconds{3}));

    auto sent = client();
    sent.send(post("/echo", std::string(70'000, 'x')));
    EXPECT_EQ(sent.answer().value().status, 413) << "and the answer is not lost to a reset";

    auto chunked = client();
    chunked.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 70; ++i) chunked.send("400\r\n" + std::string(1024, 'x') + "\r\n");
    EXPECT_EQ(chunked.answer().value().status, 413);

    auto fits = client();
    fits.send(post("/echo", std::string(65'536, 'x')));
    EXPECT_EQ(fits.answer().value().body.size(), 65'536U);
}

TEST_F(Protocol, gives_a_route_its_own_limit) {
    auto one = client();
    auto const megabyte = std::string(1 << 20, 'c');
    one.send("POST /import HTTP/1.1\r\nHost: test\r\nContent-Type: text/csv\r\nContent-Length: " +
             std::to_string(megabyte.size()) + "\r\n\r\n" + megabyte);
    EXPECT_EQ(one.answer().value().body, std::to_string(megabyte.size()));
}

TEST_F(Protocol, asks_for_the_body_of_a_client_that_waits) {
    auto one = client();
    one.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
             "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_TRUE(one.wait_for("HTTP/1.1 100 Continue\r\n\r\n"));
    EXPECT_EQ(one.answer().value().status, 100);
    one.send("hello");
    EXPECT_EQ(one.answer().value().body, "hello");
    one.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 70000\r\n"
             "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(one.answer().value().status, 413) << "no invitation to send what is refused";
}

TEST_F(Protocol, speaks_http_1_0) {
    auto one = client();
    one.send("GET /hello HTTP/1.0\r\n\r\n");
    EXPECT_EQ(one.answer().value().headers.at("connection"), "close");
    EXPECT_TRUE(one.closed_within(seconds{1}));
    auto two = client();
    for (int i = 0; i < 2; ++i) {
        two.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        EXPECT_EQ(two.answer().value().headers.at("connection"), "keep-alive");
    }
}

TEST_F(Protocol, answers_head_with_the_length_alone) {
    auto one = client();
    one.send("HEAD /hello HTTP/1.1\r\nHost: test\r\n\r\n" + get("/hello"));
    auto const head = one.answer(true).value();
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("content-length"), "5");
    EXPECT_EQ(one.answer().value().body, "hello") << "the next answer follows at once";
}

TEST_F(Protocol, sends_a_large_answer_whole) {
    auto one = client();
    one.send(get("/big"));
    EXPECT_EQ(one.answer().value().body, std::string(std::size_t{4} << 20, 'b'));
    one.send(get("/hello"));
    EXPECT_EQ(one.answer().value().body, "hello");
}

TEST_F(Protocol, believes_a_proxy_only_when_told_to) {
    auto one = client();
    auto const forwarded = get("/peer", "X-Forwarded-For: 1.2.3.4, 203.0.113.9\r\n"
                                        "X-Forwarded-Proto: https\r\n");
    one.send(forwarded);
    EXPECT_EQ(one.answer().value().body, "127.0.0.1 plain");
    server_->stop();
    options_.trust_proxy = true;
    start();
    auto two = client();
    two.send(forwarded);
    auto const answer = two.answer().value();
    two.send(get("/peer", "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 203.0.113.8\r\n"));
    EXPECT_EQ(two.answer().value().body, "203.0.113.8 plain");
    EXPECT_EQ(answer.body, "203.0.113.9 secure");
    EXPECT_TRUE(answer.headers.contains("strict-transport-security"));
}

struct Smuggled {
    char const* name;
    std::string bytes;
    int status;
};

/// Each has a second request in its body, which must never be answered.
std::vector<Smuggled> smuggled() {
    auto const hidden = get("/hello");
    auto const with = [&](std::string const& fields) {
        return "POST /echo HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n" + hidden;
    };
    return {
        {"length and encoding", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"two lengths", with("Content-Length: 0\r\nContent-Length: 55\r\n"), 400},
        {"xchunked", with("Transfer-Encoding: xchunked\r\n"), 400},
        {"gzip", with("Transfer-Encoding: gzip\r\n"), 400},
        {"gzip and a length", with("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"), 400},
        {"a negative length", with("Content-Length: -1\r\n"), 400},
        {"a signed length", with("Content-Length: +5\r\n"), 400},
        {"a huge length", with("Content-Length: 99999999999999999999\r\n"), 400},
        {"a folded field", with("X: a\r\n Content-Length: 5\r\n"), 400},
        {"a blank before the colon", with("Content-Length : 5\r\n"), 400},
        {"a bare line feed", "POST /echo HTTP/1.1\nHost: test\n\n" + hidden, 400},
        {"a bare line feed in a value", with("X: a\nContent-Length: 5\r\n"), 400},
        {"chunked on HTTP/1.0",
         "POST /echo HTTP/1.0\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden, 400},
        {"two hosts", with("Host: other\r\n"), 400},
        {"no host", "POST /echo HTTP/1.1\r\n\r\n" + hidden, 400},
        {"an absolute target", "GET http://evil/ HTTP/1.1\r\nHost: test\r\n\r\n" + hidden, 400},
        {"HTTP/9.9", "GET / HTTP/9.9\r\nHost: test\r\n\r\n" + hidden, 400},
        {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden, 400},
        {"TRACE", "TRACE /hello HTTP/1.1\r\nHost: test\r\n\r\n" + hidden, 501},
        {"a TLS hello", std::string("\x16\x03\x01\x02\x00\x01", 6) + hidden, 400},
        {"NUL in a value", with(std::string("X: a\0b\r\n", 8)), 400},
        {"a long target",
         "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: t\r\n\r\n" + hidden, 414},
        {"a long field", with("X: " + std::string(9000, 'a') + "\r\n"), 431},
        {"a slash in disguise", "GET /..%2f..%2fetc HTTP/1.1\r\nHost: t\r\n\r\n" + hidden, 400},
    };
}

TEST_F(Protocol, never_answers_a_smuggled_request) {
    for (auto const& item : smuggled()) {
        auto one = client();
        one.send(item.bytes);
        auto const answer = one.answer();
        ASSERT_TRUE(answer) << item.name;
        EXPECT_EQ(answer->status, item.status) << item.name;
        EXPECT_EQ(answer->headers.at("content-type"), "application/problem+json") << item.name;
        EXPECT_EQ(answer->headers.at("connection"), "close") << item.name;
        EXPECT_TRUE(one.closed_within(seconds{5})) << item.name;
        EXPECT_EQ(one.buffer(), "") << "no second answer: " << item.name;
    }
    EXPECT_EQ(server_->snapshot().heads_refused, smuggled().size());
}

TEST_F(Protocol, counts_what_it_does) {
    auto one = client();
    one.send(get("/hello") + get("/nowhere"));
    one.answer();
    one.answer();
    auto const metrics = server_->snapshot();
    EXPECT_EQ(metrics.answers[2], 1U);
    EXPECT_EQ(metrics.answers[4], 1U);
    EXPECT_EQ(metrics.connections_open, 1U);
    EXPECT_EQ(metrics.connections_accepted, 1U);
    EXPECT_EQ(metrics.bytes_in, get("/hello").size() + get("/nowhere").size());
    EXPECT_GT(metrics.bytes_out, 200U);
}

}  // namespace
}  // namespace karkhana::http::test
