#include "server/app/prepare.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "server/billing/rate_cards.hpp"
#include "server/notify/records.hpp"
#include "server/telling/records.hpp"

namespace karkhana::app {
namespace {

using store::Part;

facility::Facility keep_facility(store::Writer& writer, Config const& config, IdSource& ids,
                                 Instant now) {
    if (auto known = facility::find_facility_by_slug(writer, config.facility.slug)) return *known;
    auto facility = config.facility;
    facility.id = ids.make<FacilityId>();
    facility::insert_facility(writer, facility, now);
    return facility;
}

/// A machine that the configuration names no more has no meter and no relay: it keeps its past, but
/// nobody can book or start it.
void retire_others(store::Writer& writer, Prepared const& prepared, Instant now) {
    for (auto machine : facility::list_machines(writer, prepared.facility.id)) {
        if (prepared.machine_ids.contains(machine.slug) || machine.out_of_order) continue;
        machine.out_of_order = true;
        facility::save_machine(writer, machine, now);
    }
}

/// The first version holds from long ago, so that whatever is used from the first day has a price.
void keep_first_rates(store::Writer& writer, FacilityId const& facility, Config const& config,
                      IdSource& ids, Instant now) {
    if (!config.rate_card || !billing::list_rate_cards(writer, facility).empty()) return;
    auto card = *config.rate_card;
    card.id = ids.make<RateCardId>();
    card.effective_from = now - std::chrono::days{366};
    billing::insert_rate_card(writer, facility, card, now);
}

}  // namespace

Stores open_stores(Config const& config) {
    Stores stores;
    std::filesystem::create_directories(config.data);
    if (!config.postgres.empty()) {
        store::PostgresOptions options;
        options.conninfo = config.postgres;
        stores.ledger_owner = store::open_postgres(
            options, store::load_migrations(config.schema + "/postgres", Part::both));
        return stores;
    }
    auto const folder = config.schema + "/sqlite";
    stores.ledger_owner = store::open_sqlite({config.data + "/ledger.db"},
                                             store::load_migrations(folder, Part::ledger));
    stores.telemetry_owner = store::open_sqlite({config.data + "/telemetry.db"},
                                                store::load_migrations(folder, Part::telemetry));
    return stores;
}

Stores open_stores_to_read(Config const& config) {
    if (!config.postgres.empty()) return open_stores(config);
    Stores stores;
    stores.ledger_owner = store::open_sqlite_to_read(config.data + "/ledger.db");
    // A ledger that was saved alone can be read alone.
    if (auto const series = config.data + "/telemetry.db"; std::filesystem::exists(series))
        stores.telemetry_owner = store::open_sqlite_to_read(series);
    return stores;
}

std::vector<MachineId> machines_of(Prepared const& prepared) {
    std::vector<MachineId> found;
    for (auto const& [slug, id] : prepared.machine_ids) found.push_back(id);
    return found;
}

std::map<MachineId, std::int64_t> most_watts(Config const& config, Prepared const& prepared) {
    std::map<MachineId, std::int64_t> watts;
    for (auto const& machine : config.machines)
        watts[prepared.machine_ids.at(machine.slug)] = machine.rated_w * 2;
    return watts;
}

Prepared prepare_facility(store::Store& ledger, Config const& config, Profiles const& profiles,
                          IdSource& ids, Instant now) {
    return ledger.write([&](store::Writer& writer) {
        auto const facility = keep_facility(writer, config, ids, now);
        Prepared prepared{facility, Zone::find(facility.zone).value(), {}, {}, {}};
        facility::replace_opening_hours(writer, facility.id, config.opening_hours);
        for (auto machine : config.machines) {
            machine.facility = facility.id;
            machine.id = ids.make<MachineId>();
            prepared.machine_ids[machine.slug] = facility::save_machine(writer, machine, now);
        }
        retire_others(writer, prepared, now);
        keep_first_rates(writer, facility.id, config, ids, now);
        if (config.notify.quiet && !notify::has_quiet_hours(writer, facility.id))
            notify::set_quiet_hours(writer, facility.id, *config.notify.quiet);
        telling::begin(writer, facility.id);
        prepared.points = metering::configure_devices(
            writer, ids, facility.id, device_setups(config, profiles, prepared.machine_ids));
        prepared.devices = metering::list_devices(writer, facility.id);
        return prepared;
    });
}

Prepared prepare_devices(store::Store& ledger, Config const& config, Profiles const& profiles,
                         Prepared prepared, IdSource& ids) {
    return ledger.write([&](store::Writer& writer) {
        prepared.points =
            metering::configure_devices(writer, ids, prepared.facility.id,
                                        device_setups(config, profiles, prepared.machine_ids));
        prepared.devices = metering::list_devices(writer, prepared.facility.id);
        return prepared;
    });
}

Channel channel_of(Prepared const& prepared, InputConfig const& input) {
    auto const device = std::ranges::find(prepared.devices, input.device, &metering::Device::name);
    auto const point = std::ranges::find_if(prepared.points, [&](metering::Point const& each) {
        return each.device == device->id && each.name == input.point;
    });
    return point->channel;
}

std::map<MachineId, metering::StrokeCounters::Source> stroke_sources(Prepared const& prepared,
                                                                     Config const& config) {
    std::map<MachineId, metering::StrokeCounters::Source> sources;
    for (auto const& [slug, input] : config.strokes)
        sources[prepared.machine_ids.at(slug)] = {channel_of(prepared, input),
                                                  input.device + ": " + input.point};
    return sources;
}

metering::MeterPlan meter_plan(Prepared const& prepared, Config const& config) {
    auto plan = metering::machine_meters(prepared.points);
    for (auto& meter : plan.machines)
        for (auto const& [slug, id] : prepared.machine_ids)
            if (id == meter.machine) meter.idle_below_w = config.idle_below_w.at(slug);
    for (auto const& [slug, input] : config.runs) {
        auto const& id = prepared.machine_ids.at(slug);
        auto found = std::ranges::find(plan.machines, id, &metering::MachineMeter::machine);
        if (found == plan.machines.end()) found = plan.machines.insert(found, {.machine = id});
        found->runs = channel_of(prepared, input);
    }
    std::set<MachineId> rooms;
    for (auto const& machine : config.machines)
        if (machine.seats > 1) rooms.insert(prepared.machine_ids.at(machine.slug));
    metering::share_rooms(plan, rooms);
    return plan;
}

}  // namespace karkhana::app
