#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

#include "devices/modbus/line.hpp"
#include "devices/probe/scan.hpp"
#include "devices/profiles/decode.hpp"
#include "devices/profiles/meanings.hpp"
#include "server/app/commands.hpp"
#include "server/app/lines.hpp"
#include "server/app/probe_toml.hpp"

namespace karkhana::app {
namespace {

using Known = std::vector<std::shared_ptr<profiles::Profile const>>;

/// A bus opened by one of the settings that may be its own.
struct Opened {
    LineConfig config;
    std::unique_ptr<modbus::Line> line;
};

Opened open(ProbeOptions const& options, probe::Setting setting, MonotonicClock const& clock) {
    Opened opened;
    opened.config.name = options.name;
    opened.config.tcp = options.tcp;
    opened.config.serial = options.serial;
    opened.config.baud = setting.baud;
    opened.config.parity = static_cast<char>(setting.parity);
    modbus::LineTiming timing;
    timing.max_late = options.timeout;
    opened.line = std::make_unique<modbus::Line>(endpoint_of(opened.config), timing, clock);
    return opened;
}

std::vector<probe::Setting> settings_of(ProbeOptions const& options) {
    if (!options.tcp.empty()) return {{}};
    auto const baud = options.baud == 0 ? std::nullopt : std::optional{options.baud};
    auto const parity = options.parity.empty()
                            ? std::nullopt
                            : std::optional{static_cast<modbus::Parity>(options.parity[0])};
    return probe::settings(baud, parity);
}

/// For everything but a scan: what was not said is 9600 baud without parity.
Opened open_as_said(ProbeOptions const& options, MonotonicClock const& clock) {
    return open(options, settings_of(options).front(), clock);
}

std::uint8_t unit_of(ProbeOptions const& options) {
    auto const units = probe::units_of(options.units);
    if (!units || units->size() != 1)
        throw std::runtime_error("--units: one unit number, 1 to 247");
    return units->front();
}

std::string said(Opened const& opened, modbus::Failure failure) {
    if (failure.fault == modbus::Fault::not_connected) {
        auto const why = opened.line->trouble();
        return why.empty() ? "cannot be opened" : "cannot be opened: " + why;
    }
    auto text = std::string{modbus::name_of(failure.fault)};
    return failure.exception == 0 ? text : fmt::format("{}, exception {}", text, failure.exception);
}

std::string place_of(LineConfig const& line) {
    if (!line.tcp.empty()) return line.tcp;
    return fmt::format("{} at {} baud, parity {}", line.serial, line.baud, line.parity);
}

struct Scanned {
    Opened opened;
    std::vector<probe::Heard> heard;
};

/// The first setting by which anybody answers.
std::optional<Scanned> scan_all(ProbeOptions const& options, MonotonicClock const& clock) {
    auto const units = probe::units_of(options.units);
    if (!units) throw std::runtime_error("--units: numbers like 1-247 or 1,5,20-30");
    bool const watched = ::isatty(STDERR_FILENO) != 0;
    for (auto const setting : settings_of(options)) {
        auto opened = open(options, setting, clock);
        std::cerr << "asking on " << place_of(opened.config) << '\n';
        auto heard = probe::scan(*opened.line, clock, *units, options.timeout, [&](int unit) {
            if (watched) std::cerr << "  unit " << unit << "   \r" << std::flush;
        });
        if (!heard)
            throw std::runtime_error(place_of(opened.config) + ": " + said(opened, heard.error()));
        if (!heard->empty()) return Scanned{std::move(opened), std::move(*heard)};
    }
    return std::nullopt;
}

Known known_profiles(ProbeOptions const& options) {
    config::Problems problems;
    Known known;
    for (auto& [name, profile] : load_all_profiles(options.profiles, options.own, problems))
        known.push_back(std::move(profile));
    for (auto const& problem : problems) std::cerr << problem.text() << '\n';
    return known;
}

int scan(ProbeOptions const& options, MonotonicClock const& clock) {
    auto const found = scan_all(options, clock);
    if (!found) {
        std::cout << "nobody answers\n";
        return 1;
    }
    std::cout << place_of(found->opened.config) << '\n';
    for (auto const& heard : found->heard)
        std::cout << fmt::format(
            "unit {:>3}: {} to function {}, {} ms\n", heard.unit,
            heard.exception == 0 ? "an answer" : fmt::format("exception {}", heard.exception),
            static_cast<int>(heard.function), heard.took.count() / 1000);
    return 0;
}

/// A serial number for what it is; nothing where there is no number to see.
std::string value_of(profiles::Evidence const& evidence) {
    using profiles::Sign;
    auto const sign = evidence.sign;
    if (sign == Sign::refused || sign == Sign::model || sign == Sign::other_model) return "";
    if (evidence.point == "identity") return fmt::format("serial {}", evidence.value);
    return fmt::format("{} {}", evidence.value, name_of(evidence.unit));
}

void tell_evidence(profiles::Candidate const& candidate) {
    std::cout << fmt::format("{:<36} {:>5}\n", candidate.profile->device, candidate.score);
    for (auto const& evidence : candidate.evidence) {
        auto const value = value_of(evidence);
        std::cout << fmt::format("    {:<12} {}\n", profiles::name_of(evidence.sign),
                                 value.empty() ? evidence.point
                                               : fmt::format("{:<28} {}", evidence.point, value));
    }
}

/// Whether anybody answers there at all, so that silence is not taken for a device nobody knows.
bool is_there(Opened const& opened, MonotonicClock const& clock, std::uint8_t unit,
              Duration patience) {
    auto const heard = probe::scan(*opened.line, clock, {unit}, patience, [](int) {});
    if (!heard)
        throw std::runtime_error(place_of(opened.config) + ": " + said(opened, heard.error()));
    return !heard->empty();
}

int identify(ProbeOptions const& options, MonotonicClock const& clock) {
    constexpr std::size_t shown = 3;
    auto const opened = open_as_said(options, clock);
    auto const unit = unit_of(options);
    if (!is_there(opened, clock, unit, options.timeout)) {
        std::cout << fmt::format("unit {}: nobody answers on {}\n", unit, place_of(opened.config));
        return 1;
    }
    auto const found = profiles::recognise(
        known_profiles(options), probe::questions_to(*opened.line, clock, unit, options.timeout));
    std::cout << fmt::format("unit {}: {}\n", unit, verdict_on(found));
    for (std::size_t i = 0; i < std::min(shown, found.candidates.size()); ++i)
        tell_evidence(found.candidates[i]);
    return found.sure ? 0 : 1;
}

/// "16967 u16", "49.98 f32", "131071 u32 little": the high word comes first unless it says so.
std::vector<std::string> meant(std::span<std::uint16_t const> words) {
    std::vector<std::string> texts;
    for (auto const& each : profiles::meanings(words))
        texts.push_back(fmt::format("{} {}{}", each.value, profiles::name_of(each.type),
                                    each.order == profiles::WordOrder::little ? " little" : ""));
    return texts;
}

int watch(ProbeOptions const& options, MonotonicClock const& clock) {
    auto const opened = open_as_said(options, clock);
    modbus::Request const request{unit_of(options),
                                  static_cast<modbus::Function>(options.function),
                                  static_cast<std::uint16_t>(options.address),
                                  static_cast<std::uint16_t>(options.count),
                                  {}};
    for (int i = 0; options.times == 0 || i < options.times; ++i) {
        if (i > 0) std::this_thread::sleep_for(options.every);
        auto const outcome = probe::ask(*opened.line, clock, request, options.timeout);
        if (::isatty(STDOUT_FILENO) != 0) std::cout << "\033[H\033[2J";
        if (!outcome) {
            if (i == 0 && outcome.error().fault == modbus::Fault::not_connected)
                throw std::runtime_error(place_of(opened.config) + ": " +
                                         said(opened, outcome.error()));
            std::cout << said(opened, outcome.error()) << std::endl;
            continue;
        }
        std::span<std::uint16_t const> const words = outcome->words;
        for (std::size_t at = 0; at < words.size(); ++at)
            std::cout << fmt::format("{:>7} 0x{:04X}  {}\n", request.address + at, words[at],
                                     fmt::join(meant(words.subspan(at)), ", "));
        std::cout << std::flush;
    }
    return 0;
}

/// What a person must type to have a coil written; nothing is switched by a slip of a finger.
bool confirmed(ProbeOptions const& options, std::string const& sentence) {
    auto typed = options.confirm;
    if (typed.empty()) {
        if (::isatty(STDIN_FILENO) == 0)
            throw std::runtime_error("nobody is here to confirm: --confirm \"" + sentence + "\"");
        std::cout << "This may start a machine. To do it, type: " << sentence << "\n> "
                  << std::flush;
        std::getline(std::cin, typed);
    }
    return typed == sentence;
}

int write(ProbeOptions const& options, MonotonicClock const& clock) {
    auto const unit = unit_of(options);
    auto const address = static_cast<std::uint16_t>(options.address);
    if (options.value.empty()) throw std::runtime_error("--value: on or off");
    bool const on = options.value == "on";
    auto const sentence = fmt::format("unit {} coil {} {}", unit, address, options.value);
    if (!confirmed(options, sentence)) {
        std::cerr << "not confirmed, and nothing is written\n";
        return 1;
    }
    auto const opened = open_as_said(options, clock);
    std::uint16_t const word = on ? modbus::coil_closed : modbus::coil_open;
    auto const written =
        probe::ask(*opened.line, clock, {unit, modbus::Function::write_coil, address, 1, {word}},
                   options.timeout);
    if (!written) throw std::runtime_error(said(opened, written.error()));
    auto const back = probe::ask(
        *opened.line, clock, {unit, modbus::Function::read_coils, address, 1, {}}, options.timeout);
    if (!back)
        throw std::runtime_error("written, and not read back: " + said(opened, back.error()));
    bool const is_on = back->words.at(0) != 0;
    std::cout << fmt::format("unit {} coil {} reads {}\n", unit, address, is_on ? "on" : "off");
    return is_on == on ? 0 : 1;
}

int write_toml(ProbeOptions const& options, MonotonicClock const& clock) {
    auto const found = scan_all(options, clock);
    if (!found) {
        std::cerr << "nobody answers\n";
        return 1;
    }
    auto const known = known_profiles(options);
    std::vector<FoundUnit> units;
    for (auto const& heard : found->heard) {
        std::cerr << "looking at unit " << int{heard.unit} << '\n';
        units.push_back({heard.unit, profiles::recognise(
                                         known, probe::questions_to(*found->opened.line, clock,
                                                                    heard.unit, options.timeout))});
    }
    std::cout << toml_of(found->opened.config, units);
    return 0;
}

}  // namespace

int probe_bus(std::string const& what, ProbeOptions const& options) {
    if (options.tcp.empty() == options.serial.empty())
        throw std::runtime_error("either --tcp host:port or --serial /dev/...");
    if (!options.tcp.empty() && !is_endpoint(options.tcp))
        throw std::runtime_error("--tcp " + options.tcp +
                                 ": host and port are wanted, like 192.168.1.50:502");
    SystemMonotonicClock const clock;
    if (what == "scan") return scan(options, clock);
    if (what == "identify") return identify(options, clock);
    if (what == "watch") return watch(options, clock);
    if (what == "write") return write(options, clock);
    return write_toml(options, clock);
}

}  // namespace karkhana::app
