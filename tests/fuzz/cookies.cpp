// Bytes of a stranger as Cookie fields. Whatever is found stands in a field as it was sent, under
// its own name and once; and what the daemon sets itself is found again.

#include "server/http/cookies.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace karkhana::http;

void check(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const half = text.find('\n');
    Request request;
    request.secure = size % 2 == 0;
    request.headers.emplace_back("cookie", text.substr(0, half));
    if (half != std::string_view::npos)
        request.headers.emplace_back("cookie", text.substr(half + 1));
    auto const name = session_cookie_name(request.secure);
    auto const pair = [&](std::string_view value) {
        return std::string{name} + "=" + std::string{value};
    };
    if (auto const found = session_cookie(request)) {
        check(found->find(';') == std::string_view::npos);
        check(text.find(pair(*found)) != std::string_view::npos);
        request.headers.emplace_back("cookie", pair("second"));
        check(!session_cookie(request));
    }
    Request ours;
    ours.secure = request.secure;
    auto const set = set_session_cookie(ours.secure, "to-ken.1", std::chrono::seconds{9});
    ours.headers.emplace_back("cookie", set.substr(0, set.find(';')));
    check(session_cookie(ours) == "to-ken.1");
    return 0;
}
