#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/sim/crowd/rows.hpp"
#include "tests/sim/crowd/town.hpp"

namespace karkhana::crowd {

/// Counts by itself, from the rows alone: nobody beside another, no more of anything than there is,
/// nobody with more than its caps, no step that the table of the life does not have, nothing gone.
class CalendarJudge {
public:
    CalendarJudge(Town const& town, Faults& faults) : town_(town), faults_(faults) {}

    /// After everything that happens: what was, and what is now.
    void look(Rows const& before, Rows const& after, Instant now);
    /// Nobody is waited for beyond the grace: to be asked when the job has run.
    void look_for_forgotten(Rows const& rows, Instant now);

    /// When a machine (empty: every one) could not be used.
    struct Lost {
        std::optional<MachineId> machine;
        Interval during;
    };
    std::vector<Lost> lost;
    /// The rules that the manager let a booking pass, with a reason.
    std::function<std::vector<std::string>(std::string const& booking)> overridden;

    int grants = 0;     ///< bookings and moves whose caps were counted
    int overrides = 0;  ///< of them, beyond a cap with a reason
    int midnights = 0;  ///< of them, over midnight

private:
    void no_overlap(Rows const& rows);
    void enough_of(Rows const& rows);
    void at_most(Rows const& rows, std::string_view what, std::int64_t most,
                 std::function<std::int64_t(Row const&)> const& units);
    void step(Row const& before, Row const& after, Instant now);
    void granted(Rows const& rows, Row const& row, Instant now);
    Cap const* cap_for(std::string_view name, Row const& row) const;
    void within(Rows const& rows, Row const& row, std::string_view name, Interval window);
    void refuse(Row const& row, std::string_view rule, std::string const& words);

    Town const& town_;
    Faults& faults_;
};

}  // namespace karkhana::crowd
