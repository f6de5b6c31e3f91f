#include "devices/sim/registers.hpp"

#include <cstddef>

#include "devices/profiles/decode.hpp"

namespace karkhana::sim {
namespace {

using modbus::Answer;
using modbus::Function;
using modbus::Request;
using profiles::Watchdog;

Answer refused(std::uint8_t exception) {
    Answer answer;
    answer.exception = exception;
    return answer;
}

/// The value of a point in its base unit.
std::int64_t value_of(profiles::Point const& point, Shown const& shown) {
    constexpr std::int64_t volts_mv = 229'600;
    if (point.name == "energy_import" || point.name == "energy_total") return shown.energy_wh;
    if (point.name == "active_power") return shown.power_w;
    if (point.name.starts_with("voltage")) return volts_mv;
    if (point.name.starts_with("current")) return shown.power_w * 1'000'000 / volts_mv;
    if (point.name == "frequency") return 49'980;
    if (point.name.starts_with("power_factor")) return 970;
    if (point.unit == Unit::g) return shown.mass_g;
    return 0;
}

void place(std::vector<std::uint16_t>& words, Request const& request, std::size_t address,
           std::vector<std::uint16_t> const& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::size_t const at = address + i;
        if (at >= request.address && at < std::size_t{request.address} + request.count)
            words[at - request.address] = values[i];
    }
}

Answer read_registers(SceneUnit const& unit, World& world, Request const& request) {
    Answer answer;
    answer.words.assign(request.count, 0);
    auto const function = static_cast<std::uint8_t>(request.function);
    Shown const shown = unit.machine.empty() ? Shown{} : world.shown(unit.machine);
    for (auto const& point : unit.profile->points)
        if (point.function == function)
            place(answer.words, request, point.address,
                  profiles::encode(point, value_of(point, shown)));
    if (auto const& identity = unit.profile->identity; identity && identity->function == function) {
        auto serial = identity->expect;
        if (serial.empty())
            serial = {static_cast<std::uint16_t>(unit.serial >> 16),
                      static_cast<std::uint16_t>(unit.serial & 0xFFFF)};
        place(answer.words, request, identity->address, serial);
    }
    if (auto const& relay = unit.profile->relay; relay && relay->watchdog == Watchdog::reg)
        place(answer.words, request, relay->watchdog_address, {world.watchdog(unit)});
    return answer;
}

/// Each contactor tells at the input with its own number.
Answer read_inputs(SceneUnit const& unit, World& world, Request const& request) {
    if (request.address + request.count > unit.profile->relay->inputs)
        return refused(modbus::exception::illegal_address);
    Answer answer;
    answer.words.assign(request.count, 0);
    for (auto const& [channel, machine] : unit.relays)
        place(answer.words, request, channel,
              {static_cast<std::uint16_t>(world.contact(machine) ? 1 : 0)});
    return answer;
}

Answer write_register(SceneUnit const& unit, World& world, Request const& request) {
    auto const& relay = *unit.profile->relay;
    if (request.address == relay.heartbeat) return {};
    if (relay.watchdog != Watchdog::reg || request.address != relay.watchdog_address)
        return refused(modbus::exception::illegal_address);
    if (request.words.at(0) > relay.watchdog_max) return refused(modbus::exception::illegal_value);
    world.set_watchdog(unit, request.words[0]);
    return {};
}

/// A watchdog register is fed by its heartbeat, or by any request where there is none.
bool feeds(profiles::Relay const& relay, Request const& request) {
    if (relay.watchdog != Watchdog::reg) return false;
    return !relay.heartbeat ||
           (request.function == Function::write_register && request.address == relay.heartbeat);
}

Answer read_coils(SceneUnit const& unit, World& world, Request const& request) {
    Answer answer;
    answer.words.assign(request.count, 0);
    for (auto const& [channel, machine] : unit.relays)
        place(answer.words, request, unit.profile->relay->coil_address + std::size_t{channel},
              {static_cast<std::uint16_t>(world.contact(machine) ? 1 : 0)});
    return answer;
}

Answer write_coil(SceneUnit const& unit, World& world, Request const& request) {
    auto const& relay = *unit.profile->relay;
    bool const pulse = relay.watchdog == Watchdog::pulse &&
                       request.address >= relay.watchdog_address &&
                       request.address < relay.watchdog_address + relay.channels;
    int const channel = request.address - (pulse ? relay.watchdog_address : relay.coil_address);
    if (channel < 0 || channel >= relay.channels)
        return refused(modbus::exception::illegal_address);
    auto const found = unit.relays.find(static_cast<std::uint16_t>(channel));
    if (found == unit.relays.end()) return {};  // a channel with nothing behind it
    std::uint16_t const word = request.words.at(0);
    if (pulse && word != modbus::coil_open)
        world.close_contact(found->second,
                            std::chrono::milliseconds{word * relay.watchdog_unit_ms});
    else if (word == modbus::coil_closed)
        world.close_contact(found->second,
                            relay.watchdog == Watchdog::reg ? world.left(unit) : std::nullopt);
    else if (word == modbus::coil_open)
        world.open_contact(found->second);
    else
        return refused(modbus::exception::illegal_value);
    return {};
}

}  // namespace

Answer answer(SceneUnit const& unit, World& world, Request const& request) {
    auto answer = [&] {
        switch (request.function) {
        case Function::read_input_registers:
        case Function::read_holding_registers: return read_registers(unit, world, request);
        default: break;
        }
        if (!unit.profile->relay) return refused(modbus::exception::illegal_function);
        switch (request.function) {
        case Function::read_coils: return read_coils(unit, world, request);
        case Function::read_discrete_inputs: return read_inputs(unit, world, request);
        case Function::write_coil: return write_coil(unit, world, request);
        case Function::write_register: return write_register(unit, world, request);
        default: return refused(modbus::exception::illegal_function);
        }
    }();
    // After the writing, so that what was closed just now is watched as well.
    if (unit.profile->relay && feeds(*unit.profile->relay, request)) world.feed(unit);
    return answer;
}

}  // namespace karkhana::sim
