#pragma once

#include <functional>
#include <variant>
#include <vector>

#include "devices/modbus/message.hpp"
#include "server/base/reading.hpp"

namespace karkhana::poller {

/// The registers of one unit at one moment: everything that its bills rest on, from one frame.
using SnapshotResult = tl::expected<std::vector<Reading>, modbus::Failure>;

/// Reads the block with the unit's billing counters, or with `channel`, before anything else. Its
/// readings go to the sink too. Tried again until the deadline, but no more than twice where the
/// unit is dead. `done` is called once, on the line's thread.
struct Snapshot {
    std::uint8_t unit = 0;
    Monotonic deadline;
    std::function<void(SnapshotResult)> done;
    bool who = false;     ///< it is asked who it is first
    Channel channel = 0;  ///< 0: of the billing counters
};

/// One exchange ahead of the readings. After `expires` it is not sent any more.
struct Exchange {
    modbus::Request request;
    Monotonic expires;
    std::function<void(modbus::Outcome)> done;
    Duration patience = std::chrono::milliseconds(500);  ///< the reply is waited for this long
    /// A coil that a person writes, who has confirmed it: one that the configuration does not name.
    /// What it does name is the interlock's alone.
    bool by_hand = false;
};

using Command = std::variant<Snapshot, Exchange>;

}  // namespace karkhana::poller
