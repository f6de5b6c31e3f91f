#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/time.hpp"
#include "server/facility/rules.hpp"

/// Who had how much of the machines' time.
namespace karkhana::booking {

/// Time of machines: what was kept for somebody, and what was worked.
struct MachineTime {
    Duration booked{};
    Duration used{};
    MachineTime& operator+=(MachineTime const& more);
};

struct UseOf {
    EnterpriseId enterprise;
    facility::Name name;
    bool women_led = false;
    std::string membership;
    MachineTime time;
};

struct Shares {
    MachineTime total;
    MachineTime women_led;
    std::map<std::string, MachineTime> by_membership;
};
Shares shares_of(std::vector<UseOf> const& uses);

/// In parts of ten thousand, each rounded to the nearest one and halves up: together they may be a
/// few parts more or less than the whole. Empty when there is no whole.
std::optional<std::int64_t> share_e4(Duration part, Duration whole);

}  // namespace karkhana::booking
