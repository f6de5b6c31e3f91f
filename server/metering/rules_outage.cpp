#include "server/metering/rules_outage.hpp"

#include <algorithm>

namespace karkhana::metering {

std::vector<Witness> common_silence(std::vector<Witness> witnesses) {
    if (witnesses.empty() || !std::ranges::all_of(witnesses, &Witness::silent)) return {};
    std::ranges::stable_sort(witnesses, std::ranges::greater{}, &Witness::heard);
    auto const last = witnesses.front().heard;
    std::erase_if(witnesses,
                  [&](Witness const& witness) { return last - witness.heard > fall_together; });
    bool const across_lines = std::ranges::any_of(
        witnesses, [&](Witness const& witness) { return witness.line != witnesses.front().line; });
    if (!across_lines) witnesses.clear();
    return witnesses;
}

}  // namespace karkhana::metering
