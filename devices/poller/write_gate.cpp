#include "devices/poller/write_gate.hpp"

#include <algorithm>

namespace karkhana::poller {

bool WriteGate::allows(modbus::Request const& request) const {
    if (modbus::is_read(request.function)) return true;
    auto const last = request.address + request.count - 1;
    return std::ranges::any_of(writable_, [&](Writable const& each) {
        return each.unit == request.unit &&
               each.function == static_cast<std::uint8_t>(request.function) &&
               request.address >= each.first && last <= each.last;
    });
}

modbus::Outcome WriteGate::transact(modbus::Request const& request, Monotonic deadline) {
    if (!allows(request)) return tl::unexpected(modbus::Failure{modbus::Fault::forbidden});
    return bus_.transact(request, deadline);
}

}  // namespace karkhana::poller
