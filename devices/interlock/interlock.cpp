#include "devices/interlock/interlock.hpp"

#include <map>
#include <set>

#include "devices/interlock/board.hpp"

namespace karkhana::interlock {

struct Interlock::Shared {
    std::vector<std::unique_ptr<RelayBoard>> boards;

    RelayBoard* board_of(MachineId const& machine) const {
        for (auto const& board : boards)
            if (board->has(machine)) return board.get();
        return nullptr;
    }
};

Interlock::Interlock(std::vector<RelaySetup> relays, Timing timing, MonotonicClock const& clock,
                     InterlockListener& listener)
    : shared_(std::make_unique<Shared>()) {
    std::map<std::pair<std::uint16_t, std::uint8_t>, std::vector<RelaySetup>> boards;
    for (auto& relay : relays) boards[{relay.line, relay.unit}].push_back(std::move(relay));
    for (auto& [place, on_it] : boards)
        shared_->boards.push_back(
            std::make_unique<RelayBoard>(std::move(on_it), timing, clock, listener));
}

Interlock::~Interlock() = default;

std::vector<poller::LineGuest*> Interlock::guests(std::uint16_t line) {
    std::vector<poller::LineGuest*> guests;
    for (auto const& board : shared_->boards)
        if (board->line() == line) guests.push_back(board.get());
    return guests;
}

bool Interlock::set_desired(MachineId const& machine, Command const& command) {
    auto* const board = shared_->board_of(machine);
    return board != nullptr && board->set_desired(machine, command);
}

std::vector<BoardHealth> Interlock::health() const {
    std::vector<BoardHealth> all;
    for (auto const& board : shared_->boards) all.push_back(board->health());
    return all;
}

std::vector<RelayState> Interlock::states() const {
    std::vector<RelayState> all;
    for (auto const& board : shared_->boards)
        for (auto& state : board->states()) all.push_back(state);
    return all;
}

std::optional<RelayState> Interlock::state(MachineId const& machine) const {
    auto const* const board = shared_->board_of(machine);
    if (board == nullptr) return std::nullopt;
    for (auto const& state : board->states())
        if (state.machine == machine) return state;
    return std::nullopt;
}

std::vector<std::string> problems_of(std::vector<RelaySetup> const& relays, Timing const& timing) {
    std::vector<std::string> problems;
    std::set<MachineId> machines;
    std::set<std::tuple<int, int, int>> channels;
    for (auto const& relay : relays) {
        auto const where = "contact " + std::to_string(relay.channel + 1) + ": ";
        auto const complain = [&](std::string what) { problems.push_back(where + what); };
        if (!machines.insert(relay.machine).second) complain("a second contact for this machine");
        if (!channels.insert({relay.line, relay.unit, relay.channel}).second)
            complain("its channel switches another machine too");
        if (!relay.profile || !relay.profile->relay) {
            complain("its profile is not of a relay board");
            continue;
        }
        auto const& board = *relay.profile->relay;
        if (relay.channel >= board.channels) complain("the board has no such channel");
        if (board.watchdog == profiles::Watchdog::none && board.watchdog_required)
            complain("the board has no watchdog, and its profile requires one");
        auto const longest =
            std::chrono::milliseconds(std::int64_t{board.watchdog_unit_ms} * board.watchdog_max);
        if (board.watchdog != profiles::Watchdog::none && timing.watchdog > longest)
            complain("the board's watchdog cannot be set that long");
    }
    if (timing.renew * 2 > timing.watchdog)
        problems.push_back("a contact must be renewed at least twice within the watchdog's time");
    return problems;
}

}  // namespace karkhana::interlock
