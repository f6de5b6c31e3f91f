#include "server/metering/rules_exchange.hpp"

#include <string>

namespace karkhana::metering {
namespace {

std::string shown(std::int64_t value, Unit unit) {
    return std::to_string(value) + " " + std::string{name_of(unit)};
}

std::string field(std::string_view which, Unit unit) {
    auto const* const in = unit == Unit::ml ? "_ml" : unit == Unit::count ? "_count" : "_wh";
    return "/" + std::string{which} + in;
}

/// The final reading: as given, or the last one. `last` is the old meter's.
Result<std::int64_t> final_of(ExchangeFacts const& facts, CounterValue const& last) {
    auto const final = facts.final_wh.value_or(last.value);
    if (final < last.value)
        return refuse(ErrorKind::conflict, "final_below_last",
                      "The old meter was read at " + shown(last.value, facts.unit) + " already.",
                      field("final", facts.unit));
    if (!plausible_advance(facts.policy, final - last.value, facts.at - last.at, last.resolution))
        return refuse(ErrorKind::conflict, "final_implausible",
                      "The machine cannot have used so much since the last reading of " +
                          shown(last.value, facts.unit) + ".",
                      field("final", facts.unit));
    return final;
}

/// The initial reading, held against what the new meter has come to since.
Result<std::int64_t> initial_of(ExchangeFacts const& facts) {
    if (!facts.shown) return facts.initial_wh;
    auto const& now = *facts.shown;
    auto const rise = now.value - facts.initial_wh;
    bool const wraps = rise < 0 && facts.policy.modulus > 0;
    if (plausible_advance(facts.policy, wraps ? rise + facts.policy.modulus : rise,
                          now.at - facts.at, now.resolution))
        return facts.initial_wh;
    return refuse(ErrorKind::conflict, rise < 0 ? "initial_above_now" : "initial_implausible",
                  "The meter that answers shows " + shown(now.value, facts.unit) + ".",
                  field("initial", facts.unit));
}

Result<ExchangePlan> plan_late(ExchangeFacts const& facts) {
    if (!facts.began_anew || facts.at > facts.began_anew->first.at ||
        facts.at < facts.began_anew->last.at)
        return refuse(ErrorKind::conflict, "exchange_too_early",
                      "The meter has been read since, and it went on counting.", "/at");
    auto const& anew = *facts.began_anew;
    auto const final = final_of(facts, anew.last);
    if (!final) return tl::make_unexpected(final.error());
    auto const unseen = anew.first.value - facts.initial_wh;
    if (unseen < 0 ||
        !plausible_advance(facts.policy, unseen, anew.first.at - facts.at, facts.last.resolution))
        return refuse(ErrorKind::conflict, "initial_above_first",
                      "The new meter was first read at " + shown(anew.first.value, facts.unit) +
                          ".",
                      field("initial", facts.unit));
    return ExchangePlan{.at = facts.now,
                        .late = true,
                        .final_wh = *final,
                        .carried_before = facts.carried,
                        .carried_after = anew.carried_before + *final - facts.initial_wh,
                        .goes_on_from = facts.last};
}

}  // namespace

Result<ExchangePlan> plan_exchange(ExchangeFacts const& facts) {
    if (facts.at > facts.now)
        return refuse(ErrorKind::invalid, "exchange_in_future", "That is still to come.", "/at");
    bool const out_of_range = facts.policy.modulus > 0 && facts.initial_wh >= facts.policy.modulus;
    if (facts.initial_wh < 0 || out_of_range)
        return refuse(ErrorKind::invalid, "initial_out_of_range", "Such a meter cannot show that.",
                      field("initial", facts.unit));
    if (facts.at < facts.last.at) return plan_late(facts);
    auto const final = final_of(facts, facts.last);
    if (!final) return tl::make_unexpected(final.error());
    if (auto const initial = initial_of(facts); !initial)
        return tl::make_unexpected(initial.error());
    return ExchangePlan{.at = facts.at,
                        .late = false,
                        .final_wh = *final,
                        .carried_before = facts.carried,
                        .carried_after = facts.carried + *final - facts.initial_wh,
                        .goes_on_from = {facts.at, facts.initial_wh}};
}

}  // namespace karkhana::metering
