#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/base/digest.hpp"
#include "server/notify/mail.hpp"
#include "server/notify/rules.hpp"
#include "server/notify/sms.hpp"
#include "server/notify/templates.hpp"
#include "server/notify/webhook_sender.hpp"

namespace karkhana::notify {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

Zone const dhaka = Zone::find("Asia/Dhaka").value();
Instant at(char const* text) { return parse_rfc3339(text).value(); }

TEST(QuietTime, HoldsBackWhatIsWrittenInTheNightUntilMorning) {
    QuietHours const night{22 * 60, 7 * 60};
    auto const allowed = [&](char const* text) {
        return to_rfc3339(first_allowed(dhaka, night, at(text)), dhaka);
    };
    EXPECT_EQ(allowed("2026-11-20T21:59:00+06:00"), "2026-11-20T21:59:00+06:00");
    EXPECT_EQ(allowed("2026-11-20T22:00:00+06:00"), "2026-11-21T07:00:00+06:00");
    EXPECT_EQ(allowed("2026-11-21T06:59:59+06:00"), "2026-11-21T07:00:00+06:00");
    EXPECT_EQ(allowed("2026-11-21T07:00:00+06:00"), "2026-11-21T07:00:00+06:00");
}

TEST(QuietTime, MayLieInTheDayAndMayBeNone) {
    EXPECT_EQ(first_allowed(dhaka, {13 * 60, 14 * 60}, at("2026-11-20T13:30:00+06:00")),
              at("2026-11-20T14:00:00+06:00"));
    for (auto const* loud : {"2026-11-20T12:59:59+06:00", "2026-11-20T14:00:30+06:00"})
        EXPECT_EQ(first_allowed(dhaka, {13 * 60, 14 * 60}, at(loud)), at(loud)) << loud;
    EXPECT_EQ(first_allowed(dhaka, {13 * 60, 14 * 60}, at("2026-11-20T13:00:00+06:00")),
              at("2026-11-20T14:00:00+06:00"));
    auto const night = at("2026-11-20T03:00:00+06:00");
    EXPECT_EQ(first_allowed(dhaka, {0, 0}, night), night);
}

std::string repeated(std::string_view text, int times) {
    std::string found;
    for (int i = 0; i < times; ++i) found += text;
    return found;
}

TEST(SmsSize, OfEnglishIsCountedInSeptets) {
    EXPECT_EQ(sms_size("Laser 1 is booked"), (SmsSize{false, 17, 1}));
    EXPECT_EQ(sms_size(repeated("a", 160)), (SmsSize{false, 160, 1}));
    EXPECT_EQ(sms_size(repeated("a", 161)), (SmsSize{false, 161, 2}));
    EXPECT_EQ(sms_size(repeated("a", 306)), (SmsSize{false, 306, 2}));
    EXPECT_EQ(sms_size(repeated("a", 307)), (SmsSize{false, 307, 3}));
}

TEST(SmsSize, AnEscapedCharacterIsNotCutInTwo) {
    EXPECT_EQ(sms_size("[1]"), (SmsSize{false, 5, 1}));
    // 152 and a bracket of two: it goes into the second part, which has 153 as well.
    EXPECT_EQ(sms_size(repeated("a", 152) + "[" + repeated("a", 151)), (SmsSize{false, 305, 2}));
    EXPECT_EQ(sms_size(repeated("a", 152) + "[" + repeated("a", 152)), (SmsSize{false, 306, 3}));
}

TEST(SmsSize, KnowsTheLettersOfTheTableBeyondAscii) {
    EXPECT_EQ(sms_size("é Ø Δ ß ñ"), (SmsSize{false, 9, 1}));
    EXPECT_EQ(sms_size("€"), (SmsSize{false, 2, 1}));
    EXPECT_EQ(sms_size(repeated("a", 158) + "€"), (SmsSize{false, 160, 1}));
    EXPECT_EQ(sms_size(repeated("a", 159) + "€"), (SmsSize{false, 161, 2}));
    for (auto const* other : {"ç", "`", "ক", "я"})
        EXPECT_EQ(sms_size(other), (SmsSize{true, 1, 1})) << other;
    EXPECT_EQ(sms_size("😀"), (SmsSize{true, 2, 1}));
}

TEST(SmsSize, OfBanglaIsCountedInUtf16) {
    EXPECT_EQ(sms_size("লেজার"), (SmsSize{true, 5, 1}));
    EXPECT_EQ(sms_size(repeated("ক", 70)), (SmsSize{true, 70, 1}));
    EXPECT_EQ(sms_size(repeated("ক", 71)), (SmsSize{true, 71, 2}));
    EXPECT_EQ(sms_size(repeated("ক", 134)), (SmsSize{true, 134, 2}));
    EXPECT_EQ(sms_size(repeated("ক", 135)), (SmsSize{true, 135, 3}));
    EXPECT_EQ(sms_size(repeated("ক", 66) + "😀" + repeated("ক", 66)), (SmsSize{true, 134, 3}));
}

TEST(Attempts, BecomeRarerAndEndAfterADay) {
    Duration all{};
    int attempts = 1;
    while (auto const wait = wait_after(attempts)) {
        all += *wait;
        ++attempts;
    }
    EXPECT_EQ(attempts, 11);
    EXPECT_GT(all, 20h);
    EXPECT_LT(all, 30h);
}

TEST(Ways, AreThoseThatTheContactWishesAndTheFacilityHas) {
    PersonId const rina{Uuid::version7(1, {})};
    Contact const contact{.person = rina, .phone = "+8801712345678", .email = "rina@example.org"};
    EXPECT_THAT(ways_to(contact, {true, true}),
                ElementsAre(Way{Channel::in_app, ""}, Way{Channel::sms, "+8801712345678"},
                            Way{Channel::email, "rina@example.org"}));
    EXPECT_THAT(ways_to(contact, {}), ElementsAre(Way{Channel::in_app, ""}));
    auto quiet = contact;
    quiet.by_sms = false;
    quiet.email.reset();
    EXPECT_THAT(ways_to(quiet, {true, true}), ElementsAre(Way{Channel::in_app, ""}));
    auto by_screen = contact;
    by_screen.by_email = false;
    by_screen.phone.reset();
    EXPECT_THAT(ways_to(by_screen, {true, true}), ElementsAre(Way{Channel::in_app, ""}));
    EXPECT_THAT(ways_to({.phone = "+8801712345678"}, {true, true}),
                ElementsAre(Way{Channel::sms, "+8801712345678"}));
}

TEST(Email, IsReadOrRefused) {
    EXPECT_EQ(normal_email("Rina@Example.org"), "rina@example.org");
    EXPECT_EQ(normal_email("AZ.az@Example.org"), "az.az@example.org");
    EXPECT_TRUE(normal_email(repeated("a", 242) + "@example.org"));
    EXPECT_FALSE(normal_email(repeated("a", 243) + "@example.org"));
    for (auto const* bad :
         {"ri<na@example.org", "ri\x7Fna@example.org", "ri>na@example.org", "ri\"na@example.org",
          "ri,na@example.org", "ri;na@example.org", "rina@example.org.", "ri.na@example", "rina@"})
        EXPECT_FALSE(normal_email(bad)) << bad;
    for (auto const* bad : {"", "rina", "@example.org", "rina@", "rina@example", "a@b@example.org",
                            "rina @example.org", "rina@example.org\r\nBcc: x@y.z", "<r@e.org>"})
        EXPECT_EQ(normal_email(bad).error().code, "bad_email") << bad;
}

std::string v4(int a, int b, int c, int d) {
    return {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c), static_cast<char>(d)};
}
std::string v6(std::initializer_list<int> first, std::string const& last = {}) {
    std::string bytes(16, '\0');
    std::size_t i = 0;
    for (auto const each : first) bytes[i++] = static_cast<char>(each);
    bytes.replace(16 - last.size(), last.size(), last);
    return bytes;
}

