#include "devices/sim/simulator.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <sstream>

namespace karkhana::sim {

Simulator::Simulator(Scene scene, MonotonicClock const& clock)
    : scene_(std::move(scene)), world_(scene_, clock), random_(seeded_random(scene_.seed)) {
    for (auto const& line : scene_.lines) plug(line);
}

Simulator::~Simulator() {
    for (auto& [name, plugged] : plugged_) plugged.server.reset();
    for (auto const& line : scene_.lines) {
        std::error_code ignored;  // the link may be gone with its folder
        if (!line.link.empty()) std::filesystem::remove(line.link, ignored);
    }
}

void Simulator::plug(SceneLine const& line) {
    auto handler = [this, &line](modbus::Request const& request) { return handle(line, request); };
    std::lock_guard const lock{mutex_};
    auto& plugged = plugged_[line.name];
    plugged.unplugged = false;
    if (plugged.server) return;
    if (line.port) {
        // Plugged in again it listens where it did, though any port had been wanted.
        auto const port = plugged.port != 0 ? plugged.port : *line.port;
        plugged.server = line.rtu ? modbus::Server::rtu_over_tcp("127.0.0.1", port, handler)
                                  : modbus::Server::tcp("127.0.0.1", port, handler);
        plugged.port = plugged.server->port();
        return;
    }
    plugged.pty = std::make_unique<modbus::PtyPair>();
    plugged.server = modbus::Server::rtu(plugged.pty->server_end(), handler);
    std::filesystem::remove(line.link);
    std::filesystem::create_symlink(plugged.pty->client_path(), line.link);
}

void Simulator::unplug(SceneLine const& line) {
    std::unique_ptr<modbus::Server> gone;  // stops outside the lock that its handler takes
    std::lock_guard const lock{mutex_};
    auto& plugged = plugged_[line.name];
    plugged.unplugged = true;
    // A serial cable out is a line on which nobody answers; a network cable out is a closed port.
    if (line.port) gone = std::move(plugged.server);
}

modbus::Answer Simulator::handle(SceneLine const& line, modbus::Request const& request) {
    modbus::Answer answered;
    answered.silent = true;
    std::lock_guard const lock{mutex_};
    if (plugged_[line.name].unplugged || !world_.powered()) return answered;
    for (auto const& unit : line.units) {
        if (unit.unit != request.unit) continue;
        auto& faults = faults_[{line.name, unit.unit}];
        auto const fault = faults.draw(*random_);
        answered = answer(unit, world_, request, meters_[{line.name, unit.unit}]);
        auto const framing = line.port && !line.rtu ? modbus::Framing::tcp : modbus::Framing::rtu;
        faults.play(fault, framing, *random_, answered);
        if (fault && fault->misdeed == Misdeed::meddle) meddle(unit);
        break;
    }
    return answered;
}

/// The other master turns over the next contact of the board.
void Simulator::meddle(SceneUnit const& unit) {
    if (unit.relays.empty()) return;
    std::array<std::uint8_t, 1> dice{};
    random_->fill(dice);
    auto const& machine = std::next(unit.relays.begin(), dice[0] % std::ssize(unit.relays))->second;
    if (world_.contact(machine))
        world_.open_contact(machine);
    else
        world_.close_contact(machine, std::nullopt);
}

SceneLine const* Simulator::find_line(std::string const& name) const {
    for (auto const& line : scene_.lines)
        if (line.name == name) return &line;
    return nullptr;
}

std::uint16_t Simulator::port(std::string const& line) {
    std::lock_guard const lock{mutex_};
    auto const& server = plugged_.at(line).server;
    return server ? server->port() : std::uint16_t{0};
}

std::string Simulator::status() {
    std::ostringstream out;
    out << "ok {\"powered\":" << (world_.powered() ? "true" : "false") << ",\"machines\":[";
    char const* comma = "";
    for (auto const& machine : world_.machines()) {
        auto const shown = world_.shown(machine);
        out << comma << "{\"slug\":\"" << machine << "\",\"energy_wh\":" << shown.energy_wh
            << ",\"power_w\":" << shown.power_w << ",\"mass_g\":" << shown.mass_g
            << ",\"contact\":" << (world_.contact(machine) ? "true" : "false") << "}";
        comma = ",";
    }
    out << "]}";
    return out.str();
}

std::string_view command_help() {
    return R"(Every key of a scene is described in deploy/SCENE.md.
Commands on the control socket, one a line, each answered by one line:
  status                         registers, power and contact of every machine
  power off | power on           a power cut: every contact opens, nobody answers
  unplug LINE | plug LINE        the cable out and in
  close MACHINE | open MACHINE   another master writes the coil
  rest MACHINE | work MACHINE    its cycle is over, its run bit off; another one begins
What befalls requests to a unit, all of them or with "10%" some, with "3x" so many:
  silence LINE UNIT              no reply
  late LINE UNIT MS              the reply comes later
  drip LINE UNIT MS              the reply comes byte by byte
  exception LINE UNIT CODE       an exception instead
  wrong-unit LINE UNIT           another unit's frame
  wrong-transaction LINE UNIT    Modbus TCP: another request's number
  short LINE UNIT                half a frame
  stale LINE UNIT                the last frame once more
  noise LINE UNIT                flipped bits, or any bytes (Modbus TCP: in the header)
  meddle LINE UNIT               another master turns a contact over after the request
  heal LINE UNIT                 none of these, and no frozen meter
What happens to a meter:
  frozen LINE UNIT               its registers stop
  reset LINE UNIT                its counter starts at 0
  rollover LINE UNIT WH          its counter is so much below its modulus
  swap LINE UNIT SERIAL WH       another meter with this number and register
)";
}

