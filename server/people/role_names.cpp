#include "server/people/role_names.hpp"

#include <algorithm>
#include <array>

namespace karkhana::people {
namespace {

constexpr std::array role_list{
    RoleInfo{"manager", RoleSet::of(0), Scope::facility, true},
    RoleInfo{"operator", RoleSet::of(1)},
    RoleInfo{"desk", RoleSet::of(2)},
    RoleInfo{"owner", RoleSet::of(3), Scope::enterprise},
    RoleInfo{"member", RoleSet::of(4), Scope::enterprise},
    RoleInfo{"accountant", RoleSet::of(5), Scope::facility, true},
    RoleInfo{"committee", RoleSet::of(6)},
    RoleInfo{"trainer", RoleSet::of(7)},
    RoleInfo{"mechanic", RoleSet::of(8)},
    RoleInfo{"partner", RoleSet::of(9), Scope::partner},
    RoleInfo{"programme", RoleSet::of(10), Scope::programme},
    RoleInfo{"auditor", RoleSet::of(11)},
    RoleInfo{"technician", RoleSet::of(12)},
    RoleInfo{"administrator", RoleSet::of(13), Scope::facility, true},
};

}  // namespace

std::span<RoleInfo const> all_roles() { return role_list; }

RoleInfo const* find_role(std::string_view name) {
    auto const found = std::ranges::find(role_list, name, &RoleInfo::name);
    return found == role_list.end() ? nullptr : &*found;
}

RoleSet set_of(std::span<std::string const> names) {
    RoleSet set;
    for (auto const& name : names)
        if (auto const* const role = find_role(name)) set = set | role->bit;
    return set;
}

}  // namespace karkhana::people
