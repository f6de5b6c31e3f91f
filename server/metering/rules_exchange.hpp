#pragma once

#include <cstdint>
#include <optional>

#include "server/base/reading.hpp"
#include "server/base/result.hpp"
#include "server/metering/rules_counter.hpp"

/// What becomes of a continued register when a person says that another meter took its place.
namespace karkhana::metering {

/// Where a counter began anew by itself before anybody said why.
struct BeganAnew {
    CounterValue last;  ///< of the old meter
    std::int64_t carried_before = 0;
    CounterValue first;  ///< of the new one
};

struct ExchangeFacts {
    CounterPolicy policy;
    CounterValue last;  ///< believed last, as the words said
    std::int64_t carried = 0;
    std::optional<BeganAnew> began_anew;  ///< the last that happened to the counter, if it was that
    Instant now;
    Instant at;                            ///< when the meters were exchanged
    std::optional<std::int64_t> final_wh;  ///< on the old one; empty: what was read of it last
    std::int64_t initial_wh = 0;           ///< on the new one
    std::optional<CounterValue> shown;     ///< by the meter that answers now; empty: none does
    Unit unit = Unit::wh;                  ///< of all of them: Wh, ml or pulses
};

/// The register from `at` on. Usually that is when the meters were exchanged. When the new one has
/// been counted with since, as one that began anew, it is now: what is kept of the time between
/// stays, and what both meters counted unseen is added here.
struct ExchangePlan {
    Instant at;
    bool late = false;
    std::int64_t final_wh = 0;
    std::int64_t carried_before = 0;
    std::int64_t carried_after = 0;
    CounterValue goes_on_from;  ///< of the new meter
};

/// What the old meter counted after it was read last is energy that passed; it is no more than the
/// machine can have drawn in the time; and so is what the new one shows now above its initial
/// reading. Errors: `exchange_in_future`, `exchange_too_early` (the counter has gone on since),
/// `final_below_last`, `final_implausible`, `initial_out_of_range`, `initial_above_first`,
/// `initial_above_now`, `initial_implausible`.
Result<ExchangePlan> plan_exchange(ExchangeFacts const& facts);

}  // namespace karkhana::metering
