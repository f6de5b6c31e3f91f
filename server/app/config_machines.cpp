#include <algorithm>

#include "server/app/config_parts.hpp"

namespace karkhana::app {

using config::Table;

bool has_machine(Config const& out, std::string const& slug) {
    return std::ranges::any_of(out.machines, [&](auto const& m) { return m.slug == slug; });
}

facility::Machine read_machine(Table& table, int position) {
    facility::Machine machine;
    machine.slug = table.require_text("slug");
    machine.name = read_name(table);
    machine.kind = table.require_text("kind");
    machine.rated_w = table.require_integer("rated_w", 1, 2'000'000);
    auto const minutes = [&](char const* key, int fallback, int most) {
        return static_cast<int>(table.integer(key, 0, most).value_or(fallback));
    };
    machine.grid_minutes = std::max(minutes("grid_minutes", 15, 120), 1);
    machine.min_minutes = minutes("min_minutes", machine.grid_minutes, 24 * 60);
    machine.max_minutes = minutes("max_minutes", 240, 24 * 60);
    machine.setup_minutes = minutes("setup_minutes", 0, 240);
    machine.buffer_minutes = minutes("buffer_minutes", 0, 240);
    machine.seats = static_cast<int>(table.integer("seats", 1, 1000).value_or(1));
    machine.horizon_days = minutes("horizon_days", 30, 400);
    machine.busy_above_w =
        table.integer("busy_above_w", 0, 2'000'000).value_or(machine.rated_w / 20);
    machine.piece_unit = table.text("piece_unit").value_or("");
    machine.out_of_order = table.flag("out_of_order").value_or(false);
    machine.position = position;
    if (machine.slug.empty() || machine.name.en.empty() || machine.kind.empty()) return machine;
    auto sound = facility::valid_machine(machine);
    if (!sound) complain(table, sound.error());
    return sound.value_or(machine);
}

void read_stop(Table& table, Config& out, std::string const& slug) {
    metering::StopRule rule;
    auto const name = table.text("stop").value_or("immediate");
    auto const stop = metering::stop_class_of(name);
    if (!stop) table.complain("stop", "immediate, end_of_cycle or never_remotely");
    rule.stop = stop.value_or(metering::StopClass::immediate);
    if (auto const minutes = table.integer("stop_within_minutes", 1, 12 * 60)) {
        if (rule.stop != metering::StopClass::end_of_cycle)
            table.complain("stop_within_minutes", "goes with stop = \"end_of_cycle\"");
        rule.at_most = std::chrono::minutes{*minutes};
    }
    if (rule.stop != metering::StopClass::immediate) out.stops[slug] = rule;
}

void check_stop(Table& table, Config const& out, facility::Machine const& machine) {
    if (!out.stops.contains(machine.slug)) return;
    bool const metered = std::ranges::any_of(
        out.devices, [&](DeviceConfig const& device) { return device.machine == machine.slug; });
    bool const told = out.runs.contains(machine.slug) || (metered && machine.busy_above_w > 0);
    if (!told)
        table.complain("stop",
                       "needs runs, or a meter and busy_above_w, which tell when the cycle ends");
}

std::int64_t read_idle(Table& table, facility::Machine const& machine) {
    auto const below = table.integer("idle_below_w", 0, 2'000'000);
    if (below && *below > machine.busy_above_w)
        table.complain("idle_below_w", "may not be above busy_above_w");
    return below.value_or(machine.busy_above_w * 4 / 5);
}

}  // namespace karkhana::app
