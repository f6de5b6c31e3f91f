#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/text.hpp"
#include "server/booking/booking.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

using FeedId = Id<struct CalendarFeedTag>;

/// Whose bookings a feed has.
enum class FeedScope { enterprise, person, machine };
std::string_view name_of(FeedScope scope);
std::optional<FeedScope> feed_scope_of(std::string_view name);

struct Feed {
    FacilityId facility;
    FeedId id;
    std::string token_sha256;
    FeedScope scope = FeedScope::enterprise;
    Uuid of;  ///< the ME, person or machine
    Language language = Language::bn;
    PersonId created_by;
    Instant created_at;
    std::optional<Instant> revoked_at;
};

void insert_feed(store::Writer& writer, Feed const& feed);
/// Those that are not revoked, newest first: of one person, or of everybody.
std::vector<Feed> list_feeds(store::Reader& reader, FacilityId const& facility,
                             std::optional<PersonId> const& created_by);
std::optional<Feed> find_feed(store::Reader& reader, FacilityId const& facility, FeedId const& id);
/// Of any facility; nullopt when it is revoked or its owner is disabled.
std::optional<Feed> find_feed_by_token(store::Reader& reader, std::string_view token_sha256);
/// False when it was revoked before.
bool revoke_feed(store::Writer& writer, FacilityId const& facility, FeedId const& id, Instant now);

/// The ME that the bookings of this one are of now: itself, or the one that it was merged into.
EnterpriseId kept_after_merges(store::Reader& reader, FacilityId const& facility,
                               EnterpriseId const& enterprise);

/// A booking for a feed, and when its state last changed.
struct FeedRow {
    BookingId booking;
    Instant changed;
};
/// What a feed has: what ends after `since`, and of what was given up that which was so since then;
/// nothing that is only asked for. By start, at most 2,000. In one query.
std::vector<FeedRow> feed_of_enterprises(store::Reader& reader, FacilityId const& facility,
                                         std::vector<EnterpriseId> const& of, Instant since);
std::vector<FeedRow> feed_of_machine(store::Reader& reader, FacilityId const& facility,
                                     MachineId const& of, Instant since);
/// What the person runs for others.
std::vector<FeedRow> feed_of_operator(store::Reader& reader, FacilityId const& facility,
                                      PersonId const& of, Instant since);

}  // namespace karkhana::booking
