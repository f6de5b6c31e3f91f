#include "server/app/daemon.hpp"

#include <atomic>
#include <fmt/format.h>
#include <iostream>
#include <stdexcept>

#include "server/access/api.hpp"
#include "server/app/commissioning.hpp"
#include "server/app/hand_out.hpp"
#include "server/app/jobs.hpp"
#include "server/app/lines.hpp"
#include "server/app/post_office.hpp"
#include "server/app/prepare.hpp"
#include "server/app/reload.hpp"
#include "server/app/secret_key.hpp"
#include "server/app/system_api.hpp"
#include "server/app/workshop.hpp"
#include "server/billing/account.hpp"
#include "server/billing/api.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/evidence.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/packs.hpp"
#include "server/booking/api.hpp"
#include "server/booking/api_feeds.hpp"
#include "server/booking/api_settings.hpp"
#include "server/booking/records.hpp"
#include "server/booking/sweep.hpp"
#include "server/costs/api.hpp"
#include "server/costs/measure.hpp"
#include "server/desk/api.hpp"
#include "server/exports/api.hpp"
#include "server/facility/api.hpp"
#include "server/facility/book_cache.hpp"
#include "server/http/json.hpp"
#include "server/http/server.hpp"
#include "server/imports/api.hpp"
#include "server/maintenance/api.hpp"
#include "server/maintenance/watch.hpp"
#include "server/metering/api.hpp"
#include "server/metering/api_commissioning.hpp"
#include "server/metering/power_uses.hpp"
#include "server/metering/series.hpp"
#include "server/metering/stroke_counters.hpp"
#include "server/notify/api.hpp"
#include "server/office/api.hpp"
#include "server/people/api.hpp"
#include "server/people/records.hpp"
#include "server/people/refusals.hpp"
#include "server/people/roles.hpp"
#include "server/people/sessions.hpp"
#include "server/recycling/api.hpp"
#include "server/recycling/weigh.hpp"
#include "server/store/disk_full.hpp"
#include "server/timetable/api.hpp"

namespace karkhana::app {
namespace {

using namespace std::chrono_literals;

/// A database that cannot at the moment is the client's to try again, but for a full disk, where
/// somebody must make room first; everything else is a fault.
std::optional<http::Response> explain(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (store::DiskFull const&) {
        return http::problem({ErrorKind::unavailable, "disk_full", "",
                              "nothing can be written until there is room on the disk"});
    } catch (store::Unavailable const&) {
        return http::problem({ErrorKind::unavailable, "busy", "", "try again in a moment"})
            .with("Retry-After", "1");
    } catch (...) {
        return std::nullopt;
    }
}

std::unordered_map<EnterpriseId, Money> balances(store::Reader& reader,
                                                 FacilityId const& facility) {
    auto const owed = billing::receivables(reader, facility);
    return {owed.begin(), owed.end()};
}

}  // namespace

struct Daemon::Parts {
    Parts(Loaded loaded, std::optional<ClockSpec> const& clock_spec, Log logger);

    void add_routes(http::Router& router);
    void add_jobs();
    maintenance::Services care_services();
    costs::Services cost_services();
    recycling::Services recycling_services();
    void forget_readings();
    void await_the_first();
    http::ServerOptions server_options();
    void keep_own_certificates();

