// What a calendar program costs that asks every quarter of an hour for a machine with 1,000
// bookings: the feed written anew, the answer that nothing has changed, and beside them the board
// of the same time as JSON. The handlers over a store with everything in it, without the socket.

#include <algorithm>
#include <cstdio>

#include "server/booking/api_feeds.hpp"
#include "server/booking/records.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/integration/booking/workshop.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::hours;

constexpr int kBookings = 1'000;
constexpr int kTimes = 20;
/// Of the CPU of the board in JSON.
constexpr double kLimit = 16;

struct Cost {
    double ms = 0;
    http::Response answer;
};

template <class Ask>
Cost cost_of(Ask&& ask) {
    Cost cost{.answer = ask()};
    auto const cpu = bench::cpu_seconds();
    for (int i = 0; i < kTimes; ++i) ask();
    cost.ms = (bench::cpu_seconds() - cpu) * 1e3 / kTimes;
    return cost;
}

void print(char const* what, Cost const& cost, double board, double limit) {
    auto const& body = cost.answer.shared_body ? *cost.answer.shared_body : cost.answer.body;
    std::printf("  %-36s %d %8.2f ms CPU %6zu kB  %.2fx of the board", what, cost.answer.status,
                cost.ms, body.size() / 1000, cost.ms / board);
    if (limit > 0) std::printf(" (limit %.0fx)%s", limit, cost.ms > limit * board ? " MISSED" : "");
    std::printf("\n");
}

bool bench(tests::Engine engine) {
    std::printf("%s\n", tests::name_of(engine).c_str());
    tests::ProjectStores stores(engine);
    Workshop shop{stores.ledger()};
    add_feed_routes(shop.router, {shop.ledger, shop.clock, shop.ids, *shop.random});
    auto const laser = shop.add_laser("laser-1");
    auto const start = dhaka("2026-11-21 00:00");
    shop.ledger.write([&](store::Writer& writer) {
        for (int i = 0; i < kBookings; ++i)
            insert_booking(writer,
                           {.facility = shop.facility,
                            .id = shop.ids.make<BookingId>(),
                            .machine = laser.id,
                            .enterprise = i % 2 == 0 ? shop.mita : shop.rahim,
                            .created_by = shop.desk.person,
                            .during = {start + hours{i}, start + hours{i + 1}}},
                           shop.clock.now());
        return true;
    });
    auto const made = shop.post(shop.desk, "/api/v1/feeds",
                                R"({"scope":"machine","scope_id":")" + laser.id.text() + R"("})");
    auto const url = text_of(json_of(made), "url");
    http::Principal const nobody{.facility = {}, .person = {}, .roles = {"member"}};
    auto const board = cost_of([&] {
        return shop.get(shop.desk, "/api/v1/calendar?from=" + shop.time(start) +
                                       "&to=" + shop.time(start + hours{kBookings}));
    });
    auto const whole = cost_of([&] { return shop.call(nobody, "GET", url, "", {}); });
    auto const etag = header_of(whole.answer, "ETag");
    auto const same =
        cost_of([&] { return shop.call(nobody, "GET", url, "", {{"if-none-match", etag}}); });
    print("the board as JSON", board, board.ms, 0);
    print("the feed of the machine", whole, board.ms, kLimit);
    print("the feed that has not changed", same, board.ms, kLimit);
    return board.answer.status == 200 && whole.answer.status == 200 && same.answer.status == 304 &&
           std::max(whole.ms, same.ms) <= kLimit * board.ms;
}

}  // namespace
}  // namespace karkhana::booking

int main() {
    using karkhana::tests::Engine;
    bool const sqlite = karkhana::booking::bench(Engine::sqlite);
    bool const postgres = karkhana::booking::bench(Engine::postgres);
    return sqlite && postgres ? 0 : 1;
}
