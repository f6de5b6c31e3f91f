#include "server/recycling/rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>

namespace karkhana::recycling {
namespace {

constexpr std::array<std::string_view, 3> direction_names = {"in", "out", "residue"};
constexpr std::array<std::string_view, 4> deal_names = {"none", "scrap", "tipping", "sale"};

bool fits(Direction direction, Deal deal) {
    switch (deal) {
    case Deal::none: return true;
    case Deal::scrap:
    case Deal::tipping: return direction == Direction::in;
    case Deal::sale: return direction == Direction::out;
    }
    return false;
}

std::optional<int> number_of(std::string_view digits) {
    int number = 0;
    auto const* const end = digits.data() + digits.size();
    auto const [stop, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc{} || stop != end || number < 0) return std::nullopt;
    return number;
}

Instant first_of(Zone const& zone, int year, unsigned month) {
    return at_minute(zone,
                     std::chrono::local_days{std::chrono::year_month_day{
                         std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{1}}},
                     0);
}

void add(Mass& mass, Ticket const& ticket) {
    auto& part = ticket.direction == Direction::in    ? mass.in_g
                 : ticket.direction == Direction::out ? mass.out_g
                                                      : mass.residue_g;
    part += ticket.net_g();
}

}  // namespace

std::string_view name_of(Direction direction) {
    return direction_names.at(static_cast<std::size_t>(direction));
}
std::optional<Direction> direction_of(std::string_view name) {
    auto const found = std::ranges::find(direction_names, name);
    if (found == direction_names.end()) return std::nullopt;
    return static_cast<Direction>(found - direction_names.begin());
}
std::string_view name_of(Deal deal) { return deal_names.at(static_cast<std::size_t>(deal)); }
std::optional<Deal> deal_of(std::string_view name) {
    auto const found = std::ranges::find(deal_names, name);
    if (found == deal_names.end()) return std::nullopt;
    return static_cast<Deal>(found - deal_names.begin());
}

std::optional<Rate> price_at(std::span<Price const> prices, MaterialId const& material, Deal deal,
                             Instant at) {
    std::optional<Rate> found;
    for (auto const& price : prices)
        if (price.material == material && price.deal == deal && price.from <= at)
            found = price.per_kg;
    return found;
}

Result<Ticket> valid_ticket(Ticket ticket) {
    if (ticket.tare_g < 0 || ticket.tare_g > ticket.gross_g)
        return refuse(ErrorKind::invalid, "bad_tare", "not above the gross weight", "/tare_g");
    if (!fits(ticket.direction, ticket.deal))
        return refuse(ErrorKind::invalid, "bad_deal", "scrap and tipping come in, a sale goes out",
                      "/deal");
    if (ticket.deal != Deal::none && !ticket.enterprise)
        return refuse(ErrorKind::invalid, "enterprise_missing", "whose it is or was",
                      "/enterprise_id");
    return ticket;
}

Result<Ticket> priced(Ticket ticket, std::span<Price const> prices) {
    if (ticket.deal == Deal::none) return ticket;
    auto const price = price_at(prices, ticket.material, ticket.deal, ticket.at);
    if (!price)
        return refuse(ErrorKind::conflict, "no_price", "this material has no price for that",
                      "/deal");
    ticket.price = *price;
    ticket.amount = price_of(*price, ticket.net_g(), 1000);
    return ticket;
}

Mass mass_of(std::span<Ticket const> tickets) {
    Mass mass;
    for (auto const& ticket : tickets)
        if (!ticket.corrected_by) add(mass, ticket);
    return mass;
}

bool out_of_balance(Mass const& mass, std::int64_t tolerance_e4) {
    return Wide{std::abs(mass.loss_g())} * 10'000 > Wide{tolerance_e4} * mass.in_g;
}

std::optional<std::int64_t> per_kg(std::int64_t amount, std::int64_t in_g) {
    if (in_g <= 0) return std::nullopt;
    return divide_half_away(Wide{amount} * 1000, in_g);
}

std::map<EnterpriseId, Partner> by_enterprise(std::span<Ticket const> tickets) {
    std::map<EnterpriseId, Partner> found;
    for (auto const& ticket : tickets) {
        if (!ticket.enterprise || ticket.corrected_by) continue;
        auto& partner = found[*ticket.enterprise];
        add(partner.mass, ticket);
        (ticket.deal == Deal::scrap ? partner.paid : partner.charged) += ticket.amount;
    }
    return found;
}

std::map<MaterialId, Mass> by_material(std::span<Ticket const> tickets) {
    std::map<MaterialId, Mass> found;
    for (auto const& ticket : tickets)
        if (!ticket.corrected_by) add(found[ticket.material], ticket);
    return found;
}

Result<Interval> year_interval(Zone const& zone, std::string_view year) {
    auto const first = number_of(year.substr(0, 4));
    bool const fiscal = year.size() == 7 && year[4] == '-';
    auto const second = fiscal ? number_of(year.substr(5)) : std::nullopt;
    bool const sound = first && *first >= 2000 && *first < 2200 &&
                       (year.size() == 4 || (second && *second == (*first + 1) % 100));
    if (!sound) return refuse(ErrorKind::invalid, "bad_year", "2026, or 2026-27 from July");
    unsigned const month = fiscal ? 7 : 1;
    return Interval{first_of(zone, *first, month), first_of(zone, *first + 1, month)};
}

}  // namespace karkhana::recycling
