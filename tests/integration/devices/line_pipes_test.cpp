// Serial frames through other pipes: a socket, an adapter that hears itself, a port that is pulled
// out and put back.

#include <atomic>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <poll.h>
#include <termios.h>
#include <thread>
#include <unistd.h>

#include "devices/modbus/line.hpp"
#include "devices/poller/line_poller.hpp"
#include "tests/integration/devices/hostile.hpp"

namespace karkhana::modbus::tests {
namespace {

using namespace std::chrono_literals;

Request const four_registers{1, Function::read_input_registers, 0, 4, {}};

class Gateway : public ::testing::Test {
protected:
    void serve(Handler handler, Duration max_late = 100ms) {
        server = Server::rtu_over_tcp("127.0.0.1", 0, std::move(handler));
        line = std::make_unique<Line>(RtuOverTcpEndpoint{"127.0.0.1", server->port()},
                                      LineTiming{max_late, 1s}, clock);
    }
    Outcome ask(Request const& request, Duration patience = 1s) {
        return line->transact(request, clock.now() + patience);
    }

    SystemMonotonicClock clock;
    std::unique_ptr<Server> server;
    std::unique_ptr<Line> line;
};

TEST_F(Gateway, CarriesSerialFramesThroughASocket) {
    serve(honest);
    for (std::uint8_t unit = 1; unit <= 3; ++unit)
        for (auto const& request : {Request{unit, Function::read_input_registers, 72, 120, {}},
                                    Request{unit, Function::read_coils, 3, 13, {}},
                                    Request{unit, Function::write_coil, 5, 1, {coil_closed}},
                                    Request{unit, Function::write_registers, 3, 3, {1, 2, 3}}}) {
            auto const outcome = ask(request);
            ASSERT_TRUE(outcome) << name_of(outcome.error().fault);
            EXPECT_TRUE(belong(request, outcome->words));
        }
}

TEST_F(Gateway, KeepsTheSocketAndQuarantinesTheUnitAlone) {
    std::atomic<bool> late = true;
    serve([&](Request const& request) {
        auto answer = honest(request);
        if (request.unit == 1 && late.exchange(false)) answer.delay = 60ms;
        return answer;
    });
    EXPECT_EQ(ask(four_registers, 30ms).error().fault, Fault::timeout);
    EXPECT_EQ(ask(four_registers).error().fault, Fault::quarantined);
    // Another unit is asked through the same socket, and the late reply is skipped.
    Request const other{2, Function::read_input_registers, 40, 4, {}};
    auto const outcome = ask(other);
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(belong(other, outcome->words));
    std::this_thread::sleep_until(line->ready_at(1));
    auto const again = ask(four_registers);
    ASSERT_TRUE(again) << name_of(again.error().fault);
    EXPECT_TRUE(belong(four_registers, again->words));
}

TEST_F(Gateway, BelievesNoFlippedBit) {
    std::atomic<std::size_t> bit = 0;
    serve(
        [&](Request const& request) {
            auto answer = honest(request);
            answer.tamper = [at = bit.load()](auto& frame) {
                frame[at / 8 % frame.size()] ^= static_cast<std::uint8_t>(1 << at % 8);
            };
            return answer;
        },
        1us);
    for (bit = 0; bit < 13 * 8; ++bit) EXPECT_FALSE(ask(four_registers, 20ms)) << bit;
}

TEST_F(Gateway, IsReachedAgainAfterItHungUp) {
    serve(honest);
    EXPECT_TRUE(ask(four_registers));
    auto const port = server->port();
    server.reset();
    EXPECT_EQ(ask(four_registers).error().fault, Fault::not_connected);
    server = Server::rtu_over_tcp("127.0.0.1", port, honest);
    EXPECT_TRUE(ask(four_registers));
}

/// An RS-485 adapter: what it sends comes back, and then the devices' answers.
class Echo {
public:
    explicit Echo(std::function<void(std::vector<std::uint8_t>&)> spoil = {})
        : spoil_(std::move(spoil)),
          server_(Server::rtu(bus_.server_end(), honest)),
          thread_([this] { run(); }) {}
    ~Echo() {
        stop_ = true;
        thread_.join();
        ::close(far_);
    }
    std::string const& path() const { return adapter_.client_path(); }

private:
    void run() {
        auto const master = adapter_.server_end();
        far_ = ::open(bus_.client_path().c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK);
        while (!stop_) {
            pollfd ends[] = {{master, POLLIN, 0}, {far_, POLLIN, 0}};
            ::poll(ends, 2, 20);
            copy(master, master, true);
            copy(far_, master, false);
        }
    }
    void copy(int from, int to, bool echo) {
        std::vector<std::uint8_t> bytes(512);
        auto const got = ::read(from, bytes.data(), bytes.size());
        if (got <= 0) return;
        bytes.resize(static_cast<std::size_t>(got));
        if (echo) {
            ASSERT_EQ(::write(far_, bytes.data(), bytes.size()), got);
        }
        if (echo && spoil_) spoil_(bytes);
        ASSERT_EQ(::write(to, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }

    std::function<void(std::vector<std::uint8_t>&)> spoil_;
    PtyPair adapter_;
    PtyPair bus_;
    std::unique_ptr<Server> server_;
    int far_ = -1;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

SerialEndpoint hearing_itself(std::string const& path) {
    return {path, 115'200, Parity::none, 1, true};
}

TEST(AdapterThatHearsItself, IsReadPastItsOwnVoice) {
    SystemMonotonicClock clock;
    Echo adapter;
    Line line(hearing_itself(adapter.path()), {50ms, 1s}, clock);
    for (auto const& request : {four_registers, Request{2, Function::write_coil, 5, 1, {0xFF00}},
                                Request{3, Function::read_holding_registers, 7, 120, {}},
                                Request{4, Function::write_register, 5, 1, {9}}}) {
        auto const outcome = line.transact(request, clock.now() + 1s);
        ASSERT_TRUE(outcome) << name_of(outcome.error().fault);
        EXPECT_TRUE(belong(request, outcome->words));
    }
}

TEST(AdapterThatHearsItself, IsAFaultWhenItHeardSomethingElse) {
    SystemMonotonicClock clock;
    Echo adapter([](auto& bytes) { bytes[3] ^= 4; });
    Line line(hearing_itself(adapter.path()), {50ms, 1s}, clock);
    auto const outcome = line.transact(four_registers, clock.now() + 200ms);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().fault, Fault::collision);
    EXPECT_GT(line.ready_at(1), clock.now());
}

TEST(AdapterThatHearsItself, IsNotBelievedWhereNothingComesBack) {
    SystemMonotonicClock clock;
    PtyPair pty;
    auto const server = Server::rtu(pty.server_end(), honest);
    Line line(hearing_itself(pty.client_path()), {50ms, 1s}, clock);
    EXPECT_EQ(line.transact(four_registers, clock.now() + 200ms).error().fault, Fault::collision);
}

/// A port behind a link, as /dev/serial/by-id has them.
class PluggedPort : public ::testing::Test {
protected:
    void SetUp() override {
        link = std::filesystem::temp_directory_path() /
               ("karkhana-port-" + std::to_string(::getpid()));
    }
    void TearDown() override {
        unplug();
        std::filesystem::remove(link);
    }
    void plug() {
        pty = std::make_unique<PtyPair>();
        server = Server::rtu(pty->server_end(), honest);
        std::filesystem::create_symlink(pty->client_path(), link);
    }
    void unplug() {
        server.reset();
        pty.reset();
        std::filesystem::remove(link);
    }

    SystemMonotonicClock clock;
    SystemWallClock wall;
    std::filesystem::path link;
    std::unique_ptr<PtyPair> pty;
    std::unique_ptr<Server> server;
};

TEST_F(PluggedPort, IsOpenedByItsLinkAgain) {
    plug();
    Line line(SerialEndpoint{link.string(), 115'200}, {1us, 1s}, clock);
    auto const ask = [&] { return line.transact(four_registers, clock.now() + 200ms); };
    EXPECT_TRUE(ask());
    auto const first = pty->client_path();
    unplug();
    auto const gone = ask();
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().fault, Fault::not_connected);
    PtyPair const takes_the_old_number;
    plug();
    EXPECT_NE(pty->client_path(), first);
    auto const back = ask();
    ASSERT_TRUE(back) << name_of(back.error().fault);
    EXPECT_TRUE(belong(four_registers, back->words));
}

/// Two masters on one line take each other's replies: the second one is told, and has changed
/// nothing for the first.
TEST_F(PluggedPort, IsHadByOneMasterAlone) {
    plug();
    Line daemon(SerialEndpoint{link.string(), 115'200}, {1us, 1s}, clock);
    Line probe(SerialEndpoint{pty->client_path(), 9600, Parity::even}, {1us, 1s}, clock);
    auto const ask = [&](Line& line) { return line.transact(four_registers, clock.now() + 200ms); };
    EXPECT_TRUE(ask(daemon));
    auto const refused = ask(probe);
    ASSERT_FALSE(refused);
    EXPECT_EQ(name_of(refused.error().fault), "in_use");
    termios settings{};
    ASSERT_EQ(::tcgetattr(pty->server_end(), &settings), 0);
    EXPECT_EQ(::cfgetospeed(&settings), B115200);
    EXPECT_TRUE(ask(daemon));
    daemon.close();
    EXPECT_TRUE(ask(probe));
    EXPECT_EQ(ask(daemon).error().fault, Fault::in_use);
}

class Ignored final : public ReadingSink {
public:
    void accept(ReadingFrame frame) override {
        for (auto const& reading : frame.readings) good += reading.quality == Quality::good;
    }
    std::atomic<int> good = 0;
};

TEST_F(PluggedPort, IsPolledAgainWithinTheBackOffOfItsLine) {
    plug();
    auto profile = std::make_shared<profiles::Profile>();
    profiles::Point point;
    point.name = "power";
    profile->points = {point};
    poller::LineSetup setup;
    for (std::uint8_t unit = 1; unit <= 4; ++unit) {
        poller::UnitSetup meter;
        meter.unit = unit;
        meter.profile = profile;
        meter.watched = {{"power", unit}};
        meter.period = 100ms;
        setup.units.push_back(meter);
    }
    Ignored sink;
    poller::LinePoller poller(
        setup, std::make_unique<Line>(SerialEndpoint{link.string(), 115'200}, LineTiming{}, clock),
        sink, wall, clock);
    poller.start();
    std::this_thread::sleep_for(500ms);
    EXPECT_GE(sink.good, 12);
    unplug();
    std::this_thread::sleep_for(2500ms);
    EXPECT_FALSE(poller.health().traffic.connected);
    sink.good = 0;
    PtyPair const takes_the_old_number;
    plug();
    auto const plugged = clock.now();
    while (sink.good < 20 && clock.now() - plugged < 8s) std::this_thread::sleep_for(10ms);
    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - plugged);
    std::cout << "five readings of each of four units " << took.count() << " ms after replug\n";
    EXPECT_GE(sink.good, 20);
    EXPECT_LE(took, 6s);
    poller.stop();
}

}  // namespace
}  // namespace karkhana::modbus::tests
