#include "server/metering/ports.hpp"

#include <array>

namespace karkhana::metering {

std::string_view name_of(ContactState state) {
    constexpr std::array<std::string_view, 4> names = {"open", "closed", "unknown", "none"};
    return names.at(static_cast<std::size_t>(state));
}

}  // namespace karkhana::metering
