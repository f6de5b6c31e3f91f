#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/billing/payments.hpp"

/// Lines of invoices that somebody does not accept, with what they rest on frozen.
namespace karkhana::billing {

struct Dispute {
    DisputeId id;
    InvoiceId invoice;
    int line = 0;
    EnterpriseId enterprise;
    std::string number;  ///< of the invoice
    Money amount;        ///< of the line
    std::string reason;
    std::string evidence;  ///< JSON as it was shown that day
    std::string evidence_sha256;
    Instant opened_at;
    PersonId opened_by;
    std::optional<std::string> answer{};
    std::optional<std::string> outcome{};  ///< settled with these words

    std::string_view state() const { return outcome ? "settled" : answer ? "answered" : "open"; }
};

/// Newest first.
std::vector<Dispute> list_disputes(store::Reader& reader, FacilityId const& facility,
                                   std::optional<EnterpriseId> const& enterprise,
                                   bool unsettled_only);
/// Errors: `disputed_already` where one of the line is not settled yet.
Result<Dispute> open_dispute(store::Writer& writer, FacilityId const& facility, Dispute dispute);
/// Errors: `not_found`, `wrong_state`.
Result<Dispute> answer_dispute(store::Writer& writer, FacilityId const& facility,
                               DisputeId const& id, std::string const& words, bool settle,
                               PersonId const& by, Instant now);
/// What of each invoice was disputed at that moment.
std::map<InvoiceId, Money> disputed_at(store::Reader& reader, FacilityId const& facility,
                                       Instant at);

}  // namespace karkhana::billing