    Loaded loaded;
    Log log;
    int clock_speed;
    std::unique_ptr<WallClock> clock;
    SystemWallClock real_clock;
    SystemMonotonicClock monotonic;
    std::unique_ptr<Random> random = system_random();
    IdSource ids;
    Stores stores;
    Prepared prepared;
    http::SseHub events;
    people::PasswordHasher passwords;
    people::Refusals refusals;
    people::Services people_services;
    access::SetUp set_up;
    access::Services access_services{people_services, set_up};
    billing::RateCardCache rate_cards;
    booking::Services booking_services;
    std::unique_ptr<Workshop> workshop;
    std::unique_ptr<metering::StrokeCounters> strokes;
    std::unique_ptr<Commissioning> commissioning;
    notify::Services notify_services;
    std::unique_ptr<PostOffice> post;
    Jobs jobs;
    Jobs errands;  ///< what waits for others outside, so that nothing else does
    std::stop_source stopping;
    std::atomic<int> reloads_failed{0};
    std::unique_ptr<http::Server> server;
    std::unique_ptr<HandOut> hand_out;
};

Daemon::Parts::Parts(Loaded from, std::optional<ClockSpec> const& clock_spec, Log logger)
    : loaded(std::move(from)),
      log(std::move(logger)),
      clock_speed(clock_spec ? clock_spec->speed : 1),
      clock(make_clock(clock_spec)),
      ids(*random, *clock),
      stores(open_stores(loaded.config)),
      prepared(
          prepare_facility(stores.ledger(), loaded.config, loaded.profiles, ids, clock->now())),
      people_services{stores.ledger(),
                      *clock,
                      real_clock,
                      ids,
                      *random,
                      passwords,
                      balances,
                      clock_speed,
                      booking::next_bookings,
                      secret_key(loaded.config.data, *random)},
      booking_services{stores.ledger(), *clock, ids, {}, {}, {}, {}},
      notify_services{stores.ledger(), *clock, ids, *random, ways_of(loaded.config.notify)},
      jobs(log),
      errands(log) {
    auto const publish = [this](FacilityId const& facility, std::string_view name,
                                std::string json) {
        events.publish(facility, name, std::move(json));
    };
    booking_services.publish = publish;
    booking_services.pricing =
        billing::make_pricing(rate_cards, [this](FacilityId const&) { return prepared.zone; });
    booking_services.sessions_of = metering::session_ids_of_booking;
    booking_services.account = [this](store::Reader& reader, FacilityId const& facility,
                                      EnterpriseId const& enterprise) {
        return billing::account_of(reader, facility, enterprise, clock->now());
    };
    auto const listening = [this] { return server->snapshot().event_listeners > 0; };
    workshop = std::make_unique<Workshop>(Workshop::Needs{loaded, stores, prepared, *clock,
                                                          monotonic, ids, booking_services, publish,
                                                          listening, log, clock_speed});
    strokes = std::make_unique<metering::StrokeCounters>(workshop->services(),
                                                         stroke_sources(prepared, loaded.config));
    booking_services.power_uses = [this](store::Reader& reader, FacilityId const& facility,
                                         Instant since) {
        auto uses = metering::power_uses(reader, facility, since);
        if (facility == prepared.facility.id)
            for (auto const& use : workshop->run().rising()) uses.push_back(use);
        return uses;
    };
    commissioning = std::make_unique<Commissioning>(workshop->lines(), loaded.profiles, monotonic);
    post = std::make_unique<PostOffice>(
        PostOffice::Needs{loaded.config.notify, stores.ledger(), *clock, real_clock, *random,
                          *booking_services.books, prepared.facility.id,
                          [this] { events.publish(prepared.facility.id, "notice", "{}"); }, log});
    keep_own_certificates();
    http::Router router;
    add_routes(router);
    http::Gatekeeper gatekeeper;
    gatekeeper.authenticate = [this](http::Request const& request) {
        return people::authenticate(stores.ledger(), real_clock, request);
    };
    gatekeeper.allowed = people::may_call;
    server = std::make_unique<http::Server>(server_options(), std::move(router),
                                            std::move(gatekeeper), events);
    add_jobs();
}

/// By the real clock, which phones go by too.
void Daemon::Parts::keep_own_certificates() {
    auto const& config = loaded.config;
    if (config.http.own_names.empty()) return;
    auto const own =
        http::keep_certificates(config.data + "/tls", config.http.own_names, real_clock.now());
    if (own.new_authority)
        log("warning", "a new certificate authority: every phone has to take its certificate, " +
                           own.fingerprint);
    if (own.new_certificate) log("info", "a new certificate for " + config.http.own_names.front());
    if (server && own.new_certificate) server->renew_tls();
    if (config.http.page_port != 0 && !hand_out)
        hand_out = std::make_unique<HandOut>(config.http, own, log);
}

http::ServerOptions Daemon::Parts::server_options() {
    auto const& from = loaded.config.http;
    http::ServerOptions options;
    // Each waits for the disk with its change: one flush is for as many as may wait.
    options.handler_threads = 32;
    options.address = from.address;
    options.port = from.port;
    options.tls_certificate = from.tls_certificate;
    options.tls_key = from.tls_key;
    options.web_root = from.web;
    options.log = log;
    options.explain = explain;
    options.refused = [this](http::Request const& request, http::Route const& route, int status) {
        refusals.note(request, route, status);
    };
    return options;
}

void Daemon::Parts::add_routes(http::Router& router) {
    facility::add_routes(router, {stores.ledger()});
    people::add_routes(router, people_services);
    access::add_routes(router, access_services);
    desk::add_routes(router, {stores.ledger(), *clock, ids, balances});
    booking::add_routes(router, booking_services);
    booking::add_feed_routes(router, {stores.ledger(), *clock, ids, *random});
    timetable::add_routes(router, {stores.ledger(), *clock, ids, stopping.get_token()});
    metering::add_routes(router, workshop->services(), workshop->run());
    metering::add_commission_routes(
        router, {stores.ledger(), *clock, prepared.facility.id, *commissioning});
    billing::add_routes(router, {stores.ledger(), *clock, ids, rate_cards});
    exports::add_routes(router, {stores.ledger(), *clock, loaded.config.http.public_address,
                                 booking_services.pricing});
    imports::add_routes(router, {stores.ledger(), *clock, ids});
    maintenance::add_routes(router, care_services());
    costs::add_routes(router, cost_services());
    recycling::add_routes(router, recycling_services());
    office::add_routes(router, {stores.ledger(), *clock, ids});
    booking::add_settings_routes(router, stores.ledger(), *clock, ids);
    notify::add_routes(router, notify_services);
    http::Route events_route{"GET", "/api/v1/events", "streamEvents", {}, http::Access::signed_in};
    events_route.event_stream = true;
    router.add(std::move(events_route));
    SystemServices system;
    system.trouble = [this] { return workshop->trouble(); };
    system.http = [this] { return server->snapshot(); };
    system.more_metrics = [this] {
        return workshop->metrics() + post->metrics() +
               fmt::format("# TYPE karkhana_config_reload_failed counter\n"
                           "karkhana_config_reload_failed {}\n",
                           reloads_failed.load());
    };
    add_system_routes(router, std::move(system));
}

maintenance::Services Daemon::Parts::care_services() {
    auto const count = [this](FacilityId const& facility, MachineId const& machine,
                              Instant since) -> std::optional<maintenance::Strokes> {
        if (facility != prepared.facility.id) return std::nullopt;
        auto const counted = strokes->since(machine, since);
        if (!counted) return std::nullopt;
        return maintenance::Strokes{counted->count, counted->from, counted->counter};
    };
    return {stores.ledger(), *clock, ids, *booking_services.books, count};
}

costs::Services Daemon::Parts::cost_services() {
    auto const measured = [this](FacilityId const& facility, Zone const& zone,
                                 costs::UtilityBill const& bill) {
        return costs::measure(stores.ledger(), stores.telemetry(), facility, zone, bill);
    };
    return {stores.ledger(), *clock, ids, *booking_services.books, measured};
}

recycling::Services Daemon::Parts::recycling_services() {
    auto const weigh = [this](FacilityId const& facility,
                              std::optional<DeviceId> const& device) -> Result<recycling::Weighed> {
        if (facility != prepared.facility.id)
            return refuse(ErrorKind::conflict, "no_indicator", "not one of this daemon's lines");
        return recycling::weigh(stores.ledger(), workshop->lines(), facility, device);
    };
    return {stores.ledger(), *clock, ids, *booking_services.books, weigh};
}

void Daemon::Parts::add_jobs() {
    auto const sweep = std::make_shared<booking::Sweep>(booking_services);
    jobs.every(2s, "bookings", [sweep] { sweep->run(); });
    jobs.every(12h, "certificates", [this] { keep_own_certificates(); });
    jobs.every(2s, "refusals",
               [this] { refusals.write(stores.ledger(), prepared.facility.id, clock->now()); });
    jobs.every(1h, "what has expired", [this] {
        stores.ledger().write([&](store::Writer& writer) {
            return people::forget_expired(writer, real_clock.now(), clock->now());
        });
    });
    jobs.every(6h, "readings that no bill needs", [this] { forget_readings(); });
    jobs.every(30s, "maintenance",
               [this] { maintenance::watch(care_services(), prepared.facility.id); });
    errands.every(10min, "timetables", [this] {
        timetable::keep_all({stores.ledger(), *clock, ids, stopping.get_token()});
    });
    jobs.every(1h, "packs whose time is over", [this] {
        billing::end_expired_packs(stores.ledger(), prepared.facility.id, ids, clock->now());
    });
    jobs.every(2s, "charges", [this] {
        billing::charge_closed_sessions(stores.ledger(), prepared.facility.id, prepared.zone,
                                        clock->now());
    });
}

/// Nobody is there yet: whoever reads the console makes the first administrator.
void Daemon::Parts::await_the_first() {
    auto const& facility = prepared.facility.id;
    auto const people = stores.ledger().read(
        [&](store::Reader& reader) { return people::list_people(reader, facility); });
    if (!people.empty()) return;
    auto const code = set_up.open(facility, *random, real_clock.now());
    std::cout << fmt::format(
                     "Nobody is in {} yet. Open it in a browser within a day and make the first "
                     "administrator with this code: {}",
                     prepared.facility.slug, code)
              << std::endl;
}

void Daemon::Parts::forget_readings() {
    auto const& facility = prepared.facility.id;
    auto const before = clock->now() - std::chrono::days(loaded.config.retention_days);
    auto const held = stores.ledger().read(
        [&](store::Reader& reader) { return billing::held_by_bills(reader, facility, before); });
    auto const gone =
        metering::Series{stores.telemetry(), facility}.forget(metering::hour_of(before), held);
    if (gone > 0) log("info", fmt::format("{} hours of readings have gone", gone));
}

Daemon::Daemon(Loaded loaded, std::optional<ClockSpec> const& clock, Log log)
    : parts_(std::make_unique<Parts>(std::move(loaded), clock, std::move(log))) {}

Daemon::~Daemon() { stop(); }

void Daemon::start() {
    parts_->workshop->start();
    parts_->jobs.start();
    parts_->errands.start();
    parts_->post->start();
    parts_->server->start();
    if (parts_->hand_out) parts_->hand_out->start();
    parts_->await_the_first();
    parts_->log("info", fmt::format("serving {} on port {}", parts_->prepared.facility.slug,
                                    parts_->server->port()));
}

void Daemon::stop() {
    parts_->stopping.request_stop();
    parts_->server->stop();
    if (parts_->hand_out) parts_->hand_out->stop();
    parts_->jobs.stop();
    parts_->errands.stop();
    parts_->post->stop();
    parts_->workshop->stop();
}

tl::expected<std::vector<std::string>, std::vector<std::string>> Daemon::reload(Loaded wanted) {
    auto& parts = *parts_;
    for (auto const& setting : settings_that_wait(parts.loaded, wanted))
        parts.log("warning", setting + ": waits for a restart");
    if (auto reasons = reasons_to_restart(parts.loaded, wanted); !reasons.empty())
        return tl::unexpected{std::move(reasons)};
    auto before = parts.prepared;
    before.devices = renumbered(std::move(before.devices), parts.loaded, wanted);
    auto loaded = parts.loaded;
    loaded.config.lines = std::move(wanted.config.lines);
    loaded.config.devices = std::move(wanted.config.devices);
    loaded.profiles = std::move(wanted.profiles);
    auto lines = parts.workshop->reload(loaded, before, [&] {
        auto prepared = prepare_devices(parts.stores.ledger(), loaded.config, loaded.profiles,
                                        parts.prepared, parts.ids);
        // The rest is what it was, and others are reading it.
        parts.prepared.devices = prepared.devices;
        parts.prepared.points = prepared.points;
        return prepared;
    });
    parts.loaded = std::move(loaded);
    parts.commissioning->know(parts.loaded.profiles);
    return lines;
}

void Daemon::reload_failed() { ++parts_->reloads_failed; }

std::uint16_t Daemon::port() const { return parts_->server->port(); }

}  // namespace karkhana::app
