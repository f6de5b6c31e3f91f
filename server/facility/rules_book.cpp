#include "server/facility/rules_book.hpp"

#include <algorithm>
#include <array>

namespace karkhana::facility {
namespace {

constexpr std::array<std::string_view, 3> audience_names{"women_led", "member", "priority"};

}  // namespace

std::string_view name_of(Reserved::Audience audience) {
    return audience_names.at(static_cast<std::size_t>(audience));
}

std::optional<Reserved::Audience> audience_of(std::string_view name) {
    auto const found = std::ranges::find(audience_names, name);
    if (found == audience_names.end()) return std::nullopt;
    return static_cast<Reserved::Audience>(found - audience_names.begin());
}

bool is_member(Book const& book, GroupId const& group, MachineId const& machine) {
    auto const found = std::ranges::find(book.groups, group, &Group::id);
    return found != book.groups.end() &&
           std::ranges::find(found->machines, machine) != found->machines.end();
}

bool is_room(Book const& book, MachineId const& machine) {
    auto const found = std::ranges::find(book.machines, machine, &Machine::id);
    return found != book.machines.end() && found->seats > 1;
}

}  // namespace karkhana::facility
