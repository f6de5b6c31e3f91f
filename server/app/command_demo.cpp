#include <arpa/inet.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "server/app/child.hpp"
#include "server/app/clock_spec.hpp"
#include "server/app/commands.hpp"
#include "server/app/demo_files.hpp"
#include "server/app/demo_life.hpp"
#include "server/app/prepare.hpp"
#include "server/app/signals.hpp"
#include "server/people/first_people.hpp"
#include "server/people/profile.hpp"
#include "server/people/records.hpp"

namespace karkhana::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

/// A port that nobody listens on at the moment.
std::uint16_t free_port() {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    bool const bound = socket >= 0 &&
                       ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                       ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(socket);
    if (!bound) throw std::runtime_error("no free port on the loopback address");
    return ntohs(address.sin_port);
}

bool listens(std::uint16_t port) {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto const address = loopback(port);
    bool const answered =
        ::connect(socket, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
    ::close(socket);
    return answered;
}

void write_file(fs::path const& path, std::string const& text) {
    fs::create_directories(path.parent_path());
    std::ofstream out{path, std::ios::trunc};
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

/// For what holds passwords: nobody else may read it, not even while it is being written.
void write_private(fs::path const& path, std::string const& text) {
    fs::create_directories(path.parent_path());
    std::ofstream{path, std::ios::app}.flush();
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    write_file(path, text);
}

std::string read_file(fs::path const& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

people::Person person(std::string const& login, people::RoleGrant role, std::string en,
                      std::string bn) {
    people::Person person;
    person.login = login;
    person.name = {std::move(en), std::move(bn)};
    person.roles = {std::move(role)};
    return person;
}

/// Whoever is here for the facility logs in with the name of the role.
people::Person staff(std::string const& role, std::string en, std::string bn) {
    return person(role, {role, std::nullopt}, std::move(en), std::move(bn));
}

people::Enterprise workshop(IdSource& ids, std::string en, std::string bn, bool women_led) {
    people::Enterprise enterprise;
    enterprise.id = ids.make<EnterpriseId>();
    enterprise.name = {std::move(en), std::move(bn)};
    enterprise.place = "Bhairab";
    enterprise.women_led = women_led;
    return enterprise;
}

/// Three MEs and one person of each role; the log-ins with their passwords.
json::object first_people(people::Services const& services, FacilityId const& facility,
                          IdSource& ids) {
    std::vector<people::Enterprise> const enterprises = {
        workshop(ids, "Shoe workshop A", "জুতা কারখানা ক", true),
        workshop(ids, "Shoe workshop B", "জুতা কারখানা খ", false),
        workshop(ids, "Sole workshop C", "সোল কারখানা গ", false)};
    people::Partner const partner{ids.make<people::PartnerId>(),
                                  {"Partner organisation", "সহযোগী সংস্থা"}};
    services.store.write([&](store::Writer& writer) {
        auto const now = services.clock.now();
        people::insert_partner(writer, facility, partner, now);
        for (auto const& enterprise : enterprises) {
            people::insert_enterprise(writer, facility, enterprise, now);
            auto [profile, version] = people::profile_of(writer, facility, enterprise.id);
            profile.district = "Kishoreganj";
            profile.upazila = "Bhairab";
            profile.sector = "leather";
            if (&enterprise == &enterprises.front()) profile.partner = partner.id;
            people::save_profile(writer, facility, enterprise.id, profile, version);
        }
        return true;
    });
    auto const of = [&](std::size_t i) { return std::optional{enterprises[i].id}; };
    auto const made = people::create_first_people(
        services, facility,
        {staff("manager", "Facility manager", "সেন্টার ম্যানেজার"),
         staff("operator", "Machine operator", "মেশিন অপারেটর"),
         staff("accountant", "Accountant", "হিসাবরক্ষক"),
         staff("desk", "Desk assistant", "ডেস্ক সহকারী"),
         staff("committee", "Committee member", "কমিটির সদস্য"),
         staff("trainer", "Trainer", "প্রশিক্ষক"), staff("mechanic", "Mechanic", "মিস্ত্রি"),
         staff("programme", "Programme officer", "প্রকল্প কর্মকর্তা"),
         staff("auditor", "Auditor", "নিরীক্ষক"), staff("technician", "Technician", "টেকনিশিয়ান"),
         staff("administrator", "Administrator", "প্রশাসক"),
         person("partner", {"partner", std::nullopt, partner.id}, "Partner's officer",
                "সহযোগী সংস্থার কর্মকর্তা"),
         person("member", {"owner", of(0)}, "Member of workshop A", "কারখানা ক-এর সদস্য"),
         person("helper", {"member", of(0)}, "Helper of workshop A", "কারখানা ক-এর সহকারী"),
         person("member-b", {"owner", of(1)}, "Member of workshop B", "কারখানা খ-এর সদস্য")});
    if (!made) throw std::runtime_error("demo people: " + std::string{made.error().code});
    json::object logins;
    for (auto const& one : *made)
        logins[one.person.login == "member-b" ? "member_b" : one.person.login] =
            json::object{{"login", one.person.login}, {"password", one.password}};
    return logins;
}

/// The records of a first start: facility, people, MEs. Returns the log-ins.
json::object seed(Config const& config, WallClock const& clock, bool lived_in) {
    config::Problems problems;
    auto const profiles = load_all_profiles(config.profiles, config.own_profiles, problems);
    auto random = system_random();
    IdSource ids{*random, clock};
    auto const stores = open_stores(config);
    auto const prepared = prepare_facility(stores.ledger(), config, profiles, ids, clock.now());
    people::PasswordHasher passwords;
    SystemWallClock const real;
    people::Services const services{stores.ledger(), clock, real, ids, *random, passwords, {}, 1};
    auto logins = first_people(services, prepared.facility.id, ids);
    if (lived_in) live_last_month(config, stores, clock);
    return logins;
}

json::array modbus_endpoints(Config const& config) {
    json::array endpoints;
    for (auto const& device : config.devices)
        for (auto const& line : config.lines)
            if (line.name == device.line)
                endpoints.push_back(json::object{{"line", line.name},
                                                 {"endpoint", line.endpoint()},
                                                 {"unit", device.unit},
                                                 {"profile", device.profile},
                                                 {"machine", device.machine}});
    return endpoints;
}

void announce(std::string const& address, json::object const& logins, std::string const& file) {
    std::cout << "\nKarkhana is at " << address << "\n\n";
    for (auto const& [role, login] : logins) {
        auto const text = [&](char const* key) {
            return std::string{login.as_object().at(key).as_string()};
        };
        auto const name = text("login");
        std::cout << "  " << name << std::string(name.size() < 12 ? 12 - name.size() : 1, ' ')
                  << text("password") << "\n";
    }
    std::cout << "\nThe same, and the simulator's Modbus endpoints: " << file
              << "\nCtrl-C stops it.\n"
              << std::endl;
}

/// Keeps the daemon running like a service manager would: what dies is started again.
int supervise(std::vector<std::string> const& serving, Child& simulator, std::uint16_t port,
              int stop, std::function<void()> const& ready) {
    auto daemon = std::make_unique<Child>(serving);
    bool announced = false;
    while (true) {
        pollfd waiting{stop, POLLIN, 0};
        if (::poll(&waiting, 1, announced ? 500 : 100) > 0) break;
        if (simulator.ended()) throw std::runtime_error("the simulator ended");
        if (!announced && listens(port)) {
            ready();
            announced = true;
        }
        if (!daemon->ended()) continue;
        if (!announced) return 1;
        std::cerr << "the daemon ended; starting it again\n";
        std::this_thread::sleep_for(std::chrono::milliseconds{500});
        daemon = std::make_unique<Child>(serving);
    }
    daemon->stop();
    return 0;
}

DemoPlaces places_of(DemoOptions const& options, int clock_speed) {
    DemoPlaces places;
    places.data = fs::absolute(options.data).lexically_normal().string();
    places.profiles = fs::absolute(options.profiles).lexically_normal().string();
    places.schema = fs::absolute(options.schema).lexically_normal().string();
    if (!options.web.empty()) places.web = fs::absolute(options.web).lexically_normal().string();
    places.postgres = options.postgres;
    places.http_port = options.port == 0 ? free_port() : static_cast<std::uint16_t>(options.port);
    places.modbus_port = free_port();
    places.clock_speed = clock_speed;
    return places;
}

/// Only what a demo made, never a folder that somebody named by mistake.
void forget(std::string const& data) {
    for (auto const* name :
         {"ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock", "telemetry.db",
          "telemetry.db-wal", "telemetry.db-shm", "telemetry.db.lock", "demo.json", "registers",
          "karkhana.toml", "scene.toml"})
        fs::remove(fs::path{data} / name);
}

}  // namespace

int demo(DemoOptions const& options) {
    SystemWallClock const real;
    std::optional<ClockSpec> spec;
    if (!options.clock.empty()) {
        auto const parsed = parse_clock(options.clock, real.now());
        if (!parsed) throw std::runtime_error("--clock: " + parsed.error().detail);
        spec = *parsed;
    }
    auto const places = places_of(options, spec ? spec->speed : 1);
    if (listens(places.http_port))
        throw std::runtime_error("port " + std::to_string(places.http_port) + " is taken");
    int const stop = stop_signals();
    if (options.fresh) forget(places.data);
    auto const file = [&](char const* name) { return places.data + "/" + name; };
    write_file(file("karkhana.toml"), demo_config(places));
    write_file(file("scene.toml"), demo_scene(places));
    config::Problems problems;
    auto const config = load_config(file("karkhana.toml"), problems);
    for (auto const& problem : problems) std::cerr << problem.text() << '\n';
    if (!config) return 78;

    json::object described;
    if (fs::exists(file("demo.json")))
        described = json::parse(read_file(file("demo.json"))).as_object();
    else
        described["logins"] = seed(*config, *make_clock(spec), options.lived_in);
    std::string const address = "http://127.0.0.1:" + std::to_string(places.http_port);
    described["address"] = address;
    described["config"] = file("karkhana.toml");
    described["control"] = file("simulator.sock");
    described["modbus"] = modbus_endpoints(*config);
    write_private(file("demo.json"), json::serialize(described) + "\n");
    auto const program = fs::canonical("/proc/self/exe").string();
    Child simulator{{program, "sim", "--scene", file("scene.toml"), "--profiles", places.profiles,
                     "--control", file("simulator.sock"), "--state", file("registers")}};
    std::vector<std::string> serving{program, "serve", "--config", file("karkhana.toml")};
    if (spec) serving.insert(serving.end(), {"--clock", spec->text()});
    auto const ready = [&] {
        auto const shown = options.describe.empty() ? file("demo.json") : options.describe;
        if (!options.describe.empty())
            write_private(fs::absolute(shown), json::serialize(described) + "\n");
        announce(address, described.at("logins").as_object(), shown);
    };
    return supervise(serving, simulator, places.http_port, stop, ready);
}

}  // namespace karkhana::app
