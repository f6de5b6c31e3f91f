#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "server/base/result.hpp"
#include "server/booking/api.hpp"
#include "server/booking/views.hpp"
#include "server/http/message.hpp"
#include "server/http/operations.hpp"

/// The handlers, one an operation, and what they share.
namespace karkhana::booking {

http::Response create_quote(Services const& services, http::Request const& request);
http::Response create_booking(Services const& services, http::Request const& request);
http::Response list(Services const& services, http::Request const& request);
http::Response get(Services const& services, http::Request const& request);
http::Response change_booking(Services const& services, http::Request const& request);
http::Response get_availability(Services const& services, http::Request const& request);
http::Response list_availability(Services const& services, http::Request const& request);
http::Response get_calendar(Services const& services, http::Request const& request);
http::Response find_time(Services const& services, http::Request const& request);
http::Response get_shares(Services const& services, http::Request const& request);

using Operation = http::Operation<Services>;
/// The steps of a booking, the queue, proposals and closures.
std::vector<Operation> life_operations();

/// The answer of a transaction that is undone.
http::Response undone(Services const& services,
                      std::function<http::Response(store::Writer&)> const& work);

/// One booking as an answer: the text of the view, and its version as ETag.
http::Response show(int status, BookingView const& view, Zone const& zone);

/// A whole number of the query, nullopt when absent. Errors: `bad_integer`.
Result<std::optional<std::int64_t>> query_integer(http::Request const& request,
                                                  std::string_view name, std::int64_t min,
                                                  std::int64_t max);
/// from and to of the query. Errors: those of http::query_time, `bad_interval` when it is empty
/// or longer than `most`.
Result<Interval> query_interval(http::Request const& request, std::chrono::days most);

}  // namespace karkhana::booking
