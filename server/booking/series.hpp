#pragma once

#include <string>
#include <vector>

#include "server/booking/decide.hpp"
#include "server/booking/rules_series.hpp"
#include "server/booking/series_records.hpp"

/// Series with what the database says: planned with one look at the world, booked through the same
/// door as every booking.
namespace karkhana::booking {

struct SeriesWish {
    Wish wish;  ///< of a machine; its time is that of the first date
    std::string rule_text;
    ical::Rule rule;
    std::string note;
    Clash clash = Clash::skip;
};

struct SeriesPlan {
    facility::Machine machine;
    Zone zone;
    std::vector<PlannedDate> dates;
};

/// Every date and what would become of it. However many dates there are, the world is read as
/// often as for one; each price is asked for by itself. Errors: `not_found` with the field, those
/// of dates_of.
Result<SeriesPlan> plan(Services const& services, store::Reader& reader, FacilityId const& facility,
                        SeriesWish const& wish, Asker const& asker, Instant now);

struct BookedSeries {
    Series series;
    std::vector<SeriesOutcome> outcomes;
    std::vector<Booking> bookings;
};
/// Books what the plan says, all of it in the caller's transaction, each date as any booking is.
/// nullopt when the rules say something else of one by now; the caller then undoes the transaction.
/// Throws ConstraintViolated{overlap} when somebody was faster.
std::optional<BookedSeries> book(Services const& services, store::Writer& writer,
                                 FacilityId const& facility, SeriesWish const& wish,
                                 SeriesPlan const& plan, Asker const& asker, Instant now);

/// How bookings of a series change; what a rule forbids stays as it was.
struct SeriesChange {
    SeriesShift shift;
    std::optional<MachineId> machine;
};
struct ChangedDate {
    Booking before;
    std::optional<Booking> after;  ///< empty: it stayed
    std::vector<Violation> violations;
};
/// Changes bookings of the series one after the other, each as any booking is changed.
/// Errors: those of decide.
Result<std::vector<ChangedDate>> change_dates(Services const& services, store::Writer& writer,
                                              Series const& series,
                                              std::vector<Booking> const& bookings,
                                              SeriesChange const& change, Asker const& asker,
                                              Instant now);
/// Cancels those that can still be cancelled in time; who wants to give up one of the others has it
/// cancelled by itself, and knows what that costs.
std::vector<ChangedDate> cancel_dates(Services const& services, store::Writer& writer,
                                      Series const& series, std::vector<Booking> const& bookings,
                                      Asker const& asker, std::string_view reason, Instant now);

/// Lets those of them be that wait for the manager, all rules asked again; what breaks one waits
/// on. Errors: `wrong_state` when none waits.
Result<std::vector<ChangedDate>> approve_dates(Services const& services, store::Writer& writer,
                                               Series const& series,
                                               std::vector<Booking> const& bookings,
                                               Asker const& asker, Instant now);
/// The same, for a no.
Result<std::vector<ChangedDate>> refuse_dates(store::Writer& writer, Series const& series,
                                              std::vector<Booking> const& bookings,
                                              Asker const& asker, std::string_view reason,
                                              Instant now);

/// Live bookings of the series that have not begun, from that date on, by start.
std::vector<Booking> ahead_in(store::Reader& reader, FacilityId const& facility,
                              SeriesId const& series, Instant from, Instant now);

}  // namespace karkhana::booking
