#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/reading.hpp"

namespace karkhana::profiles {

enum class PointKind : std::uint8_t {
    counter,  ///< only grows, but for rollover and reset; what bills rest on
    gauge,    ///< a momentary value
    state,    ///< a flag or a mode
    command,  ///< written, not polled
};

enum class WordType : std::uint8_t {
    u16,
    s16,
    u32,
    s32,
    u64,
    s64,
    f32,
    f64,
    bits,
    bcd16,  ///< four decimal digits, one in every four bits
    bcd32,  ///< eight of them
};

/// How the registers of one value follow each other, or the two bytes of one register.
enum class WordOrder : std::uint8_t { big, little };

/// Raw value x numerator / denominator = value in the base unit, exactly.
struct Scale {
    std::int64_t numerator = 1;
    std::int64_t denominator = 1;

    bool operator==(Scale const&) const = default;
};

/// A register of the device that says how large the value is. It is read in the same frame.
struct ScaleFrom {
    enum class Kind : std::uint8_t {
        exponent,  ///< signed: the value is multiplied by ten to this power, -12 to 12
        factor,    ///< unsigned: multiplied by this; by 0 there is no value
    };
    Kind kind = Kind::exponent;
    std::uint16_t address = 0;

    bool operator==(ScaleFrom const&) const = default;
};

/// What a device counts beside the whole units: (integer + scale x fraction) is the raw value.
/// It follows the order of the integer.
struct Fraction {
    std::uint16_t address = 0;
    WordType type = WordType::f32;
    Scale scale;

    bool operator==(Fraction const&) const = default;
};

/// Registers that belong together.
struct Part {
    std::uint16_t address = 0;
    std::uint16_t words = 0;
};

std::uint16_t words_of(WordType type);

struct Point {
    std::string name;
    PointKind kind = PointKind::gauge;
    std::uint8_t function = 4;  ///< Modbus function to read it with (a command: to write it)
    std::uint16_t address = 0;  ///< zero-based
    WordType type = WordType::u16;
    WordOrder order = WordOrder::big;
    WordOrder byte_order = WordOrder::big;
    std::optional<std::uint8_t> bit;  ///< of a register, with WordType::bits
    Scale scale;
    std::optional<Fraction> fraction;
    std::optional<ScaleFrom> scale_from;
    /// Measured behind the installation's current and voltage transformers, whose ratios the
    /// configuration knows.
    bool transformed = false;
    Unit unit = Unit::count;
    std::optional<std::int64_t> min, max;  ///< in the base unit; outside is questionable
    std::int64_t modulus = 0;              ///< counters: where it starts again at 0, base unit
    std::vector<std::uint64_t> sentinels;  ///< raw values that mean "not available"
    bool billing = false;                  ///< good enough for an invoice

    /// Its registers, in the order in which they are decoded and kept: the value, the fraction,
    /// the scale.
    std::vector<Part> parts() const;
    /// Registers it takes, all parts together; 1 for a coil.
    std::uint16_t words() const;
    /// From its first address to behind its last; a frame that holds the value holds all of this.
    std::uint16_t first() const;
    std::uint32_t end() const;
    bool reads_bits() const { return function == 1 || function == 2; }

    bool operator==(Point const&) const = default;
};

struct Limits {
    std::uint16_t max_regs = 125;
    std::uint16_t max_bits = 2000;
    bool no_holes = false;  ///< refuses a block that touches addresses it does not document
    int min_gap_ms = 0;     ///< silence wanted between two requests to it
    int turnaround_ms = 10;
    int timeout_ms = 500;

    bool operator==(Limits const&) const = default;
};

/// Registers that tell one specimen from another, or at least one model from another.
struct Identity {
    std::uint8_t function = 3;
    std::uint16_t address = 0;
    std::uint16_t words = 1;
    /// What every device of this model answers. Empty: a serial number, compared with the one
    /// that the configuration knows.
    std::vector<std::uint16_t> expect;

    bool operator==(Identity const&) const = default;
};

/// Registers that hold the name of the model, two characters each, for those who look for devices.
struct Model {
    std::uint8_t function = 3;
    std::uint16_t address = 0;
    std::uint16_t words = 1;
    std::string text;  ///< how what they hold begins

    bool operator==(Model const&) const = default;
};

enum class Watchdog : std::uint8_t {
    none,   ///< a closed contact stays closed when nobody talks to it any more
    pulse,  ///< closing is for a time, renewed while it may stay closed
    reg,    ///< a register holds the time after which silence opens the contact
};

/// How a relay is switched and how it opens by itself when the daemon is gone.
struct Relay {
    std::uint16_t channels = 0;
    std::uint16_t coil_address = 0;  ///< of channel 0, read with function 1, written with 5
    Watchdog watchdog = Watchdog::none;
    bool watchdog_required = true;  ///< refuse to close a contact that nothing would open
    std::uint16_t watchdog_address = 0;
    int watchdog_unit_ms = 100;
    std::uint16_t watchdog_max = 0xFFFF;     ///< the largest value it takes
    std::optional<std::uint16_t> heartbeat;  ///< a register that must be written to show life
    std::uint16_t inputs = 0;  ///< discrete inputs, from address 0, for contactors' feedback

    bool operator==(Relay const&) const = default;
};

/// Registers as a real device sent them, and what they mean: each profile brings its own test.
struct SelfTest {
    struct Expected {
        std::string point;
        std::int64_t value = 0;
        Quality quality = Quality::good;

        bool operator==(Expected const&) const = default;
    };
    std::uint8_t function = 4;
    std::uint16_t address = 0;
    std::vector<std::uint16_t> words;
    std::vector<Expected> expect;

    bool operator==(SelfTest const&) const = default;
};

struct Profile {
    std::string device;
    std::string maker;
    std::vector<std::string> models;
    std::optional<Identity> identity;
    std::optional<Model> model;
    Limits limits;
    std::vector<Point> points;
    std::optional<Relay> relay;
    std::vector<SelfTest> self_tests;

    Point const* find(std::string_view point_name) const;

    bool operator==(Profile const&) const = default;
};

}  // namespace karkhana::profiles
