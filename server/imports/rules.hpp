#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/quantities.hpp"
#include "server/facility/rules.hpp"
#include "server/people/rules.hpp"

/// Tables as others write them: the heads in the first row, in any order and case; numbers with the
/// digits of either language.
namespace karkhana::imports {

constexpr std::size_t most_rows = 5'000;

/// What is wrong, as somebody finds it in a spreadsheet.
struct Fault {
    int row = 1;         ///< the line of the file
    std::string column;  ///< its head; empty: the whole row
    std::string code;
    std::string value;  ///< what stands there

    bool operator==(Fault const&) const = default;
};

template <class What>
struct Row {
    int row = 1;
    What what;
};
template <class What>
struct Rows {
    std::vector<Row<What>> rows;
    std::vector<Fault> faults;
};

/// name_en, name_bn, phone, place, women_led (yes or no).
Rows<people::Enterprise> read_enterprises(std::string_view csv);
/// slug, name_en, name_bn, kind, rated_w, and what else a machine has.
Rows<facility::Machine> read_machines(std::string_view csv);

struct Opening {
    std::string enterprise;  ///< its id, telephone number or name
    Money amount;            ///< what it owes; negative: what it has paid ahead
    std::string note;
    std::optional<std::chrono::local_days> since{};  ///< empty: today
};
/// enterprise, amount, note, since.
Rows<Opening> read_openings(std::string_view csv);

/// "1,23,456.50" or "৳ ১২৩৪৫৬.৫" exactly; nullopt for anything else.
std::optional<Money> money_of(std::string_view text);

/// Those that are not there yet; one that is there is known by its telephone number, or without one
/// by its names. Faults: `differs` where it is there with something else, `row_twice`.
Rows<people::Enterprise> new_enterprises(Rows<people::Enterprise> const& read,
                                         std::vector<people::Enterprise> const& there);

/// As sections of the configuration.
std::string machines_toml(Rows<facility::Machine> const& read);

/// What an enterprise begins with.
struct Balance {
    EnterpriseId enterprise;
    Money amount;
    std::string note;
    std::optional<std::chrono::local_days> since{};
};
/// Nothing of those that are zero, or that are booked already. Faults: `unknown_enterprise`,
/// `several_enterprises` of that name, `row_twice`, `differs` from what is booked.
Rows<Balance> new_balances(Rows<Opening> const& read,
                           std::vector<people::Enterprise> const& enterprises,
                           std::vector<Balance> const& booked);

}  // namespace karkhana::imports
