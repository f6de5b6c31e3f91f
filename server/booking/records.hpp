#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/booking/booking.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

std::optional<Booking> find_booking(store::Reader& reader, FacilityId const& facility,
                                    BookingId const& id);
/// To change it in this transaction. PostgreSQL: locks its row, so that what is decided, written
/// down and answered is what it was changed from.
std::optional<Booking> find_booking(store::Writer& writer, FacilityId const& facility,
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
/// What live bookings of the machines occupy (set-up and clean-up included) of the interval,
/// machine by machine and by start, without that of `except`; one query.
std::vector<Taken> taken_of(store::Reader& reader, FacilityId const& facility,
                            std::vector<MachineId> const& machines, Interval during,
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
/// From now on an operator of the facility runs it; raises the version.
void assist(store::Writer& writer, Booking& booking, PersonId const& by);
/// Gives the booking to another ME, when its version is still `booking.version`, which it raises.
/// False when somebody was faster.
bool hand_over(store::Writer& writer, Booking const& booking, EnterpriseId const& to);
/// PostgreSQL: locks the bookings' rows, by id, so that what is read of them now holds until the
/// COMMIT. SQLite has one writer and needs nothing.
void lock_bookings(store::Writer& writer, FacilityId const& facility, std::vector<BookingId> ids);
std::vector<Transition> history_of(store::Reader& reader, FacilityId const& facility,
                                   BookingId const& id);
/// Of each of the bookings, by sequence; one query.
std::map<BookingId, std::vector<Transition>> histories_of(store::Reader& reader,
                                                          FacilityId const& facility,
                                                          std::vector<BookingId> const& ids);

/// What the price of a booking rests on.
struct BookedTerms {
    Interval during;
    Instant made_at;
    bool trial = false;
    bool assisted = false;
    std::optional<RateCardId> quote_card;  ///< when a quote binds
};
/// Of each of the bookings; one query.
std::map<BookingId, BookedTerms> booked_terms_of(store::Reader& reader, FacilityId const& facility,
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

/// Those pending that have held their slot until now.
std::vector<Booking> held_until(store::Reader& reader, FacilityId const& facility, Instant now);
/// Those confirmed or checked in whose start has come.
std::vector<Booking> waiting_bookings(store::Reader& reader, FacilityId const& facility,
                                      Instant now);

/// The start of the next live booking of each of the enterprises; one query. For
/// people::Services.
std::unordered_map<EnterpriseId, Instant> next_bookings(store::Reader& reader,
                                                        FacilityId const& facility,
                                                        std::vector<EnterpriseId> const& ids,
                                                        Instant now);

/// It waits for the manager until then, and raises the version. False when somebody was faster.
bool wait_for_approval(store::Writer& writer, Booking const& booking, Instant hold_until);

}  // namespace karkhana::booking
