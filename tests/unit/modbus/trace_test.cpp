#include <gtest/gtest.h>

#include "devices/modbus/trace.hpp"

namespace karkhana::modbus {
namespace {

TEST(Trace, KeepsTheLastExchangesInTheirOrder) {
    Trace trace;
    EXPECT_TRUE(trace.last().empty());
    for (std::uint8_t i = 0; i < 70; ++i) {
        std::vector<std::uint8_t> const request{i, 4};
        std::vector<std::uint8_t> const reply(i % 2 == 0 ? 7 : 0, i);
        trace.add(Monotonic{} + std::chrono::seconds(i), std::chrono::milliseconds(i), i, request,
                  reply, i % 2 == 0 ? std::nullopt : std::optional(Failure{Fault::timeout}));
    }
    auto const last = trace.last();
    ASSERT_EQ(last.size(), 64U);
    EXPECT_EQ(last.front().unit, 6);
    EXPECT_EQ(last.back().unit, 69);
    EXPECT_EQ(last.back().request, (std::vector<std::uint8_t>{69, 4}));
    EXPECT_TRUE(last.back().reply.empty());
    EXPECT_EQ(last.back().failure, Failure{Fault::timeout});
    EXPECT_EQ(last[62].reply.size(), 7U);
    EXPECT_FALSE(last[62].failure);
}

}  // namespace
}  // namespace karkhana::modbus
