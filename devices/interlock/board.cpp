#include "devices/interlock/board.hpp"

#include <algorithm>

#include "devices/poller/backoff.hpp"

namespace karkhana::interlock {
namespace {

using modbus::Function;
using modbus::Request;
using profiles::Watchdog;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// After switching, the contact is read back this soon.
constexpr Duration read_back_after = milliseconds(100);
constexpr Duration retry_most = seconds(60);
/// While a contact may be closed its board is asked at least this often, whatever that costs.
constexpr Duration retry_most_closed = seconds(1);

}  // namespace

RelayBoard::RelayBoard(std::vector<RelaySetup> relays, Timing timing, MonotonicClock const& clock,
                       InterlockListener& listener)
    : line_(relays.front().line),
      unit_(relays.front().unit),
      profile_(relays.front().profile),
      timing_(timing),
      clock_(clock),
      listener_(listener) {
    auto const& relay = *profile_->relay;
    policy_.watchdog = timing.watchdog;
    policy_.renew = timing.renew;
    policy_.opens_by_itself = relay.watchdog != Watchdog::none;
    // A pulse is its own watchdog; where the profile waives it, none is needed.
    policy_.watchdog_verified = relay.watchdog == Watchdog::pulse || !relay.watchdog_required;
    for (auto const& each : relays) contactors_.push_back({each.machine, each.channel});
}

RelayState RelayBoard::state_of(Contactor const& contactor, Monotonic now) const {
    RelayState state;
    state.machine = contactor.machine;
    state.actual = contactor.actual;
    state.wanted_closed = authorised(contactor.desired, contactor.memory, policy_, now);
    state.command_id = contactor.desired.id;
    state.authorised_until = contactor.desired.authorised_until;
    state.seen = contactor.seen;
    state.alarm = contactor.memory.alarm;
    state.watchdog_verified = policy_.watchdog_verified;
    return state;
}

bool RelayBoard::has(MachineId const& machine) const {
    return std::any_of(contactors_.begin(), contactors_.end(),
                       [&](auto const& each) { return each.machine == machine; });
}

bool RelayBoard::set_desired(MachineId const& machine, Command const& command) {
    {
        std::lock_guard const lock(mutex_);
        auto const found = std::find_if(contactors_.begin(), contactors_.end(),
                                        [&](auto const& each) { return each.machine == machine; });
        if (found == contactors_.end()) return false;
        auto& desired = found->desired;
        if (command.id < desired.id || command.id == 0) return false;
        bool const renewal = command.id == desired.id && command.closed == desired.closed;
        // What an id has opened it cannot close again.
        if (command.id == desired.id && command.closed && !renewal) return false;
        if (renewal)
            desired.authorised_until = command.authorised_until;
        else
            desired = command;
        commanded_ |= !renewal;
    }
    if (wake_) wake_();
    return true;
}

std::vector<RelayState> RelayBoard::states() const {
    auto const now = clock_.now();
    std::lock_guard const lock(mutex_);
    std::vector<RelayState> states;
    for (auto const& each : contactors_) states.push_back(state_of(each, now));
    return states;
}

Monotonic RelayBoard::due() const {
    std::lock_guard const lock(mutex_);
    if (commanded_) return Monotonic::min();
    auto due = due_;
    // A lease that ends is acted upon when it ends, not at the next poll.
    for (auto const& each : contactors_)
        if (each.desired.closed && each.desired.authorised_until > decided_at_)
            due = std::min(due, each.desired.authorised_until);
    return due;
}

bool RelayBoard::probing() const {
    std::lock_guard const lock(mutex_);
    return failures_ > 0 && !commanded_ && !any_may_be_closed(clock_.now());
}

void RelayBoard::line_returned() {
    std::lock_guard const lock(mutex_);
    if (failures_ == 0) return;
    failures_ = 0;
    due_ = clock_.now();
}

modbus::Outcome RelayBoard::ask(modbus::Bus& bus, Request request) {
    request.unit = unit_;
    return bus.transact(request, clock_.now() + timing_.exchange);
}

/// Writes the time after which silence opens the contacts, and believes only what is read back.
bool RelayBoard::arm_watchdog(modbus::Bus& bus) {
    auto const& relay = *profile_->relay;
    auto const wanted = std::min<std::int64_t>(
        std::chrono::duration_cast<milliseconds>(timing_.watchdog).count() / relay.watchdog_unit_ms,
        relay.watchdog_max);
    if (wanted < 1) return false;
    auto const word = static_cast<std::uint16_t>(wanted);
    auto const written =
        ask(bus, {unit_, Function::write_register, relay.watchdog_address, 1, {word}});
    auto const read =
        ask(bus, {unit_, Function::read_holding_registers, relay.watchdog_address, 1, {}});
    return written && read && read->words[0] == word;
}

std::optional<std::vector<Contact>> RelayBoard::read_back(modbus::Bus& bus) {
    auto const& relay = *profile_->relay;
    auto const outcome =
        ask(bus, {unit_, Function::read_coils, relay.coil_address, relay.channels, {}});
    if (!outcome) return std::nullopt;
    std::vector<Contact> contacts;
    for (auto const word : outcome->words)
        contacts.push_back(word != 0 ? Contact::closed : Contact::open);
    return contacts;
}

std::vector<RelayBoard::Switching> RelayBoard::decide_all(
    std::optional<std::vector<Contact>> const& read, std::vector<Change>& changes) {
    std::vector<Switching> switchings;
    auto const now = clock_.now();
    std::lock_guard const lock(mutex_);
    commanded_ = false;
    decided_at_ = now;
    for (auto& each : contactors_) {
        auto const before = state_of(each, now);
        // A contact that the board does not have is never seen, so nothing closes it.
        bool const told = read && each.channel < read->size();
        auto const actual = told ? (*read)[each.channel] : Contact::unknown;
        if (told) each.seen = now;
        each.actual = actual;
        auto const decision = decide(each.desired, actual, each.memory, policy_, now);
        each.memory = decision.memory;
        if (decision.action != Action::none) switchings.push_back({each.channel, decision.action});
        auto const after = state_of(each, now);
        changes.push_back({before, after});
    }
    // What opens goes first.
    std::sort(switchings.begin(), switchings.end(), [](auto const& a, auto const& b) {
        return std::pair(a.action, a.channel) < std::pair(b.action, b.channel);
    });
    return switchings;
}

void RelayBoard::note(bool told, Monotonic asked) {
    auto const now = clock_.now();
    std::lock_guard const lock(mutex_);
    ++(told ? health_.polls : health_.errors);
    if (!told) return;
    health_.heard = now;
    health_.latency = std::chrono::duration_cast<Duration>(now - asked);
}

BoardHealth RelayBoard::health() const {
    std::lock_guard const lock(mutex_);
    auto health = health_;
    health.line = line_;
    health.unit = unit_;
    return health;
}

void RelayBoard::switch_contact(modbus::Bus& bus, Switching const& switching) {
    auto const& relay = *profile_->relay;
    auto const at = [&](std::uint16_t base) {
        return static_cast<std::uint16_t>(base + switching.channel);
    };
    Request request{unit_, Function::write_coil, at(relay.coil_address), 1, {modbus::coil_open}};
    if (switching.action == Action::close && relay.watchdog == Watchdog::pulse) {
        auto const units = std::chrono::duration_cast<milliseconds>(timing_.watchdog).count() /
                           relay.watchdog_unit_ms;
        request.address = at(relay.watchdog_address);
        request.words = {
            static_cast<std::uint16_t>(std::clamp<std::int64_t>(units, 1, relay.watchdog_max))};
    } else if (switching.action == Action::close) {
        request.words = {modbus::coil_closed};
    }
    // Whether it worked is what the next read-back tells.
    static_cast<void>(ask(bus, std::move(request)));
}

bool RelayBoard::any_may_be_closed(Monotonic now) const {
    return std::any_of(contactors_.begin(), contactors_.end(),
                       [&](auto const& each) { return may_be_closed(each.memory, policy_, now); });
}

void RelayBoard::schedule(modbus::Bus& bus, Monotonic began, bool reached, bool switched) {
    auto const now = clock_.now();
    std::lock_guard const lock(mutex_);
    if (reached) {
        failures_ = 0;
        due_ = now + (switched ? read_back_after : timing_.poll);
        return;
    }
    ++failures_;
    bool const urgent = any_may_be_closed(now);
    auto const most = urgent ? retry_most_closed : retry_most;
    due_ = std::max(now + poller::retry_delay(failures_, 200, most), bus.ready_at(unit_));
    // A board that is gone takes no more of the line than dead meters do.
    if (!urgent) due_ = std::max(due_, poller::next_probe(began, now));
}

void RelayBoard::run(modbus::Bus& bus) {
    auto const began = clock_.now();
    auto const read = read_back(bus);
    note(read.has_value(), began);
    if (profile_->relay->watchdog == Watchdog::reg) {
        // A board that was away may be another one, or have lost its registers.
        armed_ = read && (armed_ || arm_watchdog(bus));
        std::lock_guard const lock(mutex_);
        policy_.watchdog_verified = armed_ || !profile_->relay->watchdog_required;
    }
    std::vector<Change> changes;
    auto const switchings = decide_all(read, changes);
    for (auto const& each : switchings) switch_contact(bus, each);
    schedule(bus, began, read.has_value(), !switchings.empty());
    for (auto& change : changes) {
        // Time passing is no change.
        auto before = change.before;
        before.seen = change.after.seen;
        if (before != change.after) listener_.relay_changed(change.before, change.after);
    }
}

}  // namespace karkhana::interlock
