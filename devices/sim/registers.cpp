#include "devices/sim/registers.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

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

constexpr std::int64_t volts_mv = 229'600;

/// What electrical points show, by their standard names; nothing of another name.
std::optional<std::int64_t> electric(std::string_view name, Shown const& shown) {
    bool const phase = name.ends_with("_l1") || name.ends_with("_l2") || name.ends_with("_l3");
    auto const share = [&](std::int64_t all) { return phase ? all / 3 : all; };
    bool const lines = name.starts_with("voltage_l") && name.find("_l", 9) != name.npos;
    if (name.starts_with("energy_import") || name == "energy_total") return share(shown.energy_wh);
    if (name.starts_with("active_power")) return share(shown.power_w);
    if (name.starts_with("apparent_power")) return share(shown.power_w * 1000 / 970);
    if (name.starts_with("reactive_power")) return share(shown.power_w / 4);
    if (lines || name == "voltage_ll_avg") return volts_mv * 1732 / 1000;
    if (name.starts_with("voltage")) return volts_mv;
    if (name.starts_with("current")) return shown.power_w * 1'000'000 / volts_mv;
    if (name == "frequency") return 49'980;
    if (name.starts_with("power_factor")) return 970;
    return std::nullopt;
}

void place(std::vector<std::uint16_t>& words, Request const& request, std::size_t address,
           std::vector<std::uint16_t> const& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::size_t const at = address + i;
        if (at >= request.address && at < std::size_t{request.address} + request.count)
            words[at - request.address] = values[i];
    }
}

std::int64_t wrapped(profiles::Point const& point, std::int64_t value) {
    return point.modulus > 0 ? value % point.modulus : value;
}

void place_point(std::vector<std::uint16_t>& words, Request const& request,
                 profiles::Point const& point, std::int64_t value) {
    auto values = profiles::encode(point, value);
    auto const at = std::size_t{point.address} - request.address;
    if (point.bit && at < words.size()) values[0] |= words[at];
    auto next = values.begin();
    for (auto const& part : point.parts()) {
        place(words, request, part.address, {next, next + part.words});
        next += part.words;
    }
}

/// Whether the device has something at this address for this function.
bool documented(profiles::Profile const& profile, Request const& request, std::size_t address) {
    auto const function = static_cast<std::uint8_t>(request.function);
    auto const within = [&](std::size_t first, std::size_t count) {
        return address >= first && address < first + count;
    };
    // What may be written to a holding register can be read back from it.
    bool const holding = request.function == Function::read_holding_registers;
    for (auto const& point : profile.points)
        for (auto const& part : point.parts())
            if ((point.function == function || (holding && point.function == 6)) &&
                within(part.address, part.words))
                return true;
    auto const& identity = profile.identity;
    auto const& model = profile.model;
    auto const& relay = profile.relay;
    if (identity && identity->function == function && within(identity->address, identity->words))
        return true;
    if (model && model->function == function && within(model->address, model->words)) return true;
    if (!relay) return false;
    switch (request.function) {
    case Function::read_coils: return within(relay->coil_address, relay->channels);
    case Function::read_discrete_inputs:
        return within(0, relay->inputs > 0 ? relay->inputs : relay->channels);
    default:
        return relay->watchdog == Watchdog::reg && holding && address == relay->watchdog_address;
    }
}

/// At something that it has, or in a gap between two such places that are not far apart.
bool in_reach(profiles::Profile const& profile, Request const& request, std::size_t address) {
    constexpr std::size_t far = 32;
    std::size_t below = 0, above = 0;
    while (below < far && below < address && !documented(profile, request, address - below))
        ++below;
    if (!documented(profile, request, address - below)) return false;
    while (below + above < far && !documented(profile, request, address + above)) ++above;
    return documented(profile, request, address + above);
}

/// Devices refuse what is too long for them and what they do not have. Over the gaps between what
/// they have most of them read, and some refuse that too.
std::uint8_t refusal_of(profiles::Profile const& profile, Request const& request) {
    bool const bits = modbus::counts_bits(request.function);
    if (!bits && request.count > profile.limits.max_regs) return modbus::exception::illegal_value;
    std::size_t const first = request.address, last = first + request.count - 1;
    bool sound = in_reach(profile, request, first) && in_reach(profile, request, last);
    for (auto each = first; profile.limits.no_holes && each <= last; ++each)
        sound = sound && documented(profile, request, each);
    return sound ? 0 : modbus::exception::illegal_address;
}

