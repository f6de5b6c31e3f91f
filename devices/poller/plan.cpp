#include "devices/poller/plan.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>

namespace karkhana::poller {
namespace {

using profiles::PointKind;
using profiles::Profile;

int start_of(Slot const& slot) { return slot.point->first(); }
int end_of(Slot const& slot) { return static_cast<int>(slot.point->end()); }

Block block_of(std::uint8_t function, std::vector<Slot> slots) {
    Block block;
    block.function = function;
    block.address = slots.front().point->first();
    int end = 0;
    for (auto const& slot : slots) {
        end = std::max(end, end_of(slot));
        block.billing |= slot.point->billing;
    }
    block.count = static_cast<std::uint16_t>(end - block.address);
    block.slots = std::move(slots);
    return block;
}

/// Slots [first, last] that must not be parted: the billing counters and the power nearest to them.
struct Bundle {
    std::size_t first = 0;
    std::size_t last = 0;
};

std::optional<Bundle> bundle_of(std::vector<Slot> const& slots) {
    std::optional<Bundle> bundle;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (!slots[i].point->billing) continue;
        if (!bundle) bundle = Bundle{i, i};
        bundle->last = i;
    }
    if (!bundle) return bundle;
    auto const anchor = start_of(slots[bundle->first]);
    std::optional<std::size_t> power;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        auto const& point = *slots[i].point;
        if (point.kind != PointKind::gauge || point.unit != Unit::w) continue;
        auto const distance = [&](std::size_t at) {
            return std::abs(start_of(slots[at]) - anchor);
        };
        if (!power || distance(i) < distance(*power)) power = i;
    }
    if (power) bundle = Bundle{std::min(bundle->first, *power), std::max(bundle->last, *power)};
    return bundle;
}

class Partition {
public:
    Partition(Profile const& profile, std::vector<Slot> const& slots, Costs costs)
        : profile_(profile), slots_(slots), costs_(costs), bundle_(bundle_of(slots)) {
        if (bundle_ && !fits(bundle_->first, bundle_->last + 1)) bundle_.reset();
    }

    /// Dynamic programming over the places to cut: best[j] covers the slots before j.
    std::vector<Block> cheapest() const {
        auto const size = slots_.size();
        std::vector<Duration> best(size + 1, Duration::max());
        std::vector<std::size_t> from(size + 1, 0);
        best[0] = Duration{};
        for (std::size_t last = 1; last <= size; ++last) {
            if (parts_bundle(last)) continue;
            for (std::size_t first = 0; first < last; ++first) {
                if (best[first] == Duration::max() || !fits(first, last)) continue;
                auto const cost = best[first] + cost_of(block(first, last), costs_);
                if (cost < best[last]) {
                    best[last] = cost;
                    from[last] = first;
                }
            }
        }
        std::vector<Block> blocks;
        for (auto last = size; last > 0; last = from[last])
            blocks.insert(blocks.begin(), block(from[last], last));
        return blocks;
    }

private:
    bool parts_bundle(std::size_t cut) const {
        return bundle_ && cut > bundle_->first && cut <= bundle_->last;
    }

    bool fits(std::size_t first, std::size_t last) const {
        auto const& limits = profile_.limits;
        auto const& point = *slots_[first].point;
        int end = start_of(slots_[first]);
        for (auto i = first; i < last; ++i) {
            if (limits.no_holes && start_of(slots_[i]) > end) return false;
            end = std::max(end, end_of(slots_[i]));
        }
        auto const most = point.reads_bits() ? limits.max_bits : limits.max_regs;
        // One value alone is asked for in any case: it cannot be made smaller.
        return last - first == 1 || end - start_of(slots_[first]) <= most;
    }

    Block block(std::size_t first, std::size_t last) const {
        auto const begin = slots_.begin();
        return block_of(slots_[first].point->function, {begin + static_cast<std::ptrdiff_t>(first),
                                                        begin + static_cast<std::ptrdiff_t>(last)});
    }

