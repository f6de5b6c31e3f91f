#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "server/base/quantities.hpp"
#include "server/base/time.hpp"
#include "server/metering/session.hpp"

/// Sharing out energy in whole watt-hours, so that the parts always sum to what was measured.
namespace karkhana::metering {

/// Shares of `total` in proportion to the weights, by largest remainder; ties go to the earlier.
/// They sum to `total` exactly. With no weight at all, everything goes to the first.
/// Precondition: weights are not negative and there is at least one.
std::vector<std::int64_t> split_by_weight(std::int64_t total,
                                          std::span<std::int64_t const> weights);

/// A value of a register at a moment.
struct Knot {
    Instant at;
    std::int64_t value = 0;

    bool operator==(Knot const&) const = default;
};

/// The register at `at` on the straight line between two knots, rounded down: it never falls as
/// `at` grows, is exact at both ends, and holds outside them. Precondition: before.at <= after.at.
std::int64_t interpolate(Knot const& before, Knot const& after, Instant at);

/// A stretch of one meter's register that a session has a part of.
struct Taken {
    Knot start;
    Knot stop;
    SessionKind kind = SessionKind::booked;
    std::int64_t part = 0;  ///< of what the register rose by
    /// Nobody is charged for the rest because its part is only the least it may have used.
    bool rest_is_nobodys = false;
    MachineId machine = {};
};

/// Where the energy of one meter went in an interval. The parts sum to register end minus register
/// start, exactly.
struct Balance {
    Interval during;
    Energy register_start;
    Energy register_end;
    Energy sessions;  ///< booked and walk-in: somebody is billed
    Energy own_use;
    Energy test;
    Energy maintenance;
    Energy suspicious;
    Energy unattributed;
    Energy behind;  ///< what the meters behind a shared one counted
    Energy idle;

    bool operator==(Balance const&) const = default;
};

/// What was taken between `from` and `to` of each stretch, in their order. A stretch that reaches
/// over an end counts from there on, in proportion to the register, in whole watt-hours: those who
/// share one never have more than passed, and neighbouring intervals sum up to both together.
std::vector<Taken> taken_within(Knot const& from, Knot const& to, std::span<Taken const> taken);

/// Sums what was taken between `from` and `to`, and what passed the meter outside of it.
/// Stretches may overlap where several share a meter, never with more than it counted.
Balance balance_of(Knot const& from, Knot const& to, std::span<Taken const> taken,
                   Energy behind = {});

}  // namespace karkhana::metering