TEST(PrivateAddress, IsEverythingThatIsNotOnTheInternet) {
    for (auto const& inside : {v4(127, 0, 0, 1),
                               v4(10, 1, 2, 3),
                               v4(172, 16, 0, 1),
                               v4(172, 31, 9, 9),
                               v4(192, 168, 1, 1),
                               v4(169, 254, 169, 254),
                               v4(100, 64, 0, 1),
                               v4(0, 0, 0, 0),
                               v4(224, 0, 0, 1),
                               v4(255, 255, 255, 255),
                               v4(198, 18, 0, 1),
                               v6({}, "\x01"),
                               v6({}),
                               v6({0xFE, 0x80}),
                               v6({0xFD, 0}),
                               v6({0xFC, 1}),
                               v6({0xFF, 2}),
                               v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255}, v4(127, 0, 0, 1)),
                               v6({0, 0x64, 0xFF, 0x9B}, v4(10, 0, 0, 1)),
                               v6({0x20, 0x02, 10, 0, 0, 1}),
                               v6({0x20, 0x01, 0x0D, 0xB8}),
                               std::string{}})
        EXPECT_TRUE(is_private(inside)) << ::testing::PrintToString(inside);
    for (auto const& outside :
         {v4(8, 8, 8, 8), v4(103, 48, 16, 1), v4(172, 32, 0, 1), v4(100, 128, 0, 1),
          v4(192, 0, 78, 1), v6({0x24, 0x04, 0x68}), v6({0x20, 0x01, 0x48, 0x60}),
          v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255}, v4(8, 8, 8, 8))})
        EXPECT_FALSE(is_private(outside)) << ::testing::PrintToString(outside);
}

