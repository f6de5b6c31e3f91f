#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "devices/profiles/profile.hpp"

/// Which of the known devices answers: by what tells a model, and by values that make sense.
namespace karkhana::profiles {

/// Registers or bits to be read.
struct Question {
    std::uint8_t function = 3;
    std::uint16_t address = 0;
    std::uint16_t count = 1;

    auto operator<=>(Question const&) const = default;
};

/// Reads them from the device; nothing when it refused or kept silent.
using Ask = std::function<std::optional<std::vector<std::uint16_t>>(Question const&)>;

/// What one answer says about one profile.
enum class Sign : std::uint8_t {
    model,        ///< the model's name is there, or the words that every such device answers
    other_model,  ///< another name, or other words
    plausible,    ///< 45 to 65 Hz, 90 to 480 V, |power factor| up to 1, ...
    implausible,
    nothing,  ///< 0 or "not available": says nothing
    refused,  ///< not answered, though such a device has it
};

std::string_view name_of(Sign sign);

struct Evidence {
    Sign sign = Sign::nothing;
    std::string point;  ///< its name; "model" or "identity"
    std::int64_t value = 0;
    Unit unit = Unit::count;

    bool operator==(Evidence const&) const = default;
};

/// A profile, as described or with the registers of its longer values the other way round.
struct Candidate {
    std::shared_ptr<Profile const> profile;
    bool turned = false;
    int score = 0;
    std::vector<Evidence> evidence;
    std::optional<std::uint64_t> serial;  ///< of a profile that knows where it stands
};

struct Recognition {
    std::vector<Candidate> candidates;  ///< what may be here, best first; each profile once
    std::size_t alike = 0;              ///< so many of the first cannot be told apart
    /// The first is far ahead of the second, and something speaks for it.
    bool sure = false;
};

/// Asks as little as needed: each register once, and of devices that nothing speaks for only what
/// tells most. Reads, never writes.
Recognition recognise(std::span<std::shared_ptr<Profile const> const> known, Ask const& ask);

/// What a value of the point says. For points that show nothing of themselves, that it is there.
Sign sign_of(Point const& point, std::int64_t value);

/// The same profile with the order of the registers in its longer values turned round.
Profile turned(Profile profile);

}  // namespace karkhana::profiles
