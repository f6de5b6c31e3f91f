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

/// Whether nobody has asked for this opening, of a contact that is opened on a command alone.
bool must_wait(Command const& desired, Memory const& memory, Policy const& policy) {
    bool const asked = desired.id != 0 && !desired.closed && memory.settled_id != desired.id;
    return policy.never_opens_alone && !asked;
}

/// Nobody is authorised: the contact has to be open.
Decision keep_open(Command const& desired, Told const& told, Memory memory, Policy const& policy,
                   Monotonic now) {
    bool const may_be_ours = may_be_closed(memory, policy, now);
    bool const wait = must_wait(desired, memory, policy);
    if (told.actual == Contact::open && told.coil == Contact::open) {
        if (!desired.closed) memory.settled_id = desired.id;
        memory.disagreeing_polls = 0;
        memory.pulsed.reset();
        bool const over = memory.alarm == Alarm::closed_uncommanded ||
                          memory.alarm == Alarm::will_not_open || memory.alarm == Alarm::welded;
        if (over) memory.alarm = Alarm::none;
        return {Action::none, memory};
    }
    // A board that does not answer is told to open only while our own closing may still hold.
    if (told.actual == Contact::unknown && told.coil != Contact::closed) {
        bool const blindly = may_be_ours && !policy.never_opens_alone;
        return {blindly ? Action::open : Action::none, memory};
    }
    ++memory.disagreeing_polls;
    bool const lasts = memory.disagreeing_polls >= policy.polls_to_alarm;
    if (told.coil == Contact::open) {
        // A contactor needs a moment to drop out.
        if (lasts) memory.alarm = Alarm::welded;
    } else if (memory.seen == Contact::open && !may_be_ours) {
        memory.alarm = Alarm::closed_uncommanded;
    } else if (lasts && memory.alarm != Alarm::closed_uncommanded && !wait) {
        memory.alarm = Alarm::will_not_open;
    }
    return {wait ? Action::none : Action::open, memory};
}

/// This closing has been in effect: it is renewed, but never begun again.
Decision keep_closed(Command const& desired, Contact actual, Memory memory, Policy const& policy,
                     Monotonic now) {
    if (actual == Contact::open)
        return revoke(memory, desired.id, Alarm::dropped_out, Action::open);
    if (actual == Contact::unknown) {
        if (!memory.pulsed || now >= *memory.pulsed + policy.silent_after)
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
    constexpr std::array<std::string_view, 8> names = {
        "none",          "closed_uncommanded", "dropped_out", "will_not_close",
        "will_not_open", "unreachable",        "unverified",  "welded"};
    return names.at(static_cast<std::size_t>(alarm));
}

bool authorised(Command const& desired, Memory const& memory, Policy const& policy, Monotonic now) {
    return desired.closed && now < desired.authorised_until && desired.id != memory.revoked_id &&
           policy.watchdog_verified;
}

bool may_be_closed(Memory const& memory, Policy const& policy, Monotonic now) {
    return memory.pulsed && (!policy.opens_by_itself || now < *memory.pulsed + policy.watchdog);
}

Decision decide(Command const& desired, Told const& told, Memory memory, Policy const& policy,
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
            return keep_open(desired, told, memory, policy, now);
        if (memory.settled_id == desired.id)
            return keep_closed(desired, told.actual, memory, policy, now);
        return begin_closing(desired, told.actual, memory, policy, now);
    };
    auto decision = choose();
    if (told.actual != Contact::unknown) decision.memory.seen = told.actual;
    return decision;
}

}  // namespace karkhana::interlock
