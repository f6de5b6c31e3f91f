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

/// Asks the machine's meter now. A value that is doubted is asked for twice more. Nothing when
/// no value came that may be believed.
std::optional<Register> ask_register(Services const& services, MachineMeter const& meter,
                                     Edge edge);

/// The last good value as a bound, for a moment when the meter is silent; nothing when it is too
/// old. `at` is the moment it stands for. It is not below what the ledger already knows.
std::optional<Register> last_good_register(Services const& services, store::Reader& reader,
                                           MachineMeter const& meter, Edge edge, Instant at);

/// The registers at the quarters of an hour inside the session that it does not have yet: as they
/// were passed, or interpolated between those it has. `stop` is its last one.
std::vector<Register> missing_boundaries(Services const& services, Zone const& zone,
                                         UsageSession const& session, Register const& stop);

/// How far the energy of the session may be believed when it ends with `stop`: a meter that lost
/// its count in between, or that nobody knows, makes it questionable. Precondition: it has a START.
Quality quality_until(store::Reader& reader, UsageSession const& session, Register const& stop);

}  // namespace karkhana::metering
