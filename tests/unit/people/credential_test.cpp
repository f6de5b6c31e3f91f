#include <gtest/gtest.h>

#include "server/http/cookies.hpp"
#include "server/people/login.hpp"
#include "server/people/sessions.hpp"

namespace karkhana::people {
namespace {

std::string const kFacility = "01900000-0000-7000-8000-000000000001";
std::string const kToken(64, 'a');

http::Request with(std::string header, std::string value) {
    http::Request request;
    request.headers.emplace_back(std::move(header), std::move(value));
    return request;
}

TEST(Credential, IsAFacilityAndAToken) {
    auto const parsed = Credential::parse(kFacility + "." + kToken);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->facility.text(), kFacility);
    EXPECT_EQ(parsed->text(), kFacility + "." + kToken);
    for (auto const& bad :
         {std::string{}, std::string{"."}, kFacility, kFacility + ".", kToken,
          kFacility + "." + kToken + "a", kFacility + "." + std::string(64, 'g'),
          kFacility + "." + std::string(64, 'A'), "x" + kFacility + "." + kToken,
          kFacility + ".." + kToken.substr(1), kFacility + "." + kToken.substr(1) + "\n"})
        EXPECT_FALSE(Credential::parse(bad)) << bad;
}

TEST(Credential, IsNewEachTime) {
    auto const random = system_random();
    auto const facility = FacilityId::parse(kFacility).value();
    auto const one = Credential::make(facility, *random);
    EXPECT_EQ(Credential::parse(one.text())->text(), one.text());
    EXPECT_NE(Credential::make(facility, *random).token, one.token);
    EXPECT_NE(csrf_of(one), one.token);
    EXPECT_EQ(csrf_of(one), csrf_of(one));
}

TEST(Credential, ComesInACookieOrInAHeaderOfItsOwn) {
    auto const text = kFacility + "." + kToken;
    EXPECT_TRUE(session_of(with("cookie", "a=b; karkhana=" + text)));
    EXPECT_FALSE(session_of(with("cookie", "karkhana=" + kToken)));
    EXPECT_FALSE(session_of(with("cookie", "__Host-karkhana=" + text)));
    EXPECT_TRUE(token_of(with("authorization", "Bearer karkhana_" + text)));
    EXPECT_FALSE(token_of(with("authorization", "Bearer " + text)));
    EXPECT_FALSE(token_of(with("authorization", "Basic karkhana_" + text)));
    EXPECT_FALSE(session_of(with("authorization", "Bearer karkhana_" + text)));
}

TEST(Credential, ACookieDoesNotCountBesideAnAuthorization) {
    auto request = with("cookie", "karkhana=" + kFacility + "." + kToken);
    request.headers.emplace_back("authorization", "Bearer karkhana_wrong");
    EXPECT_FALSE(session_of(request));
    EXPECT_FALSE(token_of(request));
}

TEST(AddressKey, AnIpv6NetworkIsOneAddress) {
    EXPECT_EQ(address_key("203.0.113.7"), "203.0.113.7");
    EXPECT_EQ(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:2:ffff::9"));
    EXPECT_NE(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:3::1"));
    EXPECT_NE(address_key("::ffff:203.0.113.7"), address_key("::ffff:203.0.113.8"));
    EXPECT_EQ(address_key("whatever"), "whatever");
}

}  // namespace
}  // namespace karkhana::people
