#pragma once

#include "devices/modbus/server.hpp"
#include "devices/sim/scene.hpp"
#include "devices/sim/world.hpp"

namespace karkhana::sim {

/// What a simulated device answers: its profile's points filled from the world, its serial number
/// at the identity register, zeros at addresses that are not documented; relays take function 5,
/// with the timer addresses of boards whose watchdog is a pulse.
modbus::Answer answer(SceneUnit const& unit, World& world, modbus::Request const& request);

}  // namespace karkhana::sim