TEST(PrivateAddress, BeginsAndEndsWhereTheRegistrySays) {
    for (auto const& [first, last] : {std::pair{v4(0, 0, 0, 0), v4(0, 255, 255, 255)},
                                      {v4(10, 0, 0, 0), v4(10, 255, 255, 255)},
                                      {v4(100, 64, 0, 0), v4(100, 127, 255, 255)},
                                      {v4(127, 0, 0, 0), v4(127, 255, 255, 255)},
                                      {v4(169, 254, 0, 0), v4(169, 254, 255, 255)},
                                      {v4(172, 16, 0, 0), v4(172, 31, 255, 255)},
                                      {v4(192, 0, 0, 0), v4(192, 0, 0, 255)},
                                      {v4(192, 0, 2, 0), v4(192, 0, 2, 255)},
                                      {v4(192, 168, 0, 0), v4(192, 168, 255, 255)},
                                      {v4(198, 18, 0, 0), v4(198, 19, 255, 255)},
                                      {v4(224, 0, 0, 0), v4(255, 255, 255, 255)}}) {
        EXPECT_TRUE(is_private(first)) << ::testing::PrintToString(first);
        EXPECT_TRUE(is_private(last)) << ::testing::PrintToString(last);
    }
    for (auto const& outside :
         {v4(1, 0, 0, 0), v4(9, 255, 255, 255), v4(11, 0, 0, 0), v4(100, 63, 255, 255),
          v4(100, 128, 0, 0), v4(126, 255, 255, 255), v4(128, 0, 0, 0), v4(169, 253, 255, 255),
          v4(169, 255, 0, 0), v4(172, 15, 255, 255), v4(172, 32, 0, 0), v4(191, 255, 255, 255),
          v4(192, 0, 1, 0), v4(192, 0, 3, 0), v4(192, 167, 255, 255), v4(192, 169, 0, 0),
          v4(198, 17, 255, 255), v4(198, 20, 0, 0), v4(223, 255, 255, 255)})
        EXPECT_FALSE(is_private(outside)) << ::testing::PrintToString(outside);
    EXPECT_TRUE(is_private(v6({0x1F, 0xFF}))) << "below what is given out";
    EXPECT_TRUE(is_private(v6({0x40, 0x00}))) << "above it";
    EXPECT_FALSE(is_private(v6({0x20, 0x02, 8, 8, 8, 8})));
    EXPECT_FALSE(is_private(v6({0, 0x64, 0xFF, 0x9B}, v4(8, 8, 8, 8))));
    EXPECT_TRUE(is_private(v4(8, 8, 8, 8) + "x")) << "no address at all";
}

TEST(WebhookUrl, IsOneOfTheWeb) {
    for (auto const* good : {"https://example.org/hook?x=1", "http://example.org:8080"})
        EXPECT_TRUE(valid_webhook_url(good)) << good;
    for (auto const* bad : {"", "ftp://example.org", "https://", "https:///x", "https://u:p@e.org",
                            "https://e.org/a b", "file:///etc/passwd", "https://:80/"})
        EXPECT_EQ(valid_webhook_url(bad).error().code, "bad_url") << bad;
    for (auto const* bad : {"https://e.org/\x7F", "https://e.org/\xC3\xA9", "https://e.org\\x/"})
        EXPECT_FALSE(valid_webhook_url(bad)) << bad;
    std::string const address = "https://example.org/";
    EXPECT_TRUE(valid_webhook_url(address + repeated("a", 500 - 20)));
    EXPECT_FALSE(valid_webhook_url(address + repeated("a", 501 - 20)));
}

