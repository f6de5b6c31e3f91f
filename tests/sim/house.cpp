#include "tests/sim/house.hpp"

#include <fmt/format.h>

#include "server/billing/charges.hpp"
#include "server/booking/sweep.hpp"
#include "server/http/json.hpp"
#include "server/store/disk_full.hpp"
#include "tests/support/ask.hpp"

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

/// As the daemon's jobs do: what finds no room on the disk is done again later.
void attempt(std::function<void()> const& job) {
    try {
        job();
    } catch (store::DiskFull const&) {
        return;
    }
}

void limit_pages(store::Store& store, bool full) {
    // SQLite takes it as no less than the file has already.
    store.write([&](store::Writer& writer) {
        return writer.execute(full ? "PRAGMA max_page_count = 1"
                                   : "PRAGMA max_page_count = 1000000000");
    });
}

Disk* put_on_a_disk(app::Stores& stores) {
    auto disk = std::make_unique<Disk>(std::move(stores.ledger_owner));
    auto* const found = disk.get();
    stores.ledger_owner = std::move(disk);
    return found;
}

}  // namespace

void Disk::submit(std::function<bool(store::Writer&)> work) {
    if (refuses) throw store::DiskFull("nearly full");
    inner_->write([&](store::Writer& writer) -> tl::expected<bool, bool> {
        if (work(writer)) return true;
        return tl::make_unexpected(false);
    });
}

void Disk::inspect(std::function<void(store::Reader&)> const& work) {
    inner_->read([&](store::Reader& reader) {
        work(reader);
        return true;
    });
}

House::House(app::Loaded const& loaded, Clocks& clocks, Plant& plant, std::uint64_t seed)
    : clocks_(clocks),
      random_(seeded_random(seed)),
      ids_(*random_, clocks.wall),
      stores_(app::open_stores(loaded.config)),
      disk_(put_on_a_disk(stores_)),
      prepared_(app::prepare_facility(stores_.ledger(), loaded.config, loaded.profiles, ids_,
                                      clocks.wall.now())),
      meters_(prepared_.zone, clocks.monotonic),
      series_(stores_.ledger(), stores_.telemetry(), prepared_.facility.id, meters_, clocks.wall,
              {.queue_limit = 10'000}),
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
      outages_(metering_, run_.meters(), machines_of(prepared_), std::nullopt,
               metering::meter_places(app::devices_in_use(loaded.config, prepared_.devices),
                                      prepared_.points)),
      boundary_(run_.next_boundary()),
      boot_(seed) {
    outages_.on_back = [this](MachineId const& machine) { run_.read_after_outage(machine); };
    outages_.on_cut = [this](bool off) { run_.cut(off); };
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

void House::fill(Full full) {
    disk_->refuses = false;
    limit_pages(stores_.telemetry(), full != Full::nothing);
    limit_pages(stores_.ledger(), full == Full::everything);
    disk_->refuses = full == Full::reserve;
}

void House::watch_clock() {
    auto const by = clock_watch_.look(clocks_.wall.now(), clocks_.monotonic.now());
    if (!by) return;
    boundary_ = run_.next_boundary();
    run_.clock_was_set(*by);
}

void House::pass_boundary() {
    auto const passed = boundary_;
    boundary_ = run_.next_boundary();
    at_boundary(passed, false);
    attempt([&] { run_.at_boundary(passed); });
    at_boundary(passed, true);
}

void House::store_readings() {
    attempt([&] { series_.flush(); });
    attempt([&] { booking::Sweep{booking_}.run(); });
    attempt([&] {
        billing::charge_closed_sessions(stores_.ledger(), prepared_.facility.id, prepared_.zone,
                                        clocks_.wall.now());
    });
}

void House::turn() {
    attempt([&] { watch_clock(); });
    if (clocks_.wall.now() >= boundary_) pass_boundary();
    ++turns_;
    at_turn();
    attempt([&] { run_.renew(); });
    if (turns_ % 2 == 0) {
        attempt([&] { run_.tick(); });
        attempt([&] { outages_.watch(); });
    }
    if (turns_ % 120 == 0) {
        meters_.watch_silence();
        store_readings();
    }
    if (turns_ % 7200 == 0) attempt([&] { series_.compact(); });
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

http::Response House::ask(http::Principal const& who, std::string method, std::string const& path,
                          std::string body) {
    auto request =
        tests::request_of(std::move(method), path, std::move(body),
                          {{"idempotency-key", fmt::format("sim-{}-{}", boot_, ++keys_)}});
    try {
        return tests::ask(router_, who, std::move(request));
    } catch (store::DiskFull const&) {
        return http::problem({ErrorKind::unavailable, "disk_full", "", ""});
    }
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
