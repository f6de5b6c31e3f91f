#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/base/ids.hpp"
#include "server/base/time.hpp"
#include "server/people/authorisations.hpp"
#include "server/store/store.hpp"

/// Who came to a training or a trial, and how it went.
namespace karkhana::desk {

enum class Outcome { none, passed, failed };
std::string_view name_of(Outcome outcome);
std::optional<Outcome> outcome_of(std::string_view name);

struct Attendee {
    std::optional<PersonId> person;  ///< who has a log-in
    std::string name;                ///< of who has none
    std::optional<bool> woman;
    bool came = false;
    Outcome outcome = Outcome::none;
    std::optional<people::AuthorisationId> authorisation;  ///< that was granted for it
};

/// Of each of the bookings, what was recorded last of each person, in the order in which they
/// were first recorded; one query.
std::map<BookingId, std::vector<Attendee>> attendance_of(store::Reader& reader,
                                                         FacilityId const& facility,
                                                         std::vector<BookingId> const& bookings);
void insert_attendee(store::Writer& writer, FacilityId const& facility, BookingId const& booking,
                     Attendee const& attendee, PersonId const& by, Instant now);

/// The training in which an authorisation was earned.
struct Training {
    BookingId booking;
    Instant start;
};
/// Those behind the person's authorisations; one query.
std::map<people::AuthorisationId, Training> trainings_behind(store::Reader& reader,
                                                             FacilityId const& facility,
                                                             PersonId const& person);

/// Trainings and trials that overlap the interval and were not called off, by start.
std::vector<BookingId> trainings_between(store::Reader& reader, FacilityId const& facility,
                                         Interval during);

}  // namespace karkhana::desk
