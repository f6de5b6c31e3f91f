#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/booking/series_records.hpp"

namespace karkhana::booking {

/// What one act did to the dates of a series.
struct SeriesAct {
    std::string_view action;    ///< createSeries, changeSeries, approveSeries and so on
    std::vector<Booking> done;  ///< as they are now, by start
    struct Left {
        Instant start;
        std::string codes;  ///< of the rules that it broke, separated by spaces
    };
    std::vector<Left> left;  ///< dates that nothing was done to
    std::string reason;
    std::string rule{};  ///< with the weekdays that they are held on now; empty: as asked for
};

/// Writes the act to the audit trail as a whole, after what it did to each booking: what is told of
/// it is one message. Nothing when nothing was done.
void append_act(store::Writer& writer, Series const& series, SeriesAct const& act,
                std::optional<PersonId> person, Instant now);

}  // namespace karkhana::booking
