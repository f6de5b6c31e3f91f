#pragma once

#include "server/app/prepare.hpp"

namespace karkhana::app {

/// The last month of the demo as its accountants left it: services sold, scrap weighed, bills
/// issued and partly paid, one of them corrected, one disputed, a claim that waits, the bill of the
/// utility, the month closed. Made by the handlers of the API, each act in its own time.
/// Precondition: the people of a first demo are there, and nothing was billed yet.
void live_last_month(Config const& config, Stores const& stores, WallClock const& clock);

}  // namespace karkhana::app
