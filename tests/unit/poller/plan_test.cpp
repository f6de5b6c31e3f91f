#include <gtest/gtest.h>
#include <random>
#include <set>

#include "devices/poller/plan.hpp"
#include "devices/poller/setup.hpp"

namespace karkhana::poller {
namespace {

using namespace std::chrono_literals;
using profiles::Point;
using profiles::PointKind;
using profiles::Profile;
using profiles::WordType;

Point point_at(std::uint16_t address, WordType type = WordType::f32, Unit unit = Unit::mv) {
    Point point;
    point.name = "p" + std::to_string(address);
    point.address = address;
    point.type = type;
    point.unit = unit;
    return point;
}

Point energy_at(std::uint16_t address) {
    auto point = point_at(address, WordType::f32, Unit::wh);
    point.kind = PointKind::counter;
    point.billing = true;
    return point;
}

std::vector<Slot> slots_of(Profile const& profile) {
    std::vector<Slot> slots;
    Channel channel = 0;
    for (auto const& point : profile.points) slots.push_back({&point, ++channel});
    return slots;
}

/// "address+count" of each block.
std::vector<std::string> shape_of(std::vector<Block> const& blocks) {
    std::vector<std::string> shape;
    for (auto const& block : blocks)
        shape.push_back(std::to_string(block.address) + "+" + std::to_string(block.count));
    return shape;
}

using Shape = std::vector<std::string>;

constexpr Costs slow{1042us, 10ms};  // 9600 baud

TEST(Plan, NeverPartsAValueFromItsScale) {
    // Reading the hole between them costs more than a second request, and would be two moments.
    Profile profile;
    profile.points = {point_at(0), point_at(60, WordType::s16), point_at(100)};
    profile.points[1].scale_from = profiles::ScaleFrom{profiles::ScaleFrom::Kind::exponent, 20};
    EXPECT_EQ(shape_of(plan_blocks(profile, slots_of(profile), slow)),
              (Shape{"0+2", "20+41", "100+3"}));
    Profile between;
    between.points = {point_at(30), profile.points[1]};
    EXPECT_EQ(shape_of(plan_blocks(between, slots_of(between), slow)), (Shape{"20+41"}))
        << "from the scale on, whatever stands between it and its value";
    profile.points[1].scale_from->address = 99;
    auto const blocks = plan_blocks(profile, slots_of(profile), slow);
    EXPECT_EQ(shape_of(blocks), (Shape{"0+2", "60+42"}));
    EXPECT_EQ(shape_of(split(blocks[1])), (Shape{"60+40", "100+2"}))
        << "nor when the device refuses them";
}

TEST(Plan, MergesAcrossAHoleThatCostsLessThanARequest) {
    // At 9600 baud and 10 ms of turnaround a hole of 14 registers is worth it, and of 16 is not.
    Profile near;
    near.points = {point_at(0), point_at(16)};
    EXPECT_EQ(shape_of(plan_blocks(near, slots_of(near), slow)), (Shape{"0+18"}));
    Profile far;
    far.points = {point_at(0), point_at(18)};
    EXPECT_EQ(shape_of(plan_blocks(far, slots_of(far), slow)), (Shape{"0+2", "18+3"}));
}

TEST(Plan, AsksOnceOnTcpForWhatFitsOneReply) {
    Profile profile;
    profile.points = {point_at(0), point_at(100), point_at(342)};
    EXPECT_EQ(shape_of(plan_blocks(profile, slots_of(profile), {0us, 10ms})),
              (Shape{"0+102", "342+2"}));
}

TEST(Plan, HeedsTheLimitsOfTheDevice) {
    Profile profile;
    profile.points = {point_at(0), point_at(2), point_at(4), point_at(6)};
    profile.limits.max_regs = 5;
    EXPECT_EQ(shape_of(plan_blocks(profile, slots_of(profile), slow)), (Shape{"0+4", "4+5"}));
    profile.limits.max_regs = 125;
    profile.limits.no_holes = true;
    profile.points[3].address = 8;
    EXPECT_EQ(shape_of(plan_blocks(profile, slots_of(profile), slow)), (Shape{"0+6", "8+2"}));
}

TEST(Plan, KeepsPowerAndBilledEnergyInOneFrame) {
    Profile profile;
    profile.points = {point_at(0), point_at(12, WordType::f32, Unit::w), energy_at(72)};
    auto const blocks = plan_blocks(profile, slots_of(profile), slow);
    EXPECT_EQ(shape_of(blocks), (Shape{"0+74"}));
    EXPECT_TRUE(blocks[0].billing);
    profile.limits.max_regs = 40;  // they do not fit, and are read one after the other
    EXPECT_EQ(shape_of(plan_blocks(profile, slots_of(profile), slow)), (Shape{"0+14", "72+2"}));
}

TEST(Plan, TakesThePowerNearestToTheEnergy) {
    Profile profile;
    profile.points = {point_at(0, WordType::f32, Unit::w), point_at(52, WordType::f32, Unit::w),
                      energy_at(72)};
    EXPECT_EQ(shape_of(plan_blocks(profile, slots_of(profile), slow)), (Shape{"0+2", "52+22"}));
}

TEST(Plan, GivesNoTwoRepliesOfAUnitOneLength) {
    Profile profile;
    profile.points = {point_at(0), point_at(100), point_at(200), point_at(0xFFFE)};
    profile.identity = profiles::Identity{4, 0x100, 2, {}};
    auto const blocks = plan_blocks(profile, slots_of(profile), slow);
    EXPECT_EQ(shape_of(blocks), (Shape{"0+3", "100+4", "200+5", "65530+6"}));
    for (auto const& block : blocks) EXPECT_TRUE(block.padded);
}

TEST(Plan, LeavesCommandsOutAndKeepsFunctionsApart) {
    Profile profile;
    profile.points = {point_at(0), point_at(2), point_at(4), point_at(1, WordType::bits)};
    profile.points[1].kind = PointKind::command;
    profile.points[2].function = 3;
    profile.points[3].function = 1;
    auto const blocks = plan_blocks(profile, slots_of(profile), slow);
    EXPECT_EQ(shape_of(blocks), (Shape{"1+1", "4+2", "0+2"}));
    EXPECT_EQ(blocks[0].function, 1);
    EXPECT_EQ(blocks[1].function, 3);
}

TEST(Split, PartsPowerFromBilledEnergyLast) {
    Profile profile;
    profile.points = {point_at(0, WordType::f32, Unit::w), energy_at(40), point_at(44)};
    auto const slots = slots_of(profile);
    Block block;
    block.count = 46;
    block.slots = slots;
    auto const parts = split(block);
    EXPECT_EQ(shape_of(parts), (Shape{"0+42", "44+2"})) << "not at the widest hole";
    EXPECT_EQ(shape_of(split(parts[0])), (Shape{"0+2", "40+2"}));
}

TEST(Split, IsToldApartByLengthUnlessThatWasRefused) {
    Profile profile;
    profile.points = {point_at(0), point_at(10), point_at(20)};
    auto const one = [&](std::size_t i) {
        return plan_blocks(profile, {slots_of(profile)[i]}, slow)[0];
    };
    std::vector<Block> blocks{one(0), one(1)};
    tell_apart(blocks, profile);
    EXPECT_EQ(shape_of(blocks), (Shape{"0+2", "10+3"}));
    blocks.push_back(split(blocks[1]).at(0));
    blocks.erase(blocks.begin() + 1);
    tell_apart(blocks, profile);
    EXPECT_EQ(shape_of(blocks), (Shape{"0+3", "10+2"})) << "the other one is longer instead";
    tell_apart(blocks, profile);
    EXPECT_EQ(shape_of(blocks), (Shape{"0+3", "10+2"}));
}

TEST(Split, DropsThePaddingThenCutsAtTheWidestHole) {
    Profile profile;
    profile.points = {point_at(0), point_at(2), point_at(8), point_at(10)};
    Block block;
    block.count = 13;
    block.padded = true;
    block.slots = slots_of(profile);
    auto parts = split(block);
    EXPECT_EQ(shape_of(parts), (Shape{"0+12"}));
    parts = split(parts[0]);
    EXPECT_EQ(shape_of(parts), (Shape{"0+4", "8+4"}));
    EXPECT_EQ(shape_of(split(parts[1])), (Shape{"8+2", "10+2"}));
    EXPECT_TRUE(split(split(parts[1])[0]).empty());
}

/// Whatever the points and limits: every slot is covered whole, once, within the limits, and no
/// other way of cutting is cheaper.
TEST(Plan, CoversEverySlotWithinTheLimitsAtTheLeastCost) {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        Profile profile;
        std::set<std::uint16_t> starts;
        while (starts.size() < 8) starts.insert(static_cast<std::uint16_t>(random() % 60 * 2));
        for (auto const start : starts) profile.points.push_back(point_at(start));
        profile.limits.max_regs = static_cast<std::uint16_t>(4 + random() % 60);
        Costs const costs{Duration{100 + random() % 2000}, Duration{random() % 50'000}};
        auto const slots = slots_of(profile);
        auto const blocks = plan_blocks(profile, slots, costs);
        std::size_t covered = 0;
        std::set<std::size_t> lengths;
        Duration planned{};
        for (auto block : blocks) {
            EXPECT_LE(block.count, profile.limits.max_regs);
            for (auto const& slot : block.slots) {
                EXPECT_GE(slot.point->address, block.address);
                EXPECT_LE(slot.point->address + 2, block.address + block.count);
                ++covered;
            }
            lengths.insert(block.byte_count());
            if (block.padded) block = split(block)[0];
            planned += cost_of(block, costs);
        }
        EXPECT_EQ(covered, slots.size());
        auto least = Duration::max();
        for (unsigned cuts = 0; cuts < 128; ++cuts) {
            Duration cost{};
            std::size_t first = 0;
            bool fits = true;
            for (std::size_t i = 0; i < 8; ++i) {
                if (i < 7 && (cuts >> i & 1) == 0) continue;
                Block block;
                auto const end = profile.points[i].address + 2;
                block.count = static_cast<std::uint16_t>(end - profile.points[first].address);
                fits &= block.count <= profile.limits.max_regs;
                cost += cost_of(block, costs);
                first = i + 1;
            }
            if (fits) least = std::min(least, cost);
        }
        EXPECT_EQ(planned, least);
    }
}

TEST(CharacterTime, CountsEveryBit) {
    EXPECT_EQ(character_time(9600, false, 1), 1041us);
    EXPECT_EQ(character_time(9600, true, 1), 1145us);
    EXPECT_EQ(character_time(115200, false, 2), 95us);
}

}  // namespace
}  // namespace karkhana::poller
