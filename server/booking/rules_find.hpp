#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/booking/rules_availability.hpp"

/// Which machine, when, at what price: the best times over all machines that can do the work.
namespace karkhana::booking {

/// So many pieces of one type of work.
struct Work {
    std::string type;  ///< setting `work.<type>.seconds`: how long one piece takes
    std::int64_t pieces = 1;
};
/// How long the machine takes for it, on its grid and not under its shortest booking; nullopt when
/// it does not do such work.
std::optional<Duration> length_of(World const& world, facility::Machine const& machine,
                                  Work const& work);
/// The types of work that any machine does now, in order.
std::vector<std::string> work_types(World const& world);

/// What a booking costs and takes, as far as can be said before it.
struct Forecast {
    Money price;
    std::int64_t energy_wh = 0;
};
/// CO2 of the energy with the factors that were entered: of the grid, and of the hours in which the
/// facility's sun delivers; nullopt where no factor was.
std::optional<std::int64_t> co2_g(World const& world, facility::Machine const& machine,
                                  Interval during, std::int64_t energy_wh);

struct Offer {
    Candidate candidate;
    Money price;
    bool cheaper = false;                  ///< another time costs more
    std::int64_t energy_wh = 0;            ///< expected
    std::optional<std::int64_t> co2 = {};  ///< grams
    bool greener = false;                  ///< another time costs more of it
    bool assisted = false;                 ///< an operator runs it
};

/// A machine that can do it, and how long it takes there.
struct Option {
    Place place;
    Duration length{};
    Hand hand{};
};
using ForecastOf = std::function<Forecast(Option const&, Interval)>;
/// The three best times of the days over all the machines: the cheapest, among them the earliest;
/// and the greenest, when it is greener than these.
/// Asks the forecast of the first start of each free stretch and of every full hour.
std::vector<Offer> find_times(World const& world, std::span<Option const> options, Interval days,
                              ForecastOf const& forecast_of);

}  // namespace karkhana::booking
