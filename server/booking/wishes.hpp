#pragma once

#include <boost/json/array.hpp>
#include <optional>
#include <vector>

#include "server/booking/api.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/http/message.hpp"
#include "server/store/store.hpp"

/// Deciding over wishes with what the database says: the same for a quote, a booking and a move.
namespace karkhana::booking {

/// A slot that somebody wants.
struct Wish {
    facility::Machine machine;
    Interval during;
    std::optional<std::int64_t> quantity;
    bool suspended = false;            ///< the ME may not book
    std::optional<Interval> held{};    ///< what the booking holds of this machine already
    std::optional<BookingId> moved{};  ///< the booking that is being changed
};

/// The world around `range`, read in four queries at most.
World read_world(store::Reader& reader, FacilityId const& facility, Interval range, bool suspended,
                 Settings const& settings, Instant now);
/// The machines, all of one kind, with what holds them in the range, in one query.
std::vector<Place> read_places(store::Reader& reader, FacilityId const& facility,
                               std::vector<facility::Machine> machines, Interval range,
                               std::optional<BookingId> except);

struct Assessment {
    World world;
    std::vector<Violation> violations;
    boost::json::array alternatives;  ///< Offers, when there are violations
};
Assessment assess(Services const& services, store::Reader& reader, FacilityId const& facility,
                  Wish const& wish, Instant now);

/// The answer to a wish that was refused: 409 `slot_taken` when that is the only reason, else 422
/// `policy_refused`, with all reasons and the alternatives, as they are after the refusal.
/// `known` are the reasons found in the transaction; none: the database refused an overlap.
http::Response refuse_wish(Services const& services, FacilityId const& facility, Wish const& wish,
                           std::vector<Violation> known, Instant now);

}  // namespace karkhana::booking
