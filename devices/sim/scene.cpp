#include "devices/sim/scene.hpp"

#include <algorithm>

#include "devices/profiles/load.hpp"

namespace karkhana::sim {
namespace {

using Profiles = std::vector<std::shared_ptr<profiles::Profile const>>;

std::shared_ptr<profiles::Profile const> find(Profiles const& known, std::string const& device) {
    auto const found =
        std::ranges::find_if(known, [&](auto const& p) { return p->device == device; });
    return found == known.end() ? nullptr : *found;
}

bool has_machine(Scene const& scene, std::string const& slug) {
    return std::ranges::any_of(scene.machines, [&](auto const& m) { return m.slug == slug; });
}

SceneMachine read_machine(config::Table& table) {
    SceneMachine machine;
    machine.slug = table.require_text("slug");
    machine.kind = table.require_text("kind");
    machine.rated_w = table.require_integer("rated_w", 1, 1'000'000);
    machine.register_start_wh = table.integer("register_start_wh", 0, 999'000'000).value_or(0);
    return machine;
}

SceneUnit read_unit(config::Table& table, Profiles const& known, Scene const& scene) {
    SceneUnit unit;
    unit.unit = static_cast<std::uint8_t>(table.require_integer("unit", 1, 247));
    unit.profile = find(known, table.require_text("profile"));
    if (!unit.profile) table.complain("profile", "no such device profile");
    unit.machine = table.text("machine").value_or("");
    if (!unit.machine.empty() && !has_machine(scene, unit.machine))
        table.complain("machine", "no such machine");
    unit.machines = table.texts("machines");
    for (auto const& slug : unit.machines)
        if (!has_machine(scene, slug)) table.complain("machines", "no such machine: " + slug);
    if (auto const role = table.text("role")) {
        if (*role != "site") table.complain("role", "site, or nothing");
        for (auto const& machine : scene.machines) unit.machines.push_back(machine.slug);
        if (unit.machines.size() != scene.machines.size())
            table.complain("machines", "the site's are all of them");
    }
    if (!unit.machine.empty() && !unit.machines.empty())
        table.complain("machine", "a meter is of one machine, of several, or of the site");
    unit.serial = static_cast<std::uint32_t>(table.integer("serial", 0, 0xFFFFFFFF).value_or(0));
    std::uint16_t channel = 0;
    for (auto const& slug : table.texts("relays")) {
        if (!slug.empty() && !has_machine(scene, slug)) table.complain("relays", "no such machine");
        if (!slug.empty()) unit.relays[channel] = slug;
        ++channel;
    }
    return unit;
}

}  // namespace

std::optional<Scene> load_scene(std::string const& path, std::string const& profile_folder,
                                config::Problems& problems) {
    Profiles known;
    for (auto& profile : profiles::load_profiles(profile_folder, problems))
        known.push_back(std::make_shared<profiles::Profile const>(std::move(profile)));
    auto root = config::load(path, problems);
    if (!root) return std::nullopt;
    Scene scene;
    scene.seed = static_cast<std::uint64_t>(root->integer("seed", 0, 1'000'000'000).value_or(1));
    scene.clock_speed = static_cast<int>(root->integer("clock_speed", 1, 3600).value_or(1));
    for (auto& table : root->tables("machine")) scene.machines.push_back(read_machine(table));
    for (auto& table : root->tables("line")) {
        SceneLine line;
        line.name = table.require_text("name");
        if (auto const port = table.integer("port", 0, 65535))
            line.port = static_cast<std::uint16_t>(*port);
        line.link = table.text("link").value_or("");
        auto const framing = table.text("framing").value_or("tcp");
        if (framing != "tcp" && framing != "rtu") table.complain("framing", "tcp or rtu");
        line.rtu = framing == "rtu";
        if (!line.port && line.link.empty()) table.complain("name", "needs port or link");
        for (auto& unit : table.tables("unit")) line.units.push_back(read_unit(unit, known, scene));
        scene.lines.push_back(std::move(line));
    }
    root->leftover();
    if (!problems.empty()) return std::nullopt;
    return scene;
}

}  // namespace karkhana::sim
