#include "server/metering/boundary_wait.hpp"

#include <algorithm>

namespace karkhana::metering {

namespace {

using std::chrono::microseconds;

constexpr microseconds shortest{100};
/// Now and then a look, in case the clock was set.
constexpr microseconds longest = std::chrono::seconds(1);

}  // namespace

bool wait_until(WallClock const& clock, MonotonicClock const& monotonic, Instant at,
                Wait const& wait) {
    auto shown = clock.now();
    auto real = monotonic.now();
    double speed = 1;
    microseconds sleep = std::chrono::milliseconds(1);
    while (shown < at) {
        if (!wait(sleep)) return false;
        auto const now_shown = clock.now();
        auto const now_real = monotonic.now();
        auto const passed = std::chrono::duration<double, std::micro>(now_real - real).count();
        auto const shown_passed =
            std::chrono::duration<double, std::micro>(now_shown - shown).count();
        if (passed > 0 && shown_passed > 0) speed = shown_passed / passed;
        shown = now_shown;
        real = now_real;
        auto const left = std::chrono::duration<double, std::micro>(at - shown).count() / speed;
        // Nine tenths of the way: the sleep itself is never exact.
        sleep = std::clamp(microseconds{static_cast<std::int64_t>(left * 0.9)}, shortest, longest);
    }
    return true;
}

}  // namespace karkhana::metering
