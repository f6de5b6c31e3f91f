#include <algorithm>

#include "server/base/digest.hpp"
#include "server/booking/api.hpp"
#include "server/booking/caller.hpp"
#include "server/booking/draft.hpp"
#include "server/booking/records.hpp"
#include "server/booking/rules_safety.hpp"
#include "server/booking/views.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/metering/run.hpp"
#include "server/metering/series_writer.hpp"
#include "server/metering/sessions.hpp"
#include "server/metering/settle.hpp"
#include "server/metering/ticks.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::metering {

namespace {

using booking::State;

/// What a START is known by in the ledger until its answer is kept.
std::string run_key(http::Request const& request) {
    auto const key = request.header("idempotency-key").value_or("");
    return sha256_hex(request.principal.value().person.text() + "\n" + std::string{key});
}

std::vector<std::string> read_ticks(http::JsonBody& body) {
    std::vector<std::string> ticked;
    auto part = body.object("ticks");
    for (auto const name : booking::tick_names)
        if (part.maybe_flag(name).value_or(false)) ticked.emplace_back(name);
    body.close(part);
    return ticked;
}

http::Response refused_start(Error const& error, booking::StartVerdict const& hands,
                             booking::Actor actor) {
    if (error.kind == ErrorKind::unavailable) return http::problem(error).with("Retry-After", "1");
    if (error.code != "policy_refused") return http::problem(error);
    // No operator makes the generator carry more.
    bool const of_hands = std::ranges::none_of(hands.violations, [](auto const& violation) {
        return violation.rule == booking::Rule::power_budget;
    });
    return http::problem(
        error, {{"violations", booking::violations_json(hands.violations, hands.may_pass)},
                {"alternatives", boost::json::array{}},
                {"assisted_possible", of_hands && actor == booking::Actor::staff}});
}

http::Response wrong_state() {
    return http::problem({ErrorKind::conflict, "wrong_state", "", "It has just changed."});
}

}  // namespace

Result<RunControl::Asking> RunControl::asking(http::Request const& request) {
    auto const& who = request.principal.value();
    auto const id = http::path_id<BookingId>(request);
    if (!id) return tl::make_unexpected(id.error());
    // In a database that several facilities share, each has a daemon of its own at its machines.
    if (who.facility != services_.facility)
        return refuse(ErrorKind::conflict, "other_facility",
                      "The machines of this facility are switched elsewhere.");
    auto const booking = services_.ledger.read(
        [&](store::Reader& reader) { return booking::find_booking(reader, who.facility, *id); });
    if (!booking) return refuse(ErrorKind::not_found, "not_found");
    auto const actor = booking::Caller{who}.actor_for(booking->enterprise);
    if (!actor) return tl::make_unexpected(actor.error());
    return Asking{.booking = *booking,
                  .actor = *actor,
                  .ticks = {},
                  .starter = {.actor = *actor,
                              .person = who.person,
                              .manager = who.has("manager"),
                              .operator_ = who.has("operator")}};
}

/// A repeat must not touch a contact or a meter, so it is looked for before anything else. Nothing
/// is written for that: a full disk keeps nobody from opening a contact that may be opened at once.
std::optional<http::Response> RunControl::kept_answer(http::Request const& request) {
    return people::answered_before(services_.ledger, request);
}

/// The turn at the machine. Else the answer: what a repeat that waited for the first one gets, or
/// that it shall come again.
tl::expected<Turns::Turn, http::Response> RunControl::take_turn(http::Request const& request,
                                                                MachineId const& machine) {
    auto turn = turns_.for_request(machine);
    if (!turn)
        return tl::make_unexpected(
            http::problem({ErrorKind::unavailable, "busy", "", "The machine is being switched."})
                .with("Retry-After", "1"));
    if (auto kept = kept_answer(request)) return tl::make_unexpected(std::move(*kept));
    return std::move(*turn);
}

/// Whoever asks for something at a booking's machine, with the turn there; else the answer.
tl::expected<RunControl::AtMachine, http::Response> RunControl::at_machine(
    http::Request const& request) {
    if (auto kept = kept_answer(request)) return tl::make_unexpected(std::move(*kept));
    auto found = asking(request);
    if (!found) return tl::make_unexpected(http::problem(found.error()));
    auto turn = take_turn(request, found->booking.machine);
    if (!turn) return tl::make_unexpected(std::move(turn.error()));
    return AtMachine{std::move(*found), std::move(*turn)};
}