/// What texts speak of, as long as it usually is.
Values usual_values() {
    auto const span =
        span_words(dhaka, {at("2026-11-27T14:00:00+06:00"), at("2026-11-27T16:00:00+06:00")});
    auto const time = time_words(dhaka, at("2026-11-27T13:30:00+06:00"));
    return {{"machine", {"Laser cutter 1", "লেজার কাটার ১"}},
            {"time", span},
            {"was", span},
            {"until", time},
            {"facility", {"Bhairab centre", "ভৈরব কেন্দ্র"}},
            {"reason", {"a power cut", "বিদ্যুৎ নেই"}},
            {"outcome", {"Cancelled.", "বাতিল।"}},
            {"enterprise", {"Rina Shoes", "রিনা সু"}},
            {"channel", {"e-mail", "ই-মেইল"}},
            {"number", {"BHAIRAB/2026-27/000123", "BHAIRAB/২০২৬-২৭/০০০১২৩"}},
            {"period", {"11/2026", "১১/২০২৬"}},
            {"dates", {"8 dates", "৮টি তারিখ"}},
            {"rule", {"every week on Sun, Tue", "প্রতি সপ্তাহে রবি, মঙ্গল"}},
            {"first", span},
            {"last", {"Tue 15 Dec", "মঙ্গল ১৫ ডিসে"}},
            {"left", {"Not: Tue 24 Nov.", "বাদ: মঙ্গল ২৪ নভে।"}},
            {"amount", {"1,23,450.50", "১,২৩,৪৫০.৫০"}},
            {"pin", {"4821", "৪৮২১"}},
            {"day", {"2026-11-27", "২০২৬-১১-২৭"}},
            {"head", {"1234 " + std::string(64, 'a'), "১২৩৪ " + std::string(64, 'a')}},
            {"pack", {"10 hours of laser", "লেজার ১০ ঘণ্টা"}},
            {"minutes", {"135", "১৩৫"}}};
}

TEST(Texts, SpeakOfTheSameInBothLanguagesAndFitTwoPartsOfAnSms) {
    auto const values = usual_values();
    for (auto const& each : templates()) {
        auto const bangla = filled(each.text.bn, values, Language::bn);
        auto const english = filled(each.text.en, values, Language::en);
        EXPECT_LE(sms_size(bangla).parts, 2) << bangla;
        EXPECT_EQ(sms_size(english).parts, 1) << english;
        EXPECT_FALSE(sms_size(english).ucs2) << english;
        EXPECT_EQ(bangla.find_first_of("0123456789"), std::string::npos) << bangla;
        for (auto const& [name, value] : values)
            EXPECT_EQ(each.text.en.find("{" + name + "}") != std::string::npos,
                      each.text.bn.find("{" + name + "}") != std::string::npos)
                << each.kind << " " << name;
    }
}

TEST(Texts, SayTheTimeInTheWordsOfTheLanguage) {
    auto const day =
        span_words(dhaka, {at("2026-11-27T14:00:00+06:00"), at("2026-11-27T16:00:00+06:00")});
    EXPECT_EQ(day.en, "Fri 27 Nov, 14:00-16:00");
    EXPECT_EQ(day.bn, "শুক্র ২৭ নভে, ১৪:০০-১৬:০০");
    auto const night =
        span_words(dhaka, {at("2026-11-27T23:00:00+06:00"), at("2026-11-28T01:00:00+06:00")});
    EXPECT_EQ(night.en, "Fri 27 Nov, 23:00 - Sat 28 Nov, 01:00");
}

TEST(Texts, LackNothing) {
    EXPECT_THROW(template_of("nothing_of_ours"), std::out_of_range);
    EXPECT_THROW(filled("{machine}", {}, Language::en), std::out_of_range);
}

Message some_message() {
    return {.id = MessageId{Uuid::version7(1'795'000'000'000, {1, 2, 3})},
            .address = "+8801712345678",
            .subject = "বুকিং হয়েছে",
            .text = "\"লেজার\" & {to}\n1"};
}

