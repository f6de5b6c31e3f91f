#include "server/metering/rules_run.hpp"

namespace karkhana::metering {

Result<void> may_start(StartFacts const& facts) {
    auto const step = booking::check_transition(facts.actor, facts.state, booking::State::running);
    if (!step) return step;
    if (facts.assisted && facts.actor == booking::Actor::party)
        return refuse(ErrorKind::forbidden, "not_yours_to_do",
                      "An operator of the facility runs this booking.");
    if (facts.out_of_order)
        return refuse(ErrorKind::conflict, "out_of_order", "The machine is out of order.");
    if (facts.outage) return refuse(ErrorKind::conflict, "outage", "There is an outage now.");
    if (facts.now >= facts.during.end)
        return refuse(ErrorKind::conflict, "too_late", "The booking is over.");
    if (facts.now < facts.during.start - early_start)
        return refuse(ErrorKind::conflict, "too_early",
                      "A booking starts at most 15 minutes before its time.");
    if (facts.taken)
        return refuse(ErrorKind::conflict, "machine_busy", "Somebody else is on the machine.");
    // Who cannot be switched on is not charged for what runs without being switched.
    if (facts.contact_silent)
        return refuse(ErrorKind::unavailable, "contact_silent",
                      "The switch of the machine does not answer.");
    return {};
}

bool must_end(EndFacts const& facts) {
    bool const gone = facts.own_switch && facts.idle.value_or(false);
    if (gone && facts.now >= facts.during.end) return true;
    if (facts.now < facts.during.end + end_grace) return false;
    if (facts.next_start && *facts.next_start <= facts.now) return true;
    if (facts.closed || facts.now >= facts.during.end + longest_overrun) return true;
    return facts.idle.value_or(false);
}

std::string_view state_of(MachineFacts const& facts) {
    if (facts.active) {
        if (facts.stopped) return "stopped";
        if (facts.paused) return "paused";
        return "running";
    }
    if (facts.out_of_order || facts.outage_of_machine) return "out_of_order";
    if (facts.outage_of_facility) return "closed";
    if (facts.booked) return "booked";
    if (facts.meter_silent) return "unknown";
    return "free";
}

bool in_use(std::int64_t watts, std::int64_t busy_above_w, std::int64_t idle_below_w, bool before) {
    return watts > busy_above_w || (before && watts >= idle_below_w);
}

bool OpenWatch::take(std::int64_t wh, std::int64_t resolution, Instant at) {
    if (!from_) from_ = Mark{wh, at};
    bool const much = wh - from_->wh > std::max(most_wh, 2 * resolution);
    if (much || at - from_->at >= window) {
        used_ = much;
        from_ = Mark{wh, at};
    }
    return used_;
}

void PowerWatch::take(bool busy, Instant at, Monotonic heard) {
    latest_ = heard;
    if (busy) {
        if (!busy_since_) busy_since_ = heard;
        quiet_since_.reset();
    } else {
        if (!quiet_since_) quiet_since_ = at;
        busy_since_.reset();
    }
}

}  // namespace karkhana::metering
