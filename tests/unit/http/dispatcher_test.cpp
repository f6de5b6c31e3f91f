#include <gtest/gtest.h>
#include <mutex>
#include <stdexcept>

#include "server/http/conditions.hpp"
#include "server/http/dispatcher.hpp"
#include "server/http/json.hpp"

namespace karkhana::http {
namespace {

struct Unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

Response done(Request const& request) {
    Response response;
    response.body = R"({"ok":")" + request.method + "\"}";
    return response;
}

Response throwing(Request const&) { throw std::runtime_error("the secret of the house"); }
Response unavailable(Request const&) { throw Unavailable("the queue is full"); }
Response splitting(Request const&) { return Response{}.with("X-Name", "a\r\nSet-Cookie: b"); }
Response odd_status(Request const&) { return Response{999}; }
Response tagged(Request const&) { return Response{}.with("ETag", "\"7\""); }
Response large(Request const&) {
    return json_response(200, boost::json::array(1000, "the same again"));
}

Router test_router() {
    Router router;
    router.add({"GET", "/open", "open", done, Access::open});
    router.add({"POST", "/open", "postOpen", done, Access::open});
    router.add({"GET", "/mine", "mine", done});
    router.add({"POST", "/mine", "postMine", done});
    router.add({"POST", "/once", "once", done, Access::signed_in, true});
    router.add({"GET", "/forbidden", "forbidden", done});
    router.add({"GET", "/throws", "throws", throwing, Access::open});
    router.add({"GET", "/feeds/{token}.ics", "feed", throwing, Access::open});
    router.add({"GET", "/unavailable", "unavailable", unavailable, Access::open});
    router.add({"GET", "/splits", "splits", splitting, Access::open});
    router.add({"GET", "/odd", "odd", odd_status, Access::open});
    router.add({"GET", "/tagged", "tagged", tagged, Access::open});
    router.add({"GET", "/large", "large", large, Access::open});
    Route csv{"POST", "/csv", "csv", done, Access::open};
    csv.consumes = "text/csv";
    csv.body_limit = 1 << 20;
    router.add(csv);
    return router;
}

/// "Bearer good" is somebody without CSRF token; the cookie is somebody with one.
std::optional<Principal> authenticate(Request const& request) {
    Principal principal;
    if (request.header("authorization") == "Bearer good") return principal;
    if (!request.header("cookie")) return std::nullopt;
    principal.csrf = "the-token";
    return principal;
}

class DispatcherTest : public testing::Test {
protected:
    DispatcherTest() {
        options_.log = [this](std::string_view level, std::string_view line) {
            log_ += std::string{level} + " " + std::string{line} + "\n";
        };
        options_.explain = [](std::exception_ptr thrown) -> std::optional<Response> {
            try {
                std::rethrow_exception(thrown);
            } catch (Unavailable const&) {
                return problem(Error{ErrorKind::unavailable, "busy"});
            } catch (std::exception const&) {
                return std::nullopt;
            }
        };
    }

    Outgoing ask(std::string method, std::string path,
                 std::vector<std::pair<std::string, std::string>> headers = {},
                 std::string body = "") {
        Dispatcher const dispatcher(
            options_, test_router(),
            {authenticate, [](Principal const&, std::string_view operation) {
                 return operation != "forbidden";
             }});
        Request request;
        request.method = std::move(method);
        request.path = std::move(path);
        request.headers = std::move(headers);
        request.headers.emplace_back("host", "shop.test:8080");
        request.body = std::move(body);
        auto const plan = dispatcher.plan(request);
        WireContext context;
        context.head_only = request.method == "HEAD";
        return dispatcher.answer(plan, request, context).outgoing;
    }
    int status(std::string method, std::string path,
               std::vector<std::pair<std::string, std::string>> headers = {},
               std::string body = "") {
        return ask(std::move(method), std::move(path), std::move(headers), std::move(body)).status;
    }

