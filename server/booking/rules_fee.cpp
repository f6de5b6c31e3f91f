#include "server/booking/rules_fee.hpp"

#include <algorithm>
#include <array>

#include "server/booking/rules_hold.hpp"
#include "server/booking/rules_policy.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 3> fee_names{"late_cancel", "no_show", "overrun"};

Money part_of(Money whole, Wide numerator, Wide denominator) {
    return {static_cast<std::int64_t>(Wide{whole.poisha} * numerator / denominator)};
}

/// What the machine stood still of its time and after it; after its end also how long nobody saw
/// it. A cut that a timetable only announced took nothing.
Duration lost_to(std::vector<facility::Outage> const& outages, Booking const& booking) {
    std::vector<Interval> lost;
    for (auto const& outage : outages) {
        if (outage.source == facility::OutageSource::timetable ||
            !concerns(outage, booking.machine))
            continue;
        auto const from = stops_work(outage) ? booking.during.start : booking.during.end;
        Interval const part{std::max(outage.during.start, from),
                            std::min(outage.during.end, *booking.ended_at)};
        if (!part.empty()) lost.push_back(part);
    }
    facility::join_touching(lost);
    Duration sum{};
    for (auto const& part : lost) sum += part.length();
    return sum;
}

}  // namespace

std::string_view name_of(FeeKind kind) { return fee_names.at(static_cast<std::size_t>(kind)); }

std::optional<FeeKind> fee_kind_of(std::string_view name) {
    auto const found = std::ranges::find(fee_names, name);
    if (found == fee_names.end()) return std::nullopt;
    return static_cast<FeeKind>(found - fee_names.begin());
}

bool is_late(Terms const& terms, Booking const& booking, Instant now) {
    if (booking.state != State::confirmed && booking.state != State::checked_in) return false;
    if (terms.notice_cancel == minutes{0} || may_undo(terms, booking, now)) return false;
    return now > booking.during.start - terms.notice_cancel;
}

Fee late_fee(Terms const& terms, Booking const& booking, Instant now, std::int64_t before) {
    auto const notice = booking.during.start - now;
    int percent = 0;
    for (auto const& tier : terms.late_tiers)
        if (notice < tier.within) percent = std::max(percent, tier.percent);
    bool const free = before < terms.free_late;
    return {.kind = FeeKind::late_cancel,
            .minutes = std::max<std::int64_t>(0, whole_minutes(notice)),
            .amount = free ? Money{} : part_of(booking.quote, percent, 100),
            .free = free};
}

Fee missed_fee(Terms const& terms, Booking const& booking, std::int64_t before) {
    bool const free = before < terms.free_misses;
    return {.kind = FeeKind::no_show,
            .minutes = whole_minutes(booking.during.length()),
            .amount = free ? Money{} : part_of(booking.quote, terms.missed_percent, 100),
            .free = free};
}

std::optional<Fee> overrun_fee(Terms const& terms, Booking const& booking,
                               std::vector<facility::Outage> const& outages) {
    if (!booking.ended_at) return std::nullopt;
    auto const over =
        whole_minutes(*booking.ended_at - booking.during.end - lost_to(outages, booking));
    if (over <= 0) return std::nullopt;
    auto const charged = std::max<std::int64_t>(0, over - terms.overrun_free.count());
    auto const booked = whole_minutes(booking.during.length());
    return Fee{.kind = FeeKind::overrun,
               .minutes = over,
               .amount = part_of(booking.quote, Wide{charged} * terms.overrun_percent,
                                 Wide{100} * std::max<std::int64_t>(1, booked)),
               .free = charged == 0};
}

Interval given_back(Booking const& booking, Instant freed_at) {
    return {std::max(booking.during.start, freed_at), booking.during.end};
}

bool reused(Interval given_back, std::vector<Interval> used, Duration too_short) {
    if (given_back.empty() || used.empty()) return false;
    std::ranges::sort(used);
    auto covered = given_back.start;
    for (auto const& part : used) {
        if (part.start > covered + too_short) break;
        covered = std::max(covered, part.end);
    }
    return covered + too_short >= given_back.end;
}

}  // namespace karkhana::booking
