// Twenty thousand polls of real lines, of which every tenth is answered wrongly; and what a dead
// bus does to another one. tests/bench/wire_bench is the long form, a million by simulated time.

#include <atomic>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include "devices/modbus/line.hpp"
#include "devices/poller/line_poller.hpp"
#include "devices/sim/faults.hpp"
#include "tests/integration/devices/within.hpp"
#include "tests/support/moving_registers.hpp"

namespace karkhana::poller {
namespace {

using namespace std::chrono_literals;
using modbus::Framing;
using modbus::Server;
using tests::within;

constexpr int units_a_line = 16;
enum class Power : std::uint8_t { on, off };

/// A counter and a power together, and a voltage on its own.
std::shared_ptr<profiles::Profile const> meter(std::chrono::milliseconds timeout) {
    auto profile = std::make_shared<profiles::Profile>();
    auto const add = [&](char const* name, std::uint16_t address, bool counter) {
        profiles::Point point;
        point.name = name;
        point.address = address;
        point.type = profiles::WordType::u32;
        point.kind = counter ? profiles::PointKind::counter : profiles::PointKind::gauge;
        point.billing = counter;
        profile->points.push_back(point);
    };
    add("energy", 72, true);
    add("power", 74, false);
    add("voltage", 600, false);
    profile->limits.timeout_ms = static_cast<int>(timeout.count());
    return profile;
}

struct Verdicts {
    std::atomic<long> good = 0, wrong = 0;
};

/// Of one line. Channels are unit * 10 and the number of the point. A value is right when it is
/// what the last request for it should have brought: one that is older than the poll is wrong.
class Judge final : public ReadingSink {
public:
    Judge(modbus::MovingRegisters const& registers, Verdicts& verdicts)
        : registers_(registers), verdicts_(verdicts) {}
    void accept(ReadingFrame frame) override {
        for (auto const& reading : frame.readings) {
            if (reading.quality != Quality::good) continue;
            constexpr int addresses[] = {72, 74, 600};
            ++verdicts_.good;
            verdicts_.wrong += !registers_.is_right(static_cast<int>(reading.channel / 10),
                                                    addresses[reading.channel % 10], reading.value);
        }
    }

private:
    modbus::MovingRegisters const& registers_;
    Verdicts& verdicts_;
};

/// One line with devices of its own at the other end.
class Bus {
public:
    Bus(Framing framing, Duration period, int units, Verdicts& verdicts, int percent,
        std::chrono::milliseconds timeout, Power power = Power::on)
        : power_(power),
          judge_(registers_, verdicts),
          random_(seeded_random(static_cast<std::uint64_t>(++made))) {
        for (int unit = 1; unit <= units; ++unit) {
            for (auto const* verb : {"wrong-unit", "stale", "noise"}) add(unit, verb, {}, percent);
            add(unit, "late", {"120"}, percent);
        }
        auto const handler = [this, framing](modbus::Request const& r) {
            return answer(framing, r);
        };
        modbus::Endpoint endpoint;
        if (framing == Framing::tcp) {
            server_ = Server::tcp("127.0.0.1", 0, handler);
            endpoint = modbus::TcpEndpoint{"127.0.0.1", server_->port()};
        } else {
            server_ = Server::rtu(pty_.server_end(), handler);
            endpoint = modbus::SerialEndpoint{pty_.client_path(), 115'200};
        }
        LineSetup setup;
        if (framing == Framing::rtu) setup.character = character_time(115'200, false, 1);
        for (int number = 1; number <= units; ++number) {
            UnitSetup unit;
            unit.unit = static_cast<std::uint8_t>(number);
            unit.profile = meter(timeout);
            unit.period = period;
            char const* const names[] = {"energy", "power", "voltage"};
            for (int i = 0; i < 3; ++i) unit.watched.push_back({names[i], number * 10 + i});
            setup.units.push_back(unit);
        }
        poller = std::make_unique<LinePoller>(
            setup, std::make_unique<modbus::Line>(endpoint, modbus::LineTiming{200ms, 1s}, clock_),
            judge_, wall_, clock_);
        poller->start();
    }
    ~Bus() {
        poller->stop();
        server_.reset();
    }
    long polls() const { return static_cast<long>(poller->health().traffic.exchanges); }

    std::atomic<long> asked = 0;
    std::atomic<long> spoilt = 0;
    std::unique_ptr<LinePoller> poller;

private:
    void add(int unit, char const* verb, std::vector<std::string> words, int percent) {
        words.push_back(std::to_string(percent) + "%");
        faults_[unit].set(sim::fault_of(*sim::misdeed_of(verb), words).value());
    }
    modbus::Answer answer(Framing framing, modbus::Request const& request) {
        auto& faults = faults_[request.unit];
        auto const fault = faults.draw(*random_);
        spoilt += fault.has_value();
        // A foreign frame brings a foreign value.
        bool const foreign = fault && fault->misdeed == sim::Misdeed::wrong_unit;
        auto given = registers_.answer(request);
        if (foreign) given = registers_.foreign(request);
        faults.play(fault, framing, *random_, given);
        given.silent = power_ == Power::off;
        ++asked;
        return given;
    }

    static inline int made = 0;
    Power power_;
    modbus::MovingRegisters registers_;
    Judge judge_;
    std::unique_ptr<Random> random_;
    std::map<int, sim::Faults> faults_;
    SystemMonotonicClock clock_;
    SystemWallClock wall_;
    modbus::PtyPair pty_;
    std::unique_ptr<Server> server_;
};

TEST(HostilePolls, BringNoWrongValueOverRealLines) {
    constexpr long wanted = 20'000;
    Verdicts verdicts;
    std::vector<std::unique_ptr<Bus>> buses;
    for (int i = 0; i < 8; ++i)
        buses.push_back(std::make_unique<Bus>(i % 2 == 0 ? Framing::tcp : Framing::rtu, 1ms,
                                              units_a_line, verdicts, 3, 100ms));
    long polls = 0, spoilt = 0;
    auto const until = std::chrono::steady_clock::now() + 90s;
    while (polls < wanted && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(100ms);
        polls = spoilt = 0;
        for (auto const& bus : buses) {
            polls += bus->polls();
            spoilt += bus->spoilt;
        }
    }
    buses.clear();
    std::cout << polls << " polls over TCP and serial lines, " << spoilt << " spoilt, "
              << verdicts.good << " values believed, " << verdicts.wrong << " wrong\n";
    EXPECT_GE(polls, wanted);
    EXPECT_GE(spoilt, wanted / 10);
    EXPECT_GE(verdicts.good, wanted / 2);
    EXPECT_EQ(verdicts.wrong, 0);
}

/// Order is what tells, not time: while the dead bus waits for an answer that does not come, the
/// other one brings its values. If they shared anything it would bring none until that wait is
/// over.
TEST(DeadBus, LeavesTheSameUnitsOfAnotherBusUntouched) {
    constexpr long two_rounds = 2L * 4 * 3;
    for (auto const framing : {Framing::tcp, Framing::rtu}) {
        Verdicts of_living, of_dead;
        Bus living(framing, 50ms, 4, of_living, 0, 2s);
        Bus dying(framing, 50ms, 4, of_dead, 0, 2s, Power::off);
        ASSERT_TRUE(within(30s, [&] { return of_living.good > two_rounds; }));
        std::vector<long> during;
        for (int wait = 0; wait < 2; ++wait) {
            auto const asked = dying.asked.load();
            ASSERT_TRUE(within(30s, [&] { return dying.asked > asked; }));
            auto const from = of_living.good.load();
            auto const waiting = dying.asked.load();
            within(30s,
                   [&] { return of_living.good - from >= two_rounds || dying.asked > waiting; });
            during.push_back(of_living.good - from);
            EXPECT_EQ(dying.asked, waiting) << "the dead bus waits still";
            EXPECT_GE(during.back(), two_rounds);
        }
        EXPECT_EQ(of_dead.good, 0);
        for (auto const& unit : living.poller->health().units)
            EXPECT_EQ(unit.state, UnitState::healthy);
        for (auto const& unit : dying.poller->health().units)
            EXPECT_NE(unit.state, UnitState::healthy);
    }
}

}  // namespace
}  // namespace karkhana::poller
