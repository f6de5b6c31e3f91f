#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "server/base/time.hpp"

namespace karkhana::modbus {

enum class Function : std::uint8_t {
    read_coils = 1,
    read_discrete_inputs = 2,
    read_holding_registers = 3,
    read_input_registers = 4,
    write_coil = 5,
    write_register = 6,
    write_coils = 15,
    write_registers = 16,
};

constexpr bool is_known(std::uint8_t code) {
    return (code >= 1 && code <= 6) || code == 15 || code == 16;
}
constexpr bool counts_bits(Function function) {
    return function == Function::read_coils || function == Function::read_discrete_inputs ||
           function == Function::write_coils;
}
constexpr bool is_read(Function function) { return static_cast<std::uint8_t>(function) <= 4; }

constexpr std::uint16_t coil_closed = 0xFF00;
constexpr std::uint16_t coil_open = 0x0000;

/// One question to one unit. Addresses are zero-based, as on the wire.
struct Request {
    std::uint8_t unit = 0;
    Function function = Function::read_holding_registers;
    std::uint16_t address = 0;
    std::uint16_t count = 1;  ///< registers or bits; 1 for the single writes
    /// What is written: registers, or bits as 0 and 1. For `write_coil` the one word that goes on
    /// the wire, because some relays take a time there (`coil_closed` and `coil_open` else).
    std::vector<std::uint16_t> words;

    bool operator==(Request const&) const = default;
};

/// What came back: registers, or bits as 0 and 1. Empty for a confirmed write.
struct Reply {
    std::vector<std::uint16_t> words;
    Monotonic asked;     ///< the request began to leave
    Monotonic answered;  ///< its whole reply was here
};

/// Why there is no reply. In order of precedence: where a frame breaks several rules, the first
/// of them is its fault.
enum class Fault : std::uint8_t {
    not_connected,      ///< the port or socket could not be opened
    in_use,             ///< another program has the serial port
    disconnected,       ///< it was open and broke, before the reply was complete
    unsolicited,        ///< bytes were waiting that nobody had asked for
    timeout,            ///< the deadline of the whole reply passed
    collision,          ///< what came back of our own request is not what was sent
    malformed,          ///< the framing itself: lengths, or more bytes than the frame holds
    bad_crc,            ///< serial lines only
    wrong_protocol,     ///< TCP only: the protocol identifier is not 0
    wrong_transaction,  ///< TCP only
    wrong_unit,
    wrong_function,
    wrong_length,  ///< byte count or frame length do not fit the request
    wrong_echo,    ///< a write was confirmed with another address or value
    refused,       ///< an exception: the device answered "no", see `Failure::exception`
    quarantined,   ///< not asked: a late reply of this unit may still be under way
    expired,       ///< not asked: the command was too old when its turn came
    forbidden,     ///< not asked: the configuration does not allow this write
};

constexpr std::size_t fault_count = 18;
std::string_view name_of(Fault fault);

/// Modbus exception codes that mean something to the poller.
namespace exception {
constexpr std::uint8_t illegal_function = 1;
constexpr std::uint8_t illegal_address = 2;
constexpr std::uint8_t illegal_value = 3;
constexpr std::uint8_t device_failure = 4;
constexpr std::uint8_t acknowledge = 5;
constexpr std::uint8_t busy = 6;
constexpr std::uint8_t gateway_path = 10;
constexpr std::uint8_t gateway_target = 11;
}  // namespace exception

struct Failure {
    Fault fault = Fault::timeout;
    std::uint8_t exception = 0;  ///< with Fault::refused alone

    bool operator==(Failure const&) const = default;
};

/// An exception in which the device itself speaks, so that it is there; not a gateway for it.
constexpr bool speaks(Failure failure) {
    return failure.fault == Fault::refused && failure.exception >= 1 && failure.exception <= 6;
}

/// Nothing was asked: the line itself could not be opened.
constexpr bool unreachable(Fault fault) {
    return fault == Fault::not_connected || fault == Fault::in_use;
}

using Outcome = tl::expected<Reply, Failure>;

}  // namespace karkhana::modbus