void place_written(std::vector<std::uint16_t>& words, Request const& request, SceneUnit const& unit,
                   World& world) {
    for (std::size_t i = 0; i < words.size(); ++i)
        if (auto const word = world.written(&unit, static_cast<std::uint16_t>(request.address + i)))
            words[i] = *word;
}

Answer read_registers(SceneUnit const& unit, World& world, Request const& request,
                      MeterState const& meter) {
    if (auto const exception = refusal_of(*unit.profile, request)) return refused(exception);
    Answer answer;
    answer.words.assign(request.count, 0);
    auto const function = static_cast<std::uint8_t>(request.function);
    Shown shown = world.shown(unit);
    if (meter.frozen) shown = *meter.frozen;
    shown.energy_wh += meter.shift_wh;
    for (auto const& point : unit.profile->points)
        if (point.function == function)
            place_point(answer.words, request, point, wrapped(point, value_of(point, shown)));
    if (auto const& identity = unit.profile->identity; identity && identity->function == function) {
        auto serial = identity->expect;
        auto const own = meter.serial.value_or(unit.serial);
        if (serial.empty())
            serial = {static_cast<std::uint16_t>(own >> 16),
                      static_cast<std::uint16_t>(own & 0xFFFF)};
        place(answer.words, request, identity->address, serial);
    }
    if (auto const& model = unit.profile->model; model && model->function == function) {
        auto const text = model->text + std::string(model->text.size() % 2, ' ');
        for (std::size_t i = 0; i < text.size(); i += 2)
            place(answer.words, request, model->address + i / 2,
                  {static_cast<std::uint16_t>(text[i] << 8 | text[i + 1])});
    }
    if (request.function == Function::read_holding_registers)
        place_written(answer.words, request, unit, world);
    if (auto const& relay = unit.profile->relay; relay && relay->watchdog == Watchdog::reg)
        place(answer.words, request, relay->watchdog_address, {world.watchdog(unit)});
    return answer;
}

/// Each contactor tells at the input with its own number.
Answer read_bits(SceneUnit const& unit, World& world, Request const& request) {
    auto const& relay = unit.profile->relay;
    bool const coils = request.function == Function::read_coils;
    if (auto const exception = refusal_of(*unit.profile, request)) return refused(exception);
    Answer answer;
    answer.words.assign(request.count, 0);
    Shown const shown = world.shown(unit);
    for (auto const& point : unit.profile->points)
        if (point.function == static_cast<std::uint8_t>(request.function))
            place_point(answer.words, request, point, wrapped(point, value_of(point, shown)));
    for (auto const& [channel, machine] : unit.relays)
        place(answer.words, request, coils ? relay->coil_address + std::size_t{channel} : channel,
              {static_cast<std::uint16_t>(world.contact(machine) ? 1 : 0)});
    if (!coils || !relay) return answer;
    for (std::uint16_t channel = 0; channel < relay->channels; ++channel) {
        if (unit.relays.contains(channel)) continue;
        auto const coil = static_cast<std::uint16_t>(relay->coil_address + channel);
        bool const closed = world.written(&unit, coil).value_or(0) != 0;
        place(answer.words, request, coil, {static_cast<std::uint16_t>(closed ? 1 : 0)});
    }
    return answer;
}

/// A watchdog register is fed by its heartbeat, or by any request where there is none.
bool feeds(profiles::Relay const& relay, Request const& request) {
    if (relay.watchdog != Watchdog::reg) return false;
    return !relay.heartbeat ||
           (request.function == Function::write_register && request.address == relay.heartbeat);
}

bool takes(profiles::Profile const& profile, Request const& request, std::uint16_t address) {
    return std::ranges::any_of(profile.points, [&](profiles::Point const& point) {
        bool const same = point.kind == profiles::PointKind::command && point.address == address;
        bool const coil = request.function == Function::write_coil;
        return same && (point.function == 5) == coil;
    });
}

