#include <gtest/gtest.h>

#include "devices/sim/faults.hpp"

namespace karkhana::sim {
namespace {

using modbus::Framing;

modbus::Request const request{7, modbus::Function::read_input_registers, 0, 2, {}};

std::vector<std::uint8_t> reply(Framing framing, std::uint16_t value) {
    return modbus::encode_reply(framing, {request, 3}, std::vector<std::uint16_t>{value, 2}, 0);
}

TEST(Fault, IsReadWithItsValueItsOddsAndItsNumber) {
    auto const late = fault_of(Misdeed::late, {"700", "10%", "3x"}).value();
    EXPECT_EQ(late.value, 700);
    EXPECT_EQ(late.percent, 10);
    EXPECT_EQ(late.times, 3);
    EXPECT_EQ(fault_of(Misdeed::silence, {}).value().percent, 100);
    EXPECT_FALSE(fault_of(Misdeed::late, {})) << "how late?";
    EXPECT_FALSE(fault_of(Misdeed::silence, {"700"}));
    EXPECT_FALSE(fault_of(Misdeed::late, {"700", "101%"}));
    EXPECT_FALSE(fault_of(Misdeed::late, {"700", "x"}));
    EXPECT_FALSE(fault_of(Misdeed::late, {"soon"}));
    EXPECT_EQ(misdeed_of("wrong-unit"), Misdeed::wrong_unit);
    EXPECT_EQ(misdeed_of("meddle"), Misdeed::meddle);
    EXPECT_FALSE(misdeed_of("heal"));
}

TEST(Faults, BefallAsManyAsTheirOddsSay) {
    auto const random = seeded_random(1);
    Faults faults;
    faults.set({Misdeed::late, 700, 10, {}});
    faults.set({Misdeed::noise, 0, 20, {}});
    faults.set({Misdeed::silence, 0, 100, 5});
    int late = 0, noise = 0, silent = 0;
    for (int i = 0; i < 10'000; ++i) {
        auto const fault = faults.draw(*random);
        if (!fault) continue;
        late += fault->misdeed == Misdeed::late;
        noise += fault->misdeed == Misdeed::noise;
        silent += fault->misdeed == Misdeed::silence;
    }
    EXPECT_NEAR(late, 1000, 150);
    EXPECT_NEAR(noise, 1800, 200);
    EXPECT_EQ(silent, 5);
    faults.heal();
    EXPECT_FALSE(faults.draw(*random));
}

/// What `misdeed` makes of a frame that holds `value`.
std::vector<std::uint8_t> spoilt(Faults& faults, Framing framing, Misdeed misdeed, Random& random,
                                 std::uint16_t value = 1) {
    modbus::Answer answer;
    faults.set({misdeed, 0, 100, {}});
    faults.play(Fault{misdeed, 0, 100, {}}, framing, random, answer);
    auto frame = reply(framing, value);
    answer.tamper(frame);
    return frame;
}

TEST(Faults, AreNeverTheAnswer) {
    auto const random = seeded_random(2);
    for (auto const framing : {Framing::tcp, Framing::rtu})
        for (auto const misdeed :
             {Misdeed::wrong_unit, Misdeed::wrong_transaction, Misdeed::cut_short, Misdeed::noise})
            for (int i = 0; i < 2000; ++i) {
                if (misdeed == Misdeed::wrong_transaction && framing == Framing::rtu) continue;
                Faults faults;
                auto const frame = spoilt(faults, framing, misdeed, *random);
                auto const verdict = modbus::judge_reply(framing, request, 3, frame);
                ASSERT_NE(verdict.kind, modbus::Verdict::Kind::reply) << static_cast<int>(misdeed);
            }
}

TEST(Faults, OfAnotherUnitAreSoundFrames) {
    auto const random = seeded_random(3);
    Faults faults;
    auto const frame = spoilt(faults, Framing::rtu, Misdeed::wrong_unit, *random);
    EXPECT_EQ(modbus::judge_reply(Framing::rtu, request, 0, frame).kind,
              modbus::Verdict::Kind::foreign);
}

TEST(Faults, OfStaleFramesSendTheLastOneAgain) {
    auto const random = seeded_random(4);
    Faults faults;
    faults.set({Misdeed::stale, 0, 50, {}});
    modbus::Answer honest;
    faults.play(std::nullopt, Framing::rtu, *random, honest);
    auto first = reply(Framing::rtu, 1);
    honest.tamper(first);
    EXPECT_EQ(first, reply(Framing::rtu, 1));
    EXPECT_EQ(spoilt(faults, Framing::rtu, Misdeed::stale, *random, 2), reply(Framing::rtu, 1));
    EXPECT_EQ(spoilt(faults, Framing::rtu, Misdeed::stale, *random, 3), reply(Framing::rtu, 2));
}

}  // namespace
}  // namespace karkhana::sim
