#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/text.hpp"
#include "server/booking/booking.hpp"
#include "server/booking/series_records.hpp"
#include "server/facility/rules.hpp"
#include "server/ical/write.hpp"

/// A booking as other people's calendars have it. One booking is one event wherever it is moved to:
/// its UID is its id at the facility, its SEQUENCE counts moves and cancels. To whoever is invited
/// to a series it is one date of the event that the series is.
namespace karkhana::booking {

/// What an event says of a booking, besides itself.
struct EventOf {
    Booking const& booking;  ///< as it is after the change
    facility::Facility const& facility;
    facility::Name const& machine;
    /// The ME that booked; nullptr for readers who may only know that the machine is taken.
    facility::Name const* party = nullptr;
    Instant changed;  ///< when the booking last changed
    /// Of a date of a series that its ME was invited to, how often the series has changed.
    std::optional<std::int64_t> series_sequence{};
};

ical::Entry calendar_entry(EventOf const& of, Language language);

/// Who writes an invitation and to whom: e-mail addresses.
struct Envelope {
    std::string organizer;
    std::vector<std::string> attendees;
};
/// The text/calendar part of a letter about the booking (RFC 5546): METHOD:REQUEST for one that was
/// made, moved or confirmed, METHOD:CANCEL for one that is given up. Empty for one that holds
/// nothing yet. Read the booking after its change, so that its calendar_sequence is the new one.
/// This is notify's News.calendar; its media type is `text/calendar; method=...`.
std::string invitation(EventOf const& of, Envelope const& envelope, Language language);

/// A series as one event that comes back.
struct SeriesEventOf {
    Series const& series;
    std::vector<SeriesOutcome> const& dates;  ///< not empty
    std::vector<Booking> const& bookings;     ///< that were made of them, as they are now
    facility::Facility const& facility;
    facility::Name const& party;
    std::function<facility::Name(MachineId const&)> machine_name;
    Instant changed;
};
/// How often its bookings were moved or cancelled: rises whatever happens to one of them.
std::int64_t sequence_of(std::vector<Booking> const& bookings);
/// The whole series as it stands, under a UID of its own that stays: its rule, the dates that it
/// does not have (EXDATE) and those that are elsewhere than the rule says (RECURRENCE-ID).
/// METHOD:CANCEL when nothing is left of it.
std::string series_invitation(SeriesEventOf const& of, Envelope const& envelope, Language language);

}  // namespace karkhana::booking
