#pragma once

#include "server/http/router.hpp"
#include "server/store/store.hpp"

namespace karkhana::exports {

/// Adds getInvoicePdf and exportCsv. The store outlives the router. Both belong onto the handler
/// pool: a bill of many pages takes tens of milliseconds.
void add_routes(http::Router& router, store::Store& store);

}  // namespace karkhana::exports
