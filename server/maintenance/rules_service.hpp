#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"
#include "server/facility/rules.hpp"

namespace karkhana::maintenance {

using facility::Name;
using PlanId = Id<struct MaintenancePlanTag>;

/// What a service is counted by.
enum class Basis {
    hours,   ///< at work, as metered
    pieces,  ///< strokes of a press, pairs: by the machine's counter, else what its jobs counted
    kwh,
    days,
};
std::string_view name_of(Basis basis);
std::optional<Basis> basis_of(std::string_view name);

/// A service that is due again and again. `every` and `warn_before` are in units of the basis.
struct Plan {
    PlanId id;
    MachineId machine;
    Name name;
    Basis basis = Basis::hours;
    std::int64_t every = 0;
    std::int64_t warn_before = 0;
    std::chrono::minutes length{60};
    Instant counts_from;
    std::int64_t cycle = 1;
    std::optional<Instant> warned_at;
    std::optional<OutageId> outage;  ///< the time that is set aside for it
    std::optional<Instant> retired_at;
};

/// The names complete, every number within its bounds. Errors: those of facility::complete,
/// `bad_plan` with the setting as the field.
Result<Plan> valid_plan(Plan plan);

/// What a counter of the machine counted since the plan counts.
struct Strokes {
    std::int64_t count = 0;
    Instant from;         ///< of the reading that it is counted from
    std::string counter;  ///< its name

    bool operator==(Strokes const&) const = default;
};

/// What the machine did since the plan counts.
struct Worked {
    Duration at_work{};
    std::int64_t pieces = 0;  ///< that its jobs counted
    Energy energy;
    std::optional<Strokes> strokes = {};  ///< empty: it has no counter, or that is not heard
};

enum class Stand { fine, warn, due };
std::string_view name_of(Stand stand);

struct Due {
    Stand stand = Stand::fine;
    std::int64_t used = 0;  ///< in units of the basis, rounded down
    /// When it will be due if the machine works on as it did; empty while it has not worked.
    std::optional<Instant> expected;
};
Due due(Plan const& plan, Worked const& worked, Instant now);

/// Who has a slot is told a day before it goes, at least.
constexpr std::chrono::hours warning_time{24};

/// The time to set aside for a service: the first open time, a day after the warning and a day from
/// `from` at least, that is long enough; when none is, the beginning of the first. It begins on a
/// quarter of an hour, as slots do. nullopt while there was no warning, or nothing is open. `open`
/// is in order. `from`: now, or the end of a time that was set aside in vain.
std::optional<Interval> time_for(Plan const& plan, std::vector<Interval> const& open, Instant from);

}  // namespace karkhana::maintenance
