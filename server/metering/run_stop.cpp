#include "server/booking/api.hpp"
#include "server/booking/audit.hpp"
#include "server/booking/records.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/metering/run.hpp"
#include "server/metering/series_writer.hpp"
#include "server/people/idempotency.hpp"
#include "server/store/disk_full.hpp"

namespace karkhana::metering {

using booking::State;

/// What may be done now to a machine that has to stop, for whatever reason. The time that its cycle
/// may take runs from the first time that this is asked, or from when a person did before the
/// daemon last began; where a person has to act, he is told.
StopStep RunControl::stop_now(MachineId const& machine, std::optional<Instant> asked_at) {
    auto const rule = rule_of(stops_, machine);
    if (rule.stop == StopClass::immediate) return StopStep::open;
    auto const contact = services_.contacts.actual(machine);
    auto const now = services_.monotonic.now();
    StopFacts facts{.rule = rule,
                    .open = contact == ContactState::open || contact == ContactState::none ||
                            cut_off(machine),
                    .idle = rests(machine),
                    .asked_for = {}};
    bool first = false;
    {
        std::lock_guard const lock{mutex_};
        auto const waited =
            std::clamp(services_.clock.now() - asked_at.value_or(services_.clock.now()), Duration{},
                       Duration{rule.at_most});
        auto const [asked, inserted] = stop_asked_.try_emplace(machine, now - waited);
        first = inserted;
        facts.asked_for = std::chrono::floor<Duration>(now - asked->second);
    }
    auto const step = stop_step(facts);
    if (first && step == StopStep::warn) warn_of_stop(machine);
    return step;
}

/// Calls for a person; with a full disk at the next look again.
void RunControl::warn_of_stop(MachineId const& machine) {
    try {
        alarms_.raise(machine, "stop_asked");
    } catch (store::DiskFull const&) {
        std::lock_guard const lock{mutex_};
        stop_asked_.erase(machine);
        throw;
    }
}

/// It has stopped, or need not any more.
void RunControl::forget_stop(MachineId const& machine) {
    bool warned = false;
    {
        std::lock_guard const lock{mutex_};
        warned = stop_asked_.erase(machine) > 0;
    }
    if (warned) alarms_.clear(machine, "stop_asked");
}

std::optional<RunControl::Stopping> RunControl::stopping(MachineId const& machine) const {
    std::lock_guard const lock{mutex_};
    auto const found = stop_asked_.find(machine);
    if (found == stop_asked_.end()) return std::nullopt;
    auto const rule = rule_of(stops_, machine);
    Stopping stopping{rule.stop, std::nullopt};
    if (rule.stop == StopClass::end_of_cycle) {
        auto const left = found->second + rule.at_most - services_.monotonic.now();
        stopping.at_latest = services_.clock.now() + std::chrono::floor<Duration>(left);
    }
    return stopping;
}

/// The answer to a STOP or PAUSE of a machine that ends its cycle first: the booking runs on, and
/// what was asked for is kept until it happens.
http::Response RunControl::answer_wish(http::Request const& request, Asking const& asking,
                                       StopWish const& wish) {
    auto const& facility = asking.booking.facility;
    auto answer =
        people::write_once(services_.ledger, services_.clock, request, [&](store::Writer& writer) {
            auto const booking = booking::find_booking(writer, facility, asking.booking.id).value();
            facility::lock_machine(writer, facility, asking.booking.machine);
            if (booking.state != State::running)
                return http::problem(
                    {ErrorKind::conflict, "wrong_state", "", "It has just changed."});
            keep_wish(writer, facility, wish);
            booking::append_change(writer, "askStop", wish.person, &booking, booking,
                                   booking::name_of(wish.target), wish.asked);
            return booking::booking_answer(services_.booking, writer, request, booking, 200);
        });
    if (answer.status < 400) tell(asking.booking.id);
    return answer;
}

/// The machine goes on as if nobody had asked. Where its time is over it has to stop all the same.
/// Errors: `wrong_state` when nothing waits, be it that the cycle has just ended.
http::Response RunControl::withdraw_stop(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const found = at_machine(request);
    if (!found) return found.error();
    auto const& facility = found->booking.facility;
    auto answer =
        people::write_once(services_.ledger, services_.clock, request, [&](store::Writer& writer) {
            auto const booking = booking::find_booking(writer, facility, found->booking.id).value();
            facility::lock_machine(writer, facility, found->booking.machine);
            auto const wish = find_wish(writer, facility, booking.id);
            if (!wish || booking.state != State::running)
                return http::problem({ErrorKind::conflict, "wrong_state", "", "Nothing waits."});
            drop_wish(writer, facility, booking.id);
            booking::append_change(writer, "withdrawStop", request.principal->person, &booking,
                                   booking, booking::name_of(wish->target), services_.clock.now());
            return booking::booking_answer(services_.booking, writer, request, booking, 200);
        });
    if (answer.status < 400) tell(found->booking.id);
    return answer;
}

/// What somebody asked for while the machine was in its cycle, as soon as that is over.
void RunControl::attend_wish(booking::Booking const& booking, UsageSession const& session,
                             StopWish const& wish) {
    if (booking.state == State::running && stop_now(booking.machine, wish.asked) != StopStep::open)
        return;
    auto const still = services_.ledger.read([&](store::Reader& reader) {
        return find_wish(reader, booking.facility, booking.id).has_value();
    });
    // It was taken back after the wishes were read.
    if (!still) return touch();
    if (wish.target == State::completed)
        return end_booking(booking, session,
                           {.action = "stopBooking",
                            .person = wish.person,
                            .reason = "",
                            .quantity = wish.quantity});
    if (booking.state == State::running) return pause_by_daemon(booking, "", wish.person);
    services_.ledger.write([&](store::Writer& writer) {
        drop_wish(writer, booking.facility, booking.id);
        return true;
    });
    touch();
}

}  // namespace karkhana::metering
