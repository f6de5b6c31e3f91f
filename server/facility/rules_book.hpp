#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/facility/rules_opening.hpp"

/// Everything about a facility that is changed by hand, and that every decision looks at.
namespace karkhana::facility {

/// "Any free laser": machines that do for each other.
struct Group {
    GroupId id;
    std::string slug;
    Name name;
    std::vector<MachineId> machines;
};

using ReservedId = Id<struct ReservedWindowTag>;

/// Hours of a weekday that are for some alone, until so long before they begin.
struct Reserved {
    enum class Audience { women_led, member, priority };
    ReservedId id;
    std::optional<MachineId> machine;  ///< neither machine nor group: all machines
    std::optional<GroupId> group;
    int weekday = 1;
    Span span;
    Audience audience = Audience::women_led;
    std::chrono::hours release{0};
    Instant from;
    std::optional<Instant> to;
};

std::string_view name_of(Reserved::Audience audience);
std::optional<Reserved::Audience> audience_of(std::string_view name);

/// One number of one rule: for a machine, a group or all; for one class of member or all; in the
/// season of one opening profile or always; from a time on.
struct Setting {
    std::string name;
    std::optional<MachineId> machine;
    std::optional<GroupId> group;
    std::string membership;             ///< empty: every class
    std::string season;                 ///< a profile's slug; empty: always
    std::optional<std::int64_t> value;  ///< empty: the rule is lifted
    Instant from;
};

/// What a booking may need besides its machine: a die, seats, an operator, watts of the site.
struct Resource {
    ResourceId id;
    std::string kind;  ///< die, mould, seat, compressor, extractor, room, operator, power, other
    std::string slug;
    Name name;
    std::int64_t capacity = 1;
    std::optional<MachineId> machine;
    std::optional<PersonId> person;
};

/// What every booking of the machine holds: that resource, or any one of the kind.
struct Need {
    MachineId machine;
    std::optional<ResourceId> resource;
    std::string kind;
    std::int64_t units = 1;
};

struct Book {
    Facility facility;
    Zone zone;
    OpeningPlan opening;
    std::vector<Machine> machines;
    std::vector<Group> groups;
    std::vector<Setting> settings;
    std::vector<Reserved> reserved;
    std::vector<Resource> resources;
    std::vector<Need> needs;
};

bool is_member(Book const& book, GroupId const& group, MachineId const& machine);
/// Whether several have it at the same time.
bool is_room(Book const& book, MachineId const& machine);

}  // namespace karkhana::facility
