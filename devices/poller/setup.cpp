#include "devices/poller/setup.hpp"

#include <set>

namespace karkhana::poller {

std::vector<std::string> problems_of(LineSetup const& setup) {
    std::vector<std::string> problems;
    std::set<int> numbers;
    std::set<Channel> channels;
    for (auto const& unit : setup.units) {
        auto const where = "line '" + setup.name + "', unit " + std::to_string(unit.unit) + ": ";
        auto const complain = [&](std::string what) { problems.push_back(where + what); };
        if (unit.unit < 1 || unit.unit > 247) complain("unit numbers are 1 to 247");
        if (!numbers.insert(unit.unit).second) complain("two devices with this number");
        if (unit.period <= Duration{}) complain("the period must be positive");
        if (unit.watched.empty()) complain("no point is watched");
        if (!unit.profile) {
            complain("no profile");
            continue;
        }
        for (auto const& watched : unit.watched) {
            auto const* const point = unit.profile->find(watched.point);
            if (point == nullptr)
                complain("'" + unit.profile->device + "' has no point '" + watched.point + "'");
            else if (point->kind == profiles::PointKind::command)
                complain("'" + watched.point + "' is written, not read");
            if (!channels.insert(watched.channel).second)
                complain("channel " + std::to_string(watched.channel) + " is used twice");
        }
    }
    return problems;
}

Duration character_time(int baud, bool parity, int stop_bits) {
    int const bits = 1 + 8 + (parity ? 1 : 0) + stop_bits;
    return Duration{1'000'000LL * bits / baud};
}

}  // namespace karkhana::poller
