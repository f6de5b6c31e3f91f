#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "server/app/config_parts.hpp"

namespace karkhana::app {
namespace {

namespace fs = std::filesystem;

/// The part [notify] of a configuration, in a folder that goes with the test.
class NotifyPart : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("karkhana-notify-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
        secret_ = write("secret", "s3 cret\n", fs::perms::owner_read | fs::perms::owner_write);
    }
    void TearDown() override { fs::remove_all(folder_); }

    std::string write(std::string const& name, std::string const& text, fs::perms perms) {
        auto const path = folder_ / name;
        std::ofstream{path} << text;
        fs::permissions(path, perms);
        return path.string();
    }
    /// Empty when something is wrong; then see `said`.
    std::optional<NotifyConfig> read(std::string const& text) {
        problems_.clear();
        auto root = config::parse(text, "karkhana.toml", problems_);
        if (!root) return std::nullopt;
        NotifyConfig found;
        read_notify(*root, found);
        root->leftover();
        if (problems_.empty()) return found;
        return std::nullopt;
    }
    std::string said() const {
        std::string all;
        for (auto const& each : problems_) all += each.text() + "\n";
        return all;
    }
    std::string smtp(std::string const& more) const {
        return "[notify.smtp]\nurl = \"smtps://mail.example.org\"\nfrom = \"Csf@Example.org\"\n" +
               more;
    }
    std::string sms(std::string const& more) const {
        return "[notify.sms]\nurl = \"https://sms.example.org/?to={to}\"\n" + more;
    }

    fs::path folder_;
    std::string secret_;
    config::Problems problems_;
};

TEST_F(NotifyPart, MayBeAbsent) {
    auto const found = read("");
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->smtp || found->sms || found->quiet);
}

TEST_F(NotifyPart, HasALetterBoxWithItsPasswordInAFile) {
    auto const found = read(smtp("user = \"csf\"\npassword_file = \"" + secret_ + "\"\n"));
    ASSERT_TRUE(found) << said();
    EXPECT_EQ(found->smtp->from, "csf@example.org");
    EXPECT_EQ(found->smtp->password, "s3 cret");
    EXPECT_TRUE(found->smtp->tls);
}

TEST_F(NotifyPart, RefusesASecretThatOthersCanRead) {
    auto const all = fs::perms::owner_read | fs::perms::owner_write;
    for (auto const more :
         {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
        auto const open = write("open", "secret", all | more);
        EXPECT_FALSE(read(smtp("user = \"csf\"\npassword_file = \"" + open + "\"\n")));
        EXPECT_THAT(said(), ::testing::HasSubstr("karkhana.toml:5:")) << said();
        EXPECT_THAT(said(), ::testing::HasSubstr("chmod 600"));
    }
    for (std::string const bad : {"", "\n", "two\nlines", "\ttab"}) {
        auto const file = write("bad", bad, all);
        EXPECT_FALSE(read(smtp("user = \"csf\"\npassword_file = \"" + file + "\"\n"))) << bad;
        EXPECT_THAT(said(), ::testing::HasSubstr("one line"));
    }
    EXPECT_FALSE(read(smtp("user = \"csf\"\npassword_file = \"/nowhere/secret\"\n")));
}

TEST_F(NotifyPart, SaysWhatIsWrongWithTheMailServer) {
    EXPECT_FALSE(read(smtp("user = \"csf\"\n")));
    EXPECT_THAT(said(), ::testing::HasSubstr("come together"));
    EXPECT_FALSE(read(smtp("tls = false\n")));
    EXPECT_THAT(said(), ::testing::HasSubstr("this machine alone"));
    EXPECT_FALSE(read("[notify.smtp]\nurl = \"mail.example.org\"\nfrom = \"csf\"\n"));
    EXPECT_THAT(said(), ::testing::HasSubstr("karkhana.toml:2:"));
    EXPECT_THAT(said(), ::testing::HasSubstr("karkhana.toml:3:"));
    EXPECT_FALSE(read(smtp("pasword = \"x\"\n"))) << "a key that nobody knows";
    for (std::string const here : {"smtp://localhost:25", "smtp://127.0.0.1", "smtp://[::1]:2525"})
        EXPECT_TRUE(read("[notify.smtp]\nurl = \"" + here +
                         "\"\nfrom = \"csf@example.org\"\ntls = false\n"))
            << said();
}

TEST_F(NotifyPart, HasAGatewayInItsOwnWords) {
    auto const found =
        read(sms("body = '{\"sms\": \"{text}\", \"key\": \"{secret}\"}'\nheaders = [\"X-A: b\"]\n"
                 "accepted = \"OK\"\nsecret_file = \"" +
                 secret_ + "\"\n"));
    ASSERT_TRUE(found) << said();
    EXPECT_EQ(found->sms->method, "POST");
    EXPECT_EQ(found->sms->secret, "s3 cret");
    EXPECT_EQ(found->sms->accepted, "OK");
}

TEST_F(NotifyPart, SaysWhatIsWrongWithTheGateway) {
    auto const wrong = [&](std::string const& more) {
        EXPECT_FALSE(read(sms(more))) << more;
        return said();
    };
    std::string const body = "body = '{\"sms\": \"{text}\"}'\n";
    EXPECT_THAT(wrong(""), ::testing::HasSubstr("{text}"));
    EXPECT_THAT(wrong("body = '{text}'\n"), ::testing::HasSubstr("no JSON"));
    EXPECT_THAT(wrong("method = \"PUT\"\n" + body), ::testing::HasSubstr("POST or GET"));
    EXPECT_THAT(wrong("method = \"GET\"\n" + body), ::testing::HasSubstr("a GET has none"));
    EXPECT_THAT(wrong("headers = [\"none\"]\n" + body), ::testing::HasSubstr("Name: value"));
    EXPECT_THAT(wrong("headers = [\"X: {secret}\"]\n" + body), ::testing::HasSubstr("secret_file"));
    EXPECT_THAT(wrong("secret_file = \"" + secret_ + "\"\n" + body),
                ::testing::HasSubstr("go together"));
    EXPECT_FALSE(read("[notify.sms]\nurl = \"sms.example.org\"\n" + body));
}

TEST_F(NotifyPart, HasQuietHours) {
    auto const found = read("[notify]\nquiet = { from = \"21:30\", until = \"08:00\" }\n");
    ASSERT_TRUE(found) << said();
    EXPECT_EQ(*found->quiet, (notify::QuietHours{21 * 60 + 30, 8 * 60}));
    EXPECT_FALSE(read("[notify]\nquiet = { from = \"21:30\", until = \"25:00\" }\n"));
}

}  // namespace
}  // namespace karkhana::app
