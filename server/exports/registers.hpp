#pragma once

#include <vector>

#include "server/base/calendar.hpp"
#include "server/billing/document.hpp"
#include "server/exports/paper.hpp"

namespace karkhana::exports {

/// The registers of a session meter by meter, and where they are more than one difference, how they
/// add up.
std::vector<Text> register_lines(billing::IssuedSession const& session, Zone const& zone);

}  // namespace karkhana::exports
