#include "tests/sim/story.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <utility>

#include "server/app/demo_files.hpp"
#include "server/billing/charges.hpp"
#include "server/people/records.hpp"

namespace karkhana::sim {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::uint8_t shared_unit = 3, first_unit = 11, second_unit = 14;

void replace(std::string& text, std::string_view what, std::string_view by) {
    auto const at = text.find(what);
    if (at == std::string::npos) throw std::logic_error("the demo has no " + std::string{what});
    text.replace(at, what.size(), by);
}

/// What the plant looks like: the demo's machines, all on one line.
app::Loaded load(std::string const& folder) {
    app::DemoPlaces places;
    places.data = folder;
    places.profiles = "devices/profiles";
    places.schema = "schema";
    places.modbus_port = 1502;  // nobody dials it
    auto text = app::demo_config(places);
    for (auto at = text.find("line = \"floor\""); at != std::string::npos;
         at = text.find("line = \"floor\""))
        text.replace(at, 14, "line = \"hall\"");
    replace(text, "profile = \"eastron_sdm120\"\nmachine = \"pearl-1\"",
            "profile = \"eastron_sdm120\"\nmachines = [\"pearl-1\", \"cad-1\"]");
    replace(text, "name = \"Meter CAD\"", "name = \"Second meter press\"");
    replace(text, "unit = 4\nprofile = \"eastron_sdm120\"\nmachine = \"cad-1\"",
            "unit = 14\nprofile = \"eastron_sdm120\"\nmachine = \"press-1\"");
    std::ofstream{folder + "/karkhana.toml"} << text;
    auto loaded = app::load_or_complain(folder + "/karkhana.toml");
    if (!loaded) std::exit(1);
    return std::move(*loaded);
}

Scene scene_of(app::Loaded const& loaded, std::uint64_t seed) {
    Scene scene;
    scene.seed = seed;
    for (auto const& machine : loaded.config.machines)
        scene.machines.push_back({machine.slug, machine.kind, machine.rated_w, 1'000'000});
    SceneLine line{"hall", 0, "", {}};
    for (auto const& device : loaded.config.devices) {
        SceneUnit unit;
        unit.unit = static_cast<std::uint8_t>(device.unit);
        unit.profile = loaded.profiles.at(device.profile);
        unit.machine = device.machine;
        unit.serial = static_cast<std::uint32_t>(device.serial.value_or(0));
        for (std::size_t i = 0; i < device.relays.size(); ++i)
            unit.relays[static_cast<std::uint16_t>(i)] = device.relays[i];
        line.units.push_back(std::move(unit));
    }
    scene.lines.push_back(std::move(line));
    return scene;
}

/// Three fifths pass the first meter, and what that leaves the second.
Shown part_of_two(Shown shown, bool first) {
    auto const energy = shown.energy_wh * 3 / 5, power = shown.power_w * 3 / 5;
    shown.energy_wh = first ? energy : shown.energy_wh - energy;
    shown.power_w = first ? power : shown.power_w - power;
    return shown;
}

}  // namespace

Story::Story(Options options, std::string const& folder)
    : options_(options),
      chance_(options.seed),
      clocks_(parse_rfc3339("2026-11-15T05:00:00+06:00").value()),
      loaded_(load(folder)),
      scene_(scene_of(loaded_, options.seed)),
      world_(scene_, clocks_.monotonic),
      plant_(scene_, world_, clocks_, options.seed) {
    std::string const two{with_two};
    plant_.shows[shared_unit] = [this] {
        auto const a = world_.shown(sharers[0]), b = world_.shown(sharers[1]);
        return Shown{a.energy_wh + b.energy_wh, a.power_w + b.power_w, 0, true};
    };
    plant_.shows[first_unit] = [this, two] { return part_of_two(world_.shown(two), true); };
    plant_.shows[second_unit] = [this, two] { return part_of_two(world_.shown(two), false); };
}

