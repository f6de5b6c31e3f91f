#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

std::optional<Booking> find_booking(store::Reader& reader, FacilityId const& facility,
                                    BookingId const& id);
/// Those of the ids that there are; one query.
std::vector<Booking> find_bookings(store::Reader& reader, FacilityId const& facility,
                                   std::vector<BookingId> const& ids);
/// The booking of the machine that is running or paused now; the database allows one.
std::optional<Booking> active_booking(store::Reader& reader, FacilityId const& facility,
                                      MachineId const& machine);
/// All bookings, of all machines, that overlap the interval, in one query, by start.
std::vector<Booking> bookings_between(store::Reader& reader, FacilityId const& facility,
                                      Interval during, bool live_only);

struct Taken {
    MachineId machine;
    Interval occupied;
};
/// What live bookings of one machine occupy (clean-up included) of the interval, by start,
/// without that of `except`.
std::vector<Interval> taken_between(store::Reader& reader, FacilityId const& facility,
                                    MachineId const& machine, Interval during,
                                    std::optional<BookingId> except);
/// The same of all machines of a kind in one query.
std::vector<Taken> taken_of_kind(store::Reader& reader, FacilityId const& facility,
                                 std::string_view kind, Interval during,
                                 std::optional<BookingId> except);

/// Throws ConstraintViolated{overlap} when the slot is taken. A booking begins confirmed.
void insert_booking(store::Writer& writer, Booking const& booking, Instant now);
/// Writes machine, interval, quantity and quote of a booking whose version is still
/// `booking.version`, and raises the version. False when somebody was faster.
/// Throws ConstraintViolated{overlap}.
bool update_booking(store::Writer& writer, Booking const& booking);
/// Moves to `to`, raises the version and keeps the history; `reason` is kept as the reason of a
/// cancellation too. False when it is no longer in `booking.state`. Throws
/// ConstraintViolated{check} on a step that is not in the life of a booking, and {unique} when
/// another booking of the machine is running or paused already.
bool change_state(store::Writer& writer, Booking const& booking, State to,
                  std::optional<PersonId> person, std::string_view reason, Instant now);
std::vector<Transition> history_of(store::Reader& reader, FacilityId const& facility,
                                   BookingId const& id);
/// Of each of the bookings, by sequence; one query.
std::map<BookingId, std::vector<Transition>> histories_of(store::Reader& reader,
                                                          FacilityId const& facility,
                                                          std::vector<BookingId> const& ids);

/// Empty fields ask for everything.
struct ListFilter {
    std::optional<Instant> from;  ///< those that overlap [from, to)
    std::optional<Instant> to;
    std::optional<State> state;
    std::optional<MachineId> machine;
    std::optional<EnterpriseId> enterprise;
};
/// Where a page ended; as made, before all.
struct ListCursor {
    Instant start{Duration{std::numeric_limits<std::int64_t>::max() / 2}};
    BookingId id;
};
/// Newest start first, those after the cursor, at most `limit`.
std::vector<Booking> list_bookings(store::Reader& reader, FacilityId const& facility,
                                   ListFilter const& filter, ListCursor const& before, int limit);

/// A booking as the calendar needs it, ids as they are stored: thousands are shown at once.
struct SlotRow {
    std::string booking;
    std::string machine;
    std::string enterprise;
    Interval during;
    std::string state;
};
/// Every booking that overlaps the interval and was not cancelled, by start, in one query.
void each_slot(store::Reader& reader, FacilityId const& facility, Interval during,
               std::function<void(SlotRow const&)> const& on_slot);

/// Those confirmed or checked in whose start has come.
std::vector<Booking> waiting_bookings(store::Reader& reader, FacilityId const& facility,
                                      Instant now);

}  // namespace karkhana::booking
