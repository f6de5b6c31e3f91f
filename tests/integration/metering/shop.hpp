#pragma once

#include <memory>
#include <optional>

#include "server/booking/records.hpp"
#include "server/metering/api.hpp"
#include "server/metering/balance.hpp"
#include "server/metering/devices.hpp"
#include "server/metering/live.hpp"
#include "server/metering/recall.hpp"
#include "server/metering/run.hpp"
#include "server/metering/series_writer.hpp"
#include "tests/integration/booking/workshop.hpp"
#include "tests/integration/metering/plant.hpp"

namespace karkhana::metering {

using namespace std::chrono_literals;
using booking::code_of;
using booking::json_of;
using booking::text_of;

/// A store that can die before or after a commit.
class MortalStore final : public store::Store {
public:
    explicit MortalStore(store::Store& inner) : inner_(inner) {}
    std::function<void(std::string)> on_step;
    bool is_postgres() const override { return inner_.is_postgres(); }

protected:
    void submit(std::function<bool(store::Writer&)> work) override {
        if (on_step) on_step("before_commit");
        inner_.write([&](store::Writer& writer) -> tl::expected<bool, bool> {
            if (work(writer)) return true;
            return tl::make_unexpected(false);
        });
        if (on_step) on_step("after_commit");
    }
    void inspect(std::function<void(store::Reader&)> const& work) override {
        inner_.read([&](store::Reader& reader) {
            work(reader);
            return true;
        });
    }

private:
    store::Store& inner_;
};

/// The parts of the daemon that metering is, around a plant. Destroyed and made again, it is a
/// daemon that was killed and started.
struct Daemon {
    Daemon(booking::Workshop& workshop, store::Store& ledger, store::Store& telemetry, Plant& plant,
           ManualMonotonicClock& real, std::vector<Point> const& points, MeterPlan const& plan,
           StopRules const& stops, EstimatedBills bills)
        : meters(workshop.zone, real),
          services{.ledger = ledger,
                   .telemetry = telemetry,
                   .clock = workshop.clock,
                   .monotonic = real,
                   .ids = workshop.ids,
                   .facility = workshop.facility,
                   .meters = meters,
                   .meter_port = plant,
                   .contacts = plant,
                   .booking = workshop.services,
                   .publish =
                       [this](FacilityId const&, std::string_view name, std::string json) {
                           published.emplace_back(name, std::move(json));
                       },
                   .health = {},
                   .listening = {},
                   .estimated_bills = bills},
          writer(ledger, telemetry, workshop.facility, meters, workshop.clock, {}),
          run(services, workshop.zone, plan, stops),
          live(services, run) {
        std::map<MachineId, std::int64_t> max_w;
        for (auto const& machine : ledger.read([&](store::Reader& reader) {
                 return facility::list_machines(reader, workshop.facility);
             }))
            max_w[machine.id] = machine.rated_w;
        meters.configure(points, max_w, recall(ledger, telemetry, workshop.facility, points));
        workshop.services.sessions_of = session_ids_of_booking;
    }

    Meters meters;
    Services services;
    SeriesWriter writer;
    RunControl run;
    LiveEvents live;
    std::vector<std::pair<std::string, std::string>> published;
};

/// A workshop with a plant of lasers, each of 2000 W with a meter and a relay.
class Shop {
public:
    Shop(store::Store& ledger, store::Store& telemetry)
        : workshop(ledger), store(ledger), telemetry_(telemetry), plant(workshop.clock, real) {
        // Booking's routes are there already; metering's are added around whatever daemon runs.
        workshop.router.add({.method = "POST",
                             .pattern = "/api/v1/bookings/{id}/start",
                             .operation_id = "startBooking",
                             .handler = [this](auto& r) { return daemon->run.start(r); }});
        workshop.router.add({.method = "POST",
                             .pattern = "/api/v1/bookings/{id}/pause",
                             .operation_id = "pauseBooking",
                             .handler = [this](auto& r) { return daemon->run.pause(r); }});
        workshop.router.add({.method = "POST",
                             .pattern = "/api/v1/bookings/{id}/stop",
                             .operation_id = "stopBooking",
                             .handler = [this](auto& r) { return daemon->run.stop(r); }});
        workshop.router.add({.method = "POST",
                             .pattern = "/api/v1/bookings/{id}/withdraw-stop",
                             .operation_id = "withdrawStop",
                             .handler = [this](auto& r) { return daemon->run.withdraw_stop(r); }});
        workshop.router.add({.method = "POST",
                             .pattern = "/api/v1/devices/{id}/exchange",
                             .operation_id = "exchangeMeter",
                             .handler = [this](auto& r) { return daemon->run.exchange(r); }});
        workshop.clock.set(booking::dhaka("2026-11-21 10:00"));
        real.advance(1h);
    }