void Story::open_house() {
    if (house_) dropped_ += house_->dropped();
    house_.reset();  // a kill: the database is all that is left
    house_ = std::make_unique<House>(loaded_, clocks_, plant_, ++boots_ + options_.seed * 1000);
    house_->at_boundary = [this](Instant at, bool read) { note_change_of_prices(at, read); };
    house_->at_turn = [this] { note_contacts(); };
    house_->fill(full_);
}

void Story::enterprises() {
    auto random = seeded_random(options_.seed);
    IdSource ids{*random, clocks_.wall};
    house_->ledger().write([&](store::Writer& writer) {
        for (int i = 0; i < 5; ++i) {
            people::Enterprise enterprise;
            enterprise.id = ids.make<EnterpriseId>();
            enterprise.name = {fmt::format("Workshop {}", i), fmt::format("কারখানা {}", i)};
            people::insert_enterprise(writer, house_->prepared().facility.id, enterprise,
                                      clocks_.wall.now());
            enterprises_.push_back(enterprise.id);
        }
        people::Person person;
        person.id = house_->principal("operator", std::nullopt).person;
        person.login = "everybody";
        person.name = {"Everybody", "সবাই"};
        person.roles = {{"operator", std::nullopt}, {"accountant", std::nullopt}};
        people::insert_person(writer, house_->prepared().facility.id, person, "none",
                              clocks_.wall.now());
        return true;
    });
}

/// 17:00 and 23:00 in Dhaka, which is six hours ahead of UTC all year.
void Story::note_change_of_prices(Instant at, bool read) {
    auto const hour = hour_of_day(at);
    if (at.time_since_epoch() % 1h != 0us || (hour != peak_begins && hour != peak_ends)) return;
    for (auto& [slug, running] : running_) {
        auto const shown = world_.shown(slug).energy_wh;
        auto& change = running.job.changes[at];
        if (!read) change = {hour == peak_begins, shown, shown};
        change.high_wh = shown;
    }
}

void Story::note_contacts() {
    auto const now = clocks_.monotonic.now();
    for (auto& [slug, running] : running_)
        if (world_.contact(slug))
            running.job.closed +=
                std::chrono::duration_cast<Duration>(now - std::max(noted_, running.job.began));
    noted_ = now;
}

/// Whether the daemon began the job, though its answer was lost with the room on its disk.
bool Story::begun(std::string const& booking) {
    return house_->ledger().read([&](store::Reader& reader) {
        return !metering::sessions_of_booking(reader, house_->prepared().facility.id,
                                              *BookingId::parse(booking))
                    .empty();
    });
}

void Story::start(std::string const& slug) {
    auto const& zone = house_->prepared().zone;
    auto const begin = boundaries(zone, {clocks_.wall.now(), clocks_.wall.now() + 16min}, 15).at(0);
    auto const end = begin + std::chrono::minutes{15 * between(2, 12)};
    auto const who = house_->principal("operator", std::nullopt);
    auto const pieces = between(0, 200);
    auto const booked = house_->ask(
        who, "POST", "/api/v1/bookings",
        fmt::format(R"({{"machine_id":"{}","enterprise_id":"{}","start":"{}","end":"{}"}})",
                    house_->prepared().machine_ids.at(slug).text(),
                    enterprises_[static_cast<std::size_t>(between(0, 4))].text(),
                    to_rfc3339(begin, zone), to_rfc3339(end, zone)));
    if (booked.status != 201) {
        ++refused_;
        return;
    }
    std::string const id{json::parse(booked.body).at("id").as_string()};
    Job job{.machine = slug,
            .start = clocks_.wall.now(),
            .latest_start = std::max(furthest_, clocks_.wall.now()),
            .began = clocks_.monotonic.now(),
            .start_wh = world_.shown(slug).energy_wh,
            .pieces = pieces};
    auto const started = house_->ask(who, "POST", "/api/v1/bookings/" + id + "/start", "{}");
    if (started.status == 200 || begun(id)) {
        running_[slug] = {id, job};
        return;
    }
    ++refused_;
    house_->ask(who, "POST", "/api/v1/bookings/" + id + "/cancel", "{}");
}

