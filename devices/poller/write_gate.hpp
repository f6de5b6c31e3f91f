#pragma once

#include <vector>

#include "devices/modbus/bus.hpp"
#include "devices/poller/setup.hpp"

namespace karkhana::poller {

/// The one way by which anything is written on a line: what the configuration does not name is
/// refused as `forbidden` before it is sent.
class WriteGate final : public modbus::Bus {
public:
    /// Both outlive the gate.
    WriteGate(modbus::Bus& bus, std::vector<Writable> const& writable)
        : bus_(bus), writable_(writable) {}

    bool allows(modbus::Request const& request) const;

    modbus::Outcome transact(modbus::Request const& request, Monotonic deadline) override;
    Monotonic ready_at(std::uint8_t unit) const override { return bus_.ready_at(unit); }
    void close() override { bus_.close(); }

private:
    modbus::Bus& bus_;
    std::vector<Writable> const& writable_;
};

}  // namespace karkhana::poller
