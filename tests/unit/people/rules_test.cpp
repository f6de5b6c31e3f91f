#include <gtest/gtest.h>

#include "server/people/rules.hpp"

namespace karkhana::people {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string code_of(auto const& result) { return result ? "" : std::string{result.error().code}; }

TEST(Phone, EverySpellingOfAMobileNumberIsOne) {
    for (auto const text : {"01712345678", "01712-345678", " 01712 345 678 ", "+8801712345678",
                            "8801712345678", "+880 1712-345678", "008801712345678", "০১৭১২৩৪৫৬৭৮",
                            "+৮৮০ ১৭১২৩৪৫৬৭৮", "(01712) 345.678"})
        EXPECT_EQ(normal_phone(text).value_or("refused"), "+8801712345678") << text;
    EXPECT_EQ(normal_phone("+91 98300 12345").value(), "+919830012345");
}

TEST(Phone, WhatIsNoNumberIsRefused) {
    for (auto const text : {"", "1712345678", "01212345678", "0171234567", "017123456789",
                            "01712x45678", "+88017123456789", "+880", "+0123456789", "+",
                            "+88 02 9123456", "+12345678901234567", "01712345678; DROP", "০১৭"})
        EXPECT_EQ(code_of(normal_phone(text)), "bad_phone") << text;
}

TEST(Login, IsFoldedAndHasNoSlash) {
    EXPECT_EQ(normal_login("  Rina.Akter ").value(), "rina.akter");
    EXPECT_EQ(normal_login("রিনা").value(), "রিনা");
    for (auto const& text :
         {std::string{"a"}, std::string{""}, std::string{"a b"}, std::string{"bhairab/rina"},
          std::string(101, 'a'), std::string{"a\0b", 3}, std::string{"\xFF\xFE"}})
        EXPECT_EQ(code_of(normal_login(text)), "bad_login") << text;
}

TEST(Login, MayNameTheFacility) {
    EXPECT_EQ(parse_login_name("Rina").login, "rina");
    EXPECT_EQ(parse_login_name("Rina").facility_slug, "");
    EXPECT_EQ(parse_login_name("Bhairab/Rina").login, "rina");
    EXPECT_EQ(parse_login_name("Bhairab/Rina").facility_slug, "bhairab");
    EXPECT_EQ(parse_login_name("a/b/c").login, "");  // nobody
    EXPECT_EQ(parse_login_name("").login, "");
}

TEST(Password, TwoKeyboardsSpellOneAlike) {
    EXPECT_EQ(normal_password(" p\u00E9ch\u00E9s rouges "), "p\u00E9ch\u00E9s rouges");
    EXPECT_EQ(normal_password("pe\u0301che\u0301s"), normal_password("p\u00E9ch\u00E9s"));
    EXPECT_EQ(normal_password("   "), "");
    EXPECT_EQ(normal_password("\xFF\xFE"), "\xFF\xFE");
}

TEST(EnterpriseRules, NormaliseWhatIsGiven) {
    auto const made =
        valid_enterprise({.name = {" Rina Shoes ", ""}, .phone = "০১৭১২-৩৪৫৬৭৮", .place = "  "})
            .value();
    EXPECT_EQ(made.name, (Name{"Rina Shoes", "Rina Shoes"}));
    EXPECT_EQ(made.phone, "+8801712345678");
    EXPECT_EQ(made.place, std::nullopt);
    EXPECT_EQ(valid_enterprise({.name = {"R", ""}, .phone = ""})->phone, std::nullopt);
    EXPECT_EQ(code_of(valid_enterprise({.name = {"R", ""}, .phone = "12"})), "bad_phone");
    EXPECT_EQ(code_of(valid_enterprise({})), "name_missing");
}

TEST(PersonRules, GrantsMakeSense) {
    EnterpriseId const shoes{Uuid::version7(1, {})};
    EnterpriseId const bags{Uuid::version7(2, {})};
    PartnerId const popi{Uuid::version7(3, {})};
    struct Row {
        std::vector<RoleGrant> roles;
        std::string code;
        std::string field;
    };
    for (auto const& [roles, code, field] : std::vector<Row>{
             {{{"manager", {}}}, "", ""},
             {{{"operator", {}}, {"accountant", {}}}, "", ""},
             {{{"member", shoes}, {"member", bags}}, "", ""},
             {{}, "role_missing", "/roles"},
             {{{"admin", {}}}, "unknown_role", "/roles/0/role"},
             {{{"manager", {}}, {"member", {}}}, "enterprise_missing", "/roles/1/enterprise_id"},
             {{{"manager", shoes}}, "enterprise_not_allowed", "/roles/0/enterprise_id"},
             {{{"member", shoes}, {"member", shoes}}, "role_twice", "/roles/1/role"},
             {{{"manager", {}}, {"manager", {}}}, "role_twice", "/roles/1/role"},
             {{{"operator", {}}, {"owner", shoes}}, "", ""},
             {{{"owner", shoes}, {"member", bags}}, "roles_apart", "/roles"},
             {{{"programme", {}}, {"auditor", {}}}, "roles_apart", "/roles"},
             {{{"partner", {}, popi}, {"owner", shoes}}, "roles_apart", "/roles"},
             {{{"partner", {}, popi}}, "", ""},
             {{{"partner", {}}}, "partner_missing", "/roles/0/partner_id"},
             {{{"manager", {}, popi}}, "partner_not_allowed", "/roles/0/partner_id"}}) {
        auto const made = valid_person({.login = "rina", .name = {"Rina", ""}, .roles = roles});
        EXPECT_EQ(code_of(made), code);
        EXPECT_EQ(made ? "" : made.error().field, field);
    }
    EXPECT_EQ(
        code_of(valid_person(
            {.login = "rina", .name = {"Rina", ""}, .language = "fr", .roles = {{"manager", {}}}})),
        "bad_language");
}

TEST(Search, FindsByNamePhoneAndPlace) {
    auto const key = search_key(
        {.name = {"Rina SHOES", "রিনা সু"}, .phone = "+8801712345678", .place = "Ward ৫"});
    EXPECT_EQ(key, "rina shoes\nরিনা সু\n+8801712345678\nward 5");
    struct Row {
        std::string_view typed;
        bool found;
    };
    for (auto const& [typed, found] : std::vector<Row>{{"SHOES", true},
                                                       {" rina ", true},
                                                       {"রিনা", true},
                                                       {"5678", true},
                                                       {"০১৭১২-৩৪৫", true},
                                                       {"01712 345 678", true},
                                                       {"+880 1712", true},
                                                       {"ward 5", true},
                                                       {"ward 6", false},
                                                       {"01812", false}})
        EXPECT_EQ(key.find(search_words(typed)) != key.npos, found) << typed;
}

/// `count` failures, newest first, a second apart, the newest `newest` before `now`.
std::vector<Instant> failures(int count, Instant now, seconds newest) {
    std::vector<Instant> found;
    for (int i = 0; i < count; ++i) found.push_back(now - newest - seconds{i});
    return found;
}

TEST(Throttle, TheEleventhTryWaits) {
    auto const now = instant(1'800'000'000'000'000);
    EXPECT_EQ(login_wait({}, {}, now), std::nullopt);
    EXPECT_EQ(login_wait(failures(9, now, seconds{1}), {}, now), std::nullopt);
    // The tenth newest leaves the window 10 seconds earlier than a failure of now would.
    EXPECT_EQ(login_wait(failures(10, now, seconds{1}), {}, now), seconds{300 - 10});
    EXPECT_EQ(login_wait(failures(12, now, seconds{1}), {}, now), seconds{300 - 10});
}

TEST(Throttle, TheWindowMoves) {
    auto const now = instant(1'800'000'000'000'000);
    auto const ten = failures(10, now, seconds{0});
    EXPECT_EQ(login_wait(ten, {}, now + minutes{5} - seconds{10}), seconds{1});
    EXPECT_EQ(login_wait(ten, {}, now + minutes{5} - seconds{9} - Duration{1}), seconds{1});
    EXPECT_EQ(login_wait(ten, {}, now + minutes{5} - seconds{9}), std::nullopt);
}

TEST(Throttle, AnAddressMayFailMoreOftenThanAnAccount) {
    auto const now = instant(1'800'000'000'000'000);
    EXPECT_EQ(login_wait({}, failures(29, now, seconds{1}), now), std::nullopt);
    EXPECT_EQ(login_wait({}, failures(30, now, seconds{1}), now), seconds{300 - 30});
    EXPECT_EQ(login_wait(failures(10, now, seconds{100}), failures(30, now, seconds{1}), now),
              seconds{300 - 30});
}

}  // namespace
}  // namespace karkhana::people
