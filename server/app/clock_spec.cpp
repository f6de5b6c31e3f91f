#include "server/app/clock_spec.hpp"

#include <charconv>
#include <fmt/format.h>

#include "server/base/calendar.hpp"

namespace karkhana::app {
namespace {

template <class Number>
std::optional<Number> whole(std::string_view text) {
    Number number{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

tl::unexpected<Error> bad_clock() {
    return refuse(ErrorKind::invalid, "bad_clock",
                  "a time and a speed, like "
                  "2026-11-20T16:40+06:00x60");
}

}  // namespace

std::string ClockSpec::text() const {
    return fmt::format("{}x{}@{}", to_rfc3339(origin, Zone::find("UTC").value()), speed,
                       micros(real_origin));
}

Result<ClockSpec> parse_clock(std::string_view text, Instant now) {
    ClockSpec spec;
    spec.real_origin = now;
    if (auto const at = text.rfind('@'); at != std::string_view::npos) {
        auto const real = whole<std::int64_t>(text.substr(at + 1));
        if (!real) return bad_clock();
        spec.real_origin = instant(*real);
        text = text.substr(0, at);
    }
    auto const cross = text.rfind('x');
    if (cross == std::string_view::npos) return bad_clock();
    auto const speed = whole<int>(text.substr(cross + 1));
    std::string time{text.substr(0, cross)};
    // Minutes are enough of a person; RFC 3339 wants seconds.
    if (time.size() > 16 && time[16] != ':') time.insert(16, ":00");
    auto const origin = parse_rfc3339(time);
    if (!speed || *speed < 1 || *speed > 3600 || !origin) return bad_clock();
    spec.origin = *origin;
    spec.speed = *speed;
    return spec;
}

std::unique_ptr<WallClock> make_clock(std::optional<ClockSpec> const& spec) {
    if (!spec) return std::make_unique<SystemWallClock>();
    return std::make_unique<ScaledWallClock>(spec->origin, spec->real_origin, spec->speed);
}

}  // namespace karkhana::app
