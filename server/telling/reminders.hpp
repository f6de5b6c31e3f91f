#pragma once

#include <map>
#include <string>

#include "server/facility/book_cache.hpp"
#include "server/telling/rules_reminders.hpp"
#include "server/telling/telling.hpp"

namespace karkhana::telling {

/// How long before its end the holder of an authorisation is told.
constexpr std::chrono::days authorisation_notice{14};

/// Tells what is due by the clock. From one thread.
class Reminders {
public:
    Reminders(Needs const& needs, facility::BookCache& books) : needs_(needs), books_(books) {}

    /// What is due of bookings; how many reminders were written. Throws store::Unavailable.
    std::size_t tell_of_bookings();
    /// Of authorisations that end.
    std::size_t tell_of_authorisations();

private:
    std::vector<Reminder> due(Instant now);

    Needs needs_;
    facility::BookCache& books_;
    /// What is written already, until it is of no use: the database would refuse it again, but
    /// only after a transaction.
    std::map<std::string, Instant> told_;
};

}  // namespace karkhana::telling
