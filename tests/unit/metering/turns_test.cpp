#include <future>
#include <gtest/gtest.h>

#include "server/metering/turns.hpp"

namespace karkhana::metering {
namespace {

MachineId machine(std::uint8_t number) {
    MachineId id;
    id.uuid.bytes[0] = number;
    return id;
}

TEST(Turns, AreOneAtATimeAtAMachine) {
    Turns turns;
    auto first = turns.for_request(machine(1));
    ASSERT_TRUE(first);
    auto const elsewhere = [&] { return turns.for_request(machine(1)).has_value(); };
    EXPECT_FALSE(std::async(std::launch::async, elsewhere).get());
    EXPECT_FALSE(std::async(std::launch::async, [&] {
                     return turns.try_now(machine(1)).owns_lock();
                 }).get());
    first.reset();
    EXPECT_TRUE(std::async(std::launch::async, elsewhere).get());
}

TEST(Turns, LeaveHandlersForEverybodyElse) {
    Turns turns;
    std::vector<Turns::Turn> taken;
    for (std::uint8_t i = 0; i < Turns::most_requests; ++i)
        taken.push_back(turns.for_request(machine(i)).value());
    EXPECT_FALSE(turns.for_request(machine(100)));
    EXPECT_TRUE(turns.try_now(machine(100)).owns_lock()) << "the jobs go on";
    taken.pop_back();
    EXPECT_TRUE(turns.for_request(machine(100)));
}

}  // namespace
}  // namespace karkhana::metering
