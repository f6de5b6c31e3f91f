#pragma once

#include "devices/modbus/server.hpp"
#include "devices/sim/scene.hpp"
#include "devices/sim/world.hpp"

namespace karkhana::sim {

/// How a meter differs from what its machine uses.
struct MeterState {
    std::int64_t shift_wh = 0;            ///< it shows so much more
    std::optional<std::uint32_t> serial;  ///< another one hangs there now
    std::optional<Shown> frozen;          ///< it shows this, whatever happens
};

/// What a point of a device at this machine shows, in the point's base unit.
std::int64_t value_of(profiles::Point const& point, Shown const& shown);

/// What a simulated device answers: its profile's points filled from the world, its serial number
/// at the identity register, zeros in the gaps between them, or a refusal if it is one that refuses
/// those. It refuses what begins or ends far from anything it has, and longer reads than it takes.
/// Commands are kept; relays take function 5, with the timer addresses of boards whose watchdog is
/// a pulse, or open by themselves after the time in the register that is their watchdog.
modbus::Answer answer(SceneUnit const& unit, World& world, modbus::Request const& request,
                      MeterState const& meter = {});

}  // namespace karkhana::sim