    facility::Machine add_laser(std::string const& slug, int seats = 1) {
        auto machine = add_unmetered(slug, 2000, seats);
        setups_.push_back({.name = "meter of " + slug,
                           .line = "line",
                           .endpoint = "127.0.0.1:1502",
                           .unit = static_cast<int>(setups_.size() + 1),
                           .profile = "eastron_sdm120",
                           .serial = "123",
                           .machine = machine.id,
                           .points = {{"energy_import", Unit::wh, true, true, 0, 1},
                                      {"active_power", Unit::w, false, false, 0, 1}}});
        return machine;
    }
    /// A machine with a relay alone.
    facility::Machine add_unmetered(std::string const& slug, std::int64_t rated_w = 2000,
                                    int seats = 1) {
        auto machine = workshop.add_machine({.slug = slug,
                                             .name = {slug, slug},
                                             .kind = "laser",
                                             .rated_w = rated_w,
                                             .grid_minutes = 15,
                                             .min_minutes = 15,
                                             .max_minutes = 240,
                                             .seats = seats,
                                             .busy_above_w = 100});
        auto& unit = plant.units[machine.id];
        unit.load_w = 1800;
        unit.standby_w = 10;
        unit.shown_from = 5'000'000;
        return machine;
    }

    /// A meter that is of no machine alone, or of a machine beside the one it has. Before boot.
    void add_feeder(DeviceSetup setup, Plant::Feeder feeder) {
        setup.line = "feeders";
        setup.unit = static_cast<int>(setups_.size() + 1);
        setup.profile = "eastron_sdm120";
        setup.points = {{"energy_import", Unit::wh, true, true, 0, 1}};
        feeders_.emplace(setup.name, std::move(feeder));
        setups_.push_back(std::move(setup));
    }
    /// What tells the power of a machine beside its meter. Before boot.
    void add_drive(std::string const& name, MachineId const& machine) {
        add_feeder({.name = name, .machine = machine}, {.behind = {machine}, .shows_power = true});
        setups_.back().points = {{"active_power", Unit::w, false, false, 0, 1}};
    }
    /// An input that tells whether a cycle of the machine is on. Before boot.
    void add_run_bit(std::string const& name, MachineId const& machine) {
        add_feeder({.name = name}, {.behind = {}, .says = true});
        setups_.back().points = {{"input_1", Unit::flag, false, false, 0, 1}};
        run_bits_[machine] = name;
    }
    /// A water meter, through which a litre flows every second. Before boot.
    void add_water(std::string const& name) {
        add_feeder({.name = name}, {.behind = {}, .standby_w = 3'600'000, .shown_from = 7'000'000});
        setups_.back().profile = "tuf_2000m_water";
        setups_.back().points = {{"water_total_forward", Unit::ml, true, false, 0, 1},
                                 {"water_flow", Unit::ml_h, false, false, 0, 1}};
    }
    std::vector<DeviceSetup>& setups() { return setups_; }
    Plant::Feeder& feeder(std::string const& name) { return plant.feeders.at(channel_of(name)); }
    Channel channel_of(std::string const& name) {
        auto const devices = store.read(
            [&](store::Reader& reader) { return list_devices(reader, workshop.facility); });
        auto const device = std::ranges::find(devices, name, &Device::name)->id;
        for (auto const& point : points())
            if (point.device == device) return point.channel;
        throw std::runtime_error("no meter of this name");
    }

    /// Starts the daemon, or starts it again after it was killed.
    void boot() {
        daemon.reset();
        // What the interlock remembers goes with the daemon.
        for (auto& [machine, unit] : plant.units) unit.wish = 0;
        auto const points = store.read(
            [&](store::Reader& reader) { return list_points(reader, workshop.facility); });
        auto known = points;
        if (known.empty()) {
            workshop.ledger.write([&](store::Writer& writer) {
                known = configure_devices(writer, workshop.ids, workshop.facility, setups_);
                return true;
            });
            for (auto const& meter : machine_meters(known).machines) {
                if (meter.power.empty()) continue;
                plant.units[meter.machine].energy = meter.energy.at(0);
                plant.units[meter.machine].power = meter.power.at(0);
            }
            for (auto const& [name, feeder] : feeders_) plant.feeders[channel_of(name)] = feeder;
        }
        daemon.emplace(workshop, store, telemetry_, plant, real, known, plan_of(known), stops,
                       bills);
    }

    void kill() { daemon.reset(); }

