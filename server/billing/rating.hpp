#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/base/reading.hpp"
#include "server/billing/halts.hpp"
#include "server/billing/tariff.hpp"

/// From a usage session to charges: pure arithmetic in integers.
namespace karkhana::billing {

/// Energy of a stretch of a session between two neighbouring registers.
struct UsagePart {
    Interval during;
    Energy energy;
    Quality at_start = Quality::good;
    Quality at_end = Quality::good;
    /// The energy rests on both registers whatever the prices: here one meter follows another.
    bool seam = false;
};

struct Usage {
    std::string machine_kind;
    Interval during;
    std::vector<UsagePart> parts;  ///< without gaps, in order
    std::optional<std::int64_t> pieces;
    std::vector<Halt> halts = {};          ///< no time is charged for these
    std::vector<PriceClass> classes = {};  ///< of whoever pays
    std::optional<Interval> booked = {};   ///< empty: what was used was booked
    bool assisted = false;                 ///< an operator of the facility ran the machine
    std::int64_t busy_above_w = 0;         ///< from so much power on the machine is busy
};

/// One priced term: price x quantity, rounded once.
struct Term {
    int component = 0;  ///< sequence in the rate card
    Basis basis = Basis::kwh;
    Window window = Window::any;
    Label label;
    std::int64_t quantity = 0;  ///< of a discount: the poisha that it is taken off
    Rate price;
    Money
        amount;  ///< of a minimum: what was missing, not the price itself; a discount's is below 0
    Quality quality = Quality::good;
    std::int64_t per = 0;       ///< how many of the quantity `price` is for; 0: as the basis has it
    std::string unit = {};      ///< the priced unit in a word; empty: the basis's
    std::string income = {};    ///< account; empty: as the basis has it
    std::string tax_code = {};  ///< empty: the facility's
    RateCardId card = {};

    std::int64_t priced_per() const { return per > 0 ? per : units_per_price(basis); }
    std::string account() const { return income.empty() ? std::string{income_of(basis)} : income; }

    bool operator==(Term const&) const = default;
};

/// The terms of a session in the order of the rate card, then minimums and discounts as the card
/// orders them; those of no quantity are left out, one line per tier. Of several minimums the
/// highest counts: each tops up what is there already. None is asked of work that a fault or an
/// outage ended. Time is charged while the session ran, energy as the registers have it; booked
/// time is charged as booked, but not for faults and outages. Of prices of several classes for one
/// thing the first that the party is of holds; what is of a month is not in it.
/// Errors: `unsplit_usage` when a part with energy lies on both sides of a tariff boundary, so that
/// its energy cannot be told apart.
Result<std::vector<Term>> rate(RateCard const& card, Usage const& usage, Zone const& zone);
/// The same where each moment has the prices of its own version: lines split where a version
/// begins. What is asked once for a session, minimums and discounts are those of the first.
/// `versions` are those that hold during the usage, in order. Errors as above.
Result<std::vector<Term>> rate_at_use(std::vector<RateCard const*> const& versions,
                                      Usage const& usage, Zone const& zone);

Money total_of(std::vector<Term> const& terms);

/// True if the component is for this machine and this party: no other price stands in its place.
bool holds_for(RateCard const& card, Component const& component, Usage const& usage);
/// What of the usage the component measures, before it is priced; its quality is that of the
/// registers that it rests on.
Term measured(Component const& component, RateCard const& card, Usage const& usage,
              Zone const& zone);
/// The measured term priced: rounded up, told apart by tiers, one term for each.
void price(std::vector<Term>& terms, Component const& component, Term measured);

/// A part with energy must lie on one side of every boundary: what it holds cannot be divided.
/// Errors: `unsplit_usage`.
Result<void> check_split(RateCard const& card, Usage const& usage, Zone const& zone);
/// One line for each tax code, so that each line is taxed whole. Discounts are not taken off each
/// other.
void add_discounts(std::vector<Term>& terms, RateCard const& card, Usage const& usage,
                   Zone const& zone);

/// When the machine drew at least so much power, by the mean between neighbouring registers.
std::vector<Interval> busy_times(Usage const& usage);

/// The usage expected of a booking, for a quote: the machine at `expected_w` all the time, cut at
/// the tariff's boundaries.
Usage expected_usage(RateCard const& card, Zone const& zone, std::string machine_kind,
                     Interval during, std::int64_t expected_w, std::optional<std::int64_t> pieces);

}  // namespace karkhana::billing
