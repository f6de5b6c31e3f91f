#include <gtest/gtest.h>

#include "server/http/target.hpp"

namespace karkhana::http {
namespace {

TEST(Target, decodes_the_path_once) {
    struct Case {
        char const* target;
        char const* path;
    };
    Case const cases[] = {
        {"/", "/"},
        {"/a/b", "/a/b"},
        {"/a/", "/a/"},
        {"//a", "//a"},
        {"/a%20b", "/a b"},
        {"/%e0%a6%95", "/ক"},
        {"/%252e%252e/x", "/%2e%2e/x"},
        {"/a?b=/../c", "/a"},
        {"/....//", "/....//"},
        {"/a+b", "/a+b"},
    };
    for (auto const& item : cases) {
        Request request;
        EXPECT_TRUE(read_target(item.target, request)) << item.target;
        EXPECT_EQ(request.path, item.path);
    }
}

TEST(Target, refuses_what_could_mean_two_paths) {
    char const* const targets[] = {
        "",           "a",         "/a/../b",        "/..",
        "/.",         "/a/./b",    "/%2e%2e/a",      "/%2E./a",
        "/a%2fb",     "/a%2Fb",    "/..%2f..%2fetc", "/a%5cb",
        "/a%00",      "/a%0d%0ab", "/a%7f",          "/a%",
        "/a%2",       "/a%zz",     "/%c0%ae",        "/%c0%af",
        "/%ed%a0%80", "/%ff",      "/%f4%90%80%80",  "/?a=%00",
        "/?a=%ff",    "/?%zz",
    };
    for (auto const* target : targets) {
        Request request;
        EXPECT_FALSE(read_target(target, request)) << target;
    }
}

TEST(Target, keeps_the_query_in_order_and_decoded) {
    Request request;
    ASSERT_TRUE(read_target("/x?a=1&b=x%20y&a=2&flag&=v&&c=p+q%2B%26", request));
    std::vector<std::pair<std::string, std::string>> const expected = {
        {"a", "1"}, {"b", "x y"}, {"a", "2"}, {"flag", ""}, {"", "v"}, {"c", "p q+&"}};
    EXPECT_EQ(request.query, expected);
    EXPECT_EQ(request.parameter("a"), "1");
    EXPECT_EQ(request.parameter("absent"), std::nullopt);
}

}  // namespace
}  // namespace karkhana::http
