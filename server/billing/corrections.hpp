#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "server/base/result.hpp"
#include "server/metering/session.hpp"

/// Registers that a person corrects before a bill is issued. What was read stays: a correction is
/// another version beside it.
namespace karkhana::billing {

struct Correction {
    SessionId session;
    std::optional<Channel> channel;  ///< of which meter; empty: the only one
    metering::Edge edge = metering::Edge::start;
    std::optional<Instant> at;  ///< which boundary
    int replaces = 1;           ///< the version that the person saw
    Energy value;               ///< of the continued register
    std::string reason;
    PersonId said_by;
};

/// What others have of the same meter: a session takes nothing from before `least` or after `most`.
struct Neighbours {
    std::optional<std::int64_t> least;
    std::optional<std::int64_t> most;
    /// The most energy that the session can have used, as its machine draws and as long as it
    /// lasted; empty: not known.
    std::optional<Energy> can_use = {};
};

/// The register that is meant, if the session has it.
metering::Register const* meant_by(metering::UsageSession const& session,
                                   Correction const& correction);
/// Between which values the register may lie: those of the session's registers beside it, and of
/// `neighbours` at its ends, where the machine cannot have used more than it draws either.
/// Precondition: the session has the register.
Neighbours bounds_of(metering::UsageSession const& session, Correction const& correction,
                     Neighbours const& neighbours);

/// The session as it is with the correction: the register's next version in place of the last, and
/// energy and quality as they follow. Precondition: registers are the last versions, in order.
/// Errors: `wrong_state` (not closed), `channel_missing` (it has several meters),
/// `no_such_register`, `register_changed` (another version has come meanwhile), `energy_shared`
/// (what passed on one side of it was shared out, and this register alone does not tell how else),
/// `not_between` (registers do not fall, and no two sessions share energy).
Result<metering::UsageSession> correct(metering::UsageSession session, Correction const& correction,
                                       Neighbours const& neighbours);

}  // namespace karkhana::billing
