#pragma once

#include <string>
#include <vector>

#include "server/billing/payers.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// A session that was rated, with what of that was frozen: it may be otherwise tomorrow.
struct RatedSession {
    SessionId session;
    RateCardId card;
    EnterpriseId enterprise;
    Instant stopped_at;
    std::string machine_kind;
    Payer payer;  ///< but for what a booking never changes
};
/// Some of them, by their ids, after `last`.
std::vector<RatedSession> rated_after(store::Reader& reader, FacilityId const& facility,
                                      SessionId const& last);
/// Of these sessions, those that were rated; by id, one query.
std::vector<RatedSession> find_rated(store::Reader& reader, FacilityId const& facility,
                                     std::vector<SessionId> const& ids);
/// By when they stopped.
std::vector<SessionId> rated_between(store::Reader& reader, FacilityId const& facility,
                                     Interval during);

/// What was frozen, and of the booking what never changes.
Payer as_rated(Payer frozen, Payer const& now);

}  // namespace karkhana::billing
