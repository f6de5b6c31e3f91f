#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/booking/api.hpp"
#include "server/booking/rules_bays.hpp"
#include "server/booking/rules_terms.hpp"
#include "server/booking/rules_waitlist.hpp"
#include "server/facility/rules_book.hpp"
#include "server/store/store.hpp"

/// What the jobs of booking stand on: the book, the free times of all machines, the terms that hold
/// for a booking, and the one door to the rules.
namespace karkhana::booking {

/// Every machine with where it is open and what holds it, in as many queries whatever there is.
std::vector<Bay> read_bays(store::Reader& reader, FacilityId const& facility,
                           facility::Book const& book, Interval range);

/// First the MEs, whose quotas are counted, then the machines: in the order of whoever books.
void lock_all(store::Writer& writer, FacilityId const& facility,
              std::set<EnterpriseId> const& parties, std::set<MachineId> const& machines);
/// First the bookings, then their MEs and machines, each in the order of the ids: whoever changes
/// many takes them so, as whoever changes one takes it before its ME and its machine. As they are
/// then.
std::vector<Booking> lock_whole(store::Writer& writer, FacilityId const& facility,
                                std::vector<BookingId> const& ids);

Terms terms_of(facility::Book const& book, std::string const& membership, MachineId const& machine,
               Instant start);
Terms terms_of(store::Reader& reader, facility::Book const& book, Booking const& booking);

/// What the rules of booking say against the ME having this time, as if it asked for it now; that
/// the slot is taken is not asked, the database knows. `before`: the booking that is changed, as it
/// is; nullptr: it is a new one, with these resources besides what its machine needs.
std::vector<Violation> speaks_against(Services const& services, store::Reader& reader,
                                      Booking const& wanted, Booking const* before, Instant now,
                                      std::vector<ResourceId> const& besides = {});
/// Until when it waits for the manager, when it has to be approved.
std::optional<Instant> approval_until(Services const& services, store::Reader& reader,
                                      Booking const& wanted, Booking const* before, Instant now);
/// Writes what the booking, which has just been written, holds besides its machine. Throws
/// ConstraintViolated{overlap} when that is taken.
void keep_holds(Services const& services, store::Writer& writer, Booking const& booking,
                Booking const* before, Instant now, std::vector<ResourceId> const& besides = {});
/// Those that do not count against what was promised already: when it had to be asked for.
void forgive_time(std::vector<Violation>& violations);
/// What speaks against the booking becoming `wanted`, but for when it was asked for and what staff
/// let pass with a reason when it was made: for that ME, not for whoever gets it.
std::vector<Violation> still_against(Services const& services, store::Reader& reader,
                                     Booking const& booking, Booking const& wanted, Instant now);
Codes codes_of(std::vector<Violation> const& violations);

}  // namespace karkhana::booking