std::string Simulator::of_machine(std::string const& verb, std::string const& machine) {
    auto const machines = world_.machines();
    if (std::ranges::find(machines, machine) == machines.end()) return "error no such machine";
    if (verb == "rest" || verb == "work")
        world_.rest(machine, verb == "rest");
    else if (verb == "close")
        world_.close_contact(machine, std::nullopt);
    else
        world_.open_contact(machine);
    return "ok";
}

namespace {

std::optional<std::vector<std::int64_t>> numbers_of(std::vector<std::string> const& words) {
    std::vector<std::int64_t> numbers;
    for (std::string_view word : words) {
        std::int64_t number = 0;
        auto const [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
        if (error != std::errc{} || end != word.data() + word.size() || number < 0)
            return std::nullopt;
        numbers.push_back(number);
    }
    return numbers;
}

}  // namespace

/// With mutex_ held.
std::string Simulator::of_meter(std::string const& verb, SceneUnit const& unit, MeterState& meter,
                                std::vector<std::string> const& words) {
    if (unit.machine.empty() && unit.machines.empty()) return "error this unit measures nothing";
    std::size_t const wanted = verb == "swap" ? 2 : verb == "rollover" ? 1 : 0;
    auto const numbers = numbers_of(words);
    if (!numbers || numbers->size() != wanted) return "error what comes after the unit";
    auto const shown = meter.frozen.value_or(world_.shown(unit));
    if (verb == "frozen") {
        meter.frozen = shown;
    } else if (verb == "reset") {
        meter.shift_wh = -shown.energy_wh;
    } else if (verb == "swap") {
        meter.serial = static_cast<std::uint32_t>(numbers->at(0));
        meter.shift_wh = numbers->at(1) - shown.energy_wh;
    } else {
        auto const* const counter = unit.profile->find("energy_import");
        if (counter == nullptr || counter->modulus == 0) return "error it does not roll over";
        meter.shift_wh = counter->modulus - numbers->at(0) - shown.energy_wh;
    }
    return "ok";
}

std::string Simulator::of_unit(std::string const& verb, SceneLine const& line,
                               SceneUnit const& unit, std::vector<std::string> const& words) {
    std::lock_guard const lock{mutex_};
    auto& faults = faults_[{line.name, unit.unit}];
    auto& meter = meters_[{line.name, unit.unit}];
    if (verb == "heal") {
        if (!words.empty()) return "error what comes after the unit";
        faults.heal();
        meter.frozen.reset();
        return "ok";
    }
    if (verb == "frozen" || verb == "reset" || verb == "rollover" || verb == "swap")
        return of_meter(verb, unit, meter, words);
    auto const misdeed = misdeed_of(verb);
    if (!misdeed) return "error unknown command";
    auto const fault = fault_of(*misdeed, words);
    if (!fault) return "error what comes after the unit";
    faults.set(*fault);
    return "ok";
}

std::string Simulator::command(std::string const& text) {
    std::istringstream in{text};
    std::string verb, target;
    in >> verb >> target;
    if (verb == "status") return status();
    if (verb == "power" && (target == "on" || target == "off")) {
        world_.set_power(target == "on");
        return "ok";
    }
    if (verb == "close" || verb == "open" || verb == "rest" || verb == "work")
        return of_machine(verb, target);
    auto const* line = find_line(target);
    if (line == nullptr) return "error unknown command or line";
    if (verb == "plug" || verb == "unplug") {
        verb == "plug" ? plug(*line) : unplug(*line);
        return "ok";
    }
    int number = 0;
    in >> number;
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    for (auto const& unit : line->units)
        if (unit.unit == number) return of_unit(verb, *line, unit, words);
    return "error no such unit on this line";
}

}  // namespace karkhana::sim
