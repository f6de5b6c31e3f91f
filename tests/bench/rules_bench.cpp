// What the rules cost: bookings created by 32 clients where nothing is set; where every rule about
// who and when is (quotas of each kind by class and season, reserved hours, authorisations,
// accounts, an opening plan of two profiles with breaks); and where each holds a die, the
// compressor and the power of the site besides. In one run, as ratios. Argument: how many bookings
// (2,000 unless said).

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "server/facility/book_changes.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr int kClients = 32;
constexpr int kMachines = 20;
constexpr int kShops = 200;
constexpr Instant kAlways{Duration{0}};
enum class Rules { none, who_and_when, all };

facility::Name named(std::string const& name) { return {name, name}; }

/// A workshop that is open day and night, with 200 MEs.
struct Floor {
    explicit Floor(store::Store& ledger) : shop(ledger) {
        std::vector<facility::OpeningHours> hours;
        for (int weekday = 1; weekday <= 7; ++weekday) hours.push_back({weekday, 0, 1440});
        write([&](store::Writer& writer) {
            facility::replace_opening_hours(writer, shop.facility, hours);
        });
        for (int i = 0; i < kMachines; ++i)
            machines.push_back(shop.add_machine({.slug = "laser-" + std::to_string(i),
                                                 .name = named("laser-" + std::to_string(i)),
                                                 .kind = "laser",
                                                 .rated_w = 1000,
                                                 .grid_minutes = 15,
                                                 .min_minutes = 30,
                                                 .max_minutes = 240}));
        for (int i = 0; i < kShops; ++i) {
            auto const name = "shop-" + std::to_string(i);
            auto const id = shop.add_enterprise(name);
            members.push_back(shop.add_person(name, "member", {id}));
        }
    }
    template <class Work>
    void write(Work&& work) {
        shop.ledger.write([&](store::Writer& writer) {
            work(writer);
            return true;
        });
    }

