#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/quantities.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"
#include "server/billing/money_ids.hpp"

/// Which line of a statement shows the money of which claim: pure decisions.
namespace karkhana::billing {

/// The number of a payment as channels write it: capitals and digits, nothing between them.
std::string normal_trx_id(std::string_view text);
/// The digits of a phone number without +88 or 88 before it: "01711000000".
std::string normal_sender(std::string_view text);

/// What is asked for, and what was seen.
struct Asked {
    ClaimId id;
    std::string channel, trx_id, sender;
    std::string invoice_number;  ///< empty: it names no invoice
    Money amount;
    Instant paid_at;
};
struct Seen {
    StatementLineId id;
    std::string channel, trx_id, sender, reference;
    Money amount;
    Instant paid_at;
};
struct Match {
    ClaimId claim;
    StatementLineId line;
    std::string_view rule;  ///< trx_id, reference or sender
};
/// First the number, then the reference and the amount, then sender and amount within so many
/// days. A line or a claim that has several such partners has none: a person decides.
std::vector<Match> match_claims(std::vector<Asked> const& claims, std::vector<Seen> const& lines,
                                int days);

/// Which column of a file is what: their headings. An empty one is not there.
struct StatementColumns {
    std::string trx_id, amount, paid_at, sender, reference;
};
struct StatementFault {
    int line = 0;
    std::string column;
    std::string_view code;  ///< missing_column, missing_value, bad_amount, bad_time, twice
};
/// The lines of a statement in CSV with a heading, or everything that is wrong with it. Amounts
/// are in taka; times RFC 3339, or "2026-11-20 16:40" of the zone. Money that went out is left out.
struct StatementFile {
    std::vector<Seen> lines;
    std::vector<int> file_lines;
    std::vector<StatementFault> faults;
};
StatementFile read_statement(std::string_view csv, std::string const& channel,
                             StatementColumns const& columns, Duration zone_offset);

/// Tk "1,234.50" in poisha; nullopt where it is no amount.
std::optional<Money> taka_of(std::string_view text);

}  // namespace karkhana::billing
