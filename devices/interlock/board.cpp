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
/// A board that is gone is asked this often, unless that takes too much of the line.
constexpr Duration retry_most = milliseconds(2500);
/// While a contact may be closed its board is asked at least this often, whatever that costs.
constexpr Duration retry_most_closed = seconds(1);
/// A board that has answered before is not waited for longer than this many of its answers took.
constexpr int patient_for = 4;
constexpr Duration patience_least = milliseconds(100);
constexpr int failures_to_be_dead = 2;
/// A coil that nobody here has closed is told of so long, however short it was closed.
constexpr Duration uncommanded_told_for = seconds(60);

/// Seven short waits and a long one every two and a half seconds are a twentieth of the line.
bool waits_longer(int failures) { return failures % 8 == 0; }

}  // namespace

RelayBoard::RelayBoard(BoardSetup setup, std::vector<RelaySetup> const& relays, Timing timing,
                       MonotonicClock const& clock, InterlockListener& listener)
    : line_(setup.line),
      unit_(setup.unit),
      profile_(std::move(setup.profile)),
      timing_(timing),
      clock_(clock),
      listener_(listener),
      watchdog_(timing.watchdog) {
    auto const& board = *profile_->relay;
    for (auto const& each : relays) {
        Policy policy;
        policy.watchdog = watchdog_of(each, timing);
        policy.renew = timing.renew;
        policy.silent_after = timing.watchdog;
        policy.never_opens_alone = each.never_opens_alone;
        policy.opens_by_itself = board.watchdog != Watchdog::none && !each.never_opens_alone;
        // A pulse is its own watchdog; where the profile waives it, none is needed.
        policy.watchdog_verified =
            is_pulsed(each) || each.never_opens_alone || !board.watchdog_required;
        if (!each.never_opens_alone) watchdog_ = policy.watchdog;
        if (each.feedback)
            inputs_ =
                std::max<std::uint16_t>(inputs_, static_cast<std::uint16_t>(*each.feedback + 1));
        contactors_.push_back({each.machine, each.channel, each.feedback, is_pulsed(each), policy});
    }
    for (std::uint16_t channel = 0; channel < board.channels; ++channel)
        if (std::ranges::find(contactors_, channel, &Contactor::channel) == contactors_.end())
            spares_.push_back({channel});
}

void RelayBoard::attached(std::function<void()> wake) {
    std::lock_guard const lock(mutex_);
    wake_ = std::move(wake);
}

RelayState RelayBoard::state_of(Contactor const& contactor, Monotonic now) const {
    RelayState state;
    state.machine = contactor.machine;
    state.actual = contactor.actual;
    state.coil = contactor.coil;
    state.wanted_closed = authorised(contactor.desired, contactor.memory, contactor.policy, now);
    state.command_id = contactor.desired.id;
    state.authorised_until = contactor.desired.authorised_until;
    state.seen = contactor.seen;
    state.alarm = contactor.memory.alarm;
    state.watchdog_verified = contactor.policy.watchdog_verified;
    return state;
}

bool RelayBoard::has(MachineId const& machine) const {
    return std::any_of(contactors_.begin(), contactors_.end(),
                       [&](auto const& each) { return each.machine == machine; });
}

bool RelayBoard::set_desired(MachineId const& machine, Command const& command) {
    std::function<void()> wake;
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
        wake = wake_;
    }
    if (wake) wake();
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

