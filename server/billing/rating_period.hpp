#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/billing/rating.hpp"

/// What is rated by the month of an ME and not by its sessions, and what is paid beforehand. Pure.
namespace karkhana::billing {

/// So many days of a month of `of` days.
struct MonthShare {
    int days = 0;
    int of = 0;

    bool operator==(MonthShare const&) const = default;
};
/// Of the month that an ME was there from `joined` on, to the end of `left`.
MonthShare share_of_month(std::chrono::year_month month,
                          std::optional<std::chrono::local_days> joined,
                          std::optional<std::chrono::local_days> left);
/// A membership, or any amount for a month, for that part of it; rounded once.
Money prorate(Money amount, MonthShare share);

/// The components of a month: all uses of the month of one ME that are charged by this card, the
/// late ones too. One term per component and tier, in the order of the card, with the discounts
/// that hold for every machine last. The whole is always rated anew: what it has become less what
/// was billed is what is to be billed or given back.
/// Errors: `unsplit_usage`.
Result<std::vector<Term>> rate_period(RateCard const& card, std::vector<Usage> const& month,
                                      Zone const& zone);
/// What an ME that was charged so much is missing of its month's minimum; empty when nothing. Its
/// price is the minimum of this share of the month.
std::optional<Term> month_minimum(RateCard const& card, std::vector<PriceClass> const& classes,
                                  Money charged, MonthShare share);

/// What is left of a pack: time, energy or pieces that are paid already.
struct PackLeft {
    Basis of = Basis::used_minute;
    std::int64_t quantity = 0;
};
/// A part of a term that a pack pays for.
struct Drawn {
    std::size_t term = 0;
    std::size_t pack = 0;
    std::int64_t quantity = 0;
    Money amount;

    bool operator==(Drawn const&) const = default;
};
/// Packs pay before money does, the first one first. What remains of a term costs exactly what so
/// much costs by its price; of what a discount takes off no pack pays.
std::vector<Drawn> draw_down(std::vector<PackLeft> packs, std::vector<Term> const& terms);

}  // namespace karkhana::billing
