// 255 lines on one box: a thread, a socket and a meter of 60 registers each, once a second, with
// the meters in a process of their own.

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "devices/modbus/line.hpp"
#include "devices/modbus/server.hpp"
#include "devices/poller/line_poller.hpp"
#include "tests/bench/cpu.hpp"

namespace {

using namespace karkhana;
using namespace std::chrono_literals;

constexpr int line_count = 255;
constexpr int values = 30;  // floats of two registers
constexpr auto measured = 20s;

/// Serves every meter from a child process that ends with this one; returns its port.
std::uint16_t meters_elsewhere() {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    if (::fork() == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        auto const server = modbus::Server::tcp("127.0.0.1", 0, [](modbus::Request const& request) {
            modbus::Answer answer;
            for (int i = 0; i < request.count; ++i)
                answer.words.push_back(i % 2 == 0 ? 0x4366 : 0x3333);
            return answer;
        });
        auto const port = server->port();
        if (::write(ends[1], &port, sizeof port) != sizeof port) std::abort();
        for (;;) ::pause();
    }
    std::uint16_t port = 0;
    if (::read(ends[0], &port, sizeof port) != sizeof port) std::abort();
    return port;
}

class Counting final : public ReadingSink {
public:
    void accept(ReadingFrame frame) override {
        for (auto const& reading : frame.readings) good += reading.quality == Quality::good;
    }
    std::atomic<long> good = 0;
};

std::shared_ptr<profiles::Profile const> meter() {
    auto profile = std::make_shared<profiles::Profile>();
    for (int i = 0; i < values; ++i) {
        profiles::Point point;
        point.name = "p" + std::to_string(i);
        point.address = static_cast<std::uint16_t>(2 * i);
        point.type = profiles::WordType::f32;
        point.scale = {1000, 1};
        point.unit = Unit::mv;
        profile->points.push_back(point);
    }
    return profile;
}

/// "VmRSS" in kB, "Threads".
long of_process(std::string const& key) {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(key + ":")) return std::atol(line.c_str() + key.size() + 1);
    return -1;
}

}  // namespace

int main() {
    auto const port = meters_elsewhere();
    SystemMonotonicClock const monotonic;
    SystemWallClock const wall;
    Counting sink;
    auto const profile = meter();
    std::vector<std::unique_ptr<poller::LinePoller>> lines;
    for (int i = 0; i < line_count; ++i) {
        poller::UnitSetup unit;
        unit.profile = profile;
        for (int value = 0; value < values; ++value)
            unit.watched.push_back({"p" + std::to_string(value), i * 100 + value});
        poller::LineSetup setup;
        setup.index = static_cast<std::uint16_t>(i);
        setup.units = {unit};
        lines.push_back(std::make_unique<poller::LinePoller>(
            setup,
            std::make_unique<modbus::Line>(modbus::TcpEndpoint{"127.0.0.1", port},
                                           modbus::LineTiming{}, monotonic),
            sink, wall, monotonic));
        lines.back()->start();
    }
    std::this_thread::sleep_for(70s);  // until every ring of last frames is full
    auto const cpu_before = 1e3 * bench::cpu_seconds();
    auto const good_before = sink.good.load();
    std::this_thread::sleep_for(measured);
    auto const polls = static_cast<double>(sink.good - good_before) / values;
    auto const cpu = 1e3 * bench::cpu_seconds() - cpu_before;
    auto const rss_mb = static_cast<double>(of_process("VmRSS")) / 1024;
    auto const threads = of_process("Threads");
    for (auto& line : lines) line->stop();
    auto const share = 100 * polls / (line_count * static_cast<double>(measured.count()));
    bool const held = share >= 99 && rss_mb <= 40;
    std::printf("%d lines of 60 registers at 1 s: %.1f %% of the polls (at least 99), %.1f ms CPU "
                "per 1000 polls, %.1f %% of one core, %.1f MB (at most 40), %ld threads%s\n",
                line_count, share, cpu * 1000 / polls,
                cpu / 10 / static_cast<double>(measured.count()), rss_mb, threads,
                held ? "" : "  MISSED");
    return held ? 0 : 1;
}
