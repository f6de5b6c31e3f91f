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

/// What a simulated device answers: its profile's points filled from the world, its serial number
/// at the identity register, zeros at addresses that are not documented; relays take function 5,
/// with the timer addresses of boards whose watchdog is a pulse.
modbus::Answer answer(SceneUnit const& unit, World& world, modbus::Request const& request,
                      MeterState const& meter = {});

}  // namespace karkhana::sim
