#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"

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

/// One row of the role table: which roles may call an operation of the contract.
struct OperationRow {
    std::string_view operation_id;
    RoleSet roles;
};

std::span<RoleInfo const> all_roles();
/// nullptr: there is no such role.
RoleInfo const* find_role(std::string_view name);
/// Unknown names count for nothing.
RoleSet set_of(std::span<std::string const> roles);

/// The whole table, one row an operation; the documentation and the tests are made from it.
std::span<OperationRow const> role_table();
/// The table as Markdown, for the documentation.
std::string role_table_markdown();
bool may_call(http::Principal const& principal, std::string_view operation_id);
/// Operations any of the roles may call, for the browser to show only what works.
std::vector<std::string_view> operations_of(std::span<std::string const> roles);
/// Sees the facility's business, not just that of some MEs.
bool is_staff(http::Principal const& principal);
/// Manager, operator or desk assistant: books and runs jobs for any ME.
bool serves(http::Principal const& principal);
/// Manager or accountant, and the auditor who looks at what they do: sees the money of every ME.
/// An operator who is an owner too sees that of the own MEs alone.
bool keeps_books(http::Principal const& principal);

}  // namespace karkhana::people