http::Response RunControl::start(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto ticks = read_ticks(body);
    bool const assists = body.maybe_flag("assisted").value_or(false);
    auto overrides = booking::read_overrides(body);
    if (auto const error = body.finish()) return http::problem(*error);
    auto found = at_machine(request);
    if (!found) return found.error();
    found->ticks = std::move(ticks);
    found->starter.assists = assists;
    found->starter.overrides = std::move(overrides);
    auto const& machine = found->booking.machine;
    booking::StartVerdict hands;
    auto const begun = begin_once(*found, run_key(request), hands);
    if (!begun) return refused_start(begun.error(), hands, found->actor);
    auto const now_running = services_.ledger.read([&](store::Reader& reader) {
        auto const booking =
            booking::find_booking(reader, found->booking.facility, found->booking.id);
        return booking && booking->state == State::running;
    });
    bool failed = false;
    // A repeat that comes after a restart has paused the booking does not switch it on again.
    if (now_running) {
        {
            std::lock_guard const lock{mutex_};
            open_since_.erase(machine);
            closed_seen_.erase(machine);
        }
        leases_.close(machine);
        auto const contact = services_.contacts.wait_for(machine, true, contact_deadline);
        failed = contact != ContactState::closed && contact != ContactState::none;
        if (failed) leases_.open(machine);
        if (failed)
            alarms_.raise(machine, "contact_failed");
        else
            alarms_.clear(machine, "contact_failed");
    }
    return answer_start(request, *found, failed);
}

Result<void> RunControl::check_start(Asking const& asking, Scene const& scene, Instant now) const {
    // It may just have been moved to another machine than the one that waits for it here.
    if (scene.booking.machine != asking.booking.machine)
        return refuse(ErrorKind::conflict, "wrong_state", "It has just changed.");
    auto const may =
        may_start({.actor = asking.actor,
                   .state = scene.booking.state,
                   .during = scene.booking.during,
                   .now = now,
                   .assisted = scene.booking.assisted || asking.starter.assists,
                   .out_of_order = scene.machine.out_of_order,
                   .outage = scene.outage || mains_off() || cut_,
                   .taken = scene.taken,
                   .contact_silent =
                       services_.contacts.actual(scene.booking.machine) == ContactState::unknown});
    if (!may) return may;
    if (!scene.hands.violations.empty())
        return refuse(ErrorKind::invalid, "policy_refused",
                      "The machine may not begin, for the reasons listed.");
    return booking::check_ticks(scene.ticks, asking.ticks);
}

Result<void> RunControl::begin_once(Asking const& asking, std::string const& key,
                                    booking::StartVerdict& hands) {
    auto const now = services_.clock.now();
    auto const [scene, known_key] = services_.ledger.read([&](store::Reader& reader) {
        auto const booking =
            booking::find_booking(reader, asking.booking.facility, asking.booking.id).value();
        auto found = scene_to_start(reader, asking, booking, now);
        auto const* own = found.own();
        auto of_own = own == nullptr ? "" : run_key_of(reader, booking.facility, own->id);
        return std::pair{std::move(found), std::move(of_own)};
    });
    if (known_key == key) return {};
    hands = scene.hands;
    if (auto const may = check_start(asking, scene, now); !may) return may;
    auto const beginning = beginning_of(scene, ask(scene.machine.id, Edge::start), now);
    if (!beginning) return tl::make_unexpected(beginning.error());
    keep_events(services_.ledger, services_.facility, services_.meters);
    return services_.ledger.write(
        [&](store::Writer& writer) { return begin(writer, asking, key, *beginning, hands); });
}

Result<RunControl::Beginning> RunControl::beginning_of(Scene const& scene,
                                                       std::vector<Register> const& asked,
                                                       Instant now) {
    auto const registers = start_registers(scene, asked, now);
    if (!registers) return tl::make_unexpected(registers.error());
    Beginning beginning{.registers = *registers, .other = std::nullopt, .others_end = {}};
    if (scene.unfinished && scene.own() == nullptr) {
        beginning.other = scene.unfinished->id;
        beginning.others_end = way_given(*scene.unfinished, *registers, now);
    }
    return beginning;
}

