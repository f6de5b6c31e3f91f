#include "server/app/config.hpp"

#include <filesystem>
#include <utility>

#include "devices/profiles/load.hpp"
#include "server/app/config_parts.hpp"

namespace karkhana::app {
namespace {

using config::Table;

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

/// What is printed and scanned leads there unless another address is said.
std::string own_address(HttpConfig const& http) {
    auto const scheme = http.tls_key.empty() ? "http://" : "https://";
    bool const v6 = http.address.find(':') != std::string::npos;
    return scheme + (v6 ? "[" + http.address + "]" : http.address) + ":" +
           std::to_string(http.port);
}

void read_public_address(Table& table, HttpConfig& out) {
    auto said = table.text("public_address");
    if (!said) return;
    bool const web = said->starts_with("https://") || said->starts_with("http://");
    if (!web || said->find_first_of(" ?#&\"<>") != std::string::npos || said->size() > 100)
        table.complain("public_address", "an address like https://karkhana.example.org");
    while (said->ends_with('/')) said->pop_back();
    out.public_address = *said;
}

bool is_host(std::string const& name) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    return !name.empty() && name.size() <= 64 && name.front() != '.' && name.front() != '-' &&
           name.find_first_not_of(kLetters) == std::string::npos;
}

void read_own_names(Table& table, std::string const& data, HttpConfig& out) {
    out.own_names = table.texts("own_certificate");
    for (auto const& name : out.own_names)
        if (!is_host(name) && !problem_of_address(name).empty())
            table.complain("own_certificate", "names like karkhana.lan, and addresses in numbers");
    out.page_port = static_cast<std::uint16_t>(table.integer("page_port", 1, 65535).value_or(0));
    if (out.own_names.empty()) {
        if (out.page_port != 0) table.complain("page_port", "takes own_certificate");
        return;
    }
    if (!out.tls_certificate.empty() || !out.tls_key.empty())
        table.complain("own_certificate", "and tls_certificate exclude each other");
    out.tls_certificate = data + "/tls/daemon.crt";
    out.tls_key = data + "/tls/daemon.key";
}

void read_http(Table& table, std::string const& data, HttpConfig& out) {
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
    read_own_names(table, data, out);
    read_public_address(table, out);
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
    if (auto http = root.table("http")) read_http(*http, out.data, out.http);
    if (out.http.public_address.empty()) out.http.public_address = own_address(out.http);
}

}  // namespace

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
    std::vector<std::pair<std::string, Table>> run_bits, counters;
    for (auto& table : machines) {
        auto machine = read_machine(table, ++position);
        out.idle_below_w[machine.slug] = read_idle(table, machine);
        if (has_machine(out, machine.slug)) table.complain("slug", used_twice(machine.slug));
        read_stop(table, out, machine.slug);
        if (auto runs = table.table("runs")) {
            out.runs[machine.slug] = read_input(*runs);
            run_bits.emplace_back(machine.slug, std::move(*runs));
        }
        if (auto strokes = table.table("strokes")) {
            out.strokes[machine.slug] = read_input(*strokes);
            counters.emplace_back(machine.slug, std::move(*strokes));
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
    for (auto& [slug, table] : counters) check_counter(table, out.strokes.at(slug), out, known);
    read_rate_card(*root, out);
    read_notify(*root, out.notify);
    root->leftover();
    if (!problems.empty()) return std::nullopt;
    return out;
}

}  // namespace karkhana::app
