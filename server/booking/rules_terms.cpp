#include "server/booking/rules_terms.hpp"

#include <string>

namespace karkhana::booking {
namespace {

constexpr int tiers_at_most = 3;

int number(facility::Book const& book, Scope const& scope, std::string const& name, int otherwise) {
    auto const* const found = in_force(book, name, scope);
    if (found == nullptr || !found->value) return otherwise;
    return static_cast<int>(*found->value);
}

}  // namespace

Terms terms_for(facility::Book const& book, Scope const& scope) {
    auto const of = [&](std::string const& name, int otherwise) {
        return number(book, scope, name, otherwise);
    };
    auto const length = [&](std::string const& name, int otherwise) {
        return std::chrono::minutes{of(name, otherwise)};
    };
    Terms found{.notice_cancel = length("notice_cancel", 0),
                .late_tiers = {},
                .free_late = of("free_late", 1),
                .missed_percent = of("missed_percent", 0),
                .free_misses = of("free_misses", 1),
                .counted_days = of("missed_days", 30),
                .overrun_percent = of("overrun_percent", 0),
                .overrun_free = length("overrun_free", 5),
                .undo = length("undo_minutes", 5),
                .offer = length("offer_minutes", 30),
                .grace = length("grace_minutes", 15)};
    for (int tier = 1; tier <= tiers_at_most; ++tier) {
        auto const name = "late_" + std::to_string(tier);
        if (auto const percent = of(name + "_percent", 0); percent > 0)
            found.late_tiers.push_back({length(name + "_minutes", 0), percent});
    }
    return found;
}

}  // namespace karkhana::booking
