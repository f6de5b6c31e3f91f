#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"

namespace karkhana::people {

/// One row of the role table: which roles may call an operation of the contract.
struct OperationRow {
    std::string_view operation_id;
    bool manager = false;
    bool operator_ = false;
    bool member = false;
    bool accountant = false;
};

/// The whole table, one row an operation; the documentation and the tests are made from it.
std::span<OperationRow const> role_table();
bool may_call(http::Principal const& principal, std::string_view operation_id);
/// Operations any of the roles may call, for the browser to show only what works.
std::vector<std::string_view> operations_of(std::span<std::string const> roles);
/// Manager, operator or accountant: sees the facility's business, not just one ME's.
bool is_staff(http::Principal const& principal);
/// Manager or accountant: sees the money of every ME. An operator who is a member too sees that of
/// the own MEs alone.
bool keeps_books(http::Principal const& principal);

}  // namespace karkhana::people
