#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/modbus/frame.hpp"
#include "devices/modbus/server.hpp"
#include "server/base/random.hpp"

namespace karkhana::sim {

/// How a unit can misbehave, one request at a time.
enum class Misdeed : std::uint8_t {
    silence,            ///< no reply
    late,               ///< the reply comes `value` ms later
    drip,               ///< a byte each `value` ms
    exception,          ///< number `value` instead of the reply
    wrong_unit,         ///< a sound frame of the unit after it
    wrong_transaction,  ///< Modbus TCP only
    cut_short,          ///< half the frame
    stale,              ///< the frame that it sent last, once more
    noise,   ///< flipped bits, or any bytes instead. On Modbus TCP in the header alone: what is
             ///< behind it is guarded by checksums on its way to the gateway and from there.
    meddle,  ///< relay boards: another master turns a contact over after this request
};

struct Fault {
    Misdeed misdeed = Misdeed::silence;
    int value = 0;             ///< milliseconds, or the number of an exception
    int percent = 100;         ///< of the requests
    std::optional<int> times;  ///< and then no more
};

std::optional<Misdeed> misdeed_of(std::string_view verb);

/// Reads "[VALUE] [N%] [Nx]", for a misdeed that takes a value or not.
std::optional<Fault> fault_of(Misdeed misdeed, std::vector<std::string> const& words);

/// What one unit does wrong at the moment: several misdeeds, each at its own odds.
class Faults {
public:
    /// Takes the place of an earlier one of its kind.
    void set(Fault fault);
    void heal() { faults_.clear(); }

    /// The misdeed that befalls this request, if any; counted.
    std::optional<Fault> draw(Random& random);

    /// Plays it on the answer. Also to be called without a fault: stale needs the frame before.
    void play(std::optional<Fault> const& fault, modbus::Framing framing, Random& random,
              modbus::Answer& answer);

private:
    std::vector<Fault> faults_;
    std::shared_ptr<std::vector<std::uint8_t>> last_ =
        std::make_shared<std::vector<std::uint8_t>>();
};

}  // namespace karkhana::sim