Result<void> RunControl::begin(store::Writer& writer, Asking const& asking, std::string const& key,
                               Beginning const& beginning, booking::StartVerdict& hands) {
    auto const now = services_.clock.now();
    auto const& facility = asking.booking.facility;
    auto const& person = asking.starter.person;
    auto booking = booking::find_booking(writer, facility, asking.booking.id).value();
    lock_with_sharers(writer, facility, meters_, asking.booking.machine);
    auto const scene = scene_to_start(writer, asking, booking, now);
    hands = scene.hands;
    if (auto const may = check_start(asking, scene, now); !may) return may;
    if (auto const* own = scene.own()) {
        auto registers = beginning.registers;
        for (auto& reg : registers) reg.edge = Edge::boundary;
        keep_boundaries(writer, own, registers);
        set_run_key(writer, facility, own->id, key);
    } else {
        bool const known = !scene.unfinished || scene.unfinished->id == beginning.other;
        if (!known) return refuse(ErrorKind::conflict, "machine_busy", "It has just changed.");
        if (scene.unfinished) finish(writer, *scene.unfinished, beginning.others_end);
        UsageSession session;
        session.facility = facility;
        session.id = services_.ids.make<SessionId>();
        session.machine = booking.machine;
        session.booking = booking.id;
        session.enterprise = booking.enterprise;
        session.start = now;
        auto const id = session.id;
        open(writer, std::move(session), beginning.registers, key);
        keep_ticks(writer, facility, id, scene.ticks, person, now);
    }
    if (asking.starter.assists && !booking.assisted) booking::assist(writer, booking, person);
    booking::insert_overrides(writer, facility, booking.id, person, hands.overridden, now);
    auto const reason = hands.overridden.empty() ? "" : hands.overridden.front().reason;
    return change(writer, booking, State::running, "startBooking", person, reason);
}

/// The registers to begin with: as read, or for want of that the last good ones. Nothing for a
/// machine without a meter. Error: `meter_silent`.
Result<std::vector<Register>> RunControl::start_registers(Scene const& scene,
                                                          std::vector<Register> asked,
                                                          Instant now) const {
    auto const meter = meters_.of(scene.booking.machine);
    // What the last one used is not known before its meter has answered: nobody can begin there.
    bool const waiting = scene.unfinished && scene.unfinished->state == SessionState::closing;
    return services_.ledger.read([&](store::Reader& reader) -> Result<std::vector<Register>> {
        std::vector<Register> found;
        for (auto const channel : meter.energy) {
            std::optional<Register> reg;
            if (auto const* read = find_channel(asked, channel)) reg = *read;
            if (!reg && !waiting)
                reg = last_good_register(services_, reader, channel, Edge::start, now);
            if (!reg)
                return refuse(ErrorKind::conflict, "meter_silent",
                              "The machine's meter does not answer: nothing could be billed.");
            // A clock that was set back does not let a session begin before the last ended.
            if (auto const known = last_register(reader, scene.booking.facility, channel))
                reg = not_below(std::move(*reg), *known);
            found.push_back(std::move(*reg));
        }
        return found;
    });
}

/// The end of what stands in the way of a booking: use that nobody booked, or a session whose
/// meter was silent at its end. It ends at the very registers that the booking begins with, but for
/// those that are of another meter.
RunControl::Ending RunControl::way_given(UsageSession const& session,
                                         std::vector<Register> const& registers, Instant now) {
    Ending ending{.at = registers.empty() ? now : registers.front().at,
                  .stops = {},
                  .boundaries = {},
                  .quantity = session.quantity};
    if (session.stop) ending.at = *session.stop;
    for (auto const channel : channels_of(session)) {
        if (has_stop(session, channel)) continue;
        auto const* read = find_channel(registers, channel);
        bool const here = read != nullptr && measures(session, channel);
        auto stop = here ? *read : last_known(session, channel);
        stop.edge = Edge::stop;
        if (here && session.stop) {
            stop.method = Method::first_good;
            stop.quality = Quality::estimated;
        }
        if (!here || meters_.shared(channel) == nullptr) stop.at = ending.at;
        add_stop(ending, session, stop);
    }
    for (auto const& stop : ending.stops) ending.at = std::max(ending.at, stop.at);
    return ending;
}

http::Response RunControl::answer_start(http::Request const& request, Asking const& asking,
                                        bool failed) {
    auto const& facility = asking.booking.facility;
    auto answer =
        people::write_once(services_.ledger, services_.clock, request, [&](store::Writer& writer) {
            auto booking = booking::find_booking(writer, facility, asking.booking.id).value();
            if (failed && booking.state == State::running) {
                auto const paused = change(writer, booking, State::paused, "startBooking",
                                           std::nullopt, "contact_failed");
                if (!paused) return http::problem(paused.error());
            }
            booking = booking::find_booking(writer, facility, asking.booking.id).value();
            return booking::booking_answer(services_.booking, writer, request, booking, 200);
        });
    tell(asking.booking.id);
    return answer;
}

