#pragma once

#include <boost/json/object.hpp>

#include "server/booking/api.hpp"
#include "server/booking/queue_records.hpp"

/// The queue as the contract shows it.
namespace karkhana::booking {

/// All of it, in the public order. Who is not of the party sees the place in the list and what is
/// waited for, not whose it is.
boost::json::array queue_json(Services const& services, store::Reader& reader,
                              http::Principal const& who);
/// The entry as it is now; those that have left the queue have the number 0.
http::Response entry_answer(Services const& services, store::Reader& reader,
                            http::Principal const& who, WaitlistEntryId const& id, int status);

}  // namespace karkhana::booking
