#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdexcept>
#include <stdlib.h>

#include "server/http/assets.hpp"
#include "server/http/csp.hpp"

namespace karkhana::http {
namespace {

namespace fs = std::filesystem;

class AssetsTest : public testing::Test {
protected:
    AssetsTest() {
        std::string pattern = (fs::temp_directory_path() / "karkhana_assets_XXXXXX").string();
        root_ = mkdtemp(pattern.data());
        write("index.html", "<html><script>go()</script></html>");
        write("assets/app-1a2b.js", std::string(5000, 'x'));
        write("assets/app-1a2b.js.br", "brotli");
        write("assets/style-3c.css", std::string(5000, 'y'));
        write("sw.js", "self");
        write("logo.png", std::string(5000, 'z'));
        write(".hidden/secret.txt", "secret");
    }
    ~AssetsTest() override { fs::remove_all(root_); }

    void write(std::string const& name, std::string const& text) {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name, std::ios::binary) << text;
    }
    Response get(std::string_view path, std::string const& encodings) {
        auto const assets = Assets::load(root_.string());
        Request request;
        request.headers = {{"accept-encoding", encodings}};
        auto const* asset = assets.find(path, false);
        return asset ? serve(*asset, request) : Response{404};
    }

    fs::path root_;
};

std::string header(Response const& response, std::string_view name) {
    for (auto const& [key, value] : response.headers)
        if (key == name) return value;
    return "";
}

TEST_F(AssetsTest, finds_files_and_pages_and_nothing_else) {
    auto const assets = Assets::load(root_.string());
    struct Case {
        char const* path;
        bool wants_page;
        bool found;
    };
    Case const cases[] = {
        {"/", false, true},
        {"/index.html", false, true},
        {"/assets/app-1a2b.js", false, true},
        {"/calendar", true, true},
        {"/machines/7", true, true},
        {"/calendar", false, false},
        {"/assets/app-9z9z.js", true, false},
        {"/assets/app-1a2b.js.br", true, false},
        {"/.hidden/secret.txt", true, false},
        {"//etc/passwd", true, false},
        {"/static/%2e%2e", true, false},
        {"/....//", true, false},
    };
    for (auto const& item : cases)
        EXPECT_EQ(assets.find(item.path, item.wants_page) != nullptr, item.found) << item.path;
    EXPECT_EQ(Assets::load("").find("/", true), nullptr);
    EXPECT_THROW(Assets::load("/nowhere/at/all"), std::runtime_error);
}

TEST_F(AssetsTest, follows_no_link_out_of_the_folder) {
    fs::create_symlink("/etc/passwd", root_ / "passwd.txt");
    EXPECT_EQ(Assets::load(root_.string()).find("/passwd.txt", true), nullptr);
}

TEST_F(AssetsTest, serves_the_best_encoding_the_client_takes) {
    auto const brotli = get("/assets/app-1a2b.js", "gzip, deflate, br");
    EXPECT_EQ(header(brotli, "Content-Encoding"), "br");
    EXPECT_EQ(*brotli.shared_body, "brotli");
    auto const packed = get("/assets/app-1a2b.js", "gzip, deflate");
    EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
    EXPECT_LT(packed.shared_body->size(), 500U);
    auto const plain = get("/assets/app-1a2b.js", "");
    EXPECT_EQ(header(plain, "Content-Encoding"), "");
    EXPECT_EQ(plain.shared_body->size(), 5000U);
    EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
    EXPECT_EQ(plain.content_type, "text/javascript; charset=utf-8");
    EXPECT_NE(header(brotli, "ETag"), header(plain, "ETag")) << "other bytes, another tag";
    EXPECT_EQ(header(get("/logo.png", "gzip"), "Content-Encoding"), "");
}

TEST_F(AssetsTest, lets_browsers_keep_only_what_never_changes) {
    EXPECT_EQ(header(get("/assets/app-1a2b.js", ""), "Cache-Control"),
              "public, max-age=31536000, immutable");
    EXPECT_EQ(header(get("/", ""), "Cache-Control"), "no-cache");
    EXPECT_EQ(header(get("/sw.js", ""), "Cache-Control"), "no-cache");
}

TEST_F(AssetsTest, allows_the_inline_code_of_its_own_page_by_hash) {
    // printf 'go()' | openssl dgst -sha256 -binary | base64
    EXPECT_NE(header(get("/", ""), "Content-Security-Policy").find("script-src 'self' 'sha256-"),
              std::string::npos);
    EXPECT_EQ(header(get("/sw.js", ""), "Content-Security-Policy"), "");
}

TEST(ContentSecurityPolicy, has_the_hash_of_each_inline_block) {
    auto const policy =
        policy_for_page("<STYLE>a{}</STYLE><script src=\"/a.js\"></script>"
                        "<script type=\"module\">alert(1)</script><script>alert(1) </script>");
    EXPECT_NE(policy.find("style-src 'self' 'sha256-"), std::string::npos);
    // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
    EXPECT_NE(policy.find("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"),
              std::string::npos);
    EXPECT_EQ(policy_for_page("<p>no code</p>"), default_policy());
}

}  // namespace
}  // namespace karkhana::http
