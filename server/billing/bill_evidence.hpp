#pragma once

#include <boost/json/object.hpp>

#include "server/billing/json.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

/// All that a final bill rests on, so that somebody else's program can work it out again: the text
/// that its hash is of, its place in the chain, every register with its words and their form, the
/// halts, and the prices. Adds the sessions to `names`. A number of queries that does not grow.
boost::json::object bill_evidence(store::Reader& reader, Invoice const& invoice, Names& names);

}  // namespace karkhana::billing
