#include <array>
#include <gtest/gtest.h>
#include <stdexcept>

#include "server/http/router.hpp"

namespace karkhana::http {
namespace {

Router house_router() {
    Router router;
    for (auto const& [method, pattern, operation] :
         std::vector<std::array<char const*, 3>>{{"GET", "/api/v1/invoices/{id}", "getInvoice"},
                                                 {"GET", "/api/v1/invoices/{id}.pdf", "getPdf"},
                                                 {"GET", "/api/v1/invoices/latest", "getLatest"},
                                                 {"GET", "/api/v1/invoices", "listInvoices"},
                                                 {"POST", "/api/v1/invoices", "addInvoice"},
                                                 {"POST", "/api/v1/invoices/{id}/pay", "pay"},
                                                 {"GET", "/api/v1/invoices/latest/lines", "lines"},
                                                 {"GET", "/exports/{what}.{format}", "export"},
                                                 {"GET", "/", "root"},
                                                 {"DELETE", "/api/v1/session", "logOut"}})
        router.add({method, pattern, operation, {}});
    return router;
}

std::string operation_of(Router const& router, std::string_view method, std::string_view path) {
    auto const match = router.match(method, path);
    return match.route ? match.route->operation_id : "";
}

TEST(Router, finds_the_strictest_pattern) {
    auto const router = house_router();
    struct Case {
        char const* method;
        char const* path;
        char const* operation;
    };
    Case const cases[] = {
        {"GET", "/", "root"},
        {"GET", "/api/v1/invoices", "listInvoices"},
        {"POST", "/api/v1/invoices", "addInvoice"},
        {"GET", "/api/v1/invoices/7", "getInvoice"},
        {"GET", "/api/v1/invoices/7.pdf", "getPdf"},
        {"GET", "/api/v1/invoices/7.8.pdf", "getPdf"},
        {"GET", "/api/v1/invoices/.pdf", "getInvoice"},
        {"GET", "/api/v1/invoices/latest", "getLatest"},
        {"GET", "/api/v1/invoices/latest/lines", "lines"},
        {"POST", "/api/v1/invoices/latest/pay", "pay"},
        {"GET", "/exports/usage.csv", "export"},
        {"HEAD", "/api/v1/invoices", "listInvoices"},
        {"GET", "/api/v1/invoices/", ""},
        {"GET", "/api/v1/Invoices", ""},
        {"GET", "/api/v1/invoices/7/", ""},
        {"GET", "//", ""},
        {"GET", "/nowhere", ""},
    };
    for (auto const& item : cases)
        EXPECT_EQ(operation_of(router, item.method, item.path), item.operation) << item.path;
}

TEST(Router, hands_over_the_parameters) {
    auto const router = house_router();
    EXPECT_EQ(router.match("GET", "/api/v1/invoices/7.8.pdf").params.at("id"), "7.8");
    auto const exported = router.match("GET", "/exports/usage.csv").params;
    EXPECT_EQ(exported.at("what"), "usage");
    EXPECT_EQ(exported.at("format"), "csv");
}

TEST(Router, lists_the_methods_of_a_path_that_has_another_one) {
    auto const router = house_router();
    auto const match = router.match("DELETE", "/api/v1/invoices");
    EXPECT_EQ(match.route, nullptr);
    EXPECT_EQ(match.allowed, (std::vector<std::string>{"GET", "HEAD", "OPTIONS", "POST"}));
    EXPECT_EQ(router.match("GET", "/api/v1/session").allowed,
              (std::vector<std::string>{"DELETE", "OPTIONS"}));
    EXPECT_TRUE(router.match("GET", "/nowhere").allowed.empty());
}

TEST(Router, refuses_routes_that_cannot_be_told_apart) {
    auto router = house_router();
    EXPECT_THROW(router.add({"GET", "/api/v1/invoices/{other}", "x", {}}), std::invalid_argument);
    EXPECT_THROW(router.add({"GET", "no-slash", "x", {}}), std::invalid_argument);
    EXPECT_THROW(router.add({"GET", "/{open", "x", {}}), std::invalid_argument);
    EXPECT_THROW(router.add({"GET", "/{}", "x", {}}), std::invalid_argument);
    EXPECT_THROW(router.add({"GET", "/{a}{b}", "x", {}}), std::invalid_argument);
    EXPECT_NO_THROW(router.add({"PATCH", "/api/v1/invoices/{other}", "x", {}}));
}

}  // namespace
}  // namespace karkhana::http
