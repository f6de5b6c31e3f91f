#pragma once

#include <optional>
#include <vector>

#include "server/booking/rules_life.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/booking/world_records.hpp"

/// Whether whoever is about to run a machine may do so.
namespace karkhana::booking {

/// In whose name a START is asked for.
struct Starter {
    Actor actor = Actor::party;
    PersonId person;
    bool manager = false;
    bool operator_ = false;
    bool assists = false;  ///< an operator of the facility runs the machine, whoever booked it
    std::vector<Override> overrides{};
};

struct StartVerdict {
    std::vector<Violation> violations;  ///< what stands in the way
    std::vector<Rule> may_pass;         ///< of those what the asker could let pass
    std::vector<Override> overridden;   ///< what was let pass now, to be kept with the booking
};

/// While the mains is announced to be off, the generator has to carry the machine beside all that
/// is at work. A party runs the machine with its own hands, staff start it for the person that the
/// booking names. What was let pass once for the booking is not asked again.
StartVerdict judge_start(store::Reader& reader, facility::Book const& book,
                         facility::Machine const& machine, Booking const& booking,
                         Starter const& starter, Instant now);

/// Whether the person is old enough for a machine of the kind: for that which asks least.
/// Errors: `age_unknown`, `too_young`.
Result<void> old_enough(store::Reader& reader, facility::Book const& book, std::string const& kind,
                        PersonId const& person, Instant now);

}  // namespace karkhana::booking
