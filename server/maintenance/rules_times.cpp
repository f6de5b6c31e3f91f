#include "server/maintenance/rules_times.hpp"

#include <algorithm>

#include "server/facility/rules.hpp"

namespace karkhana::maintenance {

Times tidy(Times times, Interval range) {
    for (auto& each : times)
        each = {std::max(each.start, range.start), std::min(each.end, range.end)};
    std::erase_if(times, [](Interval const& each) { return each.empty(); });
    facility::join_touching(times);
    return times;
}

Times without(Times const& times, Times const& gone) {
    Times left;
    for (auto const& each : times) {
        auto start = each.start;
        for (auto const& hole : gone) {
            if (hole.end <= start || hole.start >= each.end) continue;
            if (hole.start > start) left.push_back({start, hole.start});
            start = std::max(start, hole.end);
        }
        if (start < each.end) left.push_back({start, each.end});
    }
    return left;
}

}  // namespace karkhana::maintenance
