#include "server/booking/rules_presence.hpp"

#include <algorithm>

#include "server/booking/rules_life.hpp"

namespace karkhana::booking {
namespace {

/// A machine that draws power for longer without a session will have none.
constexpr std::chrono::seconds begins_within{30};

bool in_slot_of_another(PowerUse const& use, Booking const& booking,
                        std::span<Booking const> waiting) {
    return std::ranges::any_of(waiting, [&](Booking const& other) {
        return other.id != booking.id && other.machine == use.machine &&
               other.during.contains(use.risen);
    });
}

}  // namespace

Whose whose_use(PowerUse const& use, Booking const& booking, std::span<Booking const> waiting,
                Instant until, Instant now) {
    bool const over_before = use.until && *use.until <= booking.during.start;
    if (use.machine != booking.machine || over_before) return Whose::nobody_knows;
    bool const in_time = use.risen < until;
    if (!use.session)
        return in_time && now - use.risen < begins_within ? Whose::just_begun : Whose::nobody_knows;
    if (use.of) return *use.of == booking.enterprise ? Whose::theirs : Whose::others;
    if (!in_time) return Whose::nobody_knows;
    bool const early = use.risen < booking.during.start - early_start;
    return early || in_slot_of_another(use, booking, waiting) ? Whose::others : Whose::theirs;
}

}  // namespace karkhana::booking
