#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/booking/rules_terms.hpp"
#include "server/facility/rules.hpp"

/// What it costs not to come, to give up too late, to stay too long. All of it is a part of the
/// quote, rounded to whole poisha once, half away from zero as on every bill.
namespace karkhana::booking {

enum class FeeKind { late_cancel, no_show, overrun, late_change };
std::string_view name_of(FeeKind kind);
std::optional<FeeKind> fee_kind_of(std::string_view name);
/// "late_change/2": which fee of a booking the audit trail speaks of.
std::string fee_key(FeeKind kind, std::int64_t number);

/// A slot that somebody had and gave up, all of it or a part: others may use it instead.
struct GivenUp {
    MachineId machine;
    Interval slot;
    std::optional<Interval> kept{};  ///< what of it they have still
    Money quote;                     ///< of the whole slot
    int percent = 0;                 ///< of it, for as much of the slot as stays empty

    bool operator==(GivenUp const&) const = default;
};

struct Fee {
    FeeKind kind = FeeKind::late_cancel;
    std::int64_t minutes = 0;  ///< notice given; of the slot that was missed; stayed too long
    Money amount;
    bool free = false;            ///< one of the first, which cost nothing
    std::optional<GivenUp> of{};  ///< nothing of an overrun

    bool operator==(Fee const&) const = default;
};

/// Whether to give the booking up now is late. What is only being asked for is never late, nor what
/// was booked so late that there never was time: that has the undo time, which is not late either.
bool is_late(Terms const& terms, Booking const& booking, Instant now);
/// Of the tiers that the notice falls in the dearest. `before`: how often the ME was late already,
/// as far as it counts.
Fee late_fee(Terms const& terms, Booking const& booking, Instant now, std::int64_t before);
/// The same of a change, for what of the slot is held no longer; nullopt: all of it is. On another
/// machine nothing is kept.
std::optional<Fee> change_fee(Terms const& terms, Booking const& before, Booking const& after,
                              Instant now, std::int64_t late_before);
/// `before`: no-shows of the ME that count.
Fee missed_fee(Terms const& terms, Booking const& booking, std::int64_t before);
/// Of a booking that has ended, for each minute after its end and the free ones. What outages took
/// of its time, and what nobody could see after it, is not counted. nullopt: less than a minute is
/// left.
std::optional<Fee> overrun_fee(Terms const& terms, Booking const& booking,
                               std::vector<facility::Outage> const& outages);

/// How much of what was given up nobody had in the end. `used`: what others occupy, in any order.
/// `too_short`: what is left between them and nobody can book.
Duration stayed_empty(GivenUp const& given_up, std::vector<Interval> used, Duration too_short);
/// What is owed when so much of the slot stayed empty: nobody pays for what others use.
Money charged_for(GivenUp const& given_up, Duration empty);

}  // namespace karkhana::booking
