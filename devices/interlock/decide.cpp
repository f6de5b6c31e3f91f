#include "devices/interlock/decide.hpp"

#include <array>

namespace karkhana::interlock {
namespace {

Decision revoke(Memory memory, std::uint64_t id, Alarm alarm, Action action) {
    memory.revoked_id = id;
    memory.alarm = alarm;
    memory.disagreeing_polls = 0;
    return {action, memory};
}

/// Nobody is authorised: the contact has to be open.
Decision keep_open(Contact actual, Memory memory, Policy const& policy, Monotonic now) {
    bool const may_be_ours = may_be_closed(memory, policy, now);
    if (actual == Contact::open) {
        memory.disagreeing_polls = 0;
        memory.pulsed.reset();
        if (memory.alarm == Alarm::closed_uncommanded || memory.alarm == Alarm::will_not_open)
            memory.alarm = Alarm::none;
        return {Action::none, memory};
    }
    // A board that does not answer is told to open only while our own closing may still hold.
    if (actual == Contact::unknown) return {may_be_ours ? Action::open : Action::none, memory};
    ++memory.disagreeing_polls;
    if (memory.seen == Contact::open && !may_be_ours)
        memory.alarm = Alarm::closed_uncommanded;
    else if (memory.disagreeing_polls >= policy.polls_to_alarm &&
             memory.alarm != Alarm::closed_uncommanded)
        memory.alarm = Alarm::will_not_open;
    return {Action::open, memory};
}

/// This closing has been in effect: it is renewed, but never begun again.
Decision keep_closed(Command const& desired, Contact actual, Memory memory, Policy const& policy,
                     Monotonic now) {
    if (actual == Contact::open)
        return revoke(memory, desired.id, Alarm::dropped_out, Action::open);
    if (actual == Contact::unknown) {
        if (!memory.pulsed || now >= *memory.pulsed + policy.watchdog)
            memory.alarm = Alarm::unreachable;
        return {Action::none, memory};
    }
    memory.alarm = Alarm::none;
    bool const renew = !memory.pulsed || now >= *memory.pulsed + policy.renew;
    if (renew) memory.pulsed = now;
    return {renew ? Action::close : Action::none, memory};
}

/// A new closing, not seen in effect yet.
Decision begin_closing(Command const& desired, Contact actual, Memory memory, Policy const& policy,
                       Monotonic now) {
    if (actual == Contact::closed) {
        memory.settled_id = desired.id;
        memory.disagreeing_polls = 0;
        return keep_closed(desired, actual, memory, policy, now);
    }
    bool const late = now >= desired.expires;
    if (actual == Contact::unknown) {
        if (late) return revoke(memory, desired.id, Alarm::unreachable, Action::none);
        return {Action::none, memory};
    }
    if (desired.resume) return revoke(memory, desired.id, Alarm::dropped_out, Action::none);
    if (late) return revoke(memory, desired.id, Alarm::will_not_close, Action::open);
    if (memory.disagreeing_polls++ >= policy.polls_to_alarm) memory.alarm = Alarm::will_not_close;
    memory.pulsed = now;
    return {Action::close, memory};
}

}  // namespace

std::string_view name_of(Contact contact) {
    constexpr std::array<std::string_view, 3> names = {"unknown", "open", "closed"};
    return names.at(static_cast<std::size_t>(contact));
}

std::string_view name_of(Alarm alarm) {
    constexpr std::array<std::string_view, 7> names = {
        "none",          "closed_uncommanded", "dropped_out", "will_not_close",
        "will_not_open", "unreachable",        "unverified"};
    return names.at(static_cast<std::size_t>(alarm));
}

bool authorised(Command const& desired, Memory const& memory, Policy const& policy, Monotonic now) {
    return desired.closed && now < desired.authorised_until && desired.id != memory.revoked_id &&
           policy.watchdog_verified;
}

bool may_be_closed(Memory const& memory, Policy const& policy, Monotonic now) {
    return memory.pulsed && (!policy.opens_by_itself || now < *memory.pulsed + policy.watchdog);
}

Decision decide(Command const& desired, Contact actual, Memory memory, Policy const& policy,
                Monotonic now) {
    if (desired.id != memory.command_id) {
        memory.command_id = desired.id;
        memory.disagreeing_polls = 0;
        memory.alarm = Alarm::none;
    }
    bool const refused = desired.closed && !policy.watchdog_verified;
    if (refused)
        memory.alarm = Alarm::unverified;
    else if (memory.alarm == Alarm::unverified)
        memory.alarm = Alarm::none;
    auto const choose = [&] {
        if (!authorised(desired, memory, policy, now))
            return keep_open(actual, memory, policy, now);
        if (memory.settled_id == desired.id)
            return keep_closed(desired, actual, memory, policy, now);
        return begin_closing(desired, actual, memory, policy, now);
    };
    auto decision = choose();
    if (actual != Contact::unknown) decision.memory.seen = actual;
    return decision;
}

}  // namespace karkhana::interlock