http::Response RunControl::stop(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const quantity = body.maybe_integer("quantity", 0, 1'000'000);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const found = at_machine(request);
    if (!found) return found.error();
    auto const scene = services_.ledger.read([&](store::Reader& reader) {
        auto const booking =
            booking::find_booking(reader, found->booking.facility, found->booking.id).value();
        return scene_of(reader, booking, services_.clock.now());
    });
    auto const state = scene.booking.state;
    if (state != State::running && state != State::paused) return wrong_state();
    auto const may = booking::check_transition(found->actor, state, State::completed);
    if (!may) return http::problem(may.error());
    if (state == State::running && stop_now(found->booking.machine) != StopStep::open)
        return answer_wish(request, *found,
                           {.booking = found->booking.id,
                            .target = State::completed,
                            .asked = services_.clock.now(),
                            .person = request.principal->person,
                            .quantity = quantity});
    switch_off(found->booking);
    Ending ending{.at = services_.clock.now(), .stops = {}, .boundaries = {}, .quantity = quantity};
    if (scene.own() != nullptr) ending = ending_of(*scene.own(), quantity);
    keep_events(services_.ledger, services_.facility, services_.meters);
    alarms_.clear(found->booking.machine, "contact_failed");
    return answer_stop(request, *found, ending);
}

http::Response RunControl::answer_stop(http::Request const& request, Asking const& asking,
                                       Ending const& ending) {
    auto const& facility = asking.booking.facility;
    auto answer =
        people::write_once(services_.ledger, services_.clock, request, [&](store::Writer& writer) {
            auto booking = booking::find_booking(writer, facility, asking.booking.id).value();
            lock_with_sharers(writer, facility, meters_, asking.booking.machine);
            if (booking.state != State::running && booking.state != State::paused)
                return wrong_state();
            auto const scene = scene_of(writer, booking, ending.at);
            if (auto const* own = scene.own(); own && own->state == SessionState::open)
                finish(writer, *own, ending);
            auto const ended = change(writer, booking, State::completed, "stopBooking",
                                      request.principal->person, "");
            if (!ended) return http::problem(ended.error());
            booking = booking::find_booking(writer, facility, asking.booking.id).value();
            return booking::booking_answer(services_.booking, writer, request, booking, 200);
        });
    if (answer.status < 400) tell(asking.booking.id);
    return answer;
}

http::Response RunControl::pause(http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const found = at_machine(request);
    if (!found) return found.error();
    Result<bool> const may = services_.ledger.read([&](store::Reader& reader) -> Result<bool> {
        auto const booking =
            booking::find_booking(reader, found->booking.facility, found->booking.id).value();
        // What was asked for has happened already: a restart or a power cut was faster.
        if (paused_by_daemon(reader, booking)) return false;
        auto const step = booking::check_transition(found->actor, booking.state, State::paused);
        if (!step) return tl::make_unexpected(step.error());
        return true;
    });
    if (!may) return http::problem(may.error());
    std::vector<Register> registers;
    if (*may && stop_now(found->booking.machine) != StopStep::open)
        return answer_wish(request, *found,
                           {.booking = found->booking.id,
                            .target = State::paused,
                            .asked = services_.clock.now(),
                            .person = request.principal->person,
                            .quantity = std::nullopt});
    if (*may) {
        switch_off(found->booking);
        registers = ask(found->booking.machine, Edge::boundary);
        keep_events(services_.ledger, services_.facility, services_.meters);
    }
    return answer_pause(request, *found, registers);
}

http::Response RunControl::answer_pause(http::Request const& request, Asking const& asking,
                                        std::vector<Register> const& registers) {
    auto const& facility = asking.booking.facility;
    auto answer =
        people::write_once(services_.ledger, services_.clock, request, [&](store::Writer& writer) {
            auto booking = booking::find_booking(writer, facility, asking.booking.id).value();
            if (booking.state == State::running) {
                auto const scene = scene_of(writer, booking, services_.clock.now());
                keep_boundaries(writer, scene.own(), registers);
                auto const paused = change(writer, booking, State::paused, "pauseBooking",
                                           request.principal->person, "");
                if (!paused) return http::problem(paused.error());
            } else if (!paused_by_daemon(writer, booking)) {
                return wrong_state();
            }
            booking = booking::find_booking(writer, facility, asking.booking.id).value();
            return booking::booking_answer(services_.booking, writer, request, booking, 200);
        });
    if (answer.status < 400) tell(asking.booking.id);
    return answer;
}

}  // namespace karkhana::metering
