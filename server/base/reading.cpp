#include "server/base/reading.hpp"

namespace karkhana {

std::string_view name_of(Quality quality) {
    constexpr std::array<std::string_view, 6> names = {"good",      "stale",  "missing",
                                                       "estimated", "edited", "questionable"};
    return names.at(static_cast<std::size_t>(quality));
}

std::string_view name_of(Unit unit) {
    constexpr std::array<std::string_view, 20> names = {
        "Wh", "W",   "mV",  "mA",   "mHz",  "permille", "g",    "ml",   "count", "flag",
        "VA", "var", "VAh", "varh", "mdeg", "mdegC",    "ml/h", "um/s", "s",     "rpm"};
    return names.at(static_cast<std::size_t>(unit));
}

}  // namespace karkhana
