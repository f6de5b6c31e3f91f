#include <gtest/gtest.h>
#include <stdexcept>

#include "server/http/cookies.hpp"

namespace karkhana::http {
namespace {

Request with_cookies(std::vector<std::string> const& values, bool secure) {
    Request request;
    request.secure = secure;
    for (auto const& value : values) request.headers.emplace_back("cookie", value);
    return request;
}

TEST(Cookies, finds_the_session_and_no_double) {
    struct Case {
        std::vector<std::string> values;
        bool secure;
        std::optional<std::string_view> token;
    };
    Case const cases[] = {
        {{"karkhana=abc"}, false, "abc"},
        {{"a=b; karkhana=abc; c=d"}, false, "abc"},
        {{"a=b;karkhana=abc"}, false, "abc"},
        {{"a=b", "karkhana=abc"}, false, "abc"},
        {{"karkhana="}, false, ""},
        {{"__Host-karkhana=abc"}, true, "abc"},
        {{"karkhana=abc"}, true, std::nullopt},
        {{"__Host-karkhana=abc"}, false, std::nullopt},
        {{"karkhana=abc; karkhana=planted"}, false, std::nullopt},
        {{"karkhana=abc", "karkhana=abc"}, false, std::nullopt},
        {{"Karkhana=abc"}, false, std::nullopt},
        {{"xkarkhana=abc"}, false, std::nullopt},
        {{"karkhana"}, false, std::nullopt},
        {{""}, false, std::nullopt},
        {{}, false, std::nullopt},
    };
    for (auto const& item : cases)
        EXPECT_EQ(session_cookie(with_cookies(item.values, item.secure)), item.token)
            << (item.values.empty() ? "" : item.values.front());
}

TEST(Cookies, sets_one_that_only_this_host_and_no_script_can_read) {
    EXPECT_EQ(set_session_cookie(true, "abc-1_2.3", std::chrono::hours{8}),
              "__Host-karkhana=abc-1_2.3; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax; Secure");
    EXPECT_EQ(clear_session_cookie(false), "karkhana=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    EXPECT_THROW(set_session_cookie(true, "a;b", std::chrono::hours{8}), std::invalid_argument);
    EXPECT_THROW(set_session_cookie(true, "a\r\nb", std::chrono::hours{8}), std::invalid_argument);
}

}  // namespace
}  // namespace karkhana::http
