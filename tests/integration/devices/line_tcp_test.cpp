#include <atomic>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include "devices/modbus/line.hpp"
#include "tests/integration/devices/hostile.hpp"

namespace karkhana::modbus::tests {
namespace {

using namespace std::chrono_literals;

class TcpLine : public ::testing::Test {
protected:
    void serve(Handler handler) {
        server = Server::tcp("127.0.0.1", 0, std::move(handler));
        line =
            std::make_unique<Line>(TcpEndpoint{"127.0.0.1", server->port()}, LineTiming{}, clock);
    }
    Outcome ask(Request const& request, Duration patience = 1s) {
        return line->transact(request, clock.now() + patience);
    }

    SystemMonotonicClock clock;
    std::unique_ptr<Server> server;
    std::unique_ptr<Line> line;
};

TEST_F(TcpLine, CarriesEveryFunctionToALibmodbusServerAndBack) {
    std::mutex mutex;
    Request seen;
    serve([&](Request const& request) {
        std::lock_guard const lock(mutex);
        seen = request;
        return honest(request);
    });
    Request const requests[] = {
        {1, Function::read_coils, 3, 13, {}},
        {2, Function::read_discrete_inputs, 8, 16, {}},
        {3, Function::read_holding_registers, 0xFC00, 2, {}},
        {247, Function::read_input_registers, 72, 125, {}},
        {5, Function::write_coil, 5, 1, {coil_closed}},
        {5, Function::write_coil, 0x0200, 1, {100}},
        {6, Function::write_register, 8, 1, {15}},
        {7, Function::write_coils, 0, 9, {1, 0, 0, 0, 0, 0, 0, 0, 1}},
        {8, Function::write_registers, 3, 3, {1, 2, 3}},
    };
    for (auto const& request : requests) {
        auto const outcome = ask(request);
        ASSERT_TRUE(outcome) << name_of(outcome.error().fault);
        EXPECT_TRUE(belong(request, outcome->words));
        EXPECT_LE(outcome->asked, outcome->answered);
        std::lock_guard const lock(mutex);
        EXPECT_EQ(seen, request);
    }
}

TEST_F(TcpLine, BelievesNothingThatIsNotTheAnswer) {
    auto const misdeeds = tcp_misdeeds();
    std::atomic<std::size_t> current = 0;
    std::atomic<int> countdown = -1;  // the misdeed is committed when it passes 0
    std::atomic<int> hit = -1;        // and befell the request of this address, be it an old one
    serve([&](Request const& request) {
        auto answer = honest(request);
        if (countdown-- != 0) return answer;
        hit = request.address;
        misdeeds[current].commit(request, answer);
        return answer;
    });
    int polls = 0;
    int wrong = 0;
    for (std::size_t i = 0; i < misdeeds.size(); ++i) {
        current = i;
        int believed = 0;
        for (int round = 0; round < 24; ++round) {
            countdown = round % 2;
            for (int poll = 0; poll < 3; ++poll, ++polls) {
                auto const unit = static_cast<std::uint8_t>(1 + poll % 2);
                // No two polls ask for the same: a request that is served late is known by it.
                auto const address = static_cast<std::uint16_t>(10 * polls);
                Request const request{unit, Function::read_input_registers, address, 4, {}};
                hit = -1;
                auto const outcome = ask(request, 60ms);
                if (outcome && !belong(request, outcome->words)) ++wrong;
                believed += hit == address && outcome;
            }
        }
        if (!misdeeds[i].answers) {
            EXPECT_EQ(believed, 0) << misdeeds[i].name;
        }
    }
    EXPECT_GE(polls, 2000);
    EXPECT_EQ(wrong, 0);
    countdown = -1;
    EXPECT_TRUE(ask({1, Function::read_input_registers, 0, 4, {}}));
}

TEST_F(TcpLine, NamesTheFault) {
    struct {
        char const* name;
        Fault fault;
    } const rows[] = {
        {"wrong transaction", Fault::wrong_transaction},
        {"wrong unit", Fault::wrong_unit},
        {"wrong protocol", Fault::wrong_protocol},
        {"wrong function", Fault::wrong_function},
        {"length 0", Fault::malformed},
        {"length 65535", Fault::malformed},
        {"fewer registers", Fault::wrong_length},
        {"more registers", Fault::wrong_length},
        {"silent", Fault::timeout},
        {"late", Fault::timeout},
        {"drip", Fault::timeout},
        {"closed", Fault::disconnected},
        {"reset", Fault::disconnected},
        {"short, then closed", Fault::disconnected},
        {"exception 6", Fault::refused},
    };
    auto const misdeeds = tcp_misdeeds();
    std::atomic<Misdeed const*> current = nullptr;
    serve([&](Request const& request) {
        auto answer = honest(request);
        current.load()->commit(request, answer);
        return answer;
    });
    for (auto const& row : rows) {
        for (auto const& misdeed : misdeeds)
            if (misdeed.name == row.name) current = &misdeed;
        auto const outcome = ask({1, Function::read_input_registers, 0, 4, {}}, 60ms);
        ASSERT_FALSE(outcome) << row.name;
        EXPECT_EQ(name_of(outcome.error().fault), name_of(row.fault)) << row.name;
    }
}

TEST_F(TcpLine, KeepsTheDeadlineOfTheWholeReplyUnderADrip) {
    serve([](Request const& request) {
        auto answer = honest(request);
        answer.drip = 50ms;
        return answer;
    });
    auto const began = clock.now();
    EXPECT_FALSE(ask({1, Function::read_input_registers, 0, 60, {}}, 300ms));
    auto const took = clock.now() - began;
    EXPECT_GE(took, 300ms);
    EXPECT_LE(took, 450ms);
}

TEST_F(TcpLine, ClosesTheSocketAfterAnyProtocolErrorAndOpensItForTheNext) {
    std::atomic<bool> lie = true;
    serve([&](Request const& request) {
        auto answer = honest(request);
        if (lie.exchange(false)) answer.tamper = [](auto& frame) { frame[6] ^= 1; };
        return answer;
    });
    Request const request{1, Function::read_input_registers, 0, 4, {}};
    EXPECT_EQ(ask(request).error().fault, Fault::wrong_unit);
    EXPECT_TRUE(ask(request));
}

TEST_F(TcpLine, SaysWhenNobodyListensAndFindsTheServerWhenItIsBack) {
    serve(honest);
    auto const port = server->port();
    Request const request{1, Function::read_input_registers, 0, 4, {}};
    EXPECT_TRUE(ask(request));
    server.reset();
    EXPECT_FALSE(ask(request));
    EXPECT_EQ(ask(request).error().fault, Fault::not_connected);
    server = Server::tcp("127.0.0.1", port, honest);
    EXPECT_TRUE(ask(request));
}

TEST_F(TcpLine, OpensAgainASocketThatWasClosedWhileIdle) {
    std::atomic<bool> last = false;
    serve([&](Request const& request) {
        auto answer = honest(request);
        answer.close = last.exchange(!last);
        return answer;
    });
    Request const request{1, Function::read_input_registers, 0, 4, {}};
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(ask(request));
        std::this_thread::sleep_for(2ms);
    }
}

TEST_F(TcpLine, SharesAServerWithOtherClients) {
    serve(honest);
    std::vector<std::thread> clients;
    std::atomic<int> good = 0;
    for (std::uint8_t unit = 1; unit <= 4; ++unit)
        clients.emplace_back([&, unit] {
            Line own(TcpEndpoint{"localhost", server->port()}, LineTiming{}, clock);
            for (std::uint16_t i = 0; i < 100; ++i) {
                Request const request{unit, Function::read_holding_registers, i, 3, {}};
                auto const outcome = own.transact(request, clock.now() + 2s);
                good += outcome && belong(request, outcome->words);
            }
        });
    for (auto& client : clients) client.join();
    EXPECT_EQ(good, 400);
}

}  // namespace
}  // namespace karkhana::modbus::tests