void Story::stop(std::string const& slug) {
    auto running = running_.at(slug);
    auto const who = house_->principal("operator", std::nullopt);
    auto const path = "/api/v1/bookings/" + running.booking;
    auto const stopped = house_->ask(who, "POST", path + "/stop",
                                     fmt::format(R"({{"quantity":{}}})", running.job.pieces));
    // Tried again in the next hour. While nothing can be kept, its contact opens all the same.
    if (stopped.status == 503) return;
    // 409: the daemon ended it at the end of its slot, and nobody counted the pieces.
    if (stopped.status == 409) running.job.pieces = 0;
    running.job.stop_wh = -1;  // known when the contact is open, see settle
    done_[running.booking] = running.job;
    running_.erase(slug);
    house_->run_until(clocks_.wall.now() + 30s);
    done_[running.booking].stop = clocks_.wall.now();
    done_[running.booking].latest_stop = std::max(furthest_, clocks_.wall.now());
    done_[running.booking].ended = clocks_.monotonic.now();
    done_[running.booking].stop_wh = world_.shown(slug).energy_wh;
}

/// An hour either way, and some time later back again.
void Story::trouble_with_the_clock() {
    if (between(0, 7) != 0) return;
    ++steps_;
    set_clock(ahead_ != 0s ? -ahead_ : between(0, 1) == 0 ? Duration{1h} : Duration{-1h});
}

void Story::set_clock(Duration by) {
    note_contacts();
    furthest_ = std::max(furthest_, clocks_.wall.now());
    clocks_.wall.advance(by);
    ahead_ += by;
    for (auto& [slug, running] : running_) {
        auto& job = running.job;
        job.set_by.push_back(by);
        job.doubtful = job.doubtful || world_.contact(slug);
    }
    house_->run_until(clocks_.wall.now() + 2s);  // a daemon that dies at once has not seen it
}

/// Some hours without room for readings, or for anything.
void Story::trouble_with_the_disk() {
    if (full_ != Full::nothing) {
        if (between(0, 1) == 0) make_room();
    } else if (between(0, 9) == 0) {
        ++fills_;
        full_ = std::array{Full::readings, Full::everything, Full::reserve}.at(
            static_cast<std::size_t>(between(0, 2)));
        house_->fill(full_);
    }
}

void Story::make_room() {
    full_ = Full::nothing;
    house_->fill(full_);
}

void Story::trouble() {
    trouble_with_the_clock();
    trouble_with_the_disk();
    if (between(0, 11) == 0) {
        ++kills_;
        open_house();
    }
    if (between(0, 15) == 0) {
        ++cuts_;
        plant_.cut = true;
        house_->run_until(clocks_.wall.now() + std::chrono::seconds{between(2, 400)});
        plant_.cut = false;
    }
}

void Story::hour() {
    for (auto const& machine : loaded_.config.machines) {
        auto const& slug = machine.slug;
        if (running_.contains(slug) && between(0, 1) == 0)
            stop(slug);
        else if (!running_.contains(slug) && between(0, 2) == 0)
            start(slug);
    }
    trouble();
    house_->run_until(clocks_.wall.now() + std::chrono::minutes{between(20, 60)});
}

void Story::settle() {
    auto const lost = std::exchange(plant_.lost_per_mille, 0);
    make_room();
    house_->run_until(clocks_.wall.now() + 1min);
    auto const left = running_;
    for (auto const& [slug, running] : left) stop(slug);
    house_->run_until(clocks_.wall.now() + 10min);
    billing::charge_closed_sessions(house_->ledger(), house_->prepared().facility.id,
                                    house_->prepared().zone, clocks_.wall.now());
    plant_.lost_per_mille = lost;
}

int Story::tell() {
    open_house();
    enterprises();
    house_->run_until(clocks_.wall.now() + 1min);
    for (int day = 1; day <= options_.days; ++day) {
        auto const end = clocks_.monotonic.now() + 24h;
        while (clocks_.monotonic.now() < end) hour();
        settle();
        if (!check_day()) std::fprintf(stderr, "on day %d\n", day);
    }
    return check() ? 0 : 1;
}

}  // namespace karkhana::sim
