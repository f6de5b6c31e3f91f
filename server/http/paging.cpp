#include "server/http/paging.hpp"

#include <charconv>
#include <optional>
#include <string_view>

namespace karkhana::http {
namespace {

constexpr int kPage = 50, kMost = 200;
constexpr std::int64_t kLongest = 1'000'000'000'000;  // no list has more

std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t most) {
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || number < 1 || number > most) return std::nullopt;
    return number;
}

}  // namespace

Result<int> query_limit(Request const& request) {
    auto const given = request.parameter("limit");
    if (!given) return kPage;
    auto const limit = whole_number(*given, kMost);
    if (!limit) return refuse(ErrorKind::invalid, "bad_limit", "A limit is between 1 and 200.");
    return static_cast<int>(*limit);
}

Result<std::int64_t> query_cursor(Request const& request) {
    auto const given = request.parameter("cursor");
    if (!given) return 0;
    auto const cursor = whole_number(*given, kLongest);
    if (!cursor)
        return refuse(ErrorKind::invalid, "bad_cursor", "The cursor is not one of this list.");
    return *cursor;
}

}  // namespace karkhana::http
