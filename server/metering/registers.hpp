#pragma once

#include <optional>
#include <vector>

#include "server/metering/services.hpp"

/// Taking the registers that a session rests on.
namespace karkhana::metering {

/// How long a person waits for a meter at START and STOP.
constexpr std::chrono::milliseconds snapshot_deadline{2000};
/// A value this old on the real clock may still stand for a START while the meter is silent.
constexpr std::chrono::seconds last_good_limit{60};

Register register_of(Believed const& believed, Edge edge);
Register register_of(Crossing const& crossing);

/// The register, or the one that is known already when that is higher: a register does not fall,
/// and words are kept only with what they say. No earlier than that either.
Register not_below(Register reg, Register const& known);

/// A START that rests on a value from before it, because its meter did not answer.
bool is_provisional(Register const& reg);

/// Asks all meters of the machine now. A value that is doubted is asked for twice more. One
/// register each, but for those whose value did not come or may not be believed.
std::vector<Register> ask_registers(Services const& services, MachineMeters const& meters,
                                    MachineId const& machine, Edge edge);

/// The last good value as a bound, for a moment when the meter is silent; nothing when it is too
/// old. `at` is the moment it stands for. It is not below what the ledger already knows.
std::optional<Register> last_good_register(Services const& services, store::Reader& reader,
                                           Channel channel, Edge edge, Instant at);

/// What the meters behind a shared one say now.
Energy less_now(Meters const& meters, SharedMeter const& shared);

/// The one of a channel; null when there is none.
Register const* find_channel(std::vector<Register> const& registers, Channel channel);

/// The registers at the quarters of an hour inside the session that it does not have yet: as they
/// were passed, or interpolated between those it has. `stop` is the last one of its meter.
std::vector<Register> missing_boundaries(Services const& services, Zone const& zone,
                                         UsageSession const& session, Register const& stop);

/// How far the energy between the first and the last of one meter's registers in a session may be
/// believed: a meter that lost its count in between, or that nobody knows, makes it questionable.
/// Precondition: there is one.
Quality quality_of(store::Reader& reader, FacilityId const& facility,
                   std::span<Register const> registers);

}  // namespace karkhana::metering
