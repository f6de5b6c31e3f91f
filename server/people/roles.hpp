#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"
#include "server/people/role_names.hpp"

namespace karkhana::people {

/// One row of the role table: which roles may call an operation of the contract.
struct OperationRow {
    std::string_view operation_id;
    RoleSet roles;
};

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
