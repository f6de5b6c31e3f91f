// What it costs to find the best three times over 50 machines and 14 days that are 40 % full, by a
// work type, for a member, without the socket: the handler over a store with everything in it.

#include <chrono>
#include <cstdio>

#include "server/booking/records.hpp"
#include "server/facility/book_changes.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr int kMachines = 50;
constexpr int kDays = 14;
constexpr int kTimes = 50;
constexpr double kLimitMs = 20;

facility::Setting setting(std::string name, std::int64_t value) {
    return {.name = std::move(name), .value = value, .from = instant(0)};
}

/// Open around the clock; of every 100 minutes 40 are booked, each machine a little later.
void furnish(Workshop& shop) {
    std::vector<facility::OpeningHours> hours;
    for (int weekday = 1; weekday <= 7; ++weekday) hours.push_back({weekday, 0, 1440});
    std::vector<facility::Machine> machines;
    for (int i = 0; i < kMachines; ++i) {
        auto const slug = "machine-" + std::to_string(i);
        machines.push_back(shop.add_machine({.slug = slug,
                                             .name = {slug, slug},
                                             .kind = "kind-" + std::to_string(i % 5),
                                             .rated_w = 1500 + 500 * (i % 5),
                                             .grid_minutes = 15,
                                             .min_minutes = 15,
                                             .max_minutes = 240}));
    }
    shop.ledger.write([&](store::Writer& writer) {
        auto const& facility = shop.facility;
        facility::replace_opening_hours(writer, facility, hours);
        for (auto const& [name, value] :
             {std::pair{"work.sole.seconds", 20}, std::pair{"daily_minutes", 480},
              std::pair{"grid_g_per_kwh", 620}})
            facility::insert_setting(writer, facility, shop.ids.make<SettingId>(),
                                     setting(name, value), std::nullopt, shop.clock.now());
        int number = 0;
        for (auto const& machine : machines) {
            auto at = dhaka("2026-11-21 00:00") + minutes{++number % 4 * 15};
            for (; at < dhaka("2026-11-21 00:00") + days{kDays + 1}; at += minutes{105})
                insert_booking(writer,
                               {.facility = facility,
                                .id = shop.ids.make<BookingId>(),
                                .machine = machine.id,
                                .enterprise = shop.rahim,
                                .created_by = shop.desk.person,
                                .during = {at, at + minutes{45}}},
                               shop.clock.now());
        }
        return true;
    });
}

int run() {
    tests::ProjectStores stores(tests::Engine::sqlite);
    Workshop shop(stores.ledger());
    furnish(shop);
    std::string const target = "/api/v1/find-a-time?day=2026-11-21&days=" + std::to_string(kDays) +
                               "&work_type=sole&quantity=120";
    auto const first = shop.get(shop.member, target);
    auto const cpu = 1e3 * bench::cpu_seconds();
    for (int i = 0; i < kTimes; ++i) shop.get(shop.member, target);
    auto const each = (1e3 * bench::cpu_seconds() - cpu) / kTimes;
    std::printf("find a time, %d machines, %d days: %.2f ms CPU each (limit %.0f)\n  %s\n",
                kMachines, kDays, each, kLimitMs, first.body.c_str());
    return first.status == 200 && each <= kLimitMs ? 0 : 1;
}

}  // namespace
}  // namespace karkhana::booking

int main() { return karkhana::booking::run(); }