Answer write_words(SceneUnit const& unit, World& world, Request const& request) {
    if (auto const& relay = unit.profile->relay; relay && request.count == 1) {
        if (request.address == relay->heartbeat) return {};
        if (relay->watchdog == Watchdog::reg && request.address == relay->watchdog_address) {
            if (request.words.at(0) > relay->watchdog_max)
                return refused(modbus::exception::illegal_value);
            world.set_watchdog(unit, request.words[0]);
            return {};
        }
    }
    for (std::size_t i = 0; i < request.words.size(); ++i)
        if (!takes(*unit.profile, request, static_cast<std::uint16_t>(request.address + i)))
            return refused(modbus::exception::illegal_address);
    for (std::size_t i = 0; i < request.words.size(); ++i)
        world.write(&unit, static_cast<std::uint16_t>(request.address + i), request.words[i]);
    return {};
}

/// Whether a coil there is one of the board's channels, or the timer of one.
bool switches(profiles::Relay const& relay, std::uint16_t address) {
    auto const among = [&](std::uint16_t first) {
        return address >= first && address < first + relay.channels;
    };
    return among(relay.coil_address) ||
           (relay.watchdog == profiles::Watchdog::pulse && among(relay.watchdog_address));
}

Answer write_coil(SceneUnit const& unit, World& world, Request const& request) {
    auto const& relay = *unit.profile->relay;
    bool const pulse = relay.watchdog == Watchdog::pulse &&
                       request.address >= relay.watchdog_address &&
                       request.address < relay.watchdog_address + relay.channels;
    int const channel = request.address - (pulse ? relay.watchdog_address : relay.coil_address);
    auto const found = unit.relays.find(static_cast<std::uint16_t>(channel));
    std::uint16_t const word = request.words.at(0);
    if (found == unit.relays.end()) {  // a channel with no machine behind it
        if (!pulse) world.write(&unit, request.address, word);
        return {};
    }
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

std::int64_t value_of(profiles::Point const& point, Shown const& shown) {
    if (auto const known = electric(point.name, shown)) return *known;
    if (point.name == "output_power" && point.unit == Unit::w) return shown.power_w;
    if (point.name.ends_with("frequency") || point.name == "frequency_command")
        return shown.energised ? 50'000 : 0;
    if (point.name == "running" || point.name == "input_x0") return shown.running ? 1 : 0;
    // Nobody feeds it while it stands.
    if (point.name == "weight_stable") return shown.running ? 0 : 1;
    switch (point.unit) {
    case Unit::g: return shown.mass_g;
    case Unit::mv: return 540'000;
    case Unit::ma: return shown.power_w * 1'000'000 / volts_mv;
    case Unit::ml: return shown.energy_wh * 10;
    case Unit::ml_h: return shown.energised ? 720'000 : 0;
    case Unit::um_s: return shown.energised ? 1'250'000 : 0;
    case Unit::second: return 1'200 * 3'600;
    case Unit::mdeg: return 14'000;
    case Unit::mdegc: return 41'000;
    case Unit::rpm: return shown.energised ? 1'440 : 0;
    case Unit::permille: return shown.energised ? 470 : 0;
    case Unit::varh: return shown.energy_wh / 4;
    case Unit::vah: return shown.energy_wh * 1000 / 970;
    case Unit::count: return point.name.starts_with("counter") ? shown.energy_wh : 0;
    default: return 0;
    }
}

namespace {

Answer reply_of(SceneUnit const& unit, World& world, Request const& request,
                MeterState const& meter) {
    switch (request.function) {
    case Function::read_input_registers:
    case Function::read_holding_registers: return read_registers(unit, world, request, meter);
    case Function::read_coils:
    case Function::read_discrete_inputs: return read_bits(unit, world, request);
    case Function::write_coil:
        if (unit.profile->relay && switches(*unit.profile->relay, request.address))
            return write_coil(unit, world, request);
        return write_words(unit, world, request);
    case Function::write_register:
    case Function::write_registers: return write_words(unit, world, request);
    default: return refused(modbus::exception::illegal_function);
    }
}

}  // namespace

Answer answer(SceneUnit const& unit, World& world, Request const& request,
              MeterState const& meter) {
    auto answer = reply_of(unit, world, request, meter);
    // After the writing, so that what was closed just now is watched as well.
    if (unit.profile->relay && feeds(*unit.profile->relay, request)) world.feed(unit);
    return answer;
}

}  // namespace karkhana::sim
