#include "tests/sim/crowd/house.hpp"

#include <utility>

#include "server/maintenance/watch.hpp"
#include "server/notify/sender.hpp"
#include "server/people/roles.hpp"
#include "server/telling/telling.hpp"
#include "tests/support/ask.hpp"

namespace karkhana::crowd {
namespace {

/// A minute costs a taka.
constexpr std::int64_t minute_poisha = 100;

booking::PriceAnswer price_of(Interval during) {
    auto const time = std::chrono::floor<minutes>(during.length()).count();
    Money const amount{time * minute_poisha};
    return {.price = amount,
            .terms = {{.label = {"Time", "সময়"},
                       .basis = "used_minute",
                       .window = "any",
                       .quantity = time * 60,
                       .unit = "s",
                       .price = {minute_poisha * 10'000},
                       .amount = amount}},
            .estimated_energy_wh = time};
}

booking::Services services_of(store::Store& store, Town const& town, WallClock const& clock,
                              IdSource& ids) {
    booking::Services services{.store = store, .clock = clock, .ids = ids};
    services.pricing.price = [](store::Reader&, FacilityId const&, facility::Machine const&,
                                Interval during,
                                booking::PriceWish const&) { return price_of(during); };
    services.publish = [](FacilityId const&, std::string_view, std::string const&) {};
    services.account = [&town](store::Reader&, FacilityId const&, EnterpriseId const& id) {
        bool const in_debt = town.shop(id).in_debt;
        return booking::Account{.balance = {in_debt ? -500'00 : 0},
                                .overdue = {in_debt ? 500'00 : 0},
                                .overdue_days = in_debt ? 45 : 0};
    };
    return services;
}

}  // namespace

notify::Outcome Gateway::send(notify::Message const& message, std::stop_token const&) {
    using Kind = notify::Outcome::Kind;
    auto const id = message.id.text();
    if (chance_.percent(3)) return {Kind::later, "busy"};
    ++sent[id];
    if (std::exchange(dies, false)) {
        ++twice[id];
        throw Died{};
    }
    return {Kind::sent, "ok"};
}

House::House(store::Store& store, Town const& town, WallClock const& clock, Random& random,
             Gateway& gateway)
    : store_(store),
      town_(town),
      clock_(clock),
      gateway_(gateway),
      ids_(random, clock),
      rising_(clock),
      message_ids_(random, rising_),
      outbox_(message_ids_, {.sms = true}),
      booking_(services_of(store, town, clock, ids_)),
      sweep_(booking_),
      maintenance_{store, clock, ids_, *booking_.books},
      telling_{store, clock, outbox_, town.facility},
      reminders_(telling_, *booking_.books) {
    booking::add_routes(router_, booking_);
    maintenance::add_routes(router_, maintenance_);
}

http::Response House::ask(http::Principal const& who, std::string method, std::string const& path,
                          std::string body, std::int64_t version) {
    tests::Headers headers{{"idempotency-key", ids_.make<BookingId>().text()}};
    if (version > 0) headers.emplace_back("if-match", "\"" + std::to_string(version) + "\"");
    return tests::ask(
        router_, who,
        tests::request_of(std::move(method), path, std::move(body), std::move(headers)),
        [&](std::string const& operation) { return people::may_call(who, operation); });
}

void House::maintain() { maintenance::watch(maintenance_, town_.facility); }

void House::tell() {
    while (telling::tell_next(telling_) > 0) {}
    reminders_.tell_of_bookings();
    while (notify::send_next(store_, clock_, gateway_, notify::Channel::sms)) {}
}

}  // namespace karkhana::crowd