    void set(store::Writer& writer, std::string name, std::int64_t value,
             std::string membership = "", std::string season = "",
             std::optional<GroupId> group = std::nullopt) {
        facility::insert_setting(writer, shop.facility, shop.ids.make<SettingId>(),
                                 {.name = std::move(name),
                                  .machine = {},
                                  .group = group,
                                  .membership = std::move(membership),
                                  .season = std::move(season),
                                  .value = value,
                                  .from = kAlways},
                                 std::nullopt, shop.clock.now());
    }
    void numbers(store::Writer& writer) {
        facility::Group lasers{
            .id = shop.ids.make<GroupId>(), .slug = "lasers", .name = named("l")};
        for (auto const& machine : machines) lasers.machines.push_back(machine.id);
        lasers.id = facility::save_group(writer, shop.facility, lasers);
        for (auto const& [name, value] : std::vector<std::pair<std::string, std::int64_t>>{
                 {"min_minutes", 30},
                 {"max_minutes", 240},
                 {"horizon_days", 60},
                 {"notice_create", 5},
                 {"notice_change", 5},
                 {"notice_cancel", 120},
                 {"gap_minutes", 15},
                 {"daily_minutes", 600},
                 {"daily_count", 20},
                 {"weekly_minutes", 3000},
                 {"weekly_count", 100},
                 {"future_minutes", 9000},
                 {"future_count", 200},
                 {"approval", 0},
                 {"needs_authorisation", 1},
                 {"least_age", 0},
                 {"overdue_days", 30},
                 {"overdue_poisha", 100'000},
                 {"least_balance_poisha", -100'000'000},
                 {"missed_most", 3}}) {
            set(writer, name, value);
            if (name.ends_with("minutes") && name != "grid_minutes")
                for (auto const* membership : {"non_member", "priority"})
                    set(writer, name, value, membership, "eid", lasers.id);
        }
        for (int weekday = 1; weekday <= 7; ++weekday)
            facility::insert_reserved(writer, shop.ids, shop.facility,
                                      {.id = shop.ids.make<facility::ReservedId>(),
                                       .machine = {},
                                       .group = lasers.id,
                                       .weekday = weekday,
                                       .span = {0, 30},
                                       .audience = facility::Reserved::Audience::member,
                                       .release = std::chrono::hours{24},
                                       .from = kAlways});
    }
    void opening(store::Writer& writer) {
        facility::Profile normal{
            .id = shop.ids.make<ProfileId>(), .slug = "normal", .name = named("n")};
        facility::Profile eid{.id = shop.ids.make<ProfileId>(), .slug = "eid", .name = named("e")};
        for (int weekday = 1; weekday <= 7; ++weekday)
            for (auto* profile : {&normal, &eid}) {
                profile->hours.push_back({weekday, 0, 1440});
                profile->breaks.push_back({weekday, {45, 50}, named("tea")});
            }
        facility::save_profile(writer, shop.facility, normal);
        facility::save_profile(writer, shop.facility, eid);
        auto const first = std::chrono::local_days{std::chrono::year{2026} / 11 / 25};
        facility::replace_periods(writer, shop.facility, {normal, eid},
                                  {{first, first + days{7}, 1}});
        facility::replace_special_days(
            writer, shop.facility,
            {{.day = first + days{80}, .name = named("holiday"), .spans = {}, .source = ""}});
    }
    void resources(store::Writer& writer) {
        auto const add = [&](std::string slug, std::string kind, std::int64_t capacity) {
            facility::save_resource(writer, shop.facility,
                                    {.id = shop.ids.make<ResourceId>(),
                                     .kind = std::move(kind),
                                     .slug = slug,
                                     .name = named(slug),
                                     .capacity = capacity,
                                     .machine = {},
                                     .person = {}});
        };
        for (int i = 0; i < 10; ++i) add("die-" + std::to_string(i), "die", 100);
        add("compressor", "compressor", 100);
        add("site", "power", 1'000'000);
        add("karim", "operator", 10);
        for (auto const& machine : machines)
            facility::replace_needs(
                writer, shop.facility, machine.id,
                {{.machine = machine.id, .resource = {}, .kind = "die"},
                 {.machine = machine.id, .resource = {}, .kind = "compressor"}});
    }
    void authorisations(store::Writer& writer) {
        for (auto const& member : members)
            writer.execute("INSERT INTO authorisation (facility_id, authorisation_id, person_id, "
                           "machine_kind, granted_at, expires_at, granted_by) "
                           "VALUES ($1, $2, $3, 'laser', 0, $4, $5)",
                           shop.facility, shop.ids.make<BookingId>(), member.person,
                           dhaka("2028-01-01 00:00"), shop.manager.person);
    }
    void have(Rules rules) {
        if (rules == Rules::none) return;
        write([&](store::Writer& writer) {
            numbers(writer);
            opening(writer);
            authorisations(writer);
            if (rules == Rules::all) resources(writer);
        });
    }

    /// The n-th: half an hour of every hour, from the first quarter of it, machine by machine.
    Interval slot(int n) const {
        auto const start = dhaka("2026-11-21 09:00") + minutes{60} * (n / kMachines);
        return {start, start + minutes{30}};
    }

    Workshop shop;
    std::vector<facility::Machine> machines;
    std::vector<http::Principal> members;
};

/// Microseconds of CPU each; a negative number when one was refused.
double create_all(Floor& floor, int from, int until) {
    std::atomic<int> next = from, refused = 0;
    auto const cpu = bench::cpu_seconds();
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < kClients; ++i)
            clients.emplace_back([&] {
                for (int n = next++; n < until; n = next++) {
                    auto const& who = floor.members[static_cast<std::size_t>(n * 7 % kShops)];
                    auto const& machine = floor.machines[static_cast<std::size_t>(n % kMachines)];
                    auto const answer = floor.shop.book(who, machine.id, floor.slot(n));
                    if (answer.status != 201 && refused++ == 0)
                        std::printf("refused: %s\n", answer.body.c_str());
                }
            });
    }
    auto const each = (bench::cpu_seconds() - cpu) * 1e6 / (until - from);
    return refused == 0 ? each : -each;
}

double bench(char const* what, Rules rules, int count) {
    tests::ProjectStores stores(tests::Engine::sqlite);
    Floor floor(stores.ledger());
    floor.have(rules);
    create_all(floor, 0, kMachines);  // statements are prepared, pages are in memory
    auto const each = create_all(floor, kMachines, kMachines + count);
    std::printf("%-44s %10.1f us CPU each", what, each);
    return each;
}

}  // namespace
}  // namespace karkhana::booking

int main(int argc, char** argv) {
    using karkhana::booking::bench;
    using karkhana::booking::Rules;
    int const count = argc > 1 ? std::atoi(argv[1]) : 2000;
    double const plain = bench("create, no rule set", Rules::none, count);
    std::printf("\n");
    double const ruled = bench("create, every rule of who and when", Rules::who_and_when, count);
    std::printf(" %8.2f times\n", ruled / plain);
    double const all = bench("create, and three resources each", Rules::all, count);
    std::printf(" %8.2f times\n", all / plain);
    return plain > 0 && ruled > 0 && all > 0 ? 0 : 1;
}
