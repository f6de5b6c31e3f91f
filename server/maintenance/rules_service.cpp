#include "server/maintenance/rules_service.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace karkhana::maintenance {
namespace {

constexpr std::array<std::string_view, 4> basis_names{"hours", "pieces", "kwh", "days"};
constexpr std::array<std::string_view, 3> stand_names{"fine", "warn", "due"};
constexpr std::int64_t most_units = 100'000'000;
constexpr std::chrono::minutes longest_service{7 * 24 * 60};
/// Further than this nothing is foretold.
constexpr std::chrono::days furthest{3650};

/// How much of a unit of the basis is used, and what one unit is in the same measure.
struct Measure {
    std::int64_t used = 0;
    std::int64_t unit = 1;
};
Measure measure(Plan const& plan, Worked const& worked, Instant now) {
    switch (plan.basis) {
    case Basis::hours: return {worked.at_work.count(), Duration{std::chrono::hours{1}}.count()};
    case Basis::pieces: return {worked.strokes ? worked.strokes->count : worked.pieces, 1};
    case Basis::kwh: return {worked.energy.wh, 1000};
    case Basis::days: break;
    }
    return {std::max(now - plan.counts_from, Duration::zero()).count(),
            Duration{std::chrono::days{1}}.count()};
}

/// When it is used up at the pace there was since the plan counts.
std::optional<Instant> foretell(Plan const& plan, Measure const& metered, Instant now) {
    auto const passed = (now - plan.counts_from).count();
    if (metered.used <= 0 || passed <= 0) return std::nullopt;
    auto const length = static_cast<Wide>(passed) * plan.every * metered.unit / metered.used;
    if (length > Duration{furthest}.count()) return std::nullopt;
    return plan.counts_from + Duration{static_cast<std::int64_t>(length)};
}

/// Zones are quarters of an hour from each other, so it is one everywhere.
Instant on_a_quarter(Instant at) {
    using Quarter = std::chrono::duration<std::int64_t, std::ratio<900>>;
    return std::chrono::ceil<Quarter>(at);
}

tl::unexpected<Error> bad_plan(std::string_view field, std::string detail) {
    return refuse(ErrorKind::invalid, "bad_plan", std::move(detail), "/" + std::string{field});
}

}  // namespace

std::string_view name_of(Basis basis) { return basis_names.at(static_cast<std::size_t>(basis)); }

std::optional<Basis> basis_of(std::string_view name) {
    auto const found = std::ranges::find(basis_names, name);
    if (found == basis_names.end()) return std::nullopt;
    return static_cast<Basis>(found - basis_names.begin());
}

std::string_view name_of(Stand stand) { return stand_names.at(static_cast<std::size_t>(stand)); }

Result<Plan> valid_plan(Plan plan) {
    auto name = facility::complete(plan.name);
    if (!name) return tl::make_unexpected(name.error());
    plan.name = std::move(*name);
    if (plan.every < 1 || plan.every > most_units)
        return bad_plan("every", "1 to 100,000,000 of its unit");
    if (plan.warn_before < 1 || plan.warn_before >= plan.every)
        return bad_plan("warn_before", "at least 1, and less than `every`");
    if (plan.length < std::chrono::minutes{1} || plan.length > longest_service)
        return bad_plan("minutes", "from a minute to a week");
    return plan;
}

Due due(Plan const& plan, Worked const& worked, Instant now) {
    auto const metered = measure(plan, worked, now);
    Due found{.used = metered.used / metered.unit, .expected = foretell(plan, metered, now)};
    if (found.used >= plan.every)
        found.stand = Stand::due;
    else if (found.used >= plan.every - plan.warn_before)
        found.stand = Stand::warn;
    return found;
}

std::optional<Interval> time_for(Plan const& plan, std::vector<Interval> const& open,
                                 Instant from) {
    if (!plan.warned_at) return std::nullopt;
    auto const earliest = std::max(from, *plan.warned_at) + warning_time;
    std::optional<Instant> first;
    for (auto const& each : open) {
        auto const start = std::max(each.start, on_a_quarter(earliest));
        if (start >= each.end) continue;
        if (each.end - start >= plan.length) return Interval{start, start + plan.length};
        if (!first) first = start;
    }
    if (!first) return std::nullopt;
    return Interval{*first, *first + plan.length};
}

}  // namespace karkhana::maintenance
