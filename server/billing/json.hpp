#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/billing/charges.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/items.hpp"
#include "server/billing/ledger.hpp"
#include "server/billing/payments.hpp"
#include "server/facility/records.hpp"
#include "server/people/records.hpp"

/// Billing as the contract shows it.
namespace karkhana::billing {

/// What invoices refer to, read once for a whole answer.
struct Names {
    facility::Facility facility;
    Zone zone;
    std::map<EnterpriseId, people::Enterprise> enterprises;
    std::map<MachineId, facility::Machine> machines;
    std::map<SessionId, metering::UsageSession> sessions;  ///< of the lines to be shown
};
/// Everything but the sessions. Throws std::runtime_error when the facility is not there.
Names read_names(store::Reader& reader, FacilityId const& facility);
/// Adds the sessions of these charges, in two queries whatever their number.
void read_sessions(store::Reader& reader, Names& names, std::vector<Charge> const& charges);

boost::json::object line_json(Charge const& line, Names const& names);
/// As its document tells it: on a credit note what is given back is more than nothing.
Item as_told(Item item, Invoice const& invoice);
/// A line that no session stands behind: its basis is the item's source.
boost::json::object item_line_json(Item const& item, Names const& names);
boost::json::object invoice_json(Invoice const& invoice, std::vector<Charge> const& lines,
                                 std::vector<Item> const& items, Names const& names);
/// The same without its lines, only their number.
boost::json::object invoice_head_json(Invoice const& invoice, std::int64_t line_count,
                                      Names const& names);
boost::json::object payment_json(Payment const& payment, Names const& names);
boost::json::object posting_json(Posting const& posting);
boost::json::object entry_json(JournalEntry const& entry, Zone const& zone);

/// The arithmetic of a line in words: "2.800 kWh × Tk 14.00 = Tk 39.20".
facility::Name formula_of(Charge const& line, std::string const& piece_unit);
/// Of a line without a session: "2 × Tk 500.00 = Tk 1,000.00".
facility::Name formula_of(Item const& item);

}  // namespace karkhana::billing
