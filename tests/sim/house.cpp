#include "tests/sim/house.hpp"

#include <fmt/format.h>

#include "server/billing/charges.hpp"
#include "server/booking/jobs.hpp"

namespace karkhana::sim {
namespace {

using namespace std::chrono_literals;
using metering::ContactState;

app::LinePlan slow_plan(app::Loaded const& loaded, app::Prepared const& prepared,
                        std::uint64_t boot) {
    auto plan = app::plan_lines(loaded.config, loaded.profiles, prepared.machine_ids,
                                prepared.devices, prepared.points, boot, 1);
    // Ten seconds, so that days pass quickly; what is billed does not rest on the period.
    for (auto& unit : plan.lines.at(0).setup.units) unit.period = 10s;
    return plan;
}

}  // namespace

House::House(app::Loaded const& loaded, Clocks& clocks, Plant& plant, std::uint64_t seed)
    : clocks_(clocks),
      random_(seeded_random(seed)),
      ids_(*random_, clocks.wall),
      stores_(app::open_stores(loaded.config)),
      prepared_(app::prepare_facility(stores_.ledger(), loaded.config, loaded.profiles, ids_,
                                      clocks.wall.now())),
      meters_(prepared_.zone, clocks.monotonic),
      series_(stores_.ledger(), stores_.telemetry(), prepared_.facility.id, meters_, clocks.wall,
              {}),
      plan_(slow_plan(loaded, prepared_, seed)),
      interlock_(plan_.relays, interlock::Timing{}, clocks.monotonic, *this),
      engine_(plan_.lines.at(0).setup, plant, series_, clocks.wall, clocks.monotonic),
      booking_{stores_.ledger(), clocks.wall, ids_, {}, {}, metering::session_ids_of_booking, {}},
      metering_{stores_.ledger(),
                stores_.telemetry(),
                clocks.wall,
                clocks.monotonic,
                ids_,
                prepared_.facility.id,
                meters_,
                *this,
                *this,
                booking_,
                [](FacilityId const&, std::string_view, std::string const&) {},
                [] { return std::vector<metering::DeviceHealth>{}; }},
      run_(metering_, prepared_.zone, app::meter_plan(prepared_, loaded.config)),
      outages_(metering_, run_.meters(), machines_of(prepared_)),
      boundary_(run_.next_boundary()),
      boot_(seed) {
    booking_.publish = metering_.publish;
    booking_.pricing =
        billing::make_pricing(rate_cards_, [this](FacilityId const&) { return prepared_.zone; });
    meters_.configure(prepared_.points, most_watts(loaded.config, prepared_),
                      metering::recall(stores_.ledger(), stores_.telemetry(), prepared_.facility.id,
                                       prepared_.points));
    for (auto* guest : interlock_.guests(0)) engine_.attach(*guest, [] {});
    booking::add_routes(router_, booking_);
    metering::add_routes(router_, metering_, run_);
    billing::add_routes(router_, {stores_.ledger(), clocks.wall, ids_, rate_cards_});
    outages_.note_absence(metering::last_alive(stores_.telemetry(), prepared_.facility.id));
    run_.reconcile();
}

void House::step_devices() {
    auto const before = clocks_.monotonic.now();
    auto const next = engine_.step();
    if (clocks_.monotonic.now() != before) return;  // something was done, and took its time
    auto const wait = std::chrono::duration_cast<Duration>(next - before);
    clocks_.advance(std::clamp<Duration>(wait, 1ms, 250ms));
}

void House::turn() {
    if (clocks_.wall.now() >= boundary_) {
        auto const passed = boundary_;
        boundary_ = run_.next_boundary();
        at_boundary(passed);
        run_.at_boundary(passed);
        at_boundary(passed);
    }
    ++turns_;
    at_turn();
    run_.renew();
    if (turns_ % 2 == 0) {
        run_.tick();
        outages_.watch();
    }
    if (turns_ % 120 == 0) {
        meters_.watch_silence();
        series_.flush();
        booking::mark_missed(stores_.ledger(), clocks_.wall, booking_.settings);
        billing::charge_closed_sessions(stores_.ledger(), prepared_.facility.id, prepared_.zone,
                                        clocks_.wall.now());
    }
    if (turns_ % 7200 == 0) series_.compact();
}

void House::run_until(Instant until) {
    auto next = clocks_.wall.now();
    while (clocks_.wall.now() < until) {
        step_devices();
        bool const boundary_passed = clocks_.wall.now() >= boundary_;
        if (clocks_.wall.now() < next && !boundary_passed) continue;
        turn();
        next = clocks_.wall.now() + 500ms;
    }
}

http::Response House::ask(http::Principal const& who, std::string method, std::string path,
                          std::string body) {
    auto const match = router_.match(method, path);
    if (match.route == nullptr) throw std::logic_error("no route " + path);
    http::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.body = std::move(body);
    request.params = match.params;
    request.principal = who;
    request.headers = {{"content-type", "application/json"},
                       {"idempotency-key", fmt::format("sim-{}-{}", boot_, ++keys_)}};
    return match.route->handler(request);
}

http::Principal House::principal(std::string role, std::optional<EnterpriseId> enterprise) const {
    http::Principal who;
    who.facility = prepared_.facility.id;
    who.person = PersonId{prepared_.facility.id.uuid};
    who.roles = {std::move(role)};
    if (enterprise) who.enterprises = {*enterprise};
    return who;
}

Result<std::vector<Reading>> House::snapshot(std::span<Channel const> channels,
                                             std::chrono::milliseconds deadline) {
    auto const until = clocks_.monotonic.now() + deadline;
    std::map<int, std::vector<Channel>> by_unit;
    for (auto const& unit : plan_.lines.at(0).setup.units)
        for (auto const& watched : unit.watched)
            for (auto const channel : channels)
                if (watched.channel == channel) by_unit[unit.unit].push_back(channel);
    std::map<Channel, Reading> found;
    std::size_t open = by_unit.size();
    for (auto const& [unit, wanted] : by_unit)
        engine_.submit(poller::Snapshot{static_cast<std::uint8_t>(unit), until,
                                        [&](poller::SnapshotResult const& result) {
                                            --open;
                                            if (!result) return;
                                            for (auto const& reading : *result)
                                                found[reading.channel] = reading;
                                        }});
    while (open != 0) step_devices();
    if (found.empty()) return refuse(ErrorKind::conflict, "meter_silent");
    std::vector<Reading> readings;
    for (auto const channel : channels) {
        Reading missing;
        missing.channel = channel;
        readings.push_back(found.contains(channel) ? found.at(channel) : missing);
    }
    return readings;
}

void House::set(MachineId const& machine, metering::ContactWish const& wish) {
    interlock::Command command;
    command.id = wish.id;
    command.closed = wish.closed;
    command.authorised_until = clocks_.monotonic.now() + wish.lease;
    command.expires = clocks_.monotonic.now() + 3s;
    command.resume = wish.resume;
    interlock_.set_desired(machine, command);
}

ContactState House::actual(MachineId const& machine) {
    auto const state = interlock_.state(machine);
    if (!state) return ContactState::none;
    if (!state->seen || clocks_.monotonic.now() - *state->seen > 3s) return ContactState::unknown;
    if (state->actual == interlock::Contact::unknown) return ContactState::unknown;
    return state->actual == interlock::Contact::closed ? ContactState::closed : ContactState::open;
}

ContactState House::wait_for(MachineId const& machine, bool closed,
                             std::chrono::milliseconds deadline) {
    auto const until = clocks_.monotonic.now() + deadline;
    auto const wanted = closed ? ContactState::closed : ContactState::open;
    while (actual(machine) != wanted && clocks_.monotonic.now() < until) step_devices();
    return actual(machine);
}

std::string House::alarm(MachineId const& machine) {
    auto const state = interlock_.state(machine);
    if (!state || state->alarm == interlock::Alarm::none) return {};
    return std::string{interlock::name_of(state->alarm)};
}

}  // namespace karkhana::sim