    Profile const& profile_;
    std::vector<Slot> const& slots_;
    Costs costs_;
    std::optional<Bundle> bundle_;
};

}  // namespace

void tell_apart(std::vector<Block>& blocks, Profile const& profile) {
    std::set<std::pair<std::uint8_t, std::size_t>> lengths;
    if (profile.identity)
        lengths.insert({profile.identity->function, std::size_t{profile.identity->words} * 2});
    for (auto const& block : blocks)
        if (block.exact) lengths.insert({block.function, block.byte_count()});
    for (auto& block : blocks) {
        if (block.exact) continue;
        auto const original = block;
        while (lengths.contains({block.function, block.byte_count()})) {
            if (block.reads_bits() || profile.limits.no_holes ||
                block.count >= profile.limits.max_regs) {
                block = original;  // cannot be told apart by length; the quarantine must do
                break;
            }
            if (block.address + block.count >= 0xFFFF) --block.address;
            ++block.count;
            block.padded = true;
        }
        lengths.insert({block.function, block.byte_count()});
    }
}

std::size_t Block::byte_count() const {
    return reads_bits() ? (std::size_t{count} + 7) / 8 : std::size_t{count} * 2;
}

Duration cost_of(Block const& block, Costs costs) {
    // The request of 8 characters, 5 around the reply's data, and twice 3.5 of silence. On TCP a
    // microsecond a character stands for the little that a longer reply costs.
    auto const character = std::max(costs.character, Duration{1});
    return character * static_cast<int>(8 + 5 + 7 + block.byte_count()) + costs.turnaround;
}

std::vector<Block> plan_blocks(Profile const& profile, std::vector<Slot> slots, Costs costs) {
    std::map<std::uint8_t, std::vector<Slot>> by_function;
    for (auto const& slot : slots)
        if (slot.point->kind != PointKind::command)
            by_function[slot.point->function].push_back(slot);
    std::vector<Block> blocks;
    for (auto& [function, same] : by_function) {
        std::sort(same.begin(), same.end(), [](Slot const& a, Slot const& b) {
            return std::pair(start_of(a), a.channel) < std::pair(start_of(b), b.channel);
        });
        for (auto& block : Partition(profile, same, costs).cheapest())
            blocks.push_back(std::move(block));
    }
    tell_apart(blocks, profile);
    return blocks;
}

std::vector<Block> split(Block const& block) {
    if (block.padded) {
        auto bare = block_of(block.function, block.slots);
        bare.exact = true;
        return {std::move(bare)};
    }
    if (block.slots.size() < 2) return {};
    auto const bundle = bundle_of(block.slots);
    auto const parts_bundle = [&](std::size_t cut) {
        return bundle && cut > bundle->first && cut <= bundle->last;
    };
    bool const bundle_alone =
        bundle && bundle->first == 0 && bundle->last + 1 == block.slots.size();
    // The widest hole is the likeliest thing to have been refused; without holes, the middle.
    auto const middle_slot = block.slots.size() / 2;
    std::size_t cut = middle_slot;
    std::optional<std::pair<int, int>> best;
    int end = end_of(block.slots.front());
    for (std::size_t i = 1; i < block.slots.size(); ++i) {
        auto const hole = std::max(start_of(block.slots[i]) - end, 0);
        auto const off = std::abs(static_cast<int>(i) - static_cast<int>(middle_slot));
        end = std::max(end, end_of(block.slots[i]));
        if (parts_bundle(i) && !bundle_alone) continue;
        if (best && std::pair(hole, -off) <= *best) continue;
        best = {hole, -off};
        cut = i;
    }
    auto const middle = block.slots.begin() + static_cast<std::ptrdiff_t>(cut);
    return {block_of(block.function, {block.slots.begin(), middle}),
            block_of(block.function, {middle, block.slots.end()})};
}

}  // namespace karkhana::poller
