#include <gtest/gtest.h>

#include "tests/integration/http/server_fixture.hpp"

namespace karkhana::http::test {
namespace {

class Files : public ServerTest {
protected:
    Files() {
        folder_.write("index.html", "<html><script>go()</script>Karkhana</html>");
        folder_.write("assets/app-1a2b.js", std::string(100'000, 'j'));
        folder_.write("assets/app-1a2b.js.br", "brotli bytes");
        folder_.write("assets/app-1a2b.js.gz", "gzip bytes");
        options_.web_root = folder_.path();
        start();
    }
    RawAnswer ask(std::string const& target, std::string const& fields = "") {
        auto one = client();
        one.send(get(target, fields));
        return one.answer().value();
    }

    TemporaryFolder folder_;
};

TEST_F(Files, come_in_the_encoding_the_browser_takes) {
    EXPECT_EQ(ask("/assets/app-1a2b.js", "Accept-Encoding: gzip, br\r\n").body, "brotli bytes");
    EXPECT_EQ(ask("/assets/app-1a2b.js", "Accept-Encoding: gzip\r\n").body, "gzip bytes");
    auto const plain = ask("/assets/app-1a2b.js");
    EXPECT_EQ(plain.body.size(), 100'000U);
    EXPECT_EQ(plain.headers.at("cache-control"), "public, max-age=31536000, immutable");
}

TEST_F(Files, are_not_sent_twice_to_the_one_who_has_them) {
    auto const first = ask("/");
    auto const tag = first.headers.at("etag");
    auto const second = ask("/", "If-None-Match: " + tag + "\r\n");
    EXPECT_EQ(second.status, 304);
    EXPECT_EQ(second.body, "");
    EXPECT_EQ(second.headers.at("etag"), tag);
}

TEST_F(Files, give_the_application_its_own_paths) {
    auto const page = ask("/machines/7?day=today", "Accept: text/html,*/*;q=0.8\r\n");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.headers.at("cache-control"), "no-cache");
    EXPECT_NE(page.headers.at("content-security-policy").find("'sha256-"), std::string::npos);
    EXPECT_EQ(ask("/api/v1/nothing", "Accept: text/html\r\n").status, 404);
    EXPECT_EQ(ask("/machines/7", "Accept: application/json\r\n").status, 404);
}

TEST_F(Files, stay_inside_their_folder) {
    struct Case {
        char const* target;
        int status;
    };
    Case const cases[] = {
        {"/../etc/passwd", 400},
        {"/static/..%2f..%2fetc/passwd", 400},
        {"/static/%2e%2e/etc", 400},
        {"/%252e%252e/etc/passwd", 404},
        {"//etc/passwd", 404},
        {"/....//etc/passwd", 404},
        {"/assets/app-1a2b.js%00", 400},
        {"/assets/", 404},
        {"/assets", 404},
        {"/assets/./app-1a2b.js", 400},
    };
    for (auto const& item : cases) EXPECT_EQ(ask(item.target).status, item.status) << item.target;
}

TEST_F(Files, take_no_other_method) {
    auto one = client();
    one.send("DELETE / HTTP/1.1\r\nHost: test\r\n\r\n");
    auto const answer = one.answer().value();
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.headers.at("allow"), "GET, HEAD, OPTIONS");
}

TEST_F(Files, answer_head_too) {
    auto one = client();
    one.send("HEAD /assets/app-1a2b.js HTTP/1.1\r\nHost: test\r\n\r\n" + get("/hello"));
    EXPECT_EQ(one.answer(true).value().headers.at("content-length"), "100000");
    EXPECT_EQ(one.answer().value().body, "hello");
}

}  // namespace
}  // namespace karkhana::http::test
