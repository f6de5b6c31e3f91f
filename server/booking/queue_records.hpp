#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "server/booking/queue.hpp"
#include "server/booking/rules_waitlist.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

void insert_entry(store::Writer& writer, WaitlistEntry const& entry);
std::optional<WaitlistEntry> find_entry(store::Reader& reader, FacilityId const& facility,
                                        WaitlistEntryId const& id);
/// Those who wait and those who have an offer, with their MEs, by when they joined; one query.
std::vector<Waiter> open_waiters(store::Reader& reader, FacilityId const& facility);
/// Those who wait for a window that overlaps, by when they joined; one query.
std::vector<Waiter> waiters_for(store::Reader& reader, FacilityId const& facility, Interval during);
/// Whose the entries are; one query.
std::map<WaitlistEntryId, EnterpriseId> enterprises_of_entries(
    store::Reader& reader, FacilityId const& facility, std::vector<WaitlistEntryId> const& ids);
/// How many the ME has in the queue.
std::int64_t open_entries_of(store::Reader& reader, FacilityId const& facility,
                             EnterpriseId const& enterprise);
/// Whether its ME has another one in the queue for the same machine or group that overlaps.
bool waits_already(store::Reader& reader, WaitlistEntry const& entry);
/// Raises the version. False when it is no longer in `entry.state`.
bool change_entry(store::Writer& writer, WaitlistEntry const& entry, WaitlistEntry::State to);
/// It waits again, and is not looked at before then. False when it was neither waiting nor offered.
bool pass_over(store::Writer& writer, WaitlistEntry const& entry, Instant until);
/// False when it was skipped for the same before, or does not wait any more.
bool keep_skip(store::Writer& writer, WaitlistEntry const& entry, std::string_view skip);

void insert_offer(store::Writer& writer, FacilityId const& facility, WaitlistOffer const& offer);
/// The open ones, by entry; one query.
std::vector<WaitlistOffer> open_offers(store::Reader& reader, FacilityId const& facility);
std::optional<WaitlistOffer> open_offer_of(store::Reader& reader, FacilityId const& facility,
                                           WaitlistEntryId const& entry);
/// The open one that holds this booking.
std::optional<WaitlistOffer> open_offer_for(store::Reader& reader, FacilityId const& facility,
                                            BookingId const& booking);
/// `to`: taken, declined, expired, withdrawn. False when it was open no longer.
bool close_offer(store::Writer& writer, FacilityId const& facility, OfferId const& offer,
                 std::string_view to);

/// SHA-256 of the fields in this order, each as "<bytes>:<content>,": facility, sequence, entry,
/// time in microseconds, what, rules, slot, person, reason, previous hash.
std::string queue_hash(FacilityId const& facility, QueueEvent const& event);
/// Numbers, chains and writes it. On PostgreSQL it locks the end of the chain, so after all other
/// locks but the one of the audit trail.
void append_queue(store::Writer& writer, FacilityId const& facility, QueueEvent event);
/// Newest first, before `cursor` (a sequence number; 0: from the newest).
std::vector<QueueEvent> list_queue(store::Reader& reader, FacilityId const& facility,
                                   std::int64_t cursor, int limit);
/// The first sequence that does not follow from its predecessor; nullopt when the chain holds.
std::optional<std::int64_t> first_broken_queue(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::booking
