#include "server/booking/rules_fee.hpp"

#include <algorithm>
#include <array>

#include "server/booking/rules_hold.hpp"
#include "server/booking/rules_policy.hpp"

namespace karkhana::booking {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 4> fee_names{"late_cancel", "no_show", "overrun",
                                                    "late_change"};

Money part_of(Money whole, Wide numerator, Wide denominator) {
    return {divide_half_away(Wide{whole.poisha} * numerator, denominator)};
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

/// What of the slot is not kept: what lies before that, and after it.
std::vector<Interval> parts_of(GivenUp const& given_up) {
    auto const& slot = given_up.slot;
    if (!given_up.kept) return {slot};
    std::vector<Interval> parts{{slot.start, given_up.kept->start}, {given_up.kept->end, slot.end}};
    std::erase_if(parts, [](Interval const& part) { return part.empty(); });
    return parts;
}

GivenUp all_of(Booking const& booking, int percent) {
    return {.machine = booking.machine,
            .slot = booking.during,
            .quote = booking.quote,
            .percent = percent};
}

/// As long as nobody else has any of it.
Fee fee_of(FeeKind kind, std::int64_t length, GivenUp const& of, bool free) {
    return {.kind = kind,
            .minutes = length,
            .amount = free ? Money{} : charged_for(of, stayed_empty(of, {}, {})),
            .free = free,
            .of = of};
}

}  // namespace

std::string_view name_of(FeeKind kind) { return fee_names.at(static_cast<std::size_t>(kind)); }

std::optional<FeeKind> fee_kind_of(std::string_view name) {
    auto const found = std::ranges::find(fee_names, name);
    if (found == fee_names.end()) return std::nullopt;
    return static_cast<FeeKind>(found - fee_names.begin());
}

std::string fee_key(FeeKind kind, std::int64_t number) {
    return std::string(name_of(kind)) + "/" + std::to_string(number);
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
    return fee_of(FeeKind::late_cancel, std::max<std::int64_t>(0, whole_minutes(notice)),
                  all_of(booking, percent), before < terms.free_late);
}

std::optional<Fee> change_fee(Terms const& terms, Booking const& before, Booking const& after,
                              Instant now, std::int64_t late_before) {
    auto const fee = late_fee(terms, before, now, late_before);
    auto given_up = *fee.of;
    Interval const kept{std::max(before.during.start, after.during.start),
                        std::min(before.during.end, after.during.end)};
    if (after.machine == before.machine && !kept.empty()) given_up.kept = kept;
    if (given_up.kept == before.during) return std::nullopt;
    return fee_of(FeeKind::late_change, fee.minutes, given_up, fee.free);
}

Fee missed_fee(Terms const& terms, Booking const& booking, std::int64_t before) {
    return fee_of(FeeKind::no_show, whole_minutes(booking.during.length()),
                  all_of(booking, terms.missed_percent), before < terms.free_misses);
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

Duration stayed_empty(GivenUp const& given_up, std::vector<Interval> used, Duration too_short) {
    Duration empty{};
    std::ranges::sort(used);
    for (auto const& part : parts_of(given_up)) {
        bool anybody = false;
        auto covered = part.start;
        auto const leave = [&](Instant until, Duration too_short_now) {
            if (until > covered + too_short_now) empty += until - covered;
        };
        for (auto const& use : used) {
            if (!use.overlaps(part)) continue;
            anybody = true;
            leave(use.start, too_short);
            covered = std::max(covered, use.end);
        }
        leave(part.end, anybody ? too_short : Duration{});
    }
    return empty;
}

Money charged_for(GivenUp const& given_up, Duration empty) {
    return part_of(given_up.quote, Wide{given_up.percent} * empty.count(),
                   Wide{100} * given_up.slot.length().count());
}

}  // namespace karkhana::booking