    /// The daemon is started again after the configuration was changed as `change` says.
    void boot_with(std::function<void(std::vector<DeviceSetup>&)> const& change) {
        kill();
        change(setups_);
        workshop.ledger.write([&](store::Writer& writer) {
            configure_devices(writer, workshop.ids, workshop.facility, setups_);
            return true;
        });
        plant.pass(3s);
        boot();
        daemon->run.reconcile();
    }
    MeterPlan plan_of(std::vector<Point> const& points) {
        auto plan = machine_meters(points);
        for (auto& meter : plan.machines)
            if (auto const bit = run_bits_.find(meter.machine); bit != run_bits_.end())
                meter.runs = channel_of(bit->second);
        std::set<MachineId> rooms;
        for (auto const& machine : store.read([&](store::Reader& reader) {
                 return facility::list_machines(reader, workshop.facility);
             }))
            if (machine.seats > 1) rooms.insert(machine.id);
        share_rooms(plan, rooms);
        return plan;
    }
    std::vector<Point> points() {
        return store.read(
            [&](store::Reader& reader) { return list_points(reader, workshop.facility); });
    }

    /// Lets time pass second by second, with all that the daemon does in it.
    void run_for(Duration real_time) {
        for (Duration passed{}; passed < real_time; passed += 1s) {
            plant.pass(1s);
            if (!daemon) continue;
            for (auto& frame : plant.poll()) daemon->writer.accept(frame);
            daemon->run.renew();
            daemon->run.tick();
            cross_boundaries();
            if (++seconds_ % 30 == 0) daemon->writer.flush();
        }
    }

    http::Response start(std::string const& booking, std::string const& key) {
        return call("start", booking, key, "{}");
    }
    http::Response pause(std::string const& booking, std::string const& key) {
        return call("pause", booking, key, "{}");
    }
    http::Response stop(std::string const& booking, std::string const& key) {
        return call("stop", booking, key, R"({"quantity":12})");
    }
    http::Response call(std::string const& what, std::string const& booking, std::string const& key,
                        std::string body) {
        return workshop.call(workshop.desk, "POST", "/api/v1/bookings/" + booking + "/" + what,
                             std::move(body), {{"idempotency-key", key}});
    }

    /// A booking of mita that is checked in; its slot began at the last quarter of an hour.
    std::string here(MachineId const& machine, Duration length, int people = 1) {
        auto const now = workshop.clock.now();
        auto const start = Instant{now.time_since_epoch() / 15min * 15min};
        booking::Booking const booking{.facility = workshop.facility,
                                       .id = workshop.ids.make<BookingId>(),
                                       .machine = machine,
                                       .enterprise = workshop.mita,
                                       .created_by = workshop.member.person,
                                       .during = {start, start + length},
                                       .people = people};
        store.write([&](store::Writer& writer) {
            booking::insert_booking(writer, booking, now);
            return booking::change_state(writer, booking, booking::State::checked_in,
                                         workshop.desk.person, "", now);
        });
        return booking.id.text();
    }

    std::string state_of(std::string const& booking) {
        return std::string{booking::name_of(booking_of(booking).state)};
    }
    booking::Booking booking_of(std::string const& id) {
        return store.read([&](store::Reader& reader) {
            return booking::find_booking(reader, workshop.facility, BookingId::parse(id).value())
                .value();
        });
    }
    std::string last_reason(std::string const& id) {
        return store.read([&](store::Reader& reader) {
            return booking::history_of(reader, workshop.facility, BookingId::parse(id).value())
                .back()
                .reason;
        });
    }
    Device first_device() {
        return store.read(
            [&](store::Reader& reader) { return list_devices(reader, workshop.facility).at(0); });
    }
    std::vector<UsageSession> sessions() {
        return store.read([&](store::Reader& reader) {
            return sessions_between(reader, workshop.facility,
                                    {Instant{}, workshop.clock.now() + 24h});
        });
    }
    UsageSession only_session() {
        auto const all = sessions();
        if (all.size() != 1) throw std::runtime_error(std::to_string(all.size()) + " sessions");
        return all.front();
    }
    Plant::Unit& unit(MachineId const& machine) { return plant.units.at(machine); }

    booking::Workshop workshop;
    MortalStore store;
    store::Store& telemetry_;
    ManualMonotonicClock real;
    Plant plant;
    StopRules stops;  ///< for the next boot
    std::optional<Daemon> daemon;
    EstimatedBills bills = EstimatedBills::share;

private:
    void cross_boundaries() {
        auto const now = workshop.clock.now();
        if (!boundary_) boundary_ = daemon->run.next_boundary();
        if (now < *boundary_) return;
        daemon->run.at_boundary(*boundary_);
        boundary_.reset();
    }

    std::vector<DeviceSetup> setups_;
    std::map<std::string, Plant::Feeder> feeders_;
    std::map<MachineId, std::string> run_bits_;  ///< by machine, the name of the device
    std::optional<Instant> boundary_;
    int seconds_ = 0;
};

}  // namespace karkhana::metering
