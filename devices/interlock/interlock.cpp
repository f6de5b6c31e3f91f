#include "devices/interlock/interlock.hpp"

#include <map>
#include <set>

#include "devices/interlock/board.hpp"

namespace karkhana::interlock {

namespace {

using profiles::Watchdog;

/// What is wrong with one contact on its board.
std::vector<std::string> problems_of(RelaySetup const& relay, std::vector<RelaySetup> const& all,
                                     Timing const& timing) {
    std::vector<std::string> problems;
    auto const complain = [&](char const* what) { problems.emplace_back(what); };
    auto const& board = *relay.profile->relay;
    if (relay.channel >= board.channels) complain("the board has no such channel");
    if (relay.feedback && *relay.feedback >= board.inputs)
        complain("the board has no such input for its feedback");
    if (relay.never_opens_alone) {
        if (board.watchdog == Watchdog::reg)
            complain(
                "the board's watchdog opens every contact of it, and this one must stay closed");
        return problems;
    }
    if (board.watchdog == Watchdog::none && board.watchdog_required)
        complain("the board has no watchdog, and its profile requires one");
    auto const longest =
        std::chrono::milliseconds(std::int64_t{board.watchdog_unit_ms} * board.watchdog_max);
    auto const watchdog = watchdog_of(relay, timing);
    if (board.watchdog != Watchdog::none && watchdog > longest)
        complain("the board's watchdog cannot be set that long");
    if (board.watchdog != Watchdog::reg) return problems;
    for (auto const& other : all) {
        bool const together = other.line == relay.line && other.unit == relay.unit;
        if (together && !other.never_opens_alone && watchdog_of(other, timing) < watchdog)
            complain("the board has one watchdog for all its contacts, and another machine on it "
                     "must stop sooner");
    }
    return problems;
}

}  // namespace

Duration watchdog_of(RelaySetup const& relay, Timing const& timing) {
    return relay.watchdog > Duration{} ? relay.watchdog : timing.watchdog;
}

bool is_pulsed(RelaySetup const& relay) {
    return relay.profile->relay->watchdog == Watchdog::pulse && !relay.never_opens_alone;
}

struct Interlock::Shared {
    std::vector<std::unique_ptr<RelayBoard>> boards;

    RelayBoard* board_of(MachineId const& machine) const {
        for (auto const& board : boards)
            if (board->has(machine)) return board.get();
        return nullptr;
    }
};

Interlock::Interlock(std::vector<RelaySetup> relays, Timing timing, MonotonicClock const& clock,
                     InterlockListener& listener, std::vector<BoardSetup> const& boards)
    : shared_(std::make_unique<Shared>()) {
    struct Known {
        BoardSetup board;
        std::vector<RelaySetup> relays;
    };
    std::map<std::pair<std::uint16_t, std::uint8_t>, Known> known;
    for (auto const& board : boards) known[{board.line, board.unit}].board = board;
    for (auto& relay : relays) {
        auto& on_it = known[{relay.line, relay.unit}];
        on_it.board = {relay.line, relay.unit, relay.profile};
        on_it.relays.push_back(std::move(relay));
    }
    for (auto& [place, each] : known)
        shared_->boards.push_back(std::make_unique<RelayBoard>(each.board, std::move(each.relays),
                                                               timing, clock, listener));
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

std::vector<poller::Writable> writes_of(std::vector<RelaySetup> const& relays, std::uint16_t line) {
    constexpr std::uint8_t write_coil = 5, write_register = 6;
    std::vector<poller::Writable> all;
    for (auto const& relay : relays) {
        if (relay.line != line) continue;
        auto const& board = *relay.profile->relay;
        auto const allow = [&](std::uint8_t function, int address) {
            auto const at = static_cast<std::uint16_t>(address);
            all.push_back({relay.unit, function, at, at});
        };
        allow(write_coil, board.coil_address + relay.channel);
        if (is_pulsed(relay)) allow(write_coil, board.watchdog_address + relay.channel);
        if (board.watchdog == Watchdog::reg) allow(write_register, board.watchdog_address);
        if (board.heartbeat) allow(write_register, *board.heartbeat);
    }
    return all;
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
        for (auto& what : problems_of(relay, relays, timing)) complain(std::move(what));
    }
    if (timing.renew * 2 > timing.watchdog)
        problems.push_back("a contact must be renewed at least twice within the watchdog's time");
    return problems;
}

}  // namespace karkhana::interlock
