#pragma once

#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/metering/session.hpp"

namespace karkhana::exports {

/// The electricity of one enterprise in a month, machine by machine.
struct GreenButton {
    EnterpriseId enterprise;
    std::string title;  ///< whose and of when
    Zone zone;
    Interval during;
    Instant made_at;
    struct Usage {
        MachineId machine;
        std::string title;
        std::vector<metering::UsageSession> sessions;  ///< closed, by time
    };
    std::vector<Usage> usages;
};

/// As Green Button (NAESB REQ.21, ESPI 1.1) says it: an Atom feed with a UsagePoint a machine, one
/// IntervalBlock a session, and an IntervalReading in Wh between each two registers, with the
/// quality of the worse one. Times are seconds since 1970, UTC.
std::string green_button_xml(GreenButton const& usage);

}  // namespace karkhana::exports
