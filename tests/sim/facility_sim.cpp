#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <ranges>
#include <set>
#include <string_view>
#include <unistd.h>

#include "server/app/demo_files.hpp"
#include "server/app/verify.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/halt_records.hpp"
#include "server/billing/invoices.hpp"
#include "server/metering/balance.hpp"
#include "server/metering/devices.hpp"
#include "server/people/records.hpp"
#include "tests/sim/house.hpp"
#include "tests/sim/oracle.hpp"

namespace karkhana::sim {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

/// Watt-hours that a disc may turn on while the daemon asks: the laser's is 0.5 a second.
constexpr std::int64_t most_turned = 2;

struct Options {
    std::uint64_t seed = 20261120;
    int days = 7;
};

/// Two machines share a meter, and another one has two.
constexpr std::array sharers{"pearl-1", "cad-1"};
constexpr std::string_view with_two = "press-1";
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

/// Whether energy costs this, however it was split between peak and off-peak.
bool some_split_costs(Job job, std::int64_t energy_wh, std::int64_t billed_poisha) {
    job.stop_wh = job.start_wh + energy_wh;
    for (std::int64_t peak = 0; peak <= energy_wh; ++peak)
        if (Prices{}.cost(job, peak) == billed_poisha) return true;
    return false;
}

/// The week of the facility, told by one seed.
class Story {
public:
    Story(Options options, std::string const& folder)
        : options_(options),
          chance_(options.seed),
          clocks_(parse_rfc3339("2026-11-15T05:00:00+06:00").value()),
          loaded_(load(folder)),
          scene_(scene_of(loaded_, options.seed)),
          world_(scene_, clocks_.monotonic),
          plant_(scene_, world_, clocks_, options.seed) {
        plant_.shows[shared_unit] = [this] {
            auto const a = world_.shown(sharers[0]), b = world_.shown(sharers[1]);
            return Shown{a.energy_wh + b.energy_wh, a.power_w + b.power_w, 0, true};
        };
        plant_.shows[first_unit] = [this] { return part_of_two(world_.shown(two()), true); };
        plant_.shows[second_unit] = [this] { return part_of_two(world_.shown(two()), false); };
    }

    int tell();

private:
    struct Running {
        std::string booking;
        Job job;
    };

    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low +
               static_cast<std::int64_t>(chance_() % static_cast<std::uint64_t>(high - low + 1));
    }
    void open_house() {
        house_.reset();  // a kill: the database is all that is left
        house_ = std::make_unique<House>(loaded_, clocks_, plant_, ++boots_ + options_.seed * 1000);
        house_->at_boundary = [this](Instant at) { note_change_of_prices(at); };
        house_->at_turn = [this] { note_contacts(); };
    }
    void note_change_of_prices(Instant at);
    void note_contacts();
    void enterprises();
    void hour();
    void start(std::string const& slug);
    void stop(std::string const& slug);
    void trouble();
    void settle();
    bool check();
    bool check_job(std::string const& booking, Job job);
    static std::string two() { return std::string{with_two}; }
    /// Three fifths pass the first meter, and what that leaves the second.
    static Shown part_of_two(Shown shown, bool first) {
        auto const energy = shown.energy_wh * 3 / 5, power = shown.power_w * 3 / 5;
        shown.energy_wh = first ? energy : shown.energy_wh - energy;
        shown.power_w = first ? power : shown.power_w - power;
        return shown;
    }
    bool alone(Job const& job) const;
    std::string fault_of_shared(metering::UsageSession const& session, Job const& job) const;
    bool check_meters();
    bool check_time(metering::UsageSession const& session, Job& job);
    bool check_invoices();
    bool close_months();
    bool check_money(metering::UsageSession const& session, Job const& job,
                     std::int64_t billed_poisha);
    bool check_contacts();

    Options options_;
    std::mt19937_64 chance_;
    Clocks clocks_;
    app::Loaded loaded_;
    Scene scene_;
    World world_;
    Plant plant_;
    std::unique_ptr<House> house_;
    std::uint64_t boots_ = 0;
    std::vector<EnterpriseId> enterprises_;
    std::map<std::string, Running> running_;
    std::map<std::string, Job> done_;
    Instant noted_;                   ///< when the contacts were last looked at
    std::int64_t billed_poisha_ = 0;  ///< of all jobs, as the oracle agreed
    std::map<std::string, std::map<Instant, Change>> changes_;  ///< of each machine's prices
    int refused_ = 0, kills_ = 0, cuts_ = 0, estimated_ = 0, across_ = 0, blind_ = 0, dark_ = 0;
};

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
void Story::note_change_of_prices(Instant at) {
    auto const hour = (at.time_since_epoch() / 1h + 6) % 24;
    if (at.time_since_epoch() % 1h != 0us || (hour != 17 && hour != 23)) return;
    for (auto const& machine : loaded_.config.machines) {
        auto const shown = world_.shown(machine.slug).energy_wh;
        auto const noted = changes_[machine.slug].try_emplace(at, hour == 17, shown, shown).first;
        noted->second.high_wh = shown;
    }
}

