#include "devices/probe/scan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <thread>

namespace karkhana::probe {
namespace {

using modbus::Fault;
using modbus::Function;

constexpr int unit_most = 247;
constexpr std::array kBauds = {9600, 19200, 38400, 57600, 115200, 4800, 2400, 1200};
constexpr std::array kParities = {modbus::Parity::none, modbus::Parity::even, modbus::Parity::odd};

std::optional<int> number_of(std::string_view text) {
    int number = 0;
    auto const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || number < 1 || number > unit_most)
        return std::nullopt;
    return number;
}

/// A gateway that says the unit does not answer is no answer of the unit.
bool is_answer(modbus::Outcome const& outcome) {
    if (outcome) return true;
    auto const& failure = outcome.error();
    return failure.fault == Fault::refused &&
           failure.exception != modbus::exception::gateway_path &&
           failure.exception != modbus::exception::gateway_target;
}

}  // namespace

std::optional<std::vector<std::uint8_t>> units_of(std::string_view text) {
    std::vector<std::uint8_t> units;
    while (true) {
        auto const comma = text.find(',');
        auto const part = text.substr(0, comma);
        auto const dash = part.find('-');
        auto const first = number_of(part.substr(0, dash));
        auto const last = dash == part.npos ? first : number_of(part.substr(dash + 1));
        if (!first || !last || *first > *last) return std::nullopt;
        for (int unit = *first; unit <= *last; ++unit)
            units.push_back(static_cast<std::uint8_t>(unit));
        if (comma == text.npos) break;
        text.remove_prefix(comma + 1);
    }
    std::ranges::sort(units);
    units.erase(std::ranges::unique(units).begin(), units.end());
    return units;
}

std::vector<Setting> settings(std::optional<int> baud, std::optional<modbus::Parity> parity) {
    std::vector<Setting> all;
    for (auto const each : kParities)
        for (auto const speed : kBauds)
            if ((!parity || *parity == each) && (!baud || *baud == speed))
                all.push_back({speed, each});
    // A speed that is none of the usual.
    if (all.empty()) all.push_back({baud.value_or(9600), parity.value_or(modbus::Parity::none)});
    return all;
}

modbus::Outcome ask(modbus::Bus& bus, MonotonicClock const& clock, modbus::Request const& request,
                    Duration patience) {
    std::this_thread::sleep_for(bus.ready_at(request.unit) - clock.now());
    return bus.transact(request, clock.now() + patience);
}

tl::expected<std::vector<Heard>, modbus::Failure> scan(
    modbus::Bus& bus, MonotonicClock const& clock, std::vector<std::uint8_t> const& units,
    Duration patience, std::function<void(std::uint8_t unit)> const& progress) {
    std::vector<Heard> heard;
    auto silent = units;
    for (auto const function :
         {Function::read_holding_registers, Function::read_input_registers, Function::read_coils}) {
        auto const asked = std::exchange(silent, {});
        for (auto const unit : asked) {
            progress(unit);
            auto const began = clock.now();
            auto const outcome = ask(bus, clock, {unit, function, 0, 1, {}}, patience);
            if (!outcome && unreachable(outcome.error().fault))
                return tl::unexpected{outcome.error()};
            if (!is_answer(outcome)) {
                silent.push_back(unit);
                continue;
            }
            auto const took = std::chrono::duration_cast<Duration>(clock.now() - began);
            heard.push_back(
                {unit, function, outcome ? std::uint8_t{0} : outcome.error().exception, took});
        }
    }
    std::ranges::sort(heard, {}, &Heard::unit);
    return heard;
}

profiles::Ask questions_to(modbus::Bus& bus, MonotonicClock const& clock, std::uint8_t unit,
                           Duration patience) {
    return [&bus, &clock, unit, patience](
               profiles::Question const& question) -> std::optional<std::vector<std::uint16_t>> {
        modbus::Request const request{
            unit, static_cast<Function>(question.function), question.address, question.count, {}};
        auto outcome = ask(bus, clock, request, patience);
        if (!outcome && outcome.error().fault != Fault::refused)
            outcome = ask(bus, clock, request, patience);
        if (!outcome && unreachable(outcome.error().fault))
            throw std::runtime_error(std::string{name_of(outcome.error().fault)});
        if (!outcome) return std::nullopt;
        return outcome->words;
    };
}

}  // namespace karkhana::probe
