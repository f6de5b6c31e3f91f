#include "server/metering/turns.hpp"

namespace karkhana::metering {

std::timed_mutex& Turns::turn_of(MachineId const& machine) {
    std::lock_guard const lock{mutex_};
    return turns_[machine];
}

std::optional<Turns::Turn> Turns::for_request(MachineId const& machine) {
    Turn turn;
    turn.place = std::unique_lock{places_, std::try_to_lock};
    if (!turn.place.owns_lock()) return std::nullopt;
    turn.machine = Machine{turn_of(machine), patience};
    if (!turn.machine.owns_lock()) return std::nullopt;
    return turn;
}

}  // namespace karkhana::metering