void Story::note_contacts() {
    auto const now = clocks_.wall.now();
    for (auto& [slug, running] : running_)
        if (world_.contact(slug)) running.job.closed += now - std::max(noted_, running.job.start);
    noted_ = now;
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
            .start_wh = world_.shown(slug).energy_wh,
            .pieces = pieces};
    auto const started = house_->ask(who, "POST", "/api/v1/bookings/" + id + "/start", "{}");
    if (started.status == 200) {
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
    if (stopped.status == 503) return;  // tried again in the next hour
    // 409: the daemon ended it at the end of its slot, and nobody counted the pieces.
    if (stopped.status == 409) running.job.pieces = 0;
    running.job.stop_wh = -1;  // known when the contact is open, see settle
    done_[running.booking] = running.job;
    running_.erase(slug);
    house_->run_until(clocks_.wall.now() + 30s);
    done_[running.booking].stop = clocks_.wall.now();
    done_[running.booking].stop_wh = world_.shown(slug).energy_wh;
}

void Story::trouble() {
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
    plant_.lost_per_mille = 0;
    auto const left = running_;
    for (auto const& [slug, running] : left) stop(slug);
    house_->run_until(clocks_.wall.now() + 10min);
    billing::charge_closed_sessions(house_->ledger(), house_->prepared().facility.id,
                                    house_->prepared().zone, clocks_.wall.now());
}

bool Story::check_job(std::string const& booking, Job job) {
    auto& ledger = house_->ledger();
    auto const facility = house_->prepared().facility.id;
    auto const sessions = ledger.read([&](store::Reader& reader) {
        return metering::sessions_of_booking(reader, facility, *BookingId::parse(booking));
    });
    auto const fail = [&](std::string const& what) {
        std::fprintf(stderr, "booking %s on %s: %s\n", booking.c_str(), job.machine.c_str(),
                     what.c_str());
        return false;
    };
    if (sessions.size() != 1) return fail(fmt::format("{} sessions", sessions.size()));
    auto const& session = sessions.front();
    if (!session.energy) return fail("is not closed");
    bool const shared = std::ranges::count(sharers, job.machine) > 0;
    if (shared) {
        if (auto const fault = fault_of_shared(session, job); !fault.empty()) return fail(fault);
    } else if (session.energy->wh != job.energy_wh())
        return fail(fmt::format("{} Wh by the daemon, {} Wh by the machine", session.energy->wh,
                                job.energy_wh()));
    if (session.quality != Quality::good) ++estimated_;
    auto const charges = ledger.read([&](store::Reader& reader) {
        return billing::charges_of_sessions(reader, facility, {session.id});
    });
    std::int64_t billed = 0;
    for (auto const& [id, of_session] : charges)
        for (auto const& charge : of_session) billed += charge.term.amount.poisha;
    if (session.start < job.start || session.start > job.start + 30s || *session.stop > job.stop)
        return fail("was not used at the time");
    billed_poisha_ += billed;
    if (!check_time(session, job))
        return fail(fmt::format("was billed for {} s, its contact was closed for {} s", job.used_s,
                                job.closed / 1s));
    return check_money(session, job, billed) ||
           fail(fmt::format("{} poisha billed, {} by the oracle", billed,
                            Prices{}.cost(job, peak_wh(job, changes_[job.machine], 0))));
}

/// Whether nobody worked at the other machine behind its meter meanwhile.
bool Story::alone(Job const& job) const {
    return std::ranges::none_of(done_, [&](auto const& one) {
        auto const& other = one.second;
        bool const beside =
            std::ranges::count(sharers, other.machine) > 0 && other.machine != job.machine;
        return beside && other.start < job.stop && job.start < other.stop;
    });
}

