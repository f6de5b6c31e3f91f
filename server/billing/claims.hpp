#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/billing/matching.hpp"
#include "server/billing/payments.hpp"

/// Money that was sent under a number: claimed by one person, found on a statement, applied by
/// another.
namespace karkhana::billing {

struct Claim {
    ClaimId id;
    std::string channel;
    std::string trx_id;
    EnterpriseId enterprise;
    std::optional<InvoiceId> invoice;
    Money amount;
    std::string sender;
    Instant paid_at;
    Instant claimed_at;
    PersonId claimed_by;
    std::string state = "claimed";  ///< claimed, matched, applied, rejected or reversed
    std::optional<StatementLineId> line;
    std::string invoice_number;
};
struct ClaimFilter {
    std::optional<std::string> state;
    std::optional<EnterpriseId> enterprise;
    std::string before;  ///< id of the last one seen
    int limit = 50;
};
/// Newest first.
std::vector<Claim> list_claims(store::Reader& reader, FacilityId const& facility,
                               ClaimFilter const& filter);
std::optional<Claim> find_claim(store::Reader& reader, FacilityId const& facility,
                                ClaimId const& id);

/// Keeps the claim and looks for its money at once. Errors: `trx_id_claimed`, `not_found`,
/// `not_final`.
Result<Claim> make_claim(store::Writer& writer, FacilityId const& facility, Claim claim,
                         Instant now);
/// A person says which line it is, or that the channel's own app shows it. Errors: `not_found`,
/// `wrong_state`, `amount_differs`, `line_taken`; `line_there` where it names no line though a
/// statement shows the money.
Result<Claim> match_by_hand(store::Writer& writer, FacilityId const& facility, ClaimId const& id,
                            std::optional<StatementLineId> const& line, PersonId const& by,
                            Instant now);
/// Books the money. Errors: `not_found`, `wrong_state`, `same_person`: who claimed it may not;
/// `line_there` where a statement has shown it since.
Result<Claim> apply_claim(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                          ClaimId const& id, PersonId const& by, Instant now);
/// Errors: `not_found`, `wrong_state`.
Result<Claim> reject_claim(store::Writer& writer, FacilityId const& facility, ClaimId const& id,
                           std::string const& reason, PersonId const& by, Instant now);
/// Says that the payment of the claim was taken back; what a statement shows of it is nobody's
/// again.
void claim_reversed(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                    ClaimId const& id, std::string const& reason, PersonId const& by, Instant now);

/// A line of a statement, and what became of it.
struct StatementLine {
    Seen seen;
    int file_line = 0;
    std::optional<ClaimId> brought_by;  ///< a claim was applied before the line came, and holds
    Instant booked_at;
    Instant effective_at;
    std::optional<ClaimId> claim;  ///< it is the money of this one
};
/// Those that no claim was applied for, newest first, or all.
std::vector<StatementLine> list_statement_lines(store::Reader& reader, FacilityId const& facility,
                                                bool unmatched_only, int limit);
/// Money on a statement before anybody has said whose it is; nothing where a claim brought it.
JournalEntry entry_of(StatementLine const& line);

struct Imported {
    StatementImportId id;
    int added = 0;
    int known = 0;    ///< were imported before
    int matched = 0;  ///< claims that were found in it
};
/// Takes the lines in: all or none. Errors: `line_differs` where a number is known with another
/// amount, of a line or of a claim that was applied.
Result<Imported> import_statement(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                                  StatementFile const& file, std::string const& channel,
                                  std::string const& sha256, PersonId const& by, Instant now);

}  // namespace karkhana::billing
