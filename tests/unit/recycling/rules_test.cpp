#include <gtest/gtest.h>

#include "server/recycling/rules.hpp"

namespace karkhana::recycling {
namespace {

MaterialId const sole = [] {
    MaterialId id;
    id.uuid.bytes[0] = 1;
    return id;
}();
EnterpriseId const mita = [] {
    EnterpriseId id;
    id.uuid.bytes[0] = 2;
    return id;
}();

Ticket ticket(Direction direction, std::int64_t gross_g, std::int64_t tare_g = 0) {
    Ticket one;
    one.direction = direction;
    one.material = sole;
    one.gross_g = gross_g;
    one.tare_g = tare_g;
    one.at = instant(100);
    return one;
}

std::string code(Result<Ticket> const& result) {
    return result ? std::string{} : std::string{result.error().code};
}

TEST(WeighTicket, IsRefusedWhereItCannotBeSo) {
    EXPECT_EQ(code(valid_ticket(ticket(Direction::in, 25'340, 340))), "");
    EXPECT_EQ(code(valid_ticket(ticket(Direction::in, 25'340, 25'341))), "bad_tare");
    auto sale = ticket(Direction::in, 1'000);
    sale.deal = Deal::sale;
    sale.enterprise = mita;
    EXPECT_EQ(code(valid_ticket(sale)), "bad_deal") << "what comes in is not sold";
    sale.direction = Direction::out;
    EXPECT_EQ(code(valid_ticket(sale)), "");
    sale.enterprise.reset();
    EXPECT_EQ(code(valid_ticket(sale)), "enterprise_missing");
}

TEST(WeighTicket, CostsThePriceOfItsMomentRoundedOnce) {
    std::vector<Price> const prices = {{sole, Deal::scrap, instant(50), {1'016'400}, "x"},
                                       {sole, Deal::scrap, instant(101), {2'000'000}, "x"},
                                       {sole, Deal::tipping, instant(0), {5'000}, "x"}};
    auto bought = ticket(Direction::in, 1'600);
    bought.deal = Deal::scrap;
    EXPECT_EQ(priced(bought, prices)->amount, Money{163}) << "101.64 poisha x 1.6 kg";
    bought.at = instant(101);
    EXPECT_EQ(priced(bought, prices)->amount, Money{320});
    bought.at = instant(49);
    EXPECT_EQ(code(priced(bought, prices)), "no_price");
    bought.deal = Deal::none;
    EXPECT_EQ(priced(bought, prices)->amount, Money{});
}

TEST(Balance, IsFlaggedBeyondItsToleranceInBothDirections) {
    std::vector<Ticket> tickets = {ticket(Direction::in, 101'000, 1'000),
                                   ticket(Direction::out, 90'000),
                                   ticket(Direction::residue, 8'000)};
    auto const mass = mass_of(tickets);
    EXPECT_EQ(mass, (Mass{100'000, 90'000, 8'000}));
    EXPECT_EQ(mass.loss_g(), 2'000);
    EXPECT_FALSE(out_of_balance(mass, 200)) << "two per cent is not over two per cent";
    EXPECT_TRUE(out_of_balance(mass, 199));
    EXPECT_TRUE(out_of_balance({100'000, 103'000, 0}, 200)) << "from nowhere";
    EXPECT_TRUE(out_of_balance({0, 1, 0}, 10'000)) << "out of nothing";
    tickets.push_back(ticket(Direction::in, 500'000));
    tickets.back().corrected_by = TicketId{};
    EXPECT_EQ(mass_of(tickets).in_g, 100'000) << "another one stands in its place";
}

TEST(Balance, OfAKilogramIsNothingWhereNothingCameIn) {
    EXPECT_EQ(per_kg(7'500, 57'000), 132) << "a shredder of 57 kg and 7.5 kWh an hour";
    EXPECT_FALSE(per_kg(7'500, 0));
}

TEST(Partner, SuppliesAndBuysUnderOneName) {
    std::vector<Ticket> tickets = {ticket(Direction::in, 10'000), ticket(Direction::out, 4'000)};
    for (auto& one : tickets) one.enterprise = mita;
    tickets[0].deal = Deal::scrap;
    tickets[0].amount = {50'000};
    tickets[1].deal = Deal::sale;
    tickets[1].amount = {30'000};
    auto const found = by_enterprise(tickets);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.begin()->second.paid, Money{50'000});
    EXPECT_EQ(found.begin()->second.charged, Money{30'000});
    EXPECT_EQ(found.begin()->second.mass, (Mass{10'000, 4'000, 0}));
}

TEST(Year, IsOfTheCalendarOrFromJuly) {
    auto const zone = Zone::find("Asia/Dhaka").value();
    auto const fiscal = year_interval(zone, "2026-27").value();
    EXPECT_EQ(to_rfc3339(fiscal.start, zone), "2026-07-01T00:00:00+06:00");
    EXPECT_EQ(to_rfc3339(fiscal.end, zone), "2027-07-01T00:00:00+06:00");
    auto const calendar = year_interval(zone, "2026").value();
    EXPECT_EQ(to_rfc3339(calendar.start, zone), "2026-01-01T00:00:00+06:00");
    for (auto const* wrong : {"2026-28", "26", "2026-2", "2026/27", "abcd", ""})
        EXPECT_FALSE(year_interval(zone, wrong)) << wrong;
}

}  // namespace
}  // namespace karkhana::recycling