/// Of a shared meter nobody knows more than bounds: they hold what the machine used. Whoever was
/// alone has it all.
std::string Story::fault_of_shared(metering::UsageSession const& session, Job const& job) const {
    std::int64_t least = 0, most = 0;
    for (auto const& reg : session.registers) {
        if (!reg.share) continue;
        least += reg.share->least.wh;
        most += reg.share->most.wh;
    }
    auto const used = job.energy_wh();
    if (used < least || used > most)
        return fmt::format("between {} and {} Wh by the daemon, {} Wh by the machine", least, most,
                           used);
    if (!alone(job) || session.energy->wh == used) return {};
    return fmt::format("{} Wh of a meter that it had alone, {} Wh by the machine",
                       session.energy->wh, used);
}

/// Each watt-hour that passed a meter is somewhere, in every period.
bool Story::check_meters() {
    auto const facility = house_->prepared().facility.id;
    auto const points = house_->ledger().read(
        [&](store::Reader& reader) { return metering::list_points(reader, facility); });
    auto const began = parse_rfc3339("2026-11-15T00:00:00+06:00").value();
    auto const minutes = (clocks_.wall.now() - began) / 1min;
    std::int64_t counted = 0, idle = 0;
    bool holds = true;
    auto const look = [&](Channel channel, Interval during) {
        auto const found =
            metering::balance(house_->ledger(), house_->telemetry(), facility, channel, during);
        auto const rise = found->register_end - found->register_start;
        if (sum_of(*found) == rise && found->sessions.wh >= 0 && found->idle.wh >= 0) return *found;
        std::fprintf(stderr, "channel %d: %lld Wh counted, %lld billed, %lld idle\n",
                     static_cast<int>(channel), static_cast<long long>(rise.wh),
                     static_cast<long long>(found->sessions.wh),
                     static_cast<long long>(found->idle.wh));
        holds = false;
        return *found;
    };
    for (auto const& point : points) {
        if (!point.counter || point.unit != Unit::wh) continue;
        auto const whole = look(point.channel, {began, clocks_.wall.now()});
        counted += (whole.register_end - whole.register_start).wh;
        idle += whole.idle.wh;
        for (int i = 0; i < 20; ++i) {
            auto const cut = began + std::chrono::minutes{between(1, minutes - 1)};
            auto const before = look(point.channel, {began, cut});
            auto const after = look(point.channel, {cut, clocks_.wall.now()});
            holds = before.sessions + after.sessions == whole.sessions && holds;
            holds = before.idle + after.idle == whole.idle && holds;
        }
    }
    std::int64_t used = 0;
    for (auto const& [booking, job] : done_) used += job.energy_wh();
    if (counted == used && idle == 0) return holds;
    std::fprintf(stderr, "%lld Wh by the meters, %lld of it idle, %lld by the machines\n",
                 static_cast<long long>(counted), static_cast<long long>(idle),
                 static_cast<long long>(used));
    return false;
}

/// Nobody pays for time in the dark: what counts as used is what the contact was closed, but for
/// the time in which a line that was silent is asked again.
bool Story::check_time(metering::UsageSession const& session, Job& job) {
    constexpr auto found_out = 2min;
    auto const halts = house_->ledger().read([&](store::Reader& reader) {
        return billing::kept_halts(reader, house_->prepared().facility.id,
                                   {session.id})[session.id];
    });
    Duration used{0};
    Interval const whole{session.start, *session.stop};
    for (auto const& stretch : billing::running_of(whole, halts)) used += stretch.length();
    job.used_s = used / 1s;
    job.cut_short = billing::cut_short(whole, halts);
    if (!halts.empty()) ++dark_;
    return used <= job.closed + found_out;
}

/// Where the daemon could not ask when the prices changed, any split of the energy may be right.
bool Story::check_money(metering::UsageSession const& session, Job const& job,
                        std::int64_t billed_poisha) {
    // The machine's own disc does not tell when its part of the meter was counted.
    if (std::ranges::count(sharers, job.machine) > 0)
        return some_split_costs(job, session.energy->wh, billed_poisha);
    auto const& changes = changes_[job.machine];
    auto const low = peak_wh(job, changes, 0);
    auto const& turned = std::views::iota(std::int64_t{0}, job.energy_wh() + 1);
    auto const right = [&](std::int64_t peak) { return Prices{}.cost(job, peak) == billed_poisha; };
    if (low != 0 && low != job.energy_wh()) ++across_;
    auto const read = [](auto const& part) { return part.method == metering::Method::read; };
    if (std::ranges::all_of(session.registers, read))
        return std::ranges::any_of(turned | std::views::take(most_turned),
                                   [&](auto by) { return right(peak_wh(job, changes, by)); });
    ++blind_;
    return std::ranges::any_of(turned, right);
}

