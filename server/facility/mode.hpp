#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/store.hpp"

namespace karkhana::facility {

/// Whether what the facility does is charged. One that is not for revenue bills nothing, and its
/// bills say what it would have been.
enum class Mode { revenue, non_revenue };
std::string_view name_of(Mode mode);
std::optional<Mode> mode_of(std::string_view name);

/// It holds from its moment until the next.
struct ModeSwitch {
    Instant from;
    Mode mode = Mode::revenue;
    std::string reason;
};

/// Precondition: by time. Before the first switch a facility works for revenue.
Mode mode_at(std::span<ModeSwitch const> switches, Instant at);

/// By time; one query.
std::vector<ModeSwitch> mode_switches(store::Reader& reader, FacilityId const& facility);
Mode mode_at(store::Reader& reader, FacilityId const& facility, Instant at);
/// Throws ConstraintViolated{unique} when another one has the same moment.
void insert_mode_switch(store::Writer& writer, FacilityId const& facility, ModeSwitch const& mode,
                        PersonId const& by, Instant now);

}  // namespace karkhana::facility
