#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.hpp"

/// What whoever sets up devices asks of a line, between its readings.
namespace karkhana::metering {

struct AnsweringUnit {
    int unit = 0;
    std::string refusal;  ///< as LineFrame::error; empty: it gave a value
    std::int64_t took_us = 0;
};

/// What one answer says about a device.
struct DeviceSign {
    std::string sign;  ///< as profiles::Sign is named
    std::string point;
    std::int64_t value = 0;
    std::string unit;  ///< as karkhana::Unit is named
};

struct DeviceCandidate {
    std::string profile, maker;
    std::vector<std::string> models;
    bool turned = false;  ///< with the registers of longer values the other way round
    bool switches = false;
    std::optional<std::uint64_t> serial;
    std::vector<DeviceSign> signs;
};

struct Recognised {
    bool sure = false;
    std::vector<DeviceCandidate> candidates;  ///< best first
};

struct UnitQuestion {
    int unit = 1;
    int function = 3;  ///< 1 to 4
    int address = 0;   ///< zero-based
    int count = 1;     ///< registers or bits
};

struct WordMeaning {
    std::string type, order, value;
};

/// One register or bit as it came, and what it may mean together with those behind it.
struct ReadWord {
    int address = 0;
    std::uint16_t word = 0;
    std::vector<WordMeaning> meanings;
};

struct UnitAnswer {
    std::string refusal;  ///< as LineFrame::error; with nothing read
    std::vector<ReadWord> words;
};

struct Coil {
    std::string line;
    int unit = 1;
    int address = 0;  ///< zero-based
};

/// Thread-safe. Each call ends within half a minute. Errors: `not_found` for a line that there is
/// not, `line_down`, `line_busy` when there is no room between its readings or somebody else looks
/// for devices, `unit_silent`.
class CommissionPort {
public:
    virtual ~CommissionPort() = default;
    /// The most units that one scan asks.
    static constexpr int most_units = 8;
    static constexpr int most_words = 64;

    /// Which of them answer; an exception is an answer.
    virtual Result<std::vector<AnsweringUnit>> scan(std::string_view line, int first, int last) = 0;
    /// Which of the known devices it may be.
    virtual Result<Recognised> identify(std::string_view line, int unit) = 0;
    virtual Result<UnitAnswer> read(std::string_view line, UnitQuestion const& question) = 0;
    /// Error: `coil_of_machine` for a coil that the interlock owns, or may reach one.
    virtual Result<void> may_write(Coil const& coil) = 0;
    /// Only after may_write. Error: `coil_refused`, or those of may_write.
    virtual Result<void> write(Coil const& coil, bool closed) = 0;
    /// Closed, as read from the device; nothing when it does not tell.
    virtual Result<std::optional<bool>> state(Coil const& coil) = 0;
};

}  // namespace karkhana::metering
