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

using CostId = Id<struct CostEntryTag>;

/// Electricity comes from the utility's bills, material from the ledger; the rest is entered.
enum class Head { electricity, operators, maintenance, depreciation, loan, rent, material, other };
std::string_view name_of(Head head);
/// Of those that are entered.
std::optional<Head> entered_head_of(std::string_view name);

/// Months are counted from January of the year 0, so that a stretch of them is a subtraction.
using Month = std::int64_t;
/// "2026-11". Errors: `bad_month`.
Result<Month> parse_month(std::string_view text);
std::string to_text(Month month);

/// A cost of each month from one to another, both included.
struct CostEntry {
    CostId id;
    std::int64_t version = 1;
    Head head = Head::other;
    std::optional<MachineId> machine;
    Month from = 0;
    Month to = 0;
    Money monthly;
    std::string source;
    std::string reason;  ///< why a version follows another
    Instant created_at;

    /// What falls into the months from `first` to `last`, both included.
    Money within(Month first, Month last) const;
};

/// One number that another one is the sum of, and where it comes from.
struct Term {
    std::string name;  ///< a head of cost, or an account of income
    std::optional<MachineId> machine;
    Money amount;
    std::string source;  ///< "utility-bill/<id>/2", "cost/<id>/1", "ledger/income:electricity"
};

/// What a machine did in the months of a report.
struct MachineUse {
    MachineId machine;
    std::int64_t used_seconds = 0;
    std::int64_t booked_seconds = 0;
    Energy energy;
    std::int64_t pieces = 0;
    Money charged;
    std::int64_t own_use_seconds = 0;  ///< of what is used: by the owner, for nobody else
    Energy own_use;
};

/// What each hour, kWh or piece alone would have to cost so that the machine pays for itself: its
/// cost divided by its use, rounded once, half away from zero, to 10^-4 poisha. Without use there
/// is no such price.
struct BreakEven {
    std::optional<Rate> hour;
    std::optional<Rate> kwh;
    std::optional<Rate> piece;
};

struct MachineCost {
    MachineUse use;
    Money running;   ///< its electricity, maintenance, operators, and other costs of its own
    Money capital;   ///< depreciation or loan instalment, whichever is more: never both
    Money overhead;  ///< its part of what is no machine's, by time of use
    BreakEven break_even;

    Money cost() const { return running + capital + overhead; }
};

struct Recovery {
    Money income;
    Money cost;
    std::optional<std::int64_t> recovery_e4;  ///< nothing without costs
    Money not_counted;  ///< the lesser of depreciation and loan of each machine, or of the house
    Money unallocated;  ///< overhead when no machine was used, and material
    std::vector<MachineCost> machines;
};
/// Precondition: every machine of a term is among the uses. The cost is that of all machines and
/// what is unallocated, exactly.
Recovery recover(std::vector<Term> const& income, std::vector<Term> const& costs,
                 std::vector<MachineUse> const& uses);

}  // namespace karkhana::costs
