#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace karkhana::people {

/// Roles as a set of bits, so that a row of the table is one word.
class RoleSet {
public:
    constexpr RoleSet() = default;
    static constexpr RoleSet of(unsigned role) {
        return RoleSet{static_cast<std::uint16_t>(1U << role)};
    }
    constexpr RoleSet operator|(RoleSet other) const {
        return RoleSet{static_cast<std::uint16_t>(bits_ | other.bits_)};
    }
    constexpr bool meets(RoleSet other) const { return (bits_ & other.bits_) != 0; }
    constexpr bool operator==(RoleSet const&) const = default;

private:
    explicit constexpr RoleSet(std::uint16_t bits) : bits_(bits) {}
    std::uint16_t bits_ = 0;
};

/// For whom somebody with a role is here.
enum class Scope {
    facility,
    enterprise,  ///< the MEs the grants name
    partner,     ///< sees the MEs of the partner organisation the grant names, and no other
    programme,   ///< reports of all facilities, and of an ME alone only what it consented to
};

struct RoleInfo {
    std::string_view name;
    RoleSet bit;
    Scope scope = Scope::facility;
    /// Gives rights over money or people: a second person grants it.
    bool powerful = false;
};

std::span<RoleInfo const> all_roles();
/// nullptr: there is no such role.
RoleInfo const* find_role(std::string_view name);
/// Unknown names count for nothing.
RoleSet set_of(std::span<std::string const> roles);

}  // namespace karkhana::people
