// What the job of booking costs: 10,000 live bookings looked at, nothing to do; then 2,000 of them
// that nobody came to, all ended in one run; then a day's outage with new times for all it took.

#include <chrono>
#include <cstdio>

#include "server/booking/records.hpp"
#include "server/booking/sweep.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int kMachines = 50;
constexpr int kEnterprises = 100;
constexpr int kLive = 10'000;
constexpr int kAbsent = 2'000;
constexpr double kCheckLimit = 1.0;
constexpr double kProposeLimit = 1.0;

struct Filled {
    explicit Filled(store::Store& ledger) : shop(ledger) {
        std::vector<facility::OpeningHours> always;
        for (int weekday = 1; weekday <= 7; ++weekday) always.push_back({weekday, 0, 1440});
        for (int i = 0; i < kEnterprises; ++i)
            parties.push_back(shop.add_enterprise("Enterprise " + std::to_string(i)));
        for (int i = 0; i < kMachines; ++i)
            machines.push_back(shop.add_laser("laser-" + std::to_string(i)));
        ledger.write([&](store::Writer& writer) {
            facility::replace_opening_hours(writer, shop.facility, always);
            return true;
        });
        auto const each = kLive / kMachines;
        for (auto const& machine : machines)
            ledger.write([&](store::Writer& writer) {
                for (int n = 0; n < each; ++n) book(writer, machine, n);
                return true;
            });
    }
    void book(store::Writer& writer, facility::Machine const& machine, int n) {
        auto const start = dhaka("2026-11-20 08:00") + minutes{30 * n};
        Booking booking{.facility = shop.facility,
                        .id = shop.ids.make<BookingId>(),
                        .machine = machine.id,
                        .enterprise = parties[static_cast<std::size_t>(n) % parties.size()],
                        .created_by = shop.member.person,
                        .during = {start, start + minutes{30}}};
        insert_booking(writer, booking, shop.clock.now());
    }

    Workshop shop;
    std::vector<facility::Machine> machines;
    std::vector<EnterpriseId> parties;
};

std::size_t run(char const* what, Sweep& sweep, double limit, bool& held) {
    auto const start = std::chrono::steady_clock::now();
    auto const changed = sweep.run();
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
    std::printf("%-44s %9.3f s, %zu bookings", what, took.count(), changed.size());
    if (limit > 0) std::printf("  (limit %.0f s)", limit);
    std::printf("\n");
    held = held && (limit == 0 || took.count() <= limit);
    return changed.size();
}

bool bench(tests::Engine engine) {
    std::printf("%s\n", std::string(tests::name_of(engine)).c_str());
    tests::ProjectStores stores(engine);
    Filled filled(stores.ledger());
    auto& clock = filled.shop.clock;
    bool held = true;
    Sweep sweep{filled.shop.services};
    clock.set(dhaka("2026-11-20 08:00"));
    run("10,000 live, all to come", sweep, kCheckLimit, held);
    // Forty half hours later the job wakes: fifty times forty have been missed.
    clock.set(dhaka("2026-11-20 08:00") + minutes{30 * (kAbsent / kMachines)});
    auto const ended = run("2,000 of them missed while the job slept", sweep, 0, held);
    run("8,000 live, nothing to do", sweep, kCheckLimit, held);
    filled.shop.add_outage(std::nullopt, {clock.now() + hours{24}, clock.now() + hours{29}},
                           "maintenance");
    run("an outage of five hours, 500 to be moved", sweep, kProposeLimit, held);
    run("500 open proposals, nothing to do", sweep, kCheckLimit, held);
    return held && ended == static_cast<std::size_t>(kAbsent);
}

}  // namespace
}  // namespace karkhana::booking

int main() {
    using karkhana::tests::Engine;
    bool const sqlite = karkhana::booking::bench(Engine::sqlite);
    bool const postgres = karkhana::booking::bench(Engine::postgres);
    return sqlite && postgres ? 0 : 1;
}
