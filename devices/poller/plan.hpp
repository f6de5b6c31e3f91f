#pragma once

#include <vector>

#include "devices/poller/setup.hpp"

namespace karkhana::poller {

/// One value within a block.
struct Slot {
    profiles::Point const* point = nullptr;
    Channel channel = 0;
};

/// What one request asks for.
struct Block {
    std::uint8_t function = 4;
    std::uint16_t address = 0;
    std::uint16_t count = 0;
    std::vector<Slot> slots;  ///< by address
    bool billing = false;     ///< holds what a bill rests on
    bool padded = false;      ///< longer than its values, so that its length tells it from others
    bool exact = false;       ///< longer than its values it was refused

    bool reads_bits() const { return function == 1 || function == 2; }
    std::size_t byte_count() const;
};

/// What bus time costs on this line. Zero characters are those of TCP.
struct Costs {
    Duration character{};
    Duration turnaround{};
};

Duration cost_of(Block const& block, Costs costs);

/// The cheapest set of requests that brings every slot within the device's limits. A value is
/// never split, the billing counters come in one frame with the power they belong to if a frame
/// can hold them, and no two requests of one function have replies of the same length, so that a
/// late reply to one cannot pass for the other.
std::vector<Block> plan_blocks(profiles::Profile const& profile, std::vector<Slot> slots,
                               Costs costs);

/// Gives every reply of one function a length of its own, of which the identity's is one: blocks
/// are made longer, later ones first, but for those that the device takes only as they are.
void tell_apart(std::vector<Block>& blocks, profiles::Profile const& profile);

/// Smaller requests for the same slots, for a device that refused this one: first without the
/// padding, then in two parts at the widest hole, but between billing counters and their power only
/// where nothing else is left to cut. Empty when one value alone was refused.
std::vector<Block> split(Block const& block);

}  // namespace karkhana::poller
