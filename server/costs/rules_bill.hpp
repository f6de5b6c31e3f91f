#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"

namespace karkhana::costs {

using BillId = Id<struct UtilityBillTag>;

/// What a line of the utility's bill is for.
enum class LineHead { energy, demand, pf_surcharge, vat, meter_rent, late_fee, arrears, other };
std::string_view name_of(LineHead head);
std::optional<LineHead> line_head_of(std::string_view name);

enum class Window { any, peak, off_peak };
std::string_view name_of(Window window);
std::optional<Window> window_of(std::string_view name);

struct BillLine {
    LineHead head = LineHead::other;
    Window window = Window::any;
    std::optional<Energy> energy;               ///< of an energy line, as billed
    std::optional<std::int64_t> register_from;  ///< as printed, in Wh
    std::optional<std::int64_t> register_to;
    std::int64_t multiplier = 1;  ///< what the printed registers are multiplied by
    Money amount;                 ///< below zero: a rebate
    std::string label;

    bool operator==(BillLine const&) const = default;
};

/// What went through a machine, or through the house, between the two readings of a bill.
struct Use {
    std::optional<MachineId> machine;  ///< empty: the house, lights and losses
    Energy peak;
    Energy off_peak;
    std::int64_t booked_ws = 0;  ///< rated watts times seconds booked

    Energy energy() const { return peak + off_peak; }
    bool operator==(Use const&) const = default;
};

/// What the meters of the facility said when the bill was entered. `during` is from one register
/// that was read on a quarter of an hour to another, those nearest to the utility's readings; where
/// there is no main meter it is the bill's own time.
struct Measured {
    Interval during;
    std::optional<Energy> site;
    std::vector<Use> uses;  ///< the house first
};

/// The paper as it was entered. `during` is from one reading of the utility to the next.
struct UtilityBill {
    BillId id;
    std::int64_t version = 1;
    std::string paper_number;
    Interval during;
    std::optional<std::int64_t> sanctioned_w;
    int peak_from_minute = 17 * 60;
    int peak_to_minute = 23 * 60;
    std::vector<BillLine> lines;
    Money total;
    std::string source;  ///< where the paper is
    std::string reason;  ///< why a version follows another
    Measured measured;
    Instant created_at;

    Energy energy() const;
    /// Whether peak and off-peak have lines of their own.
    bool by_window() const;
};

/// Errors: `bad_period`, `no_energy`, `bad_window` (lines for both any and one window, or a line
/// that is not of energy with one), `register_does_not_match`, `bill_does_not_sum`.
Result<UtilityBill> valid_bill(UtilityBill bill);

/// How far our meters and the utility's are apart. Differences are utility minus ours.
struct Reconciliation {
    Energy billed;
    Energy machines;
    std::optional<Energy> site;
    std::optional<Energy> remainder;  ///< site minus machines: lights, losses
    Energy difference;                ///< billed minus site, or minus machines without a site
    std::int64_t difference_e4 = 0;   ///< of what was billed
    bool flagged = false;             ///< further apart than the tolerance, or below zero
    Duration gap_from{};              ///< our register after (+) or before (-) the reading
    Duration gap_to{};
};
Reconciliation reconcile(UtilityBill const& bill, std::int64_t tolerance_e4);

enum class DemandBy { kwh, booked, overhead };
std::string_view name_of(DemandBy by);
std::optional<DemandBy> demand_by_of(std::string_view name);

/// An amount by largest remainder; one below zero is shared out like one above. Without any weight
/// the first has it all.
std::vector<std::int64_t> parted(Money amount, std::vector<std::int64_t> const& weights);

/// Somebody's part of a bill; the parts of all sum to the bill without its arrears, which are an
/// earlier bill's.
struct Share {
    std::optional<MachineId> machine;  ///< empty: the house
    Energy used;
    Money energy;
    Money demand;
    Money pf_surcharge;
    Money vat;
    Money other;  ///< meter rent, late fee and the like: the house has it all

    Money total() const { return energy + demand + pf_surcharge + vat + other; }
};
/// Energy by kWh of its window; demand and power-factor surcharge as `by` says; VAT as the three of
/// them together. By largest remainder, so the parts sum up exactly. The house is first.
std::vector<Share> allocate(UtilityBill const& bill, DemandBy by);

}  // namespace karkhana::costs
