#pragma once

#include <string>

#include "server/booking/decide.hpp"
#include "server/http/json.hpp"
#include "server/http/message.hpp"

namespace karkhana::booking {

/// What the contract's BookingDraft says.
struct Draft {
    Wish wish;
    std::string note;
    Origin origin = Origin::web;
};
/// Errors: those of JsonBody and Caller::party, `bad_interval`, `machine_or_group`,
/// `unknown_kind`, `unknown_origin`, `unknown_rule`, `not_theirs` (operated_by, which
/// only the desk may say of others and of an assisted booking).
Result<Draft> read_draft(http::Request const& request);

/// The overrides of a body: [{rule, reason}]. An error is kept in the body.
Kind read_kind(http::JsonBody& body);
std::vector<ResourceId> read_resources(http::JsonBody& body);
std::vector<Override> read_overrides(http::JsonBody& body);

}  // namespace karkhana::booking
