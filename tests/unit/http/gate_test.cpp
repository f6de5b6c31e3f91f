#include <gtest/gtest.h>
#include <string>

#include "server/http/gate.hpp"

namespace karkhana::http {
namespace {

struct HeadCase {
    char const* name;
    std::string head;
    int status;  ///< 0: passes
};

std::string repeated(std::string const& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

std::string get(std::string const& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; }
std::string post(std::string const& fields) {
    return "POST /a HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}
std::string target(std::string const& where) {
    return "GET " + where + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::vector<HeadCase> good_heads() {
    return {
        {"a plain GET", get("Host: a\r\n"), 0},
        {"a port", get("Host: example.test:8080\r\n"), 0},
        {"an IPv6 host", get("Host: [::1]:8080\r\n"), 0},
        {"an empty field", get("Host: a\r\nX-Empty:\r\n"), 0},
        {"a tab in a value", get("Host: a\r\nX: a\tb\r\n"), 0},
        {"UTF-8 in a value", get("Host: a\r\nX: \xe0\xa6\x95\r\n"), 0},
        {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 0},
        {"a length", post("Content-Length: 5\r\n"), 0},
        {"length zero", post("Content-Length: 0\r\n"), 0},
        {"chunked", post("Transfer-Encoding: chunked\r\n"), 0},
        {"chunked in capitals", post("transfer-encoding:CHUNKED\r\n"), 0},
        {"100-continue", post("Expect: 100-continue\r\nContent-Length: 5\r\n"), 0},
        {"a query", target("/a?b=c&d=%20"), 0},
        {"a hundred fields", get("Host: a\r\n" + repeated("X: y\r\n", 99)), 0},
    };
}

std::vector<HeadCase> smuggling_heads() {
    return {
        {"length and encoding", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"encoding and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
        {"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
        {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
        {"a list of lengths", post("Content-Length: 5, 5\r\n"), 400},
        {"a negative length", post("Content-Length: -1\r\n"), 400},
        {"a signed length", post("Content-Length: +5\r\n"), 400},
        {"a hexadecimal length", post("Content-Length: 0x10\r\n"), 400},
        {"a huge length", post("Content-Length: 99999999999999999999\r\n"), 400},
        {"an empty length", post("Content-Length:\r\n"), 400},
        {"a length with a blank", post("Content-Length: 1 2\r\n"), 400},
        {"xchunked", post("Transfer-Encoding: xchunked\r\n"), 400},
        {"gzip", post("Transfer-Encoding: gzip\r\n"), 400},
        {"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 400},
        {"chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n"), 400},
        {"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
         400},
        {"chunked with a parameter", post("Transfer-Encoding: chunked;q=1\r\n"), 400},
        {"chunked, quoted", post("Transfer-Encoding: \"chunked\"\r\n"), 400},
        {"an empty encoding", post("Transfer-Encoding:\r\n"), 400},
        {"chunked after a vertical tab", post("Transfer-Encoding: \vchunked\r\n"), 400},
        {"chunked on HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"a blank before the colon", post("Transfer-Encoding : chunked\r\n"), 400},
        {"a blank before the name", get("Host: a\r\n X: y\r\n"), 400},
        {"a folded encoding", post("Transfer-Encoding:\r\n chunked\r\n"), 400},
        {"a folded first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
    };
}

std::vector<HeadCase> other_bad_heads() {
    std::string const nul(1, '\0');
    return {
        {"no host", get(""), 400},
        {"two hosts", get("Host: a\r\nHost: b\r\n"), 400},
        {"two equal hosts", get("Host: a\r\nHost: a\r\n"), 400},
        {"an empty host", get("Host:\r\n"), 400},
        {"a user in the host", get("Host: me@a\r\n"), 400},
        {"a bad port", get("Host: a:99999\r\n"), 400},
        {"a named port", get("Host: a:http\r\n"), 400},
        {"an open bracket", get("Host: [::1\r\n"), 400},
        {"a path in the host", get("Host: a/b\r\n"), 400},
        {"two hosts in one", get("Host: a, b\r\n"), 400},
        {"NUL in a value", get("Host: a\r\nX: a" + nul + "b\r\n"), 400},
        {"CR in a value", get("Host: a\r\nX: a\rb\r\n"), 400},
        {"NUL in a name", get("Host: a\r\nX" + nul + ": b\r\n"), 400},
        {"no colon", get("Host: a\r\nnonsense\r\n"), 400},
        {"no name", get("Host: a\r\n: b\r\n"), 400},
        {"a blank in the name", get("Host: a\r\nX Y: b\r\n"), 400},
        {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a blank in the target", target("/a b"), 400},
        {"an absolute target", target("http://evil/"), 400},
        {"an asterisk", target("*"), 400},
        {"no slash", target("a"), 400},
        {"a fragment", target("/a#b"), 400},
        {"a high byte in the target", target("/\xff"), 400},
        {"NUL in the target", target("/a" + nul), 400},
        {"a tab in the target", target("/a\tb"), 400},
        {"HTTP/9.9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", 400},
        {"HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
        {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\n", 400},
        {"lower-case http", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
        {"HTTP/0.9", "GET /\r\n\r\n", 400},
        {"a method that is no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"CONNECT", "CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"another expectation", post("Expect: tea\r\n"), 417},
        {"a long target", target("/" + std::string(9000, 'a')), 414},
        {"a long field", get("Host: a\r\nX: " + std::string(9000, 'a') + "\r\n"), 431},
        {"too many fields", get("Host: a\r\n" + repeated("X: y\r\n", 100)), 431},
        {"bytes after the end", get("Host: a\r\n") + "x", 400},
        {"no end", "GET / HTTP/1.1\r\nHost: a\r\n", 400},
    };
}

void expect_status(HeadCase const& item) {
    Framing framing;
    auto const refusal = check_head(item.head, HeadLimits{}, framing);
    EXPECT_EQ(refusal ? refusal->status : 0, item.status) << item.name;
}

TEST(Gate, lets_good_heads_pass) {
    for (auto const& item : good_heads()) expect_status(item);
}

TEST(Gate, refuses_whatever_could_be_delimited_in_two_ways) {
    for (auto const& item : smuggling_heads()) expect_status(item);
}

TEST(Gate, refuses_malformed_heads) {
    for (auto const& item : other_bad_heads()) expect_status(item);
}

TEST(Gate, says_how_the_body_is_delimited) {
    Framing framing;
    EXPECT_FALSE(check_head(post("Content-Length: 512\r\n"), {}, framing));
    EXPECT_EQ(framing.length, 512U);
    EXPECT_FALSE(framing.chunked);
    EXPECT_FALSE(check_head(post("Transfer-Encoding: chunked\r\n"), {}, framing));
    EXPECT_EQ(framing.length, std::nullopt);
    EXPECT_TRUE(framing.chunked);
}

TEST(Gate, knows_whether_the_connection_stays_open) {
    struct Case {
        std::string head;
        bool keep_alive;
    };
    Case const cases[] = {
        {get("Host: a\r\n"), true},
        {get("Host: a\r\nConnection: close\r\n"), false},
        {get("Host: a\r\nConnection: Upgrade, Close\r\n"), false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
        {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false},
    };
    for (auto const& item : cases) {
        Framing framing;
        ASSERT_FALSE(check_head(item.head, {}, framing)) << item.head;
        EXPECT_EQ(framing.keep_alive, item.keep_alive) << item.head;
    }
}

TEST(HeadScan, finds_the_end_however_the_bytes_come) {
    std::string const head = get("Host: a\r\n");
    std::string const bytes = head + "next";
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        auto const part = std::string_view{bytes}.substr(0, cut);
        auto const first = scan_head(part, 0, {});
        ASSERT_FALSE(first.refusal) << cut;
        EXPECT_EQ(first.length, cut < head.size() ? 0 : head.size()) << cut;
        auto const second = scan_head(bytes, first.length == 0 ? cut : 0, {});
        EXPECT_EQ(second.length, head.size()) << cut;
    }
}

TEST(HeadScan, does_not_wait_for_what_cannot_become_a_head) {
    EXPECT_TRUE(scan_head("\x16\x03\x01", 0, {}).refusal) << "a TLS hello on the plain port";
    EXPECT_TRUE(scan_head("\r\n", 0, {}).refusal);
    EXPECT_TRUE(scan_head("GET / HTTP/1.1\nHost: a\n\n", 0, {}).refusal) << "bare line feeds";
    EXPECT_TRUE(scan_head("GET / HTTP/1.1\r\nHost: a\n", 0, {}).refusal);
    EXPECT_EQ(scan_head(std::string(20'000, 'a'), 0, {}).refusal.value().status, 414);
    auto const endless = "GET / HTTP/1.1\r\n" + repeated("X: y\r\n", 4000);
    EXPECT_EQ(scan_head(endless, 0, {}).refusal.value().status, 431);
}

}  // namespace
}  // namespace karkhana::http
