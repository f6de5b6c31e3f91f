#include "server/metering/rules_alarm.hpp"

#include <algorithm>
#include <array>

namespace karkhana::metering {
namespace {

constexpr std::array<std::string_view, 16> worst_first = {
    "bypass",         "welded",         "will_not_open", "closed_uncommanded",
    "uncommanded",    "stop_asked",     "stranger",      "disagrees",
    "frozen",         "unproved",       "unverified",    "unreachable",
    "will_not_close", "contact_failed", "dropped_out",   "clock_set"};

}  // namespace

int badness(std::string_view kind) {
    auto const place = std::ranges::find(worst_first, kind);
    return static_cast<int>(worst_first.end() - place);
}

std::string_view worse_alarm(std::string_view a, std::string_view b) {
    return badness(b) > badness(a) || a.empty() ? b : a;
}

}  // namespace karkhana::metering
