// What a booking and a calendar cost in CPU, without the socket: the handlers over a durable store,
// 32 clients at once, and the board of 20 machines and 2,800 bookings in a week.
// Argument: how many bookings to create (8,000 unless said).

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "server/booking/records.hpp"
#include "server/http/compress.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::minutes;

constexpr int kClients = 32;
constexpr int kMachines = 20;
constexpr int kEnterprises = 200;
constexpr int kCalendar = 2800;
constexpr double kCreateLimitUs = 170;
constexpr double kCalendarLimitUs = 5000;
constexpr std::size_t kCalendarLimitBytes = 60'000;

template <class Work>
double measure(char const* what, int count, double limit_us, Work&& work) {
    auto const cpu = bench::cpu_seconds();
    auto const start = std::chrono::steady_clock::now();
    work();
    std::chrono::duration<double> const elapsed = std::chrono::steady_clock::now() - start;
    double const each = (bench::cpu_seconds() - cpu) * 1e6 / count;
    std::printf("%-44s %9.0f /s %10.1f us CPU each", what, count / elapsed.count(), each);
    if (limit_us > 0) std::printf("  (limit %.0f)", limit_us);
    std::printf("\n");
    return each;
}

/// The workshop with its machines, open day and night.
struct Floor {
    explicit Floor(store::Store& ledger) : shop(ledger) {
        std::vector<facility::OpeningHours> hours;
        for (int weekday = 1; weekday <= 7; ++weekday) hours.push_back({weekday, 0, 1440});
        ledger.write([&](store::Writer& writer) {
            facility::replace_opening_hours(writer, shop.facility, hours);
            return true;
        });
        for (int i = 0; i < kMachines; ++i)
            machines.push_back(shop.add_laser("laser-" + std::to_string(i)));
    }
    /// The n-th slot: half an hour of every hour, machine by machine.
    Interval slot(int n) const {
        auto const start = dhaka("2026-11-21 09:00") + minutes{60} * (n / kMachines);
        return {start, start + minutes{30}};
    }
    facility::Machine const& machine(int n) const {
        return machines[static_cast<std::size_t>(n % kMachines)];
    }

    Workshop shop;
    std::vector<facility::Machine> machines;
};

void create_all(Floor& floor, int count, int expected_status) {
    std::atomic<int> next = 0, wrong = 0;
    std::vector<std::jthread> clients;
    for (int i = 0; i < kClients; ++i)
        clients.emplace_back([&] {
            for (int n = next++; n < count; n = next++)
                if (floor.shop.book(floor.shop.member, floor.machine(n).id, floor.slot(n)).status !=
                    expected_status)
                    ++wrong;
        });
    clients.clear();
    if (wrong > 0) std::printf("%d answers were not %d\n", wrong.load(), expected_status);
}

bool bench_creates(int count) {
    tests::ProjectStores stores(tests::Engine::sqlite);
    Floor floor(stores.ledger());
    create_all(floor, kMachines, 201);  // statements are prepared, pages are in memory
    Floor fresh(stores.ledger());
    double const create = measure("create, durable, 32 clients", count, kCreateLimitUs,
                                  [&] { create_all(fresh, count, 201); });
    measure("create, refused as taken, with alternatives", count / 10, 0,
            [&] { create_all(fresh, count / 10, 409); });
    return create <= kCreateLimitUs;
}

void fill_week(Floor& floor, std::vector<EnterpriseId> const& enterprises) {
    auto const per_machine = kCalendar / kMachines;
    floor.shop.ledger.write([&](store::Writer& writer) {
        for (int n = 0; n < kCalendar; ++n) {
            // 140 a machine in a week: one every 72 minutes, 45 long.
            auto const start = dhaka("2026-11-21 00:00") + minutes{72 * (n % per_machine)};
            auto const at = static_cast<std::size_t>(n);
            insert_booking(
                writer,
                {.facility = floor.shop.facility,
                 .id = floor.shop.ids.make<BookingId>(),
                 .machine = floor.machines[at / static_cast<std::size_t>(per_machine)].id,
                 .enterprise = enterprises[at * 7 % enterprises.size()],
                 .created_by = floor.shop.desk.person,
                 .during = {start, start + minutes{45}}},
                floor.shop.clock.now());
        }
        return true;
    });
}

bool bench_calendar() {
    tests::ProjectStores stores(tests::Engine::sqlite);
    Floor floor(stores.ledger());
    std::vector<EnterpriseId> enterprises{floor.shop.mita};
    for (int i = 1; i < kEnterprises; ++i)
        enterprises.push_back(floor.shop.add_enterprise("Enterprise " + std::to_string(i)));
    fill_week(floor, enterprises);
    bool held = true;
    for (auto const& [name, who] :
         {std::pair{"calendar of a week, as staff", floor.shop.desk},
          std::pair{"calendar of a week, as a member", floor.shop.member}}) {
        std::string body;
        double const each = measure(name, 100, kCalendarLimitUs, [&] {
            for (int i = 0; i < 100; ++i)
                body = floor.shop
                           .get(who, "/api/v1/calendar?from=2026-11-21T00:00:00+06:00"
                                     "&to=2026-11-28T00:00:00+06:00")
                           .body;
        });
        auto const compressed = http::zstd(body, 1).size();
        std::printf("  %zu bytes, %zu gzip, %zu zstd  (limit %zu)\n", body.size(),
                    http::gzip(body, 6).size(), compressed, kCalendarLimitBytes);
        held = held && each <= kCalendarLimitUs && compressed <= kCalendarLimitBytes;
    }
    return held;
}

}  // namespace
}  // namespace karkhana::booking

int main(int argc, char** argv) {
    int const count = argc > 1 ? std::atoi(argv[1]) : 8000;
    bool const creates = karkhana::booking::bench_creates(count);
    bool const calendar = karkhana::booking::bench_calendar();
    return creates && calendar ? 0 : 1;
}