TEST(SmsGateway, IsAskedInItsOwnWords) {
    auto const message = some_message();
    SmsSettings const json{.url = "https://sms.example.org/send?id={reference}",
                           .headers = {"Authorization: Bearer x"},
                           .body = R"({"msisdn":"{to}","sms":"{text}"})"};
    auto const asked = sms_call(json, message);
    EXPECT_EQ(asked.url, "https://sms.example.org/send?id=" + message.id.text());
    EXPECT_EQ(asked.body, R"({"msisdn":"+8801712345678","sms":"\"লেজার\" & {to}\n1"})");
    EXPECT_THAT(asked.headers,
                ElementsAre("Authorization: Bearer x", "Content-Type: application/json"));
    SmsSettings const secret{.url = "https://sms.example.org/?key={secret}&to={to}&t={text}",
                             .method = "GET",
                             .headers = {"X-Key: {secret}", "X-Text: {text}"},
                             .secret = "a&b"};
    EXPECT_THAT(sms_call(secret, message).url, ::testing::HasSubstr("?key=a%26b&to="));
    EXPECT_THAT(sms_call(secret, message).headers,
                ElementsAre("X-Key: a&b", "X-Text: \"লেজার\" & {to}1"));
    SmsSettings const form{.url = "https://sms.example.org/?to={to}", .method = "GET"};
    EXPECT_EQ(sms_call(form, message).url, "https://sms.example.org/?to=%2B8801712345678");
}

TEST(SmsGateway, IsToldInAnAddressOrAFormWhatCannotBeTakenForAnythingElse) {
    auto message = some_message();
    message.text = "09AZaz-_.~ /:@[`{+&=%";
    auto const spelled = "09AZaz-_.~%20%2F%3A%40%5B%60%7B%2B%26%3D%25";
    SmsSettings const in_url{.url = "https://sms.example.org/?t={text}", .method = "GET"};
    EXPECT_EQ(sms_call(in_url, message).url, std::string{"https://sms.example.org/?t="} + spelled);
    SmsSettings const form{.url = "https://sms.example.org/",
                           .content_type = "application/x-www-form-urlencoded",
                           .body = "t={text}"};
    EXPECT_EQ(sms_call(form, message).body, std::string{"t="} + spelled);
}

TEST(SmsGateway, IsBelievedWhenItSaysYes) {
    using Kind = Outcome::Kind;
    SmsSettings settings;
    EXPECT_EQ(sms_outcome(settings, {200, "ok", ""}).kind, Kind::sent);
    settings.accepted = R"("status":"SUCCESS")";
    EXPECT_EQ(sms_outcome(settings, {200, R"({"status":"SUCCESS"})", ""}).kind, Kind::sent);
    EXPECT_EQ(sms_outcome(settings, {200, R"({"status":"FAILED"})", ""}).kind, Kind::later);
    EXPECT_EQ(sms_outcome(settings, {400, "no such number", ""}).kind, Kind::refused);
    EXPECT_EQ(sms_outcome(settings, {429, "", ""}).kind, Kind::later);
    for (int const ours : {401, 402, 403, 404})
        EXPECT_EQ(sms_outcome(settings, {ours, "", ""}).kind, Kind::later) << ours;
    EXPECT_EQ(sms_outcome(settings, {503, "", ""}).kind, Kind::later);
    EXPECT_EQ(sms_outcome(settings, {0, "", "no route"}).words, "no route");
}

TEST(Letter, HasAHeadThatAMailServerTakes) {
    auto const head = mail_headers({.url = "", .from = "csf@example.org"}, some_message(),
                                   at("2026-11-20T16:40:00+06:00"));
    EXPECT_THAT(head, ::testing::Contains("Date: Fri, 20 Nov 2026 10:40:00 +0000"));
    EXPECT_THAT(head,
                ::testing::Contains("Message-ID: <" + some_message().id.text() + "@example.org>"));
    EXPECT_THAT(head, ::testing::Contains("Subject: =?UTF-8?B?" + to_base64("বুকিং হয়েছে") + "?="));
}

TEST(Webhook, IsSignedAsTheStandardSays) {
    // The example of the specification's reference implementation.
    Webhook const webhook{.url = "https://example.org",
                          .secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
    auto message = some_message();
    message.text = R"({"test": 2432232314})";
    auto const call = webhook_call(webhook, message, instant(1'614'265'330'000'000));
    auto const signed_text = message.id.text() + ".1614265330." + message.text;
    auto const key = from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
    EXPECT_THAT(call.headers, ::testing::Contains("webhook-signature: v1," +
                                                  to_base64(hmac_sha256(key, signed_text))));
    EXPECT_EQ(
        to_base64(hmac_sha256(key, R"(msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.)" + message.text)),
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

}  // namespace
}  // namespace karkhana::notify
