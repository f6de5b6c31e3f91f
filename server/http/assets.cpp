#include "server/http/assets.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "server/base/digest.hpp"
#include "server/http/compress.hpp"
#include "server/http/csp.hpp"
#include "server/http/media_type.hpp"

namespace karkhana::http {
namespace {

namespace fs = std::filesystem;

struct ContentType {
    std::string_view extension;
    std::string_view type;
    bool compressible;
};
constexpr std::array<ContentType, 19> kTypes = {{
    {".html", "text/html; charset=utf-8", true},
    {".js", "text/javascript; charset=utf-8", true},
    {".mjs", "text/javascript; charset=utf-8", true},
    {".css", "text/css; charset=utf-8", true},
    {".json", "application/json", true},
    {".webmanifest", "application/manifest+json", true},
    {".svg", "image/svg+xml", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".xml", "application/xml", true},
    {".map", "application/json", true},
    {".wasm", "application/wasm", true},
    {".ico", "image/x-icon", false},
    {".png", "image/png", false},
    {".jpg", "image/jpeg", false},
    {".webp", "image/webp", false},
    {".pdf", "application/pdf", false},
    {".ttf", "font/ttf", true},
    {".woff", "font/woff", false},
    {".woff2", "font/woff2", false},
}};

ContentType type_of(std::string_view extension) {
    for (auto const& type : kTypes)
        if (type.extension == extension) return type;
    return {extension, "application/octet-stream", false};
}

std::string read_file(fs::path const& file) {
    std::ifstream in(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.is_open() || in.bad())
        throw std::runtime_error("cannot read the web file " + file.string());
    return bytes;
}

Asset::Variant variant(std::string bytes) {
    auto tag = "\"" + sha256_hex(bytes).substr(0, 32) + "\"";
    return {std::make_shared<std::string const>(std::move(bytes)), std::move(tag)};
}

std::optional<Asset::Variant> sibling(fs::path const& file, std::string_view suffix) {
    auto name = file;
    name += suffix;
    if (!fs::is_regular_file(name)) return std::nullopt;
    return variant(read_file(name));
}

Asset load_asset(fs::path const& file, std::string_view path) {
    constexpr std::size_t kWorthwhile = 1024;
    constexpr int kSmallest = 9;
    auto const type = type_of(file.extension().string());
    Asset asset;
    asset.content_type = type.type;
    // A name under /assets/ has the hash of its content in it, so it never means anything else.
    asset.cache_control =
        path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    asset.identity = variant(read_file(file));
    asset.brotli = sibling(file, ".br");
    asset.gzip = sibling(file, ".gz");
    auto const& bytes = *asset.identity.bytes;
    if (!asset.gzip && type.compressible && bytes.size() >= kWorthwhile)
        asset.gzip = variant(gzip(bytes, kSmallest));
    if (file.extension() == ".html") asset.content_security_policy = policy_for_page(bytes);
    return asset;
}

bool is_hidden(fs::path const& relative) {
    for (auto const& part : relative)
        if (part.string().starts_with(".")) return true;
    return false;
}

}  // namespace

Assets Assets::load(std::string const& root) {
    Assets assets;
    if (root.empty()) return assets;
    if (!fs::is_directory(root)) throw std::runtime_error("there is no web folder " + root);
    for (auto const& entry : fs::recursive_directory_iterator(root)) {
        auto const relative = entry.path().lexically_relative(root);
        auto const extension = entry.path().extension();
        // A link could lead out of the folder, and a hidden file was not meant for the public.
        if (!entry.is_regular_file() || entry.is_symlink() || is_hidden(relative)) continue;
        if (extension == ".br" || extension == ".gz") continue;
        auto const path = "/" + relative.generic_string();
        assets.by_path_.emplace(path, load_asset(entry.path(), path));
    }
    return assets;
}

Asset const* Assets::find(std::string_view path, bool wants_page) const {
    auto found = by_path_.find(path);
    auto const last = path.substr(path.rfind('/') + 1);
    bool const is_page = wants_page && last.find_first_of(".%") == std::string_view::npos &&
                         path.find("//") == std::string_view::npos;
    if (path == "/" || (found == by_path_.end() && is_page)) found = by_path_.find("/index.html");
    return found == by_path_.end() ? nullptr : &found->second;
}

Response serve(Asset const& asset, Request const& request) {
    auto const accepted = request.header("accept-encoding").value_or("");
    auto const* chosen = &asset.identity;
    std::string_view encoding;
    if (asset.brotli && accepts(accepted, "br")) {
        chosen = &*asset.brotli;
        encoding = "br";
    } else if (asset.gzip && accepts(accepted, "gzip")) {
        chosen = &*asset.gzip;
        encoding = "gzip";
    }
    Response response;
    response.content_type = asset.content_type;
    response.shared_body = chosen->bytes;
    response.with("ETag", chosen->etag).with("Cache-Control", asset.cache_control);
    if (!encoding.empty()) response.with("Content-Encoding", std::string{encoding});
    if (asset.brotli || asset.gzip) response.with("Vary", "Accept-Encoding");
    if (!asset.content_security_policy.empty())
        response.with("Content-Security-Policy", asset.content_security_policy);
    return response;
}

}  // namespace karkhana::http
