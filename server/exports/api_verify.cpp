#include <memory>

#include "server/base/unicode.hpp"
#include "server/exports/api_parts.hpp"
#include "server/exports/verify_page.hpp"
#include "server/exports/visits.hpp"
#include "server/http/csp.hpp"
#include "server/http/json.hpp"
#include "server/people/login.hpp"

namespace karkhana::exports {
namespace {

constexpr int kVisitsAMinute = 60;     ///< of one address; a shop scans a pile of paper in less
constexpr std::size_t kLongest = 200;  ///< of what may be asked; numbers are shorter

Language page_language(http::Request const& request) {
    auto const wanted = request.parameter("language");
    if (wanted) return *wanted == "en" ? Language::en : Language::bn;
    return request.header("accept-language").value_or("").starts_with("en") ? Language::en
                                                                            : Language::bn;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (char const c : text) {
        bool const plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') || c == '/' || c == '-';
        auto const byte = static_cast<unsigned char>(c);
        plain ? out += c : (out += '%', out += kHex[byte >> 4], out += kHex[byte & 15]);
    }
    return out;
}

http::Response get_page(store::Store& ledger, http::Request const& request) {
    bool sound = true;
    auto const asked = [&](std::string_view name) {
        auto const text = request.parameter(name).value_or("");
        sound = sound && text.size() <= kLongest && valid_utf8(text) &&
                text.find('\0') == std::string_view::npos;
        return std::string{text.substr(0, kLongest)};
    };
    auto const slug = asked("f"), number = asked("n"), code = asked("c");
    // What no document can have is not looked for: a database refuses to hear of it.
    std::optional<Checked> checked;
    if (sound)
        checked = ledger.read(
            [&](store::Reader& reader) { return check_document(reader, slug, number, code); });
    auto const language = page_language(request);
    auto const other = "/verify?f=" + percent_encoded(slug) + "&n=" + percent_encoded(number) +
                       "&c=" + percent_encoded(code) +
                       "&language=" + (language == Language::bn ? "en" : "bn");
    http::Response response;
    response.content_type = "text/html; charset=utf-8";
    response.body = verify_page(checked, language, other);
    response.with("Content-Security-Policy", http::policy_for_page(response.body));
    response.with("X-Robots-Tag", "noindex");
    return response;
}

}  // namespace

void add_verify_route(http::Router& router, Services const& services) {
    auto const visits = std::make_shared<Visits>(kVisitsAMinute);
    router.add({"GET", "/verify", "verifyDocument",
                [services, visits](http::Request const& request) {
                    auto const wait =
                        visits->count(people::address_key(request.peer), services.clock.now());
                    if (wait)
                        return http::problem({ErrorKind::limited, "too_many_visits", "",
                                              "Too many documents at once; wait a little."})
                            .with("Retry-After", std::to_string(wait->count()));
                    return get_page(services.store, request);
                },
                http::Access::open, false, false});
}

}  // namespace karkhana::exports
