#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "devices/modbus/line.hpp"
#include "devices/profiles/recognise.hpp"

namespace karkhana::probe {

/// "1-247" or "1,5,20-30" as unit numbers in order; nothing for anything else.
std::optional<std::vector<std::uint8_t>> units_of(std::string_view text);

struct Setting {
    int baud = 9600;
    modbus::Parity parity = modbus::Parity::none;

    bool operator==(Setting const&) const = default;
};

/// The settings of a serial line to try, the most usual first; only those with what is known.
std::vector<Setting> settings(std::optional<int> baud, std::optional<modbus::Parity> parity);

/// A unit that answered. An exception is an answer.
struct Heard {
    std::uint8_t unit = 0;
    modbus::Function function = modbus::Function::read_holding_registers;
    std::uint8_t exception = 0;  ///< 0: it gave values
    Duration took{};
};

/// One exchange; waits first for as long as a late reply of this unit may still come.
modbus::Outcome ask(modbus::Bus& bus, MonotonicClock const& clock, modbus::Request const& request,
                    Duration patience);

/// Asks each unit for a register, then the silent ones for another kind of register and for a coil:
/// some devices keep silent where others refuse. Fails when the line cannot be opened.
/// `progress` is told each unit before it is asked.
tl::expected<std::vector<Heard>, modbus::Failure> scan(
    modbus::Bus& bus, MonotonicClock const& clock, std::vector<std::uint8_t> const& units,
    Duration patience, std::function<void(std::uint8_t unit)> const& progress);

/// Reads for recognise(). Twice, where a reply went missing. Throws std::runtime_error where the
/// line cannot be opened.
profiles::Ask questions_to(modbus::Bus& bus, MonotonicClock const& clock, std::uint8_t unit,
                           Duration patience);

}  // namespace karkhana::probe
