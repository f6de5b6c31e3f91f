#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/time.hpp"

namespace karkhana {

/// How far a value may be believed. Only `good` is billed without a mark.
enum class Quality : std::uint8_t {
    good,
    stale,         ///< the last known value, shown again
    missing,       ///< asked, and no believable answer came
    estimated,     ///< derived from neighbours
    edited,        ///< entered by a person, who and why are kept
    questionable,  ///< answered, but implausible; quarantined, never billed
};

std::string_view name_of(Quality quality);

/// What a value counts, always in whole base units.
enum class Unit : std::uint8_t {
    wh,
    w,
    mv,
    ma,
    mhz,
    permille,
    g,
    ml,
    count,
    flag,
    va,
    var,
    vah,
    varh,
    mdeg,    ///< thousandths of a degree of angle
    mdegc,   ///< thousandths of a degree Celsius
    ml_h,    ///< millilitres an hour
    um_s,    ///< micrometres a second
    second,  ///< of running time
    rpm,
};

std::string_view name_of(Unit unit);

/// The registers of a value as they came over the wire, most significant end as on the wire.
struct RawWords {
    std::array<std::uint16_t, 4> word{};
    std::uint8_t count = 0;

    bool operator==(RawWords const&) const = default;
};

/// One value of one channel. Append-only: a correction is another reading that points at this one.
struct Reading {
    Channel channel = 0;
    std::int64_t value = 0;  ///< in the channel's unit; meaningless when quality is missing
    RawWords raw;
    Instant asked;     ///< wall time when the request left
    Instant answered;  ///< wall time when the whole reply was here
    std::uint64_t sequence =
        0;  ///< of the line, since `boot`; orders readings whatever the clock did
    Quality quality = Quality::missing;

    bool operator==(Reading const&) const = default;
};

/// Everything one request brought: values of one unit that belong to the same moment.
struct ReadingFrame {
    std::uint16_t line = 0;  ///< index of the line in the configuration
    std::uint64_t boot = 0;  ///< start of the daemon, microseconds since 1970; with sequence unique
    std::vector<Reading> readings;
};

/// Where readings go. Implementations must not block: they queue, and count what they refuse.
class ReadingSink {
public:
    virtual ~ReadingSink() = default;
    virtual void accept(ReadingFrame frame) = 0;
};

}  // namespace karkhana
