// A bare libmodbus loop at a pace: one thread a port, each reading `units` units of 60 registers
// once a second. It decodes and keeps nothing. Prints its CPU in ms per 1000 polls, for the daemon
// to be measured beside it. Arguments: seconds, units, ports.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <modbus.h>
#include <span>
#include <thread>
#include <vector>

#include "tests/bench/cpu.hpp"

namespace {

constexpr int registers = 60;

void poll_port(int port, int units, int seconds) {
    std::unique_ptr<modbus_t, decltype(&modbus_free)> const context(
        modbus_new_tcp("127.0.0.1", port), &modbus_free);
    if (modbus_connect(context.get()) != 0) std::abort();
    std::vector<std::uint16_t> words(registers);
    auto due = std::chrono::steady_clock::now();
    for (int second = 0; second < seconds; ++second) {
        std::this_thread::sleep_until(due += std::chrono::seconds(1));
        for (int unit = 1; unit <= units; ++unit) {
            modbus_set_slave(context.get(), unit);
            if (modbus_read_input_registers(context.get(), 0, registers, words.data()) != registers)
                std::abort();
        }
    }
    modbus_close(context.get());
}

}  // namespace

int main(int count, char** values) {
    auto const arguments = std::span(values, static_cast<std::size_t>(count)).subspan(1);
    if (arguments.size() < 3) return 2;
    int const seconds = std::max(1, std::atoi(arguments[0]));
    int const units = std::max(1, std::atoi(arguments[1]));
    auto const ports = arguments.subspan(2);
    {
        std::vector<std::jthread> lines;
        for (auto const* port : ports)
            lines.emplace_back(poll_port, std::atoi(port), units, seconds);
    }
    auto const polls = static_cast<double>(seconds) * units * static_cast<double>(ports.size());
    std::printf("%.2f\n", 1e6 * karkhana::bench::cpu_seconds() / polls);
}
