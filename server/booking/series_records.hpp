#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/booking/rules_series.hpp"
#include "server/store/store.hpp"

namespace karkhana::booking {

/// A job that comes back, as it was asked for.
struct Series {
    FacilityId facility;
    SeriesId id;
    EnterpriseId enterprise;
    MachineId machine;
    PersonId created_by;
    std::string rule;         ///< RFC 5545
    std::string local_start;  ///< "2026-11-24T10:00" in the facility's wall time
    int length_minutes = 0;
    std::optional<std::int64_t> quantity;
    std::string note;
    Clash clash = Clash::skip;
    Instant created_at;
};

/// What became of a date when the series was made.
struct SeriesOutcome {
    Instant occurrence;
    std::string outcome;  ///< booked, moved, skipped
    std::optional<BookingId> booking;
    std::string codes;  ///< of the rules that it broke, separated by spaces
};

void insert_series(store::Writer& writer, Series const& series);
void insert_outcome(store::Writer& writer, Series const& series, SeriesOutcome const& outcome);
std::optional<Series> find_series(store::Reader& reader, FacilityId const& facility,
                                  SeriesId const& id);
/// How often bookings of it were moved or cancelled.
std::int64_t changes_of_series(store::Reader& reader, FacilityId const& facility,
                               SeriesId const& id);
/// In order of the dates.
std::vector<SeriesOutcome> outcomes_of(store::Reader& reader, FacilityId const& facility,
                                       SeriesId const& id);
/// The bookings of its dates since `from` that are still to come; not those that were handed over
/// to another ME.
std::vector<BookingId> ids_ahead_in(store::Reader& reader, FacilityId const& facility,
                                    SeriesId const& series, Instant from, Instant now);

}  // namespace karkhana::booking
