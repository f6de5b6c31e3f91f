#include "server/app/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "devices/profiles/exact.hpp"
#include "devices/profiles/load.hpp"
#include "server/app/config_checks.hpp"
#include "server/app/device_problems.hpp"

namespace karkhana::app {
namespace {

using config::Table;

/// "17:00" as minutes; "24:00" and later name the next day.
std::optional<int> minute_of(std::string const& text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    int value = 0;
    for (std::size_t i : {0U, 1U, 3U, 4U}) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    int const hours = value / 100, minutes = value % 100;
    if (hours > 47 || minutes > 59) return std::nullopt;
    return hours * 60 + minutes;
}

int require_minute(Table& table, std::string_view key) {
    auto const text = table.require_text(key);
    auto const minute = minute_of(text);
    if (!minute && !text.empty()) table.complain(key, "not a time of day like 17:00");
    return minute.value_or(0);
}

/// "14.50" as 10^-4 poisha: up to six decimals, exactly.
std::optional<Rate> price_of_text(std::string const& text) {
    std::int64_t whole = 0;
    int decimals = -1;
    for (char c : text) {
        if (c == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9' || decimals >= 6 || whole > 1'000'000'000'000) return std::nullopt;
        whole = whole * 10 + (c - '0');
        if (decimals >= 0) ++decimals;
    }
    for (int i = std::max(decimals, 0); i < 6; ++i) whole *= 10;
    if (text.empty() || text.front() == '.' || decimals == 0) return std::nullopt;
    return Rate{whole};
}

facility::Name read_name(Table& table, std::string const& prefix = "name") {
    auto en = table.text(prefix + "_en").value_or("");
    auto bn = table.text(prefix + "_bn").value_or("");
    if (en.empty() && bn.empty()) table.complain(prefix + "_en", "a name in one language at least");
    if (en.empty()) en = bn;
    if (bn.empty()) bn = en;
    return {std::move(en), std::move(bn)};
}

/// Says what a rule refuses at the setting it is about.
void complain(Table& table, Error const& error) {
    auto const key = std::string_view{error.field}.substr(error.field.empty() ? 0 : 1);
    table.complain(key.substr(0, key.find('/')), error.detail);
}

void read_opening(Table& table, Config& out) {
    for (auto& hours : table.tables("opening")) {
        auto const days = hours.integers("weekdays", 1, 7);
        int const from = require_minute(hours, "from"), to = require_minute(hours, "to");
        if (days.empty()) hours.complain("weekdays", "needs days, 1 is Monday");
        if (to <= from)
            return hours.complain("to", "closes before it opens; after midnight is 25:00");
        for (auto const day : days) out.opening_hours.push_back({static_cast<int>(day), from, to});
    }
    auto sound = facility::valid_hours(out.opening_hours);
    if (!sound) return table.complain("opening", sound.error().detail);
    out.opening_hours = std::move(*sound);
}

InputConfig read_input(Table& table) {
    return {table.require_text("device"), table.require_text("point")};
}

/// The part about the mains, which can be judged once the devices are known.
std::optional<Table> read_facility(Table& root, Config& out) {
    auto table = root.require_table("facility");
    out.facility.slug = table.require_text("slug");
    auto const slug = facility::valid_slug(out.facility.slug);
    if (!slug && !out.facility.slug.empty()) complain(table, slug.error());
    out.facility.name = read_name(table);
    if (table.has("address_en") || table.has("address_bn"))
        out.facility.address = read_name(table, "address");
    out.facility.zone = table.text("zone").value_or("Asia/Dhaka");
    if (!Zone::find(out.facility.zone)) table.complain("zone", "no such time zone");
    auto const bills = table.text("estimated_bills").value_or("share");
    if (bills != "share" && bills != "lower_bound")
        table.complain("estimated_bills", "share or lower_bound");
    if (bills == "lower_bound") out.estimated_bills = metering::EstimatedBills::lower_bound;
    read_opening(table, out);
    auto mains = table.table("mains");
    if (mains) out.mains = read_input(*mains);
    return mains;
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
    machine.buffer_minutes = minutes("buffer_minutes", 0, 240);
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

/// Whoever waits for the end of a cycle must be told of it.
void check_stop(Table& table, Config const& out, facility::Machine const& machine) {
    if (!out.stops.contains(machine.slug)) return;
    bool const metered = std::ranges::any_of(
        out.devices, [&](DeviceConfig const& device) { return device.machine == machine.slug; });
    bool const told = out.runs.contains(machine.slug) || (metered && machine.busy_above_w > 0);
    if (!told)
        table.complain("stop",
                       "needs runs, or a meter and busy_above_w, which tell when the cycle ends");
}

/// Below this it is idle; between this and busy_above_w it stays what it was.
std::int64_t read_idle(Table& table, facility::Machine const& machine) {
    auto const below = table.integer("idle_below_w", 0, 2'000'000);
    if (below && *below > machine.busy_above_w)
        table.complain("idle_below_w", "may not be above busy_above_w");
    return below.value_or(machine.busy_above_w * 4 / 5);
}

LineConfig read_line(Table& table) {
    LineConfig line;
    line.at = table.line();
    line.name = table.require_text("name");
    line.tcp = table.text("tcp").value_or("");
    line.serial = table.text("serial").value_or("");
    line.baud = static_cast<int>(table.integer("baud", 300, 1'000'000).value_or(9600));
    if (!is_baud(line.baud)) table.complain("baud", "no speed of a serial port, like 9600");
    auto const parity = table.text("parity").value_or("N");
    if (parity != "N" && parity != "E" && parity != "O") table.complain("parity", "N, E or O");
    line.parity = parity.empty() ? 'N' : parity[0];
    line.stop_bits = static_cast<int>(table.integer("stop_bits", 1, 2).value_or(1));
    auto const framing = table.text("framing").value_or(line.tcp.empty() ? "rtu" : "tcp");
    if (framing != "tcp" && framing != "rtu")
        table.complain("framing", "tcp, or rtu for a gateway that passes serial frames on");
    else if (line.tcp.empty() && framing == "tcp")
        table.complain("framing", "a serial line carries rtu alone");
    line.rtu = !line.tcp.empty() && framing == "rtu";
    line.echo = table.flag("echo").value_or(false);
    if (line.echo && line.serial.empty()) table.complain("echo", "of a serial line only");
    if (line.tcp.empty() == line.serial.empty())
        table.complain("name", "needs either tcp = \"host:port\" or serial = \"/dev/...\"");
    if (!line.tcp.empty() && !is_endpoint(line.tcp))
        table.complain("tcp", "host and port, like 192.168.1.50:502");
    return line;
}

/// What two lines cannot share. A link in /dev/serial/by-id is the port that it leads to.
std::string wire_of(LineConfig const& line) {
    if (line.tcp.empty()) {
        std::error_code unknown;
        auto const port = std::filesystem::weakly_canonical(line.serial, unknown);
        return unknown ? line.serial : port.string();
    }
    auto const colon = line.tcp.rfind(':');
    auto wire = line.tcp.substr(0, colon);
    for (auto& c : wire)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    auto const digit = line.tcp.find_first_not_of('0', colon + 1);
    return digit == std::string::npos ? wire : wire + ':' + line.tcp.substr(digit);
}

std::string used_twice(std::string const& name) { return "'" + name + "' is used twice"; }

/// Two masters on one bus take each other's replies for their own.
void check_line(Table& table, LineConfig const& line, Config const& out) {
    auto const* const key = line.tcp.empty() ? "serial" : "tcp";
    for (auto const& other : out.lines) {
        if (other.name == line.name) table.complain("name", used_twice(line.name));
        if (other.tcp.empty() == line.tcp.empty() && wire_of(other) == wire_of(line))
            table.complain(key, "leads where '" + other.name + "' does");
    }
}

/// 40, "40" or "200/5".
profiles::Scale read_ratio(Table& table, std::string_view key) {
    if (!table.has(key)) return {};
    auto const ratio =
        table.holds_text(key)
            ? profiles::exact(*table.text(key))
            : std::optional{profiles::Scale{table.integer(key, 1, 1'000'000).value_or(1), 1}};
    if (!ratio || ratio->numerator <= 0)
        table.complain(key, "a ratio of a transformer, like 40 or \"200/5\"");
    return ratio.value_or(profiles::Scale{});
}

/// Of one machine, of several that share it, or of the whole site.
void read_role(Table& table, DeviceConfig& device) {
    using metering::MeterRole;
    device.machines = table.texts("machines");
    if (!device.machines.empty()) device.role = MeterRole::shared;
    auto const role = table.text("role").value_or("");
    if (role == "site")
        device.role = MeterRole::site;
    else if (!role.empty())
        table.complain("role", "site, or nothing");
    bool const several = !device.machine.empty() && device.role != MeterRole::machine;
    if (several || (device.role == MeterRole::site && !device.machines.empty()))
        table.complain("machine", "a meter is of one machine, of several, or of the site");
    if (device.machines.size() == 1) table.complain("machines", "one alone is machine = \"...\"");
    auto const share = table.text("share");
    if (share && device.machines.empty()) table.complain("share", "needs machines that share it");
    if (!share) return;
    auto const split = metering::split_of(*share);
    if (split && *split <= metering::Split::equal)
        device.share = *split;
    else
        table.complain("share", "rated_power, time or equal");
}

DeviceConfig read_device(Table& table) {
    DeviceConfig device;
    device.at = table.line();
    device.name = table.require_text("name");
    device.line = table.require_text("line");
    device.unit = static_cast<int>(table.require_integer("unit", 1, 247));
    device.profile = table.require_text("profile");
    device.machine = table.text("machine").value_or("");
    if (auto const serial = table.integer("serial", 0, 0x7FFFFFFFFFFFFFFF))
        device.serial = static_cast<std::uint64_t>(*serial);
    device.relays = table.texts("relays");
    device.ratios.current = read_ratio(table, "ct_ratio");
    device.ratios.voltage = read_ratio(table, "pt_ratio");
    device.feedback = table.integers("feedback", -1, 1999);
    if (device.feedback.size() > device.relays.size())
        table.complain("feedback", "more inputs than relays");
    device.other_word_order = table.flag("other_word_order").value_or(false);
    device.period = std::chrono::seconds{table.integer("period_seconds", 1, 5).value_or(1)};
    read_role(table, device);
    return device;
}

billing::Component read_component(Table& table) {
    billing::Component component;
    component.machine_kind = table.text("machine_kind").value_or("");
    auto const basis = billing::basis_of(table.require_text("basis"));
    auto const window = billing::window_of(table.text("window").value_or("any"));
    if (!basis) table.complain("basis", "kwh, piece, used_minute, session or minimum");
    if (!window) table.complain("window", "any, peak or off_peak");
    auto const price = price_of_text(table.require_text("taka"));
    if (!price) table.complain("taka", "a price like \"14.50\", with up to six decimals");
    auto const label = read_name(table, "label");
    component.basis = basis.value_or(billing::Basis::kwh);
    component.window = window.value_or(billing::Window::any);
    component.price = price.value_or(Rate{});
    component.label = {label.en, label.bn};
    return component;
}

std::string words_of(Error const& error) {
    if (error.code == "no_components") return "a rate card without a component has no price";
    if (error.code == "minimum_window") return "a minimum has no window: it is of the whole use";
    if (error.code == "duplicate_component")
        return "two components of one machine_kind, basis and window";
    return error.detail;
}

void read_rate_card(Table& root, Config& out) {
    auto table = root.table("rate_card");
    if (!table) return;
    billing::RateCard card;
    card.name = table->require_text("name");
    card.source = table->require_text("source");
    card.peak_from_minute = require_minute(*table, "peak_from");
    card.peak_to_minute = require_minute(*table, "peak_to");
    for (auto& part : table->tables("component")) {
        card.components.push_back(read_component(part));
        card.components.back().sequence = static_cast<int>(card.components.size());
    }
    if (auto const sound = billing::check(card); !sound)
        table->complain(sound.error().code == "peak_grid" ? "peak_from" : "component",
                        words_of(sound.error()));
    out.rate_card = std::move(card);
}

bool has_machine(Config const& out, std::string const& slug) {
    return std::ranges::any_of(out.machines, [&](auto const& m) { return m.slug == slug; });
}

bool has_line(Config const& out, std::string const& name) {
    return std::ranges::any_of(out.lines, [&](auto const& line) { return line.name == name; });
}

void check_shared(Table& table, DeviceConfig const& device, Config const& out) {
    std::set<std::string> seen;
    for (auto const& slug : device.machines) {
        if (!has_machine(out, slug)) table.complain("machines", "no machine of this slug: " + slug);
        if (!seen.insert(slug).second) table.complain("machines", slug + " is named twice");
        for (auto const& other : out.devices)
            if (std::ranges::count(other.machines, slug) > 0)
                table.complain("machines", slug + " is behind " + other.name + " already");
    }
}

void check_relay(Table& table, std::string const& slug, Config const& out) {
    if (!has_machine(out, slug)) table.complain("relays", "no machine of this slug: " + slug);
    for (auto const& other : out.devices)
        if (std::ranges::find(other.relays, slug) != other.relays.end())
            table.complain("relays", slug + " is switched by " + other.name + " already");
}

void check_device(Table& table, DeviceConfig const& device, Config const& out,
                  ProfilesByName const& profiles) {
    if (!has_line(out, device.line)) table.complain("line", "no line of this name");
    if (auto const profile = profiles.find(device.profile); profile == profiles.end())
        table.complain("profile", "no such device profile");
    else
        for (auto const& problem :
             problems_of(device, profile->second, out.stops, inputs_of(out, device.name)))
            table.complain(problem.key, problem.what);
    if (!device.machine.empty() && !has_machine(out, device.machine))
        table.complain("machine", "no machine of this slug");
    check_shared(table, device, out);
    for (auto const& slug : device.relays)
        if (!slug.empty()) check_relay(table, slug, out);
    for (auto const& other : out.devices) {
        if (other.line == device.line && other.unit == device.unit)
            table.complain("unit", "taken on this line by " + other.name);
        if (other.name == device.name) table.complain("name", used_twice(device.name));
    }
}

/// An input that says yes or no; for the mains also the voltage of a meter that has a battery.
void check_input(Table& table, InputConfig const& input, Config const& out,
                 ProfilesByName const& profiles, bool voltage_tells) {
    auto const device = std::ranges::find(out.devices, input.device, &DeviceConfig::name);
    if (device == out.devices.end()) return table.complain("device", "no device of this name");
    auto const profile = profiles.find(device->profile);
    auto const* point = profile == profiles.end() ? nullptr : profile->second.find(input.point);
    bool const tells = point != nullptr && point->kind != profiles::PointKind::command &&
                       (point->unit == Unit::flag || (voltage_tells && point->unit == Unit::mv));
    if (!tells)
        table.complain("point", voltage_tells ? "no voltage and no state of this device"
                                              : "no state of this device");
}

/// `user_profiles`, or else profiles.d beside the configuration if there is one.
std::string own_profiles(Table& root, std::string const& path) {
    namespace fs = std::filesystem;
    if (auto const named = root.text("user_profiles")) {
        if (!fs::is_directory(*named)) root.complain("user_profiles", "no such folder");
        return *named;
    }
    auto const beside = fs::path{path}.parent_path() / "profiles.d";
    return fs::is_directory(beside) ? beside.string() : "";
}

void read_http(Table& table, HttpConfig& out) {
    out.address = table.text("address").value_or(out.address);
    if (auto problem = problem_of_address(out.address); !problem.empty())
        table.complain("address", std::move(problem));
    out.port = static_cast<std::uint16_t>(table.integer("port", 0, 65535).value_or(8080));
    out.tls_certificate = table.text("tls_certificate").value_or("");
    out.tls_key = table.text("tls_key").value_or("");
    out.web = table.text("web").value_or(out.web);
    if (out.tls_certificate.empty() != out.tls_key.empty())
        table.complain("tls_certificate", "certificate and key come together");
    for (auto const& [key, file] :
         {std::pair{"tls_certificate", out.tls_certificate}, std::pair{"tls_key", out.tls_key}})
        if (auto problem = problem_of_file(file); !file.empty() && !problem.empty())
            table.complain(key, std::move(problem));
}

void read_places(Table& root, std::string const& path, Config& out) {
    out.data = root.require_text("data");
    if (auto problem = problem_of_data(out.data); !problem.empty())
        root.complain("data", std::move(problem));
    out.profiles = root.text("profiles").value_or(default_share("profiles", "devices/profiles"));
    out.own_profiles = own_profiles(root, path);
    out.schema = root.text("schema").value_or(default_share("schema", "schema"));
    out.simulated = root.flag("simulated").value_or(false);
    out.retention_days = root.integer("retention_days", 30, 36'500).value_or(out.retention_days);
    if (auto store = root.table("store")) out.postgres = store->require_text("postgres");
    if (auto const web = default_share("web", "web/dist"); std::filesystem::exists(web))
        out.http.web = web;
    if (auto http = root.table("http")) read_http(*http, out.http);
}

}  // namespace

std::vector<std::string> inputs_of(Config const& config, std::string const& device) {
    std::vector<std::string> points;
    if (config.mains && config.mains->device == device) points.push_back(config.mains->point);
    for (auto const& [slug, input] : config.runs)
        if (input.device == device) points.push_back(input.point);
    return points;
}

bool is_endpoint(std::string const& text) {
    auto const colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return false;
    auto const digits = std::string_view{text}.substr(colon + 1);
    int port = 0;
    auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && port > 0 &&
           port <= 65'535;
}

std::string default_share(std::string const& installed, std::string const& in_repository) {
    namespace fs = std::filesystem;
    auto const share = fs::path{"/usr/share/karkhana"} / installed;
    if (fs::exists(share)) return share.string();
    // The program is in build/<preset>, wherever it is called from.
    auto const beside = fs::read_symlink("/proc/self/exe").parent_path() / "../.." / in_repository;
    return fs::exists(beside) ? beside.lexically_normal().string() : in_repository;
}

std::optional<Config> load_config(std::string const& path, config::Problems& problems) {
    auto root = config::load(path, problems);
    if (!root) return std::nullopt;
    Config out;
    read_places(*root, path, out);
    out.settings = root->leaves();
    std::erase_if(out.settings, [](config::Leaf const& leaf) {
        auto const top = leaf.path.substr(0, leaf.path.find_first_of(".["));
        return top == "line" || top == "device" || top == "profiles" || top == "user_profiles" ||
               top == "rate_card";
    });
    auto mains = read_facility(*root, out);
    int position = 0;
    auto machines = root->tables("machine");
    std::vector<std::pair<std::string, Table>> run_bits;
    for (auto& table : machines) {
        auto machine = read_machine(table, ++position);
        out.idle_below_w[machine.slug] = read_idle(table, machine);
        if (has_machine(out, machine.slug)) table.complain("slug", used_twice(machine.slug));
        read_stop(table, out, machine.slug);
        if (auto runs = table.table("runs")) {
            out.runs[machine.slug] = read_input(*runs);
            run_bits.emplace_back(machine.slug, std::move(*runs));
        }
        out.machines.push_back(std::move(machine));
    }
    for (auto& table : root->tables("line")) {
        auto line = read_line(table);
        check_line(table, line, out);
        out.lines.push_back(std::move(line));
    }
    ProfilesByName known;
    for (auto& profile : profiles::load_profiles(out.profiles, out.own_profiles, problems)) {
        auto const name = profile.device;
        known[name] = std::move(profile);
    }
    auto devices = root->tables("device");
    for (auto& table : devices) {
        auto device = read_device(table);
        check_device(table, device, out, known);
        out.devices.push_back(std::move(device));
    }
    for (auto& problem : problems_of_meters(out, known))
        devices[problem.device].complain(problem.key, std::move(problem.what));
    for (std::size_t i = 0; i < machines.size(); ++i) check_stop(machines[i], out, out.machines[i]);
    if (mains) check_input(*mains, *out.mains, out, known, true);
    for (auto& [slug, table] : run_bits) check_input(table, out.runs.at(slug), out, known, false);
    read_rate_card(*root, out);
    root->leftover();
    if (!problems.empty()) return std::nullopt;
    return out;
}

}  // namespace karkhana::app
