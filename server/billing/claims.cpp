#include "server/billing/claims.hpp"

#include <fmt/format.h>
#include <limits>
#include <map>

#include "server/billing/money_settings.hpp"
#include "server/billing/runs.hpp"

namespace karkhana::billing {
namespace {

#define KARKHANA_CLAIM_COLUMNS                                                                     \
    "SELECT c.claim_id, c.channel, c.trx_id, c.enterprise_id, c.invoice_id, c.amount_poisha, "     \
    "c.sender, c.paid_at, c.claimed_at, c.claimed_by, c.state, c.statement_line_id, "              \
    "i.number_text FROM payment_claim c LEFT JOIN invoice i ON i.facility_id = c.facility_id "     \
    "AND i.invoice_id = c.invoice_id WHERE c.facility_id = $1 "
constexpr std::string_view kFindClaim = KARKHANA_CLAIM_COLUMNS "AND c.claim_id = $2";
constexpr std::string_view kClaims = KARKHANA_CLAIM_COLUMNS
    "AND c.state = COALESCE($2, c.state) AND c.enterprise_id = COALESCE($3, c.enterprise_id) "
    "AND c.claim_id < $4 ORDER BY c.claim_id DESC LIMIT $5";
#undef KARKHANA_CLAIM_COLUMNS
constexpr std::string_view kLastClaim = "ffffffff-ffff-ffff-ffff-ffffffffffff";
constexpr std::string_view kInsertClaim =
    "INSERT INTO payment_claim (facility_id, claim_id, channel, trx_id, enterprise_id, invoice_id, "
    "amount_poisha, sender, paid_at, claimed_at, claimed_by, state) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'claimed')";
constexpr std::string_view kTrxTaken =
    "SELECT 1 FROM payment_claim WHERE facility_id = $1 AND channel = $2 AND trx_id = $3 "
    "AND state NOT IN ('rejected', 'reversed')";
constexpr std::string_view kSetClaim =
    "UPDATE payment_claim SET state = $3, statement_line_id = $4 "
    "WHERE facility_id = $1 AND claim_id = $2";
constexpr std::string_view kStepClaim =
    "INSERT INTO payment_claim_step (facility_id, claim_id, sequence, state, rule, reason, at, "
    "person_id) SELECT $1, $2, COUNT(*) + 1, $3, $4, $5, $6, $7 FROM payment_claim_step "
    "WHERE facility_id = $1 AND claim_id = $2";
// Of a claim that was taken back the money is again nobody's: it counts from that moment.
#define KARKHANA_LINES                                                                             \
    "SELECT l.line_id, l.channel, l.trx_id, l.sender, l.reference, l.amount_poisha, l.paid_at, "   \
    "l.file_line, CASE WHEN r.at IS NULL THEN l.claim_id END, COALESCE(r.at, l.booked_at), "       \
    "COALESCE(r.at, l.effective_at), c.claim_id FROM statement_line l "                            \
    "LEFT JOIN payment_claim c ON c.facility_id = l.facility_id "                                  \
    "AND c.statement_line_id = l.line_id LEFT JOIN payment_claim_step r "                          \
    "ON r.facility_id = l.facility_id AND r.claim_id = l.claim_id AND r.state = 'reversed' "       \
    "WHERE l.facility_id = $1 "
constexpr std::string_view kLines = KARKHANA_LINES
    "AND ($2 = 0 OR ((l.claim_id IS NULL OR r.at IS NOT NULL) "
    "AND (c.state IS NULL OR c.state = 'matched'))) ORDER BY l.line_id DESC LIMIT $3";
constexpr std::string_view kBroughtLine = KARKHANA_LINES "AND l.claim_id = $2";
#undef KARKHANA_LINES
constexpr std::string_view kLineThere =
    "SELECT 1 FROM statement_line WHERE facility_id = $1 AND channel = $2 AND trx_id = $3";
constexpr std::string_view kInsertImport =
    "INSERT INTO statement_import (facility_id, import_id, channel, sha256, lines, imported_at, "
    "imported_by) VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kInsertLine =
    "INSERT INTO statement_line (facility_id, line_id, import_id, channel, trx_id, amount_poisha, "
    "sender, reference, paid_at, file_line, claim_id, booked_at, effective_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
constexpr std::string_view kKnownLines =
    "SELECT trx_id, amount_poisha FROM statement_line WHERE facility_id = $1 AND channel = $2";
constexpr std::string_view kBroughtBefore =
    "SELECT trx_id, claim_id, amount_poisha FROM payment_claim WHERE facility_id = $1 "
    "AND channel = $2 AND state = 'applied' AND statement_line_id IS NULL";
struct Brought {
    ClaimId claim;
    Money amount;
};

Claim read_claim(store::Row const& row) {
    return {row.id<ClaimId>(0),
            row.text(1),
            row.text(2),
            row.id<EnterpriseId>(3),
            row.maybe_id<InvoiceId>(4),
            row.money(5),
            row.text(6),
            row.at(7),
            row.at(8),
            row.id<PersonId>(9),
            row.text(10),
            row.maybe_id<StatementLineId>(11),
            row.maybe_text(12).value_or("")};
}

StatementLine read_statement_line(store::Row const& row) {
    return {{row.id<StatementLineId>(0), row.text(1), row.text(2), row.text(3), row.text(4),
             row.money(5), row.at(6)},
            row.small(7),
            row.maybe_id<ClaimId>(8),
            row.at(9),
            row.at(10),
            row.maybe_id<ClaimId>(11)};
}

void step(store::Writer& writer, FacilityId const& facility, Claim& claim, std::string state,
          std::string_view rule, std::string const& reason, PersonId const& by, Instant now) {
    claim.state = std::move(state);
    writer.execute(kSetClaim, facility, claim.id, claim.state, claim.line);
    writer.execute(kStepClaim, facility, claim.id, claim.state, rule, reason, now, by);
}

/// The claim, locked, in one of these states.
Result<Claim> claim_in(store::Writer& writer, FacilityId const& facility, ClaimId const& id,
                       std::vector<std::string_view> const& states) {
    lock_billing(writer, facility);
    auto claim = find_claim(writer, facility, id);
    if (!claim) return refuse(ErrorKind::not_found, "not_found");
    if (std::ranges::find(states, claim->state) == states.end())
        return refuse(ErrorKind::conflict, "wrong_state", "it is " + claim->state);
    return std::move(*claim);
}

/// A claim without a line brings its money itself: not where a statement has brought it.
Result<bool> brings_money(store::Reader& reader, FacilityId const& facility, Claim const& claim) {
    if (reader.exists(kLineThere, facility, claim.channel, claim.trx_id))
        return refuse(ErrorKind::conflict, "line_there", "a statement shows this number");
    return true;
}

/// Looks for the money of every open claim; how many were found.
int match_all(store::Writer& writer, FacilityId const& facility, PersonId const& by, Instant now) {
    ClaimFilter const open{.state = "claimed", .limit = std::numeric_limits<int>::max()};
    auto claims = list_claims(writer, facility, open);
    std::vector<Asked> asked;
    for (auto const& claim : claims)
        asked.push_back({claim.id, claim.channel, claim.trx_id, claim.sender, claim.invoice_number,
                         claim.amount, claim.paid_at});
    std::vector<Seen> seen;
    if (!asked.empty())
        for (auto& line :
             list_statement_lines(writer, facility, true, std::numeric_limits<int>::max()))
            if (!line.claim) seen.push_back(std::move(line.seen));
    auto const days = money_settings(writer, facility).match_days;
    auto const found = match_claims(asked, seen, days);
    for (auto const& match : found) {
        auto claim = std::ranges::find(claims, match.claim, &Claim::id);
        claim->line = match.line;
        step(writer, facility, *claim, "matched", match.rule, "", by, now);
    }
    return static_cast<int>(found.size());
}

}  // namespace

std::vector<Claim> list_claims(store::Reader& reader, FacilityId const& facility,
                               ClaimFilter const& filter) {
    std::string_view const before = filter.before.empty() ? kLastClaim : filter.before;
    return reader.all(kClaims, read_claim, facility, filter.state, filter.enterprise, before,
                      filter.limit);
}

std::optional<Claim> find_claim(store::Reader& reader, FacilityId const& facility,
                                ClaimId const& id) {
    return reader.first(kFindClaim, read_claim, facility, id);
}

Result<Claim> make_claim(store::Writer& writer, FacilityId const& facility, Claim claim,
                         Instant now) {
    lock_billing(writer, facility);
    claim.trx_id = normal_trx_id(claim.trx_id);
    claim.sender = normal_sender(claim.sender);
    if (claim.trx_id.empty())
        return refuse(ErrorKind::invalid, "missing_field", "a number has letters or digits",
                      "/trx_id");
    if (writer.exists(kTrxTaken, facility, claim.channel, claim.trx_id))
        return refuse(ErrorKind::conflict, "trx_id_claimed", "it is claimed already", "/trx_id");
    if (claim.invoice) {
        auto const invoice = find_invoice(writer, facility, *claim.invoice);
        if (!invoice || invoice->enterprise != claim.enterprise)
            return refuse(ErrorKind::not_found, "not_found");
        if (!invoice->final) return refuse(ErrorKind::conflict, "not_final");
    }
    claim.claimed_at = now;
    writer.execute(kInsertClaim, facility, claim.id, claim.channel, claim.trx_id, claim.enterprise,
                   claim.invoice, claim.amount, claim.sender, claim.paid_at, now, claim.claimed_by);
    step(writer, facility, claim, "claimed", "", "", claim.claimed_by, now);
    match_all(writer, facility, claim.claimed_by, now);
    return find_claim(writer, facility, claim.id).value();
}

Result<Claim> match_by_hand(store::Writer& writer, FacilityId const& facility, ClaimId const& id,
                            std::optional<StatementLineId> const& line, PersonId const& by,
                            Instant now) {
    auto claim = claim_in(writer, facility, id, {"claimed", "matched"});
    if (!claim) return claim;
    if (line) {
        auto const lines =
            list_statement_lines(writer, facility, true, std::numeric_limits<int>::max());
        auto const found = std::ranges::find_if(
            lines, [&](StatementLine const& one) { return one.seen.id == *line; });
        if (found == lines.end() || found->seen.channel != claim->channel)
            return refuse(ErrorKind::not_found, "not_found");
        if (found->seen.amount != claim->amount)
            return refuse(ErrorKind::conflict, "amount_differs",
                          "the statement shows another amount");
        if (found->claim && found->claim != claim->id)
            return refuse(ErrorKind::conflict, "line_taken", "another claim has that line");
    } else if (claim->line) {
        return refuse(ErrorKind::conflict, "line_there", "it was found on a statement");
    } else if (auto brings = brings_money(writer, facility, *claim); !brings) {
        return tl::make_unexpected(brings.error());
    }
    claim->line = line;
    step(writer, facility, *claim, "matched", "manual", "", by, now);
    return claim;
}

Result<Claim> apply_claim(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                          ClaimId const& id, PersonId const& by, Instant now) {
    auto claim = claim_in(writer, facility, id, {"matched"});
    if (!claim) return claim;
    if (claim->claimed_by == by)
        return refuse(ErrorKind::conflict, "same_person", "another person applies what one claims");
    if (!claim->line)
        if (auto brings = brings_money(writer, facility, *claim); !brings)
            return tl::make_unexpected(brings.error());
    auto const paid = receive(
        writer, facility, ids,
        {.enterprise = claim->enterprise,
         .method = claim->channel,
         .amount = claim->amount,
         .reference = claim->trx_id,
         .invoices = claim->invoice ? std::optional{std::vector{*claim->invoice}} : std::nullopt,
         .claim = claim->id,
         .statement_line = claim->line},
        by, now);
    if (!paid) return tl::make_unexpected(paid.error());
    step(writer, facility, *claim, "applied", "", "", by, now);
    return claim;
}

Result<Claim> reject_claim(store::Writer& writer, FacilityId const& facility, ClaimId const& id,
                           std::string const& reason, PersonId const& by, Instant now) {
    auto claim = claim_in(writer, facility, id, {"claimed", "matched"});
    if (!claim) return claim;
    claim->line.reset();
    step(writer, facility, *claim, "rejected", "", reason, by, now);
    return claim;
}

void claim_reversed(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                    ClaimId const& id, std::string const& reason, PersonId const& by, Instant now) {
    auto claim = find_claim(writer, facility, id).value();
    claim.line.reset();
    step(writer, facility, claim, "reversed", "", reason, by, now);
    if (auto const line = writer.first(kBroughtLine, read_statement_line, facility, id)) {
        auto entry = entry_of(*line);
        entry.id = ids.make<EntryId>();
        book(writer, facility, entry);
    }
}

std::vector<StatementLine> list_statement_lines(store::Reader& reader, FacilityId const& facility,
                                                bool unmatched_only, int limit) {
    return reader.all(kLines, read_statement_line, facility, unmatched_only ? 1 : 0, limit);
}

JournalEntry entry_of(StatementLine const& line) {
    JournalEntry entry;
    entry.kind = "statement_line";
    entry.document = line.seen.id.text();
    entry.memo = line.seen.trx_id;
    entry.booked_at = line.booked_at;
    if (line.effective_at != line.booked_at) entry.effective_at = line.effective_at;
    entry.postings = {{account::bank(line.seen.channel), line.seen.amount},
                      {std::string{account::unmatched}, -line.seen.amount}};
    return entry;
}

Result<Imported> import_statement(store::Writer& writer, FacilityId const& facility, IdSource& ids,
                                  StatementFile const& file, std::string const& channel,
                                  std::string const& sha256, PersonId const& by, Instant now) {
    lock_billing(writer, facility);
    std::map<std::string, Money> known;
    writer.each(
        kKnownLines, [&](store::Row const& row) { known.emplace(row.text(0), row.money(1)); },
        facility, channel);
    std::map<std::string, Brought> brought;
    writer.each(
        kBroughtBefore,
        [&](store::Row const& row) {
            brought.emplace(row.text(0), Brought{row.id<ClaimId>(1), row.money(2)});
        },
        facility, channel);
    Imported done{ids.make<StatementImportId>()};
    writer.execute(kInsertImport, facility, done.id, channel, sha256, std::ssize(file.lines), now,
                   by);
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        StatementLine line{file.lines[i], file.file_lines[i], {}, now, now, {}};
        if (auto const before = known.find(line.seen.trx_id); before != known.end()) {
            if (before->second != line.seen.amount)
                return refuse(ErrorKind::conflict, "line_differs",
                              fmt::format("line {}: {} was imported with another amount",
                                          line.file_line, line.seen.trx_id));
            ++done.known;
            continue;
        }
        line.seen.id = ids.make<StatementLineId>();
        if (auto const claim = brought.find(line.seen.trx_id); claim != brought.end()) {
            if (claim->second.amount != line.seen.amount)
                return refuse(ErrorKind::conflict, "line_differs",
                              fmt::format("line {}: {} was applied with another amount",
                                          line.file_line, line.seen.trx_id));
            line.brought_by = claim->second.claim;
        }
        line.effective_at = open_date(writer, facility, line.seen.paid_at, now);
        writer.execute(kInsertLine, facility, line.seen.id, done.id, channel, line.seen.trx_id,
                       line.seen.amount, line.seen.sender, line.seen.reference, line.seen.paid_at,
                       line.file_line, line.brought_by, now, line.effective_at);
        ++done.added;
        if (line.brought_by) continue;
        auto entry = entry_of(line);
        entry.id = ids.make<EntryId>();
        book(writer, facility, entry);
    }
    done.matched = match_all(writer, facility, by, now);
    return done;
}

}  // namespace karkhana::billing
