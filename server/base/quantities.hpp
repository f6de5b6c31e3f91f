#pragma once

#include <compare>
#include <cstdint>

namespace karkhana {

__extension__ using Wide = __int128;

/// numerator / denominator, rounded half away from zero; the only rounding of money.
/// Precondition: denominator > 0 and the result fits 64 bits.
constexpr std::int64_t divide_half_away(Wide numerator, Wide denominator) {
    Wide const half = denominator / 2;
    return static_cast<std::int64_t>((numerator >= 0 ? numerator + half : numerator - half) /
                                     denominator);
}

/// An amount of money in poisha (1/100 taka).
struct Money {
    std::int64_t poisha = 0;

    auto operator<=>(Money const&) const = default;
    constexpr Money operator-() const { return {-poisha}; }
    constexpr Money& operator+=(Money other) {
        poisha += other.poisha;
        return *this;
    }
    friend constexpr Money operator+(Money a, Money b) { return {a.poisha + b.poisha}; }
    friend constexpr Money operator-(Money a, Money b) { return {a.poisha - b.poisha}; }
};

/// Active energy in watt-hours.
struct Energy {
    std::int64_t wh = 0;

    auto operator<=>(Energy const&) const = default;
    constexpr Energy& operator+=(Energy other) {
        wh += other.wh;
        return *this;
    }
    friend constexpr Energy operator+(Energy a, Energy b) { return {a.wh + b.wh}; }
    friend constexpr Energy operator-(Energy a, Energy b) { return {a.wh - b.wh}; }
};

/// A unit price in 10^-4 poisha per unit (so Tk 10.164 a kWh is 10'164'000).
struct Rate {
    std::int64_t e4 = 0;

    auto operator<=>(Rate const&) const = default;
};

/// price x quantity, rounded once. `per_unit` is how many of `quantity` make one priced unit:
/// 1000 for Wh priced by kWh, 60 for seconds priced by minute, 1 for pieces.
constexpr Money price_of(Rate rate, std::int64_t quantity, std::int64_t per_unit) {
    return {divide_half_away(Wide{rate.e4} * quantity, Wide{10'000} * per_unit)};
}

}  // namespace karkhana
