#include "server/booking/rules_find.hpp"

#include <algorithm>
#include <set>

namespace karkhana::booking {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kWorkPrefix = "work.", kWorkSuffix = ".seconds";

/// How much of the interval lies between two minutes of its local days.
Duration sunny_part(Zone const& zone, Interval during, int from_minute, int until_minute) {
    Duration sum{};
    for (auto day = local_day(zone, during.start); day <= local_day(zone, during.end);
         day += std::chrono::days{1}) {
        auto const from = std::max(during.start, at_minute(zone, day, from_minute));
        auto const until = std::min(during.end, at_minute(zone, day, until_minute));
        if (from < until) sum += until - from;
    }
    return sum;
}

/// The best of what comes by, and what the others were like.
class Best {
public:
    void add(Offer offer) {
        dearest_ = std::max(dearest_, offer.price);
        dirtiest_ = std::max(dirtiest_, offer.co2);
        if (offer.co2 && (!greenest_ || offer.co2 < greenest_->co2 ||
                          (offer.co2 == greenest_->co2 && better(offer, *greenest_))))
            greenest_ = offer;
        // Of equal offers the one that was found first goes before.
        auto const at = std::ranges::upper_bound(offers_, offer, better);
        if (at - offers_.begin() >= static_cast<std::ptrdiff_t>(alternatives_offered)) return;
        offers_.insert(at, std::move(offer));
        offers_.resize(std::min(offers_.size(), alternatives_offered));
    }
    std::vector<Offer> take() {
        if (greenest_ && std::ranges::all_of(
                             offers_, [&](Offer const& each) { return each.co2 > greenest_->co2; }))
            offers_.push_back(std::move(*greenest_));
        for (auto& offer : offers_) {
            offer.cheaper = offer.price < dearest_;
            offer.greener = offer.co2 && offer.co2 < dirtiest_;
        }
        return std::move(offers_);
    }

private:
    static bool better(Offer const& a, Offer const& b) {
        if (a.price != b.price) return a.price < b.price;
        return a.candidate.during.start < b.candidate.during.start;
    }

    std::vector<Offer> offers_;
    Money dearest_{};
    std::optional<std::int64_t> dirtiest_;
    std::optional<Offer> greenest_;
};

}  // namespace

std::optional<Duration> length_of(World const& world, facility::Machine const& machine,
                                  Work const& work) {
    auto const name = std::string{kWorkPrefix} + work.type + std::string{kWorkSuffix};
    auto const* const setting = in_force(*world.book, name, scope_at(world, machine, world.now));
    if (setting == nullptr || !setting->value) return std::nullopt;
    auto const limits = limits_at(world, machine, world.now);
    Duration const grid = minutes{limits.grid_minutes};
    Duration const needed =
        std::max<Duration>(seconds{*setting->value * work.pieces}, minutes{limits.min_minutes});
    return (needed + grid - Duration{1}) / grid * grid;
}

std::vector<std::string> work_types(World const& world) {
    std::set<std::string> found;
    for (auto const& setting : world.book->settings) {
        std::string_view const name = setting.name;
        if (name.starts_with(kWorkPrefix) && name.ends_with(kWorkSuffix) && setting.value)
            found.emplace(name.substr(kWorkPrefix.size(),
                                      name.size() - kWorkPrefix.size() - kWorkSuffix.size()));
    }
    return {found.begin(), found.end()};
}

std::optional<std::int64_t> co2_g(World const& world, facility::Machine const& machine,
                                  Interval during, std::int64_t energy_wh) {
    auto const scope = scope_at(world, machine, during.start);
    auto const factor = [&](std::string_view name) -> std::optional<std::int64_t> {
        auto const* const setting = in_force(*world.book, name, scope);
        return setting == nullptr ? std::nullopt : setting->value;
    };
    auto const grid = factor("grid_g_per_kwh");
    if (!grid) return std::nullopt;
    auto const sun = factor("solar_g_per_kwh"), from = factor("solar_from_minute"),
               until = factor("solar_until_minute");
    auto const whole = during.length() / minutes{1};
    auto const sunny =
        sun && from && until
            ? sunny_part(world.zone(), during, static_cast<int>(*from), static_cast<int>(*until)) /
                  minutes{1}
            : 0;
    auto const weighted = *grid * (whole - sunny) + sun.value_or(0) * sunny;
    return whole == 0 ? 0 : energy_wh * weighted / whole / 1000;
}

std::vector<Offer> find_times(World const& world, std::span<Option const> options, Interval days,
                              ForecastOf const& forecast_of) {
    Best best;
    if (days.empty() || options.empty()) return {};
    auto const longest = std::ranges::max(options, {}, &Option::length).length;
    auto const open =
        facility::open_intervals(world.zone(), world.opening(), {days.start, days.end + longest});
    for (auto const& option : options) {
        auto const& [place, length, hand] = option;
        Ask ask{.hand = hand};
        std::optional<Instant> before;
        bool refused = false;
        each_start(world, place, open, length, days, [&](Start const& start) {
            bool const after_gap =
                !before || start.at - *before > minutes{start.limits.grid_minutes};
            before = start.at;
            if (!after_gap && !refused && start.minute % 60 != 0) return true;
            ask.during = {start.at, start.at + length};
            refused = !check_party(world, place, ask, start.limits).empty();
            if (refused) return true;
            auto const [price, energy] = forecast_of(option, ask.during);
            best.add({.candidate = {&place.machine, ask.during},
                      .price = price,
                      .energy_wh = energy,
                      .co2 = co2_g(world, place.machine, ask.during, energy),
                      .assisted = ask.hand.assisted});
            return true;
        });
    }
    return best.take();
}

}  // namespace karkhana::booking
