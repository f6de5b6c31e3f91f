// What a poll of 60 registers costs, read, judged, decoded and handed on, against a bare libmodbus
// loop that reads the same registers and looks at none of them. CPU of the polling thread alone,
// loopback TCP, in turns, so that both see the same machine.

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iterator>
#include <memory>
#include <modbus.h>
#include <numeric>
#include <vector>

#include "devices/modbus/line.hpp"
#include "devices/modbus/server.hpp"
#include "devices/poller/engine.hpp"

namespace {

using namespace karkhana;
using namespace std::chrono_literals;

constexpr int polls_a_turn = 2000;
constexpr int turns = 7;
constexpr int values = 30;  // floats of two registers

double cpu_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

class Counting final : public ReadingSink {
public:
    void accept(ReadingFrame frame) override {
        for (auto const& reading : frame.readings) {
            good += reading.quality == Quality::good;
            sum += reading.value;
        }
    }
    long good = 0;
    std::int64_t sum = 0;
};

std::shared_ptr<profiles::Profile const> meter() {
    auto profile = std::make_shared<profiles::Profile>();
    for (int i = 0; i < values; ++i) {
        profiles::Point point;
        point.name = "p" + std::to_string(i);
        point.address = static_cast<std::uint16_t>(2 * i);
        point.type = profiles::WordType::f32;
        point.scale = {1000, 1};
        point.unit = i == 0 ? Unit::wh : Unit::mv;
        point.kind = i == 0 ? profiles::PointKind::counter : profiles::PointKind::gauge;
        profile->points.push_back(point);
    }
    return profile;
}

double bare_turn(int port) {
    std::unique_ptr<modbus_t, decltype(&modbus_free)> context(modbus_new_tcp("127.0.0.1", port),
                                                              &modbus_free);
    modbus_set_slave(context.get(), 1);
    if (modbus_connect(context.get()) != 0) std::abort();
    std::vector<std::uint16_t> words(2 * values);
    auto const before = cpu_ms();
    for (int i = 0; i < polls_a_turn; ++i)
        if (modbus_read_input_registers(context.get(), 0, 2 * values, words.data()) != 2 * values)
            std::abort();
    auto const spent = cpu_ms() - before;
    modbus_close(context.get());
    return spent;
}

double our_turn(std::uint16_t port) {
    SystemMonotonicClock const monotonic;
    SystemWallClock const wall;
    Counting sink;
    modbus::Line line(modbus::TcpEndpoint{"127.0.0.1", port}, {}, monotonic);
    poller::UnitSetup unit;
    unit.profile = meter();
    for (int i = 0; i < values; ++i) unit.watched.push_back({"p" + std::to_string(i), i});
    unit.period = 1us;  // always due: the loop below is as tight as the bare one
    unit.max_power_w = 3000;
    poller::LineSetup setup;
    setup.units = {unit};
    poller::PollEngine engine(setup, line, sink, wall, monotonic);
    auto const before = cpu_ms();
    while (sink.good < long{polls_a_turn} * values) engine.step();
    return cpu_ms() - before;
}

double median(std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    return samples[samples.size() / 2];
}

}  // namespace

int main() {
    auto const server = modbus::Server::tcp("127.0.0.1", 0, [](modbus::Request const& request) {
        modbus::Answer answer;
        for (int i = 0; i < request.count; ++i)
            answer.words.push_back(i % 2 == 0 ? 0x4366 : 0x3333);
        return answer;
    });
    bare_turn(server->port());
    our_turn(server->port());
    std::vector<double> bare;
    std::vector<double> ours;
    for (int turn = 0; turn < turns; ++turn) {
        bare.push_back(bare_turn(server->port()) * 1000 / polls_a_turn);
        ours.push_back(our_turn(server->port()) * 1000 / polls_a_turn);
    }
    std::printf("poll and decode 60 registers, CPU ms per 1000 polls: libmodbus loop %.1f, "
                "karkhana %.1f, ratio %.2f (at most 1.3)\n",
                median(bare), median(ours), median(ours) / median(bare));
    return median(ours) <= 1.3 * median(bare) ? 0 : 1;
}
