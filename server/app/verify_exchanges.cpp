#include "server/app/verify_exchanges.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "server/metering/exchange.hpp"

namespace karkhana::app {
namespace {

using metering::Exchange;

struct Step {
    Channel channel = 0;
    std::string kind;
    std::int64_t before = 0, after = 0, carried = 0;
    std::string note;
};

constexpr std::string_view kSteps =
    "SELECT channel, kind, before_wh, after_wh, carried_wh, note FROM meter_event "
    "WHERE facility_id = $1 "
    "AND kind IN ('rollover', 'reset', 'jump', 'restored', 'exchange', 'form') "
    "ORDER BY channel, at";

/// What was carried before the step `back` places earlier; nothing at the beginning.
std::int64_t carried_before(std::vector<Step> const& steps, std::size_t i, std::size_t back) {
    bool const there = i >= back && steps[i - back].channel == steps[i].channel;
    return there ? steps[i - back].carried : 0;
}

/// One that was entered late takes the place of the reset that the counter saw by itself.
bool follows(std::vector<Step> const& steps, std::size_t i, Exchange const& exchange) {
    auto const& step = steps[i];
    bool const at_once = step.before == exchange.final_wh && step.after == exchange.initial_wh;
    bool const late = step.before == step.after;
    auto const added = exchange.final_wh - exchange.initial_wh;
    return (at_once && step.carried == carried_before(steps, i, 1) + added) ||
           (late && step.carried == carried_before(steps, i, 2) + added);
}

}  // namespace

std::vector<std::string> verify_exchanges(store::Reader& reader, FacilityId const& facility) {
    std::vector<std::string> findings;
    auto const steps = reader.all(
        kSteps,
        [](store::Row const& row) {
            return Step{static_cast<Channel>(row.integer(0)),
                        row.text(1),
                        row.integer(2),
                        row.integer(3),
                        row.integer(4),
                        row.text(5)};
        },
        facility);
    auto const exchanges = metering::list_exchanges(reader, facility);
    std::size_t met = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].kind != "exchange") continue;
        auto const found = std::ranges::find_if(
            exchanges, [&](auto const& each) { return each.id.text() == steps[i].note; });
        if (found == exchanges.end() || found->channel != steps[i].channel ||
            !follows(steps, i, *found))
            findings.push_back(fmt::format(
                "channel {}: its register does not go on where its meter ended", steps[i].channel));
        ++met;
    }
    if (met != exchanges.size()) findings.push_back("an exchange of a meter is in no register");
    return findings;
}

}  // namespace karkhana::app
