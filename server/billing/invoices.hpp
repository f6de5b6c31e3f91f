#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/base/ids.hpp"
#include "server/base/quantities.hpp"
#include "server/store/store.hpp"

namespace karkhana::billing {

struct Invoice {
    InvoiceId id;
    EnterpriseId enterprise;
    std::string period;  ///< "2026-11", a month of local time
    bool final = false;
    Money total;  ///< to be paid; of a credit note what is given back
    Money tax;    ///< of the total
    bool credit_note = false;
    std::optional<InvoiceId> refers_to;  ///< of a credit note: the invoice that it corrects
    std::string reason;                  ///< of a credit note
    std::string series;                  ///< of a final one, as all below
    std::string fiscal_year;             ///< "2026-27"
    std::int64_t number = 0;             ///< without gaps in series and fiscal year
    std::string number_text;             ///< "BHAIRAB/2026-27/000123"
    std::optional<Instant> issued_at;
    std::string previous_hash;
    std::string hash;
    Instant created_at;
    std::int64_t version = 1;
    Money paid;  ///< what is settled, by payments and waivers

    /// Nobody owes a credit note.
    Money due() const { return credit_note ? Money{} : total - paid; }
};

/// The local month "2026-11" as an interval. Errors: `bad_period`.
Result<Interval> period_interval(Zone const& zone, std::string_view period);
std::string period_of(Zone const& zone, Instant at);

std::optional<Invoice> find_invoice(store::Reader& reader, FacilityId const& facility,
                                    InvoiceId const& id);
/// Those of the ids, in the order of `ids`; one query.
std::vector<Invoice> find_invoices(store::Reader& reader, FacilityId const& facility,
                                   std::vector<InvoiceId> const& ids);
/// The text of a final invoice that its hash is taken of.
std::optional<std::string> find_canonical(store::Reader& reader, FacilityId const& facility,
                                          InvoiceId const& id);
/// How many lines each has that has any; one query.
std::map<InvoiceId, std::int64_t> line_counts(store::Reader& reader, FacilityId const& facility,
                                              std::vector<InvoiceId> const& ids);
struct InvoiceFilter {
    std::optional<EnterpriseId> enterprise;
    std::optional<bool> final;
    std::string before;  ///< id of the last one seen: ids grow with time
    int limit = 50;
};
/// Newest first.
std::vector<Invoice> list_invoices(store::Reader& reader, FacilityId const& facility,
                                   InvoiceFilter const& filter);
/// All final invoices, by series, fiscal year and number.
std::vector<Invoice> final_invoices(store::Reader& reader, FacilityId const& facility);
/// When the last of them was issued.
std::optional<Instant> last_issued_at(store::Reader& reader, FacilityId const& facility);
/// The same with the canonical text of each, one after the other: together they are large.
void each_issued(store::Reader& reader, FacilityId const& facility,
                 std::function<void(Invoice const&, std::string const& canonical)> const& work);
/// Final invoices of a month of use, by number.
std::vector<Invoice> final_invoices_of(store::Reader& reader, FacilityId const& facility,
                                       std::string const& period);

/// Of a month of use.
std::vector<Invoice> draft_invoices_of(store::Reader& reader, FacilityId const& facility,
                                       std::string const& period);

/// Every draft of a credit note.
std::vector<Invoice> credit_drafts(store::Reader& reader, FacilityId const& facility);
/// The draft of a credit note for an invoice, if there is one.
std::optional<Invoice> credit_draft_of(store::Reader& reader, FacilityId const& facility,
                                       InvoiceId const& invoice);

/// False of a draft that everything was taken off again.
bool has_lines(store::Reader& reader, FacilityId const& facility, InvoiceId const& invoice);

/// Where a series stands: the last number it gave and the hash of that invoice.
struct SeriesHead {
    std::string series;
    std::string fiscal_year;
    std::int64_t last_number = 0;
    std::string last_hash;
};
std::vector<SeriesHead> series_heads(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::billing