/// What is dead must cost little: who has answered before is waited for no longer than it needed
/// then. Now and then it is waited for longer, because it may have become slow.
Duration RelayBoard::patience() const {
    std::lock_guard const lock(mutex_);
    bool const dead = failures_ > failures_to_be_dead && !waits_longer(failures_);
    if (!health_.heard || !dead) return timing_.exchange;
    return std::clamp(health_.latency * patient_for, std::min(patience_least, timing_.exchange),
                      timing_.exchange);
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

/// A command waits for the frame under way alone, be it one of the board's own.
modbus::Outcome RelayBoard::ask(modbus::Bus& bus, Request const& request, Duration patience) {
    switch_at_once(bus);
    return bus.transact(request, clock_.now() + patience);
}

bool RelayBoard::watchdog_holds(modbus::Bus& bus, std::uint16_t wanted) {
    auto const read = ask(
        bus, {unit_, Function::read_holding_registers, profile_->relay->watchdog_address, 1, {}},
        timing_.exchange);
    return read && read->words[0] == wanted;
}

/// Writes the time after which silence opens the contacts, and believes only what is read back.
bool RelayBoard::arm_watchdog(modbus::Bus& bus) {
    auto const& relay = *profile_->relay;
    auto const wanted = std::min<std::int64_t>(
        std::chrono::duration_cast<milliseconds>(watchdog_).count() / relay.watchdog_unit_ms,
        relay.watchdog_max);
    if (wanted < 1) return false;
    auto const word = static_cast<std::uint16_t>(wanted);
    if (armed_ && watchdog_holds(bus, word)) return true;
    auto const written =
        ask(bus, {unit_, Function::write_register, relay.watchdog_address, 1, {word}},
            timing_.exchange);
    return written && watchdog_holds(bus, word);
}

/// Shows the board that somebody lives, and looks whether its register still says what it was told:
/// a board that was away may be another one, or have lost its registers.
void RelayBoard::feed_watchdog(modbus::Bus& bus, bool reached) {
    auto const now = clock_.now();
    if (!reached)
        armed_ = false;
    else if (!armed_ || prove_ || now + timing_.poll > fed_at_ + timing_.heartbeat) {
        // Before it is older than a heartbeat, so that a command never finds it so.
        fed_at_ = now;
        prove_ = false;
        if (auto const beat = profile_->relay->heartbeat)
            static_cast<void>(
                ask(bus, {unit_, Function::write_register, *beat, 1, {++beat_}}, timing_.exchange));
        armed_ = arm_watchdog(bus);
        held_at_ = armed_ ? std::optional{now} : std::nullopt;
    }
    std::lock_guard const lock(mutex_);
    for (auto& each : contactors_)
        each.policy.watchdog_verified = armed_ || !profile_->relay->watchdog_required;
}

std::optional<std::vector<Contact>> RelayBoard::read_bits(modbus::Bus& bus, Function function,
                                                          std::uint16_t address,
                                                          std::uint16_t count) {
    auto const outcome = ask(bus, {unit_, function, address, count, {}}, patience());
    if (!outcome) return std::nullopt;
    std::vector<Contact> contacts;
    for (auto const word : outcome->words)
        contacts.push_back(word != 0 ? Contact::closed : Contact::open);
    return contacts;
}

std::optional<RelayBoard::ReadBack> RelayBoard::read_back(modbus::Bus& bus) {
    auto const& relay = *profile_->relay;
    auto coils = read_bits(bus, Function::read_coils, relay.coil_address, relay.channels);
    stale_ = false;
    if (!coils) return std::nullopt;
    ReadBack read{std::move(*coils), {}};
    if (inputs_ > 0)
        read.inputs = read_bits(bus, Function::read_discrete_inputs, 0, inputs_)
                          .value_or(std::vector<Contact>{});
    return read;
}

/// A contact that the board does not have is never seen, so nothing closes it.
Told RelayBoard::told_of(Contactor const& contactor, ReadBack const& read) const {
    auto const at = [](std::vector<Contact> const& all, std::uint16_t place) {
        return place < all.size() ? all[place] : Contact::unknown;
    };
    auto const coil = at(read.coils, contactor.channel);
    if (!contactor.feedback || coil == Contact::unknown) return coil;
    return {at(read.inputs, *contactor.feedback), coil};
}

std::vector<RelayBoard::Switching> RelayBoard::decide_all(std::optional<ReadBack> const& read,
                                                          std::vector<Change>& changes) {
    std::vector<Switching> switchings;
    auto const now = clock_.now();
    std::lock_guard const lock(mutex_);
    commanded_ = false;
    decided_at_ = now;
    for (auto& each : contactors_) {
        auto const before = state_of(each, now);
        auto const told = read ? told_of(each, *read) : Told{Contact::unknown};
        if (told.actual != Contact::unknown) each.seen = now;
        each.actual = told.actual;
        each.coil = told.coil;
        auto const decision = decide(each.desired, told, each.memory, each.policy, now);
        each.memory = decision.memory;
        Switching switching{each.channel, decision.action};
        if (each.pulsed) switching.for_time = each.policy.watchdog;
        if (decision.action != Action::none) switchings.push_back(switching);
        auto const after = state_of(each, now);
        changes.push_back({before, after});
    }
    for (auto& each : spares_)
        if (read && each.channel < read->coils.size() &&
            read->coils[each.channel] == Contact::closed)
            each.closed = now;
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
    for (auto const& each : spares_)
        if (each.closed && clock_.now() < *each.closed + uncommanded_told_for)
            health.uncommanded.push_back(each.channel);
    return health;
}

void RelayBoard::switch_contact(modbus::Bus& bus, Switching const& switching) {
    auto const& relay = *profile_->relay;
    auto const at = [&](std::uint16_t base) {
        return static_cast<std::uint16_t>(base + switching.channel);
    };
    Request request{unit_, Function::write_coil, at(relay.coil_address), 1, {modbus::coil_open}};
    if (switching.action == Action::close && switching.for_time) {
        auto const units = std::chrono::duration_cast<milliseconds>(*switching.for_time).count() /
                           relay.watchdog_unit_ms;
        request.address = at(relay.watchdog_address);
        request.words = {
            static_cast<std::uint16_t>(std::clamp<std::int64_t>(units, 1, relay.watchdog_max))};
    } else if (switching.action == Action::close) {
        request.words = {modbus::coil_closed};
    }
    // Whether it worked is what the next read-back tells.
    static_cast<void>(bus.transact(request, clock_.now() + timing_.exchange));
}

bool RelayBoard::any_may_be_closed(Monotonic now) const {
    return std::any_of(contactors_.begin(), contactors_.end(), [&](auto const& each) {
        return may_be_closed(each.memory, each.policy, now);
    });
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
    bool const counted = health_.heard && waits_longer(failures_ - 1);
    if (!urgent && !counted) due_ = std::max(due_, poller::next_probe(began, now));
}

/// Told to open, or its lease has just ended, and it may be closed.
bool RelayBoard::opens_at_once(Contactor const& contactor, Monotonic now) const {
    auto const& desired = contactor.desired;
    // One that has been open since it was told may have been closed again by hand.
    bool const told = commanded_ && !desired.closed && contactor.memory.settled_id != desired.id;
    bool const over = desired.closed && decided_at_ < desired.authorised_until &&
                      now >= desired.authorised_until && !contactor.policy.never_opens_alone;
    return desired.id != 0 && (told || over) && contactor.opened != desired &&
           (contactor.actual == Contact::closed ||
            may_be_closed(contactor.memory, contactor.policy, now));
}

/// Whether all that a closing rests on was read back within the last heartbeat: the contact is
/// open, and the watchdog holds. It is the same that a contact which is closed already rests on.
bool RelayBoard::proven(Contactor const& contactor, Monotonic now) const {
    if (failures_ > 0 || !contactor.seen || now >= *contactor.seen + timing_.heartbeat)
        return false;
    if (contactor.actual != Contact::open || contactor.coil != Contact::open) return false;
    bool const needs_register =
        profile_->relay->watchdog == Watchdog::reg && profile_->relay->watchdog_required;
    return !needs_register || (held_at_ && now < *held_at_ + timing_.heartbeat);
}

/// A new closing. One that only resumes looks first: it must not start a machine that has stopped.
bool RelayBoard::closes_at_once(Contactor const& contactor, Monotonic now) const {
    auto const& desired = contactor.desired;
    return commanded_ && desired.closed && !desired.resume && now < desired.expires &&
           desired.id != contactor.memory.command_id &&
           authorised(desired, contactor.memory, contactor.policy, now) && proven(contactor, now);
}

/// What was just commanded goes before all that the board is asked, openings first. What a closing
/// rests on is read right after it, contact and watchdog: one that does not hold is opened again.
void RelayBoard::switch_at_once(modbus::Bus& bus) {
    std::vector<Switching> openings, closings;
    {
        auto const now = clock_.now();
        std::lock_guard const lock(mutex_);
        for (auto& each : contactors_) {
            if (opens_at_once(each, now)) {
                each.opened = each.desired;
                openings.push_back({each.channel, Action::open});
            } else if (closes_at_once(each, now)) {
                each.memory =
                    decide(each.desired, {each.actual, each.coil}, each.memory, each.policy, now)
                        .memory;
                // That it was open until now is no disagreement.
                each.memory.disagreeing_polls = 0;
                closings.push_back({each.channel, Action::close});
                if (each.pulsed) closings.back().for_time = each.policy.watchdog;
                prove_ = true;
            }
        }
    }
    for (auto const& each : openings) switch_contact(bus, each);
    for (auto const& each : closings) switch_contact(bus, each);
    bool const any = !openings.empty() || !closings.empty();
    stale_ |= any;
    acted_ |= any;
}

/// What was decided, and was not overtaken by a command since.
void RelayBoard::carry_out(modbus::Bus& bus, std::vector<Switching> const& switchings) {
    for (auto const& each : switchings) {
        switch_at_once(bus);
        if (each.action == Action::close && !wants_closed(each.channel)) continue;
        switch_contact(bus, each);
    }
}

bool RelayBoard::wants_closed(std::uint16_t channel) const {
    auto const now = clock_.now();
    std::lock_guard const lock(mutex_);
    auto const found = std::ranges::find(contactors_, channel, &Contactor::channel);
    return authorised(found->desired, found->memory, found->policy, now);
}

void RelayBoard::run(modbus::Bus& bus) {
    auto const began = clock_.now();
    acted_ = false;
    auto read = read_back(bus);
    note(read.has_value(), began);
    bool const guarded = profile_->relay->watchdog == Watchdog::reg && !contactors_.empty();
    if (guarded) feed_watchdog(bus, read.has_value());
    // What was switched since it was read is otherwise now.
    while (read && stale_) read = read_back(bus);
    std::vector<Change> changes;
    auto const switchings = decide_all(read, changes);
    carry_out(bus, switchings);
    schedule(bus, began, read.has_value(), acted_ || !switchings.empty());
    for (auto& change : changes) {
        // Time passing is no change.
        auto before = change.before;
        before.seen = change.after.seen;
        if (before != change.after) listener_.relay_changed(change.before, change.after);
    }
}

}  // namespace karkhana::interlock