    ServerOptions options_;
    std::string log_;
};

bool has(Outgoing const& outgoing, std::string_view text) {
    return outgoing.head.find(text) != std::string::npos;
}

TEST_F(DispatcherTest, asks_who_is_there) {
    EXPECT_EQ(status("GET", "/open"), 200);
    EXPECT_EQ(status("GET", "/mine"), 401);
    EXPECT_EQ(status("GET", "/mine", {{"authorization", "Bearer bad"}}), 401);
    EXPECT_EQ(status("GET", "/mine", {{"authorization", "Bearer good"}}), 200);
    EXPECT_EQ(status("GET", "/mine", {{"cookie", "karkhana=x"}}), 200);
    EXPECT_EQ(status("GET", "/forbidden", {{"authorization", "Bearer good"}}), 403);
    EXPECT_TRUE(has(ask("GET", "/mine"), "\"code\":\"unauthenticated\""));
}

TEST_F(DispatcherTest, tells_of_whoever_was_refused) {
    std::string told;
    options_.refused = [&](Request const&, Route const& route, int status) {
        told += route.operation_id + " " + std::to_string(status) + ";";
    };
    status("GET", "/forbidden", {{"authorization", "Bearer good"}});
    status("POST", "/mine");
    status("GET", "/mine", {{"authorization", "Bearer good"}});
    status("GET", "/nowhere");
    status("GET", "/throws");
    EXPECT_EQ(told, "forbidden 403;postMine 401;");
}

TEST_F(DispatcherTest, lets_no_other_page_change_anything) {
    using Headers = std::vector<std::pair<std::string, std::string>>;
    std::pair<std::string, std::string> const cookie{"cookie", "karkhana=x"};
    std::pair<std::string, std::string> const token{"x-csrf-token", "the-token"};
    struct Case {
        Headers headers;
        int status;
    };
    Case const cases[] = {
        {{cookie}, 403},
        {{cookie, token}, 200},
        {{cookie, {"x-csrf-token", "the-tokem"}}, 403},
        {{cookie, {"x-csrf-token", ""}}, 403},
        {{{"authorization", "Bearer good"}}, 200},
        {{cookie, token, {"origin", "http://shop.test:8080"}}, 200},
        {{cookie, token, {"origin", "https://SHOP.test:8080"}}, 200},
        {{cookie, token, {"origin", "http://shop.test"}}, 403},
        {{cookie, token, {"origin", "http://evil.test"}}, 403},
        {{cookie, token, {"origin", "null"}}, 403},
        {{cookie, token, {"origin", ""}}, 403},
        {{cookie, token, {"sec-fetch-site", "same-origin"}}, 200},
        {{cookie, token, {"sec-fetch-site", "none"}}, 200},
        {{cookie, token, {"sec-fetch-site", "same-site"}}, 403},
        {{cookie, token, {"sec-fetch-site", "cross-site"}}, 403},
    };
    for (auto const& item : cases)
        EXPECT_EQ(status("POST", "/mine", item.headers), item.status) << item.headers.back().second;
    EXPECT_EQ(status("GET", "/mine", {cookie}), 200) << "reading needs no token";
    EXPECT_EQ(status("POST", "/open", {{"origin", "http://evil.test"}}), 403) << "log-in too";
    EXPECT_EQ(status("POST", "/open", {{"sec-fetch-site", "cross-site"}}), 403);
    EXPECT_EQ(status("GET", "/open", {{"origin", "http://evil.test"}}), 200);
}

TEST_F(DispatcherTest, wants_an_idempotency_key_where_the_route_does) {
    std::pair<std::string, std::string> const who{"authorization", "Bearer good"};
    EXPECT_EQ(status("POST", "/once", {who}), 428);
    EXPECT_EQ(status("POST", "/once", {who, {"idempotency-key", "1234567"}}), 428);
    EXPECT_EQ(status("POST", "/once", {who, {"idempotency-key", "12345678"}}), 200);
    EXPECT_EQ(status("POST", "/once", {who, {"idempotency-key", std::string(128, 'k')}}), 200);
    EXPECT_EQ(status("POST", "/once", {who, {"idempotency-key", std::string(129, 'k')}}), 428);
    EXPECT_EQ(status("POST", "/once", {who, {"idempotency-key", "1234 678"}}), 428);
    EXPECT_EQ(status("POST", "/once", {{"idempotency-key", "12345678"}}), 401);
}

TEST_F(DispatcherTest, reads_no_body_of_another_type) {
    EXPECT_EQ(status("POST", "/open", {{"content-type", "application/json"}}, "{}"), 200);
    EXPECT_EQ(status("POST", "/open", {{"content-type", "text/plain"}}, "{}"), 415);
    EXPECT_EQ(status("POST", "/open", {}, "{}"), 415);
    EXPECT_EQ(status("POST", "/open", {{"content-type", "application/json; charset=utf-7"}}, "{}"),
              415);
    EXPECT_EQ(status("POST", "/open",
                     {{"content-type", "application/json"}, {"content-encoding", "gzip"}}, "{}"),
              415);
    EXPECT_EQ(status("POST", "/csv", {{"content-type", "text/csv; charset=utf-8"}}, "a,b"), 200);
    EXPECT_EQ(status("POST", "/csv", {{"content-type", "application/json"}}, "{}"), 415);
}

TEST_F(DispatcherTest, knows_the_methods_of_a_path) {
    EXPECT_EQ(status("GET", "/nowhere"), 404);
    EXPECT_EQ(status("GET", "/api/v1/nowhere", {{"accept", "text/html"}}), 404);
    auto const other = ask("DELETE", "/open");
    EXPECT_EQ(other.status, 405);
    EXPECT_TRUE(has(other, "Allow: GET, HEAD, OPTIONS, POST\r\n"));
    auto const options = ask("OPTIONS", "/open");
    EXPECT_EQ(options.status, 204);
    EXPECT_TRUE(has(options, "Allow: GET, HEAD, OPTIONS, POST\r\n"));
    EXPECT_FALSE(has(options, "Access-Control"));
}

TEST_F(DispatcherTest, answers_head_like_get_without_the_body) {
    auto const head = ask("HEAD", "/open");
    EXPECT_EQ(head.status, 200);
    EXPECT_TRUE(has(head, "Content-Length: 13\r\n"));
    EXPECT_TRUE(head.head.ends_with("\r\n\r\n"));
}

TEST_F(DispatcherTest, ends_exceptions_in_one_place_and_tells_nothing) {
    auto const broken = ask("GET", "/throws");
    EXPECT_EQ(broken.status, 500);
    EXPECT_FALSE(has(broken, "secret"));
    auto const at = broken.head.find("X-Request-Id: ") + 14;
    auto const id = broken.head.substr(at, broken.head.find('\r', at) - at);
    EXPECT_TRUE(has(broken, "\"request_id\":\"" + id + "\""));
    EXPECT_EQ(log_, "error " + id + " GET /throws: the secret of the house\n");
    ask("GET", "/feeds/hush.ics");
    EXPECT_EQ(log_.find("hush"), std::string::npos) << log_;
    EXPECT_NE(log_.find("GET /feeds/{token}.ics: "), std::string::npos) << log_;
}

TEST_F(DispatcherTest, lets_the_house_explain_its_exceptions) {
    auto const busy = ask("GET", "/unavailable");
    EXPECT_EQ(busy.status, 503);
    EXPECT_TRUE(has(busy, "Retry-After: "));
    EXPECT_TRUE(log_.starts_with("warning "));
}

TEST_F(DispatcherTest, writes_no_header_that_would_be_two) {
    auto const split = ask("GET", "/splits");
    EXPECT_EQ(split.status, 500);
    EXPECT_FALSE(has(split, "Set-Cookie"));
}

TEST_F(DispatcherTest, sends_no_status_that_is_none) { EXPECT_EQ(status("GET", "/odd"), 500); }

TEST_F(DispatcherTest, answers_304_to_the_one_who_has_it) {
    EXPECT_EQ(status("GET", "/tagged"), 200);
    EXPECT_EQ(status("GET", "/tagged", {{"if-none-match", "\"7\""}}), 304);
    EXPECT_EQ(status("GET", "/tagged", {{"if-none-match", "\"6\", W/\"7\""}}), 304);
    EXPECT_EQ(status("GET", "/tagged", {{"if-none-match", "*"}}), 304);
    EXPECT_EQ(status("GET", "/tagged", {{"if-none-match", "\"8\""}}), 200);
    auto const same = ask("GET", "/tagged", {{"if-none-match", "\"7\""}});
    EXPECT_TRUE(has(same, "ETag: \"7\"\r\n"));
    EXPECT_FALSE(has(same, "Content-Length"));
}

TEST_F(DispatcherTest, compresses_what_is_worth_it) {
    auto const plain = ask("GET", "/large");
    EXPECT_FALSE(has(plain, "Content-Encoding"));
    EXPECT_TRUE(has(plain, "Vary: Accept-Encoding\r\n"));
    auto const packed = ask("GET", "/large", {{"accept-encoding", "br, gzip"}});
    EXPECT_TRUE(has(packed, "Content-Encoding: gzip\r\n"));
    EXPECT_LT(packed.size() * 4, plain.size());
    auto const best = ask("GET", "/large", {{"accept-encoding", "gzip, deflate, br, zstd"}});
    EXPECT_TRUE(has(best, "Content-Encoding: zstd\r\n"));
    EXPECT_LT(best.size(), packed.size() + 100);
    EXPECT_FALSE(has(ask("GET", "/large", {{"accept-encoding", "gzip;q=0"}}), "Content-Encoding"));
    EXPECT_FALSE(has(ask("GET", "/open", {{"accept-encoding", "gzip"}}), "Content-Encoding"));
}

TEST_F(DispatcherTest, puts_the_same_guards_on_every_answer) {
    for (auto const* path : {"/open", "/nowhere", "/throws", "/mine", "/tagged"}) {
        auto const answer = ask("GET", path);
        EXPECT_TRUE(has(answer, "Content-Security-Policy: default-src 'self';")) << path;
        EXPECT_TRUE(has(answer, "X-Content-Type-Options: nosniff\r\n")) << path;
        EXPECT_TRUE(has(answer, "Referrer-Policy: same-origin\r\n")) << path;
        EXPECT_TRUE(has(answer, "Permissions-Policy: ")) << path;
        EXPECT_TRUE(has(answer, "Cache-Control: no-store\r\n")) << path;
        EXPECT_TRUE(has(answer, "X-Request-Id: ")) << path;
        EXPECT_FALSE(has(answer, "Strict-Transport-Security")) << path;
    }
}

TEST_F(DispatcherTest, runs_on_the_io_thread_only_what_cannot_block) {
    Router router;
    router.add({"GET", "/quick", "q", done, Access::open, false, true});
    router.add({"GET", "/signed", "s", done, Access::signed_in, false, true});
    router.add({"GET", "/slow", "w", done, Access::open});
    Dispatcher const dispatcher(options_, std::move(router), {});
    Request request;
    request.method = "GET";
    for (auto const& [path, inline_] : std::vector<std::pair<char const*, bool>>{
             {"/quick", true}, {"/signed", false}, {"/slow", false}, {"/nowhere", true}}) {
        request.path = path;
        EXPECT_EQ(dispatcher.plan(request).on_io_thread, inline_) << path;
    }
}

}  // namespace
}  // namespace karkhana::http
