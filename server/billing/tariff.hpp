#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"

/// What a rate card says: components, tiers and the calendar of its windows. Pure.
namespace karkhana::billing {

/// What a price is for. Of time: what was used (as long as the machine ran), booked, the longer of
/// the two, used under power or without, and of the operator. `minimum` tops up to an amount, as a
/// line of its own; `discount` takes a part off. A price of `material`, `membership`, `pack` or
/// `deposit` is kept for whoever sells it; no session is charged it.
enum class Basis {
    kwh,
    piece,
    used_minute,
    session,
    minimum,
    booked_minute,
    longer_minute,
    busy_minute,
    idle_minute,
    operator_minute,
    setup,
    discount,
    material,
    membership,
    pack,
    deposit
};
constexpr int kBasisCount = 16;
/// When a price holds: `peak` is the rate card's daily window of local time, `off_peak` the rest.
enum class Window { any, peak, off_peak };
/// For whom. Whoever is of a class that a price is for pays it instead of everybody's.
enum class PriceClass { everybody, member, non_member, concession, priority, women_led, trial };
/// Which version a session is charged by where no quote binds: that of its start, that of each
/// moment of it, or that of when it was booked.
enum class PriceLock { at_start, at_use, at_booking };
enum class DiscountOrder { after_minimum, before_minimum };
/// Of a tier: its price holds for what falls into it (graduated), for everything (volume), or for
/// the whole of it as soon as it is begun (block; the last one goes on for ever).
enum class TierModel { none, graduated, volume, block };
/// What is measured, and what a minimum is of: one session, or all of an ME's month.
enum class Scope { session, month };

std::string_view name_of(Basis basis);
std::string_view name_of(Window window);
std::string_view name_of(PriceClass price_class);
std::string_view name_of(PriceLock lock);
std::string_view name_of(DiscountOrder order);
std::string_view name_of(TierModel model);
std::string_view name_of(Scope scope);
std::optional<Basis> basis_of(std::string_view name);
std::optional<Window> window_of(std::string_view name);
std::optional<PriceClass> price_class_of(std::string_view name);
std::optional<PriceLock> price_lock_of(std::string_view name);
std::optional<DiscountOrder> discount_order_of(std::string_view name);
std::optional<TierModel> tier_model_of(std::string_view name);
std::optional<Scope> scope_of(std::string_view name);
/// Every name, for people: "kwh, piece, used_minute, ...".
std::string basis_words();

/// What the quantity of a basis counts: "Wh", "piece", "s", "session", "poisha", ...
std::string_view unit_of(Basis basis);
/// How many of that make one priced unit: 1000 Wh a kWh, 60 s a minute.
std::int64_t units_per_price(Basis basis);
/// The account that a basis is booked to unless its component says another.
std::string_view income_of(Basis basis);
bool is_time(Basis basis);
/// False for what is sold beside the sessions.
bool is_of_use(Basis basis);

struct Label {
    std::string en;
    std::string bn;

    bool operator==(Label const&) const = default;
};

/// Up to a quantity, counted from nothing; without a bound everything above.
struct Tier {
    std::optional<std::int64_t> up_to;
    Rate price;

    bool operator==(Tier const&) const = default;
};

struct Component {
    int sequence = 0;
    std::string machine_kind;  ///< empty: every machine
    Basis basis = Basis::kwh;
    Window window = Window::any;
    Rate price;  ///< per priced unit; of a discount the ten-thousandths that it takes off
    Label label;
    PriceClass price_class = PriceClass::everybody;
    std::int64_t per = 0;        ///< how many count one priced unit; 0: as the basis has it
    std::string unit = {};       ///< the priced unit in a word: hour, dozen; empty: the basis's
    std::int64_t increment = 0;  ///< each line is rounded up to a multiple of so many
    TierModel tier_model = TierModel::none;
    std::vector<Tier> tiers = {};  ///< the prices in place of `price`
    Scope scope = Scope::session;
    std::string income = {};     ///< account; empty: as the basis has it
    std::string tax_code = {};   ///< empty: the facility's
    std::string taken_off = {};  ///< of a discount: the account it takes off; empty: all
    /// Of a pack: what it holds, and how much of it.
    Basis covers = Basis::used_minute;
    std::int64_t covers_quantity = 0;
    /// Of a pack: for how many days it is good (0: for ever), and how many ten-thousandths of the
    /// worth of an unused rest are given back.
    std::int64_t valid_days = 0;
    std::int64_t refund_e4 = 0;

    std::int64_t priced_per() const { return per > 0 ? per : units_per_price(basis); }
    std::string account() const { return income.empty() ? std::string{income_of(basis)} : income; }
};

constexpr int kEveryWeekday = 0b111'1111;

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
    int peak_weekdays = kEveryWeekday;  ///< a bit for each day that has a peak, Sunday the lowest
    std::vector<std::chrono::local_days> holidays = {};  ///< without a peak, rising
    PriceLock price_lock = PriceLock::at_start;
    DiscountOrder discount_order = DiscountOrder::after_minimum;
};

/// What is wrong with a new rate card: `no_components`, `peak_grid`, `duplicate_component`,
/// `minimum_window` (a minimum holds at any time), `window_without_time` (only energy and time have
/// one), `bad_tiers`, `bad_discount`, `bad_increment`, `bad_pack`, `month_of_what` (only what is
/// measured and a minimum are of a month), `price_grid` (prices locked at their use change on a
/// quarter of an hour).
Result<void> check(RateCard const& card);

/// True if the peak is the same on every day.
bool every_day_alike(RateCard const& card);
/// True if somebody pays another price than everybody.
bool has_classes(RateCard const& card);
bool in_peak(RateCard const& card, Zone const& zone, Instant at);
/// The moments inside the interval where the tariff changes.
std::vector<Instant> tariff_boundaries(RateCard const& card, Zone const& zone, Interval during);
/// The interval cut at the tariff's boundaries; each piece lies in one window.
std::vector<Interval> cut(RateCard const& card, Zone const& zone, Interval during);
bool holds(Window window, bool peak);

}  // namespace karkhana::billing