bool Story::check_contacts() {
    for (auto const& machine : loaded_.config.machines) {
        std::int64_t used = 0;
        for (auto const& [booking, job] : done_)
            if (job.machine == machine.slug) used += job.energy_wh();
        if (world_.shown(machine.slug).energy_wh - 1'000'000 == used) continue;
        std::fprintf(stderr, "%s drew %ld Wh outside of every session\n", machine.slug.c_str(),
                     static_cast<long>(world_.shown(machine.slug).energy_wh - 1'000'000 - used));
        return false;
    }
    return true;
}

/// Bills and finalises every month that the days touch. Each session that was used is on a bill.
bool Story::close_months() {
    auto const who = house_->principal("accountant", std::nullopt);
    auto const& zone = house_->prepared().zone;
    std::set<std::string> months;
    for (auto const& [booking, job] : done_) months.insert(billing::period_of(zone, job.stop));
    bool holds = true;
    for (auto const& month : months) {
        auto const run = house_->ask(who, "POST", "/api/v1/billing-runs",
                                     fmt::format(R"({{"period":"{}"}})", month));
        auto const answer = json::parse(run.body).as_object();
        for (auto const& skipped : answer.at("skipped").as_array()) {
            std::fprintf(stderr, "%s left out: %s\n", month.c_str(),
                         json::serialize(skipped).c_str());
            holds = false;
        }
        for (auto const& invoice : answer.at("invoices").as_array()) {
            auto const path = fmt::format("/api/v1/invoices/{}/finalize",
                                          std::string{invoice.at("id").as_string()});
            holds = house_->ask(who, "POST", path, "{}").status == 200 && holds;
        }
    }
    return holds;
}

/// What is on the bills is what the jobs cost, no less and no more.
bool Story::check_invoices() {
    bool holds = close_months();
    auto const invoices = house_->ledger().read([&](store::Reader& reader) {
        return billing::final_invoices(reader, house_->prepared().facility.id);
    });
    std::int64_t invoiced = 0;
    for (auto const& invoice : invoices) invoiced += invoice.total.poisha;
    if (invoiced == billed_poisha_) return holds;
    std::fprintf(stderr, "%lld poisha on the bills, %lld by the jobs\n",
                 static_cast<long long>(invoiced), static_cast<long long>(billed_poisha_));
    return false;
}

bool Story::check() {
    bool holds = check_contacts();
    for (auto const& [booking, job] : done_) holds = check_job(booking, job) && holds;
    holds = check_meters() && holds;
    holds = check_invoices() && holds;
    auto const verified =
        app::verify_facility(house_->ledger(), &house_->telemetry(), house_->prepared().facility);
    for (auto const& finding : verified.findings) std::fprintf(stderr, "%s\n", finding.c_str());
    std::printf("seed %llu, %d days: %zu jobs, %d across a change of prices (%d read blind), "
                "%d stood still, %d refused, %d estimated, %d kills, %d cuts, %lld invoices of "
                "%lld poisha\n",
                static_cast<unsigned long long>(options_.seed), options_.days, done_.size(),
                across_, blind_, dark_, refused_, estimated_, kills_, cuts_,
                static_cast<long long>(verified.invoices), static_cast<long long>(billed_poisha_));
    return holds && verified.findings.empty() && !done_.empty();
}

int Story::tell() {
    open_house();
    enterprises();
    house_->run_until(clocks_.wall.now() + 1min);
    auto const end = clocks_.wall.now() + std::chrono::days{options_.days};
    while (clocks_.wall.now() < end) hour();
    settle();
    return check() ? 0 : 1;
}

}  // namespace
}  // namespace karkhana::sim

int main(int argc, char** argv) {
    karkhana::sim::Options options;
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument{argv[i]};
        if (argument == "--short") options.days = 2;
        if (argument == "--seed" && i + 1 < argc)
            options.seed = std::strtoull(argv[++i], nullptr, 10);
        if (argument == "--days" && i + 1 < argc) options.days = std::atoi(argv[++i]);
    }
    auto const folder =
        std::filesystem::temp_directory_path() / ("karkhana-sim-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    int status = 1;
    {
        karkhana::sim::Story story{options, folder.string()};
        status = story.tell();
    }
    std::filesystem::remove_all(folder);
    return status;
}
