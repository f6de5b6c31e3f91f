#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/reading.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"
#include "server/billing/halts.hpp"

/// From a usage session to charges: pure arithmetic in integers.
namespace karkhana::billing {

/// What a price is for. `minimum` tops a session up to an amount, as a line of its own.
enum class Basis { kwh, piece, used_minute, session, minimum };
/// When a price holds: `peak` is the rate card's daily window of local time, `off_peak` the rest.
enum class Window { any, peak, off_peak };

std::string_view name_of(Basis basis);
std::string_view name_of(Window window);
std::optional<Basis> basis_of(std::string_view name);
std::optional<Window> window_of(std::string_view name);
/// What the quantity of a basis counts: "Wh", "piece", "s", "session".
std::string_view unit_of(Basis basis);
/// How many of that make one priced unit: 1000 Wh a kWh, 60 s a minute.
std::int64_t units_per_price(Basis basis);

struct Label {
    std::string en;
    std::string bn;

    bool operator==(Label const&) const = default;
};

struct Component {
    int sequence = 0;
    std::string machine_kind;  ///< empty: every machine
    Basis basis = Basis::kwh;
    Window window = Window::any;
    Rate price;  ///< per kWh, piece, minute or session
    Label label;
};

/// Prices from a moment on. Never edited: a change is another version.
struct RateCard {
    RateCardId id;
    std::string name;
    int version = 1;
    Instant effective_from;
    std::optional<Instant> effective_to;  ///< when the next version begins
    int peak_from_minute = 17 * 60;       ///< of the local day, a multiple of 15
    int peak_to_minute = 23 * 60;         ///< before `from` when the peak crosses midnight
    std::string source;                   ///< where the prices come from
    std::vector<Component> components;
};

/// What is wrong with a new rate card: `no_components`, `peak_grid`, `duplicate_component`,
/// `minimum_window` (a minimum holds at any time).
Result<void> check(RateCard const& card);

bool in_peak(RateCard const& card, Zone const& zone, Instant at);

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
    std::vector<Halt> halts = {};  ///< no time is charged for these
};

/// One priced term of a session: price x quantity, rounded once.
struct Term {
    int component = 0;  ///< sequence in the rate card
    Basis basis = Basis::kwh;
    Window window = Window::any;
    Label label;
    std::int64_t quantity = 0;
    Rate price;
    Money amount;  ///< of a minimum: what was missing, not the price itself
    Quality quality = Quality::good;

    bool operator==(Term const&) const = default;
};

/// The terms of a session in the order of the rate card, minimums last; those of no quantity are
/// left out. Of several minimums the highest counts: each tops up what is there already. None is
/// asked of work that a fault or an outage ended. Time is charged while the session ran, energy as
/// the registers have it.
/// Errors: `unsplit_usage` when a part with energy lies on both sides of a tariff boundary, so that
/// its energy cannot be told apart.
Result<std::vector<Term>> rate(RateCard const& card, Usage const& usage, Zone const& zone);

Money total_of(std::vector<Term> const& terms);

/// The usage expected of a booking, for a quote: the machine at `expected_w` all the time, cut at
/// the tariff's boundaries.
Usage expected_usage(RateCard const& card, Zone const& zone, std::string machine_kind,
                     Interval during, std::int64_t expected_w, std::optional<std::int64_t> pieces);

}  // namespace karkhana::billing
