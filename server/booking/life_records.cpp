#include "server/booking/life_records.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "server/booking/records.hpp"
#include "server/booking/rules_holds.hpp"
#include "server/facility/records.hpp"
#include "server/people/merged_sql.hpp"
#include "server/store/id_list.hpp"

#define KARKHANA_FEE_COLUMNS                                                                       \
    "f.booking_id, f.kind, f.minutes, f.amount_poisha, f.free, f.made_at, f.withdrawn_at, "        \
    "f.reason, f.number, f.enterprise_id, f.machine_id, f.from_us, f.until_us, f.kept_from_us, "   \
    "f.kept_until_us, f.quote_poisha, f.percent"
#define KARKHANA_PROPOSAL_COLUMNS                                                                  \
    "proposal_id, booking_id, outage_id, place, verdict, machine_id, start_us, end_us, state, "    \
    "created_at, cause"

namespace karkhana::booking {
namespace {

/// No booking is longer than this, so who overlaps an interval began no earlier before it.
constexpr std::chrono::days longest_reach{7};

std::optional<GivenUp> given_up_of(store::Row const& row) {
    auto const machine = row.maybe_id<MachineId>(10);
    if (!machine) return std::nullopt;
    std::optional<Interval> kept;
    if (!row.is_null(13)) kept = Interval{row.at(13), row.at(14)};
    return GivenUp{.machine = *machine,
                   .slot = {row.at(11), row.at(12)},
                   .kept = kept,
                   .quote = row.money(15),
                   .percent = static_cast<int>(row.integer(16))};
}

KeptFee kept_fee_of(store::Row const& row) {
    return {.booking = row.id<BookingId>(0),
            .number = row.integer(8),
            .enterprise = row.id<EnterpriseId>(9),
            .fee = {.kind = fee_kind_of(row.text(1)).value(),
                    .minutes = row.integer(2),
                    .amount = row.money(3),
                    .free = row.flag(4),
                    .of = given_up_of(row)},
            .made_at = row.at(5),
            .withdrawn_at = row.maybe_at(6),
            .reason = row.text(7)};
}

/// As the database names it: of what is no outage, with the start that the booking had.
Cause cause_of(std::string_view key) {
    if (key.starts_with(name_of(Cause::closed))) return Cause::closed;
    return key.starts_with(name_of(Cause::no_operator)) ? Cause::no_operator : Cause::outage;
}

/// Giving up late counts the same, whether all of it is or a part.
FeeKind counted_with(FeeKind kind) {
    return kind == FeeKind::late_cancel ? FeeKind::late_change : kind;
}

Proposal proposal_of(store::Row const& row) {
    std::optional<Interval> during;
    if (!row.is_null(6)) during = Interval{row.at(6), row.at(7)};
    return {.id = row.id<ProposalId>(0),
            .what = {.booking = row.id<BookingId>(1),
                     .outage = row.maybe_id<OutageId>(2).value_or(OutageId{}),
                     .place = static_cast<int>(row.integer(3)),
                     .remedy = remedy_of(row.text(4)).value(),
                     .machine = row.maybe_id<MachineId>(5),
                     .during = during,
                     .cause = cause_of(row.text(10))},
            .open = row.text(8) == "open",
            .created_at = row.at(9)};
}

/// Of an outage `o`: announced load-shedding at a site with a generator.
#define KARKHANA_OUTAGE_BRIDGED                                                                    \
    "(o.kind = 'load_shedding' AND o.source <> 'seen' AND EXISTS (SELECT 1 "                       \
    "FROM facility g WHERE g.facility_id = o.facility_id AND g.generator_w > 0))"
/// `displaces` (rules_policy), of those that are not withdrawn.
#define KARKHANA_OUTAGE_DISPLACES                                                                  \
    "o.withdrawn_at IS NULL AND o.kind <> 'unmetered' AND NOT " KARKHANA_OUTAGE_BRIDGED

/// Which open proposals can no longer be had. $1 facility, $2 now, $3 an hour ago.
#define KARKHANA_STALE                                                                             \
    "p.facility_id = $1 AND p.state = 'open' AND ("                                                \
    "EXISTS (SELECT 1 FROM booking b JOIN outage o ON o.facility_id = b.facility_id "              \
    "WHERE b.facility_id = p.facility_id AND b.booking_id = p.booking_id "                         \
    "AND o.outage_id = p.outage_id AND (o.withdrawn_at > p.created_at "                            \
    "OR (o.withdrawn_at IS NULL AND (b.start_us >= o.ends_at OR b.end_us <= o.starts_at)) "        \
    "OR (o.ends_at <= $2 AND b.live = 1 AND " KARKHANA_OUTAGE_BRIDGED ") "                         \
    "OR (p.verdict IN ('move', 'extend') AND b.live = 0))) "                                       \
    "OR (p.outage_id IS NULL AND EXISTS (SELECT 1 FROM booking b "                                 \
    "WHERE b.facility_id = p.facility_id AND b.booking_id = p.booking_id "                         \
    "AND (b.live = 0 OR b.start_us <= $2 OR p.cause NOT IN ('closed:' || b.start_us, "             \
    "'operator:' || b.start_us)))) "                                                               \
    "OR (p.verdict = 'none' AND p.created_at < $3) "                                               \
    "OR (p.verdict IN ('move', 'rest', 'again') AND (p.start_us <= $2 "                            \
    "OR EXISTS (SELECT 1 FROM outage o WHERE o.facility_id = p.facility_id "                       \
    "AND (o.machine_id IS NULL OR o.machine_id = p.machine_id) "                                   \
    "AND o.starts_at < p.end_us AND o.ends_at > p.start_us AND " KARKHANA_OUTAGE_DISPLACES "))) "  \
    "OR (p.verdict <> 'none' AND EXISTS (SELECT 1 FROM booking t "                                 \
    "WHERE t.facility_id = p.facility_id AND t.machine_id = p.machine_id AND t.live = 1 "          \
    "AND t.exclusive = 1 AND t.booking_id <> p.booking_id "                                        \
    "AND t.occupied_from_us < p.end_us AND t.occupied_from_us > p.start_us - 864000000000 "        \
    "AND t.occupied_until_us > p.start_us)))"

}  // namespace

bool insert_fee(store::Writer& writer, Booking const& booking, Fee const& fee, Instant now) {
    std::optional<Instant> settled;
    if (fee.amount == Money{} || fee.kind == FeeKind::overrun) settled = now;
    // What is given up may be used by others even when it costs nothing: the booking tells of it.
    if (fee.kind == FeeKind::late_cancel) settled.reset();
    std::optional<MachineId> machine;
    std::optional<Instant> from, until, kept_from, kept_until;
    std::optional<std::int64_t> quote, percent;
    if (fee.of) {
        machine = fee.of->machine;
        from = fee.of->slot.start, until = fee.of->slot.end;
        quote = fee.of->quote.poisha, percent = fee.of->percent;
        if (fee.of->kept) kept_from = fee.of->kept->start, kept_until = fee.of->kept->end;
    }
    bool const repeats = fee.kind == FeeKind::late_change;
    auto const written = writer.execute(
        "INSERT INTO booking_fee (facility_id, booking_id, kind, number, enterprise_id, minutes, "
        "amount_poisha, free, made_at, settled_at, machine_id, from_us, until_us, kept_from_us, "
        "kept_until_us, quote_poisha, percent) VALUES ($1, $2, $3, CASE WHEN $4 = 1 THEN (SELECT "
        "CAST(count(*) + 1 AS bigint) FROM booking_fee WHERE facility_id = $1 AND booking_id = $2 "
        "AND kind = $3) ELSE 1 END, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) "
        "ON CONFLICT (facility_id, booking_id, kind, number) DO NOTHING",
        booking.facility, booking.id, name_of(fee.kind), repeats ? 1 : 0, booking.enterprise,
        fee.minutes, fee.amount, fee.free, now, settled, machine, from, until, kept_from,
        kept_until, quote, percent);
    return written == 1;
}

std::vector<KeptFee> fees_of(store::Reader& reader, FacilityId const& facility,
                             BookingId const& booking) {
    return reader.all("SELECT " KARKHANA_FEE_COLUMNS " FROM booking_fee f WHERE f.facility_id = $1 "
                      "AND f.booking_id = $2 ORDER BY f.made_at, f.kind, f.number",
                      kept_fee_of, facility, booking);
}

std::set<BookingId> owing(store::Reader& reader, FacilityId const& facility,
                          std::vector<BookingId> const& bookings) {
    std::set<BookingId> found;
    if (bookings.empty()) return found;
    reader.each(
        reader.is_postgres() ? "SELECT booking_id FROM booking_fee WHERE facility_id = $1 "
                               "AND booking_id = ANY(CAST($2 AS uuid[])) AND withdrawn_at IS NULL "
                               "AND amount_poisha > 0"
                             : "SELECT booking_id FROM booking_fee WHERE facility_id = $1 "
                               "AND booking_id IN (SELECT value FROM json_each($2)) "
                               "AND withdrawn_at IS NULL AND amount_poisha > 0",
        [&](store::Row const& row) { found.insert(row.id<BookingId>(0)); }, facility,
        store::id_list(reader, bookings));
    return found;
}

std::vector<KeptFee> fees_to_settle(store::Reader& reader, FacilityId const& facility,
                                    Instant now) {
    return reader.all("SELECT " KARKHANA_FEE_COLUMNS " FROM booking_fee f "
                      "WHERE f.facility_id = $1 AND f.settled_at IS NULL AND f.until_us <= $2 "
                      "ORDER BY f.made_at, f.booking_id, f.number",
                      kept_fee_of, facility, now);
}

std::vector<KeptFee> fees_in_outages(store::Reader& reader, FacilityId const& facility,
                                     Interval started) {
    return reader.all(
        "SELECT " KARKHANA_FEE_COLUMNS " FROM booking_fee f JOIN booking b "
        "ON b.facility_id = f.facility_id AND b.booking_id = f.booking_id "
        "WHERE f.facility_id = $1 AND f.withdrawn_at IS NULL AND f.from_us >= $2 "
        "AND f.from_us <= $3 AND EXISTS (SELECT 1 FROM outage o "
        "WHERE o.facility_id = f.facility_id "
        "AND (o.machine_id IS NULL OR o.machine_id = f.machine_id) AND o.ends_at > f.from_us "
        "AND o.starts_at < f.until_us AND (f.kind <> 'no_show' OR o.starts_at < b.ended_us) "
        "AND " KARKHANA_OUTAGE_DISPLACES ") ORDER BY f.made_at, f.booking_id, f.number",
        kept_fee_of, facility, started.start, started.end);
}

bool forgive_fee(store::Writer& writer, FacilityId const& facility, KeptFee const& fee,
                 std::string_view reason, Instant now) {
    return writer.execute("UPDATE booking_fee SET withdrawn_at = $4, reason = $5, "
                          "settled_at = coalesce(settled_at, $4) WHERE facility_id = $1 "
                          "AND booking_id = $2 AND kind = $3 AND number = $6 "
                          "AND withdrawn_at IS NULL",
                          facility, fee.booking, name_of(fee.fee.kind), now, reason,
                          fee.number) == 1;
}

bool settle_fee(store::Writer& writer, FacilityId const& facility, KeptFee const& fee,
                Settled const& as, Instant now) {
    return writer.execute(
               "UPDATE booking_fee SET settled_at = $4, amount_poisha = $8, "
               "withdrawn_at = coalesce(withdrawn_at, CASE WHEN $5 = 1 THEN CAST($4 AS bigint) "
               "END), reason = CASE WHEN withdrawn_at IS NULL THEN $6 ELSE reason END "
               "WHERE facility_id = $1 AND booking_id = $2 AND kind = $3 AND number = $7 "
               "AND settled_at IS NULL",
               facility, fee.booking, name_of(fee.fee.kind), now, as.withdrawn ? 1 : 0, as.reason,
               fee.number, as.amount) == 1;
}

std::int64_t withdraw_fees(store::Writer& writer, Booking const& booking, PersonId const& person,
                           std::string_view reason, Instant now) {
    return writer.execute("UPDATE booking_fee SET withdrawn_at = $3, withdrawn_by = $4, "
                          "reason = $5, settled_at = coalesce(settled_at, $3) "
                          "WHERE facility_id = $1 AND booking_id = $2 AND withdrawn_at IS NULL "
                          "AND enterprise_id = $6",
                          booking.facility, booking.id, now, person, reason, booking.enterprise);
}

std::int64_t count_fees(store::Reader& reader, FacilityId const& facility,
                        EnterpriseId const& enterprise, FeeKind kind, Instant since) {
    return reader
        .first(
            "SELECT count(*) FROM booking_fee WHERE facility_id = $1 "
            "AND enterprise_id IN " KARKHANA_MERGED_INTO
            "AND made_at > $4 AND withdrawn_at IS NULL AND (kind = $3 OR kind = $5)",
            [](store::Row const& row) { return row.integer(0); }, facility, enterprise,
            name_of(kind), since, name_of(counted_with(kind)))
        .value();
}

std::unordered_map<MachineId, std::vector<Occupation>> used_between(store::Reader& reader,
                                                                    FacilityId const& facility,
                                                                    Interval during) {
    constexpr std::chrono::days longest_setup{1};
    std::unordered_map<MachineId, std::vector<Occupation>> found;
    reader.each(
        "SELECT machine_id, booking_id, occupied_from_us, occupied_until_us FROM booking "
        "WHERE facility_id = $1 AND start_us > $2 AND start_us < $3 "
        "AND occupied_from_us < $4 AND occupied_until_us > $5 "
        "AND exclusive = 1 "
        "AND state NOT IN ('pending', 'cancelled', 'late_cancelled', 'released')",
        [&](store::Row const& row) {
            found[row.id<MachineId>(0)].push_back({row.id<BookingId>(1), {row.at(2), row.at(3)}});
        },
        facility, during.start - longest_reach, during.end + longest_setup, during.end,
        during.start);
    return found;
}

std::vector<Booking> overran_since(store::Reader& reader, FacilityId const& facility,
                                   Instant since) {
    auto const ids = reader.all(
        "SELECT booking_id FROM booking b WHERE facility_id = $1 AND start_us > $2 "
        "AND state = 'completed' AND ended_us >= end_us + 60000000 "
        "AND EXISTS (SELECT 1 FROM booking_event e WHERE e.facility_id = b.facility_id "
        "AND e.booking_id = b.booking_id AND e.to_state = 'running') "
        "AND NOT EXISTS (SELECT 1 FROM booking_fee f WHERE f.facility_id = b.facility_id "
        "AND f.booking_id = b.booking_id AND f.kind = 'overrun') ORDER BY start_us, booking_id",
        [](store::Row const& row) { return row.id<BookingId>(0); }, facility, since);
    return find_bookings(reader, facility, ids);
}

std::map<MachineId, std::vector<Interval>> overstays_since(store::Reader& reader,
                                                           FacilityId const& facility,
                                                           Instant since, Instant now) {
    std::map<MachineId, std::vector<Interval>> found;
    constexpr std::chrono::days began_since{1};
    reader.each(
        "SELECT machine_id, end_us, coalesce(ended_us, $4) FROM booking WHERE facility_id = $1 "
        "AND start_us > $2 AND start_us < $4 AND end_us < $4 AND exclusive = 1 "
        "AND ((state IN ('running', 'paused')) OR (state IN ('completed', 'interrupted') "
        "AND ended_us > end_us AND ended_us > $3))",
        [&](store::Row const& row) {
            found[row.id<MachineId>(0)].push_back({row.at(1), row.at(2)});
        },
        facility, since - began_since, since, now);
    return found;
}

namespace {

/// SQL: what booking `b` of machine `m` draws; a room is shared by its seats.
#define KARKHANA_DRAWN                                                                             \
    "CASE WHEN m.seats > 1 THEN (m.rated_w * b.people + m.seats - 1) / m.seats ELSE m.rated_w END"

/// What the generator does not carry of the bookings in announced load-shedding: who is at work
/// goes before, and then whoever booked first, as the ids tell.
std::set<std::pair<BookingId, OutageId>> overloading(store::Reader& reader,
                                                     FacilityId const& facility, Instant now) {
    std::map<OutageId, std::vector<Load>> loads;
    std::int64_t generator_w = 0;
    reader.each(
        "SELECT o.outage_id, b.booking_id, " KARKHANA_DRAWN ", b.start_us, b.end_us, o.starts_at, "
        "o.ends_at, CASE WHEN b.state IN ('running', 'paused') THEN 1 ELSE 0 END AS begun, "
        "f.generator_w FROM facility f CROSS JOIN outage o CROSS JOIN booking b JOIN machine m "
        "ON m.facility_id = b.facility_id AND m.machine_id = b.machine_id "
        "WHERE f.facility_id = $1 AND f.generator_w > 0 AND f.generator_w < (SELECT "
        "CAST(sum(n.rated_w) AS bigint) FROM machine n WHERE n.facility_id = f.facility_id) "
        "AND o.facility_id = f.facility_id AND o.ends_at > $2 AND o.kind = 'load_shedding' "
        "AND o.source <> 'seen' AND o.withdrawn_at IS NULL AND b.facility_id = o.facility_id "
        "AND b.start_us > o.starts_at - 604800000000 AND b.start_us < o.ends_at "
        "AND b.end_us > o.starts_at AND b.live = 1 "
        "AND (o.machine_id IS NULL OR o.machine_id = b.machine_id) "
        "ORDER BY begun DESC, b.booking_id",
        [&](store::Row const& row) {
            Interval const during{std::max(row.at(3), row.at(5)), std::min(row.at(4), row.at(6))};
            generator_w = row.integer(8);
            loads[row.id<OutageId>(0)].push_back(
                {row.id<BookingId>(1), row.integer(2), during, row.flag(7)});
        },
        facility, now);
    std::set<std::pair<BookingId, OutageId>> found;
    for (auto const& [outage, of_outage] : loads)
        for (auto const& booking : not_carried(generator_w, of_outage))
            found.emplace(booking, outage);
    return found;
}

}  // namespace

std::int64_t watts_at_work(store::Reader& reader, FacilityId const& facility,
                           BookingId const& except) {
    return reader
        .first(
            "SELECT CAST(coalesce(sum(" KARKHANA_DRAWN "), 0) AS bigint) FROM machine m "
            "CROSS JOIN booking b WHERE m.facility_id = $1 AND b.facility_id = m.facility_id "
            "AND b.machine_id = m.machine_id AND b.live = 1 "
            "AND b.state IN ('running', 'paused') AND b.booking_id <> $2",
            [](store::Row const& row) { return row.integer(0); }, facility, except)
        .value();
}

std::vector<Displaced> displaced_bookings(store::Reader& reader, FacilityId const& facility,
                                          Instant since, Instant now) {
    std::vector<std::pair<BookingId, OutageId>> pairs;
    auto const too_much = overloading(reader, facility, now);
    reader.each(
        "SELECT b.booking_id, o.outage_id, CASE WHEN " KARKHANA_OUTAGE_BRIDGED
        " THEN 1 ELSE 0 END FROM outage o CROSS JOIN booking b "
        "WHERE o.facility_id = $1 AND o.ends_at > $2 AND ((" KARKHANA_OUTAGE_DISPLACES
        ") OR ($4 = 1 AND o.withdrawn_at IS NULL AND " KARKHANA_OUTAGE_BRIDGED
        ")) AND b.facility_id = o.facility_id "
        "AND b.start_us > o.starts_at - 604800000000 AND b.start_us < o.ends_at "
        "AND b.end_us > o.starts_at AND (o.machine_id IS NULL OR o.machine_id = b.machine_id) "
        "AND ((b.live = 1 AND NOT (b.state = 'pending' AND b.pending_for = 'offer')) "
        "OR b.state = 'interrupted' "
        "OR (b.state = 'completed' AND b.ended_us > o.starts_at AND o.source <> 'timetable' "
        "AND NOT (b.ended_us >= o.ends_at AND b.ended_us < b.end_us)) "
        "OR (b.state = 'cancelled' AND (b.cancel_reason = 'outage' "
        "OR (o.source = 'closure' AND b.cancel_reason = o.reason)) "
        "AND NOT EXISTS (SELECT 1 FROM waitlist_offer w WHERE w.facility_id = b.facility_id "
        "AND w.booking_id = b.booking_id AND w.state <> 'taken'))) "
        "AND NOT EXISTS (SELECT 1 FROM proposal p WHERE p.facility_id = b.facility_id "
        "AND p.booking_id = b.booking_id AND (p.state = 'open' "
        "OR (p.state = 'taken' AND (p.outage_id = o.outage_id OR b.live = 0)) "
        "OR (p.declined_at IS NOT NULL AND p.outage_id = o.outage_id) "
        "OR (p.state = 'stale' AND p.verdict IN ('rest', 'again') AND p.start_us <= $3))) "
        "ORDER BY b.start_us, b.booking_id, o.ends_at DESC",
        [&](store::Row const& row) {
            std::pair const pair{row.id<BookingId>(0), row.id<OutageId>(1)};
            if (!row.flag(2) || too_much.contains(pair)) pairs.push_back(pair);
        },
        facility, since, now, too_much.empty() ? 0 : 1);
    if (pairs.empty()) return {};
    std::vector<BookingId> ids;
    for (auto const& [booking, outage] : pairs)
        if (ids.empty() || ids.back() != booking) ids.push_back(booking);
    std::map<OutageId, facility::Outage> outages;
    constexpr Instant for_ever{Duration{INT64_MAX / 2}};
    for (auto& outage : facility::outages_between(reader, facility, {since, for_ever}))
        outages.emplace(outage.id, std::move(outage));
    std::map<BookingId, Booking> bookings;
    for (auto& booking : find_bookings(reader, facility, ids))
        bookings.emplace(booking.id, std::move(booking));
    std::vector<Displaced> found;
    for (auto const& [booking, outage] : pairs)
        if (found.empty() || found.back().booking.id != booking)
            found.push_back({bookings.at(booking), outages.at(outage)});
    return found;
}

namespace {

bool put_unless(store::Writer& writer, FacilityId const& facility, ProposalId const& id,
                Proposed const& proposed, Booking const& booking, Instant now, bool even_declined) {
    std::optional<Instant> start, end;
    if (proposed.during) start = proposed.during->start, end = proposed.during->end;
    bool const outage = proposed.cause == Cause::outage;
    auto const cause = outage ? proposed.outage.text()
                              : std::string{name_of(proposed.cause)} + ":" +
                                    std::to_string(micros(booking.during.start));
    return writer.execute(
               "INSERT INTO proposal (facility_id, proposal_id, booking_id, outage_id, place, "
               "verdict, machine_id, start_us, end_us, state, created_at, cause) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11) "
               "ON CONFLICT (facility_id, booking_id, cause) DO UPDATE SET "
               "proposal_id = excluded.proposal_id, place = excluded.place, "
               "verdict = excluded.verdict, machine_id = excluded.machine_id, "
               "start_us = excluded.start_us, end_us = excluded.end_us, state = 'open', "
               "created_at = excluded.created_at, declined_at = NULL, declined_by = NULL "
               "WHERE proposal.state = 'stale' AND (proposal.declined_at IS NULL OR $12 = 1)",
               facility, id, proposed.booking,
               outage ? std::optional{proposed.outage} : std::nullopt, proposed.place,
               name_of(proposed.remedy), proposed.machine, start, end, now, cause,
               even_declined ? 1 : 0) == 1;
}

}  // namespace

bool put_proposal(store::Writer& writer, FacilityId const& facility, ProposalId const& id,
                  Proposed const& proposed, Booking const& booking, Instant now) {
    return put_unless(writer, facility, id, proposed, booking, now, false);
}

bool offer_back(store::Writer& writer, FacilityId const& facility, ProposalId const& id,
                Proposed const& proposed, Booking const& booking, Instant now) {
    return put_unless(writer, facility, id, proposed, booking, now, true);
}

std::vector<Proposed> last_proposed(store::Reader& reader, FacilityId const& facility,
                                    std::vector<BookingId> const& bookings) {
    if (bookings.empty()) return {};
    return reader.all(
        reader.is_postgres()
            ? "SELECT " KARKHANA_PROPOSAL_COLUMNS " FROM proposal WHERE facility_id = $1 "
              "AND booking_id = ANY(CAST($2 AS uuid[]))"
            : "SELECT " KARKHANA_PROPOSAL_COLUMNS " FROM proposal WHERE facility_id = $1 "
              "AND booking_id IN (SELECT value FROM json_each($2))",
        [](store::Row const& row) { return proposal_of(row).what; }, facility,
        store::id_list(reader, bookings));
}

std::vector<Proposal> open_proposals(store::Reader& reader, FacilityId const& facility,
                                     std::optional<OutageId> outage) {
    auto const only = outage ? outage->text() : std::string{};
    return reader.all("SELECT " KARKHANA_PROPOSAL_COLUMNS " FROM proposal "
                      "WHERE facility_id = $1 AND state = 'open' "
                      "AND ($2 = '' OR CAST(outage_id AS text) = $2) "
                      "ORDER BY created_at, place, proposal_id",
                      proposal_of, facility, only);
}

std::optional<Proposal> find_proposal(store::Reader& reader, FacilityId const& facility,
                                      ProposalId const& id) {
    return reader.first("SELECT " KARKHANA_PROPOSAL_COLUMNS
                        " FROM proposal WHERE facility_id = $1 AND proposal_id = $2",
                        proposal_of, facility, id);
}

bool close_proposal(store::Writer& writer, FacilityId const& facility, ProposalId const& id,
                    std::optional<BookingId> taken_as) {
    return writer.execute("UPDATE proposal SET state = $3, taken_as = $4 "
                          "WHERE facility_id = $1 AND proposal_id = $2 AND state = 'open'",
                          facility, id, taken_as ? "taken" : "stale", taken_as) == 1;
}

bool decline_proposed(store::Writer& writer, FacilityId const& facility, ProposalId const& id,
                      PersonId const& person, Instant now) {
    return writer.execute("UPDATE proposal SET state = 'stale', declined_at = $3, declined_by = $4 "
                          "WHERE facility_id = $1 AND proposal_id = $2 AND state = 'open'",
                          facility, id, now, person) == 1;
}

std::int64_t drop_stale(store::Writer& writer, FacilityId const& facility, Instant now) {
    return writer.execute("UPDATE proposal AS p SET state = 'stale' WHERE " KARKHANA_STALE,
                          facility, now, now - std::chrono::hours{1});
}

bool any_stale(store::Reader& reader, FacilityId const& facility, Instant now) {
    return reader.exists("SELECT 1 FROM proposal p WHERE " KARKHANA_STALE " LIMIT 1", facility, now,
                         now - std::chrono::hours{1});
}

bool insert_warning(store::Writer& writer, FacilityId const& facility, Warning const& warning,
                    Instant now) {
    return writer.execute("INSERT INTO overrun_warning (facility_id, booking_id, running_id, "
                          "at_us) VALUES ($1, $2, $3, $4) ON CONFLICT (facility_id, booking_id, "
                          "running_id) DO NOTHING",
                          facility, warning.next, warning.running, now) == 1;
}

std::set<std::pair<BookingId, SessionId>> uses_said(store::Reader& reader,
                                                    FacilityId const& facility,
                                                    std::vector<SessionId> const& uses) {
    std::set<std::pair<BookingId, SessionId>> said;
    reader.each(
        reader.is_postgres()
            ? "SELECT booking_id, session_id FROM power_use "
              "WHERE facility_id = $1 AND session_id = ANY(CAST($2 AS uuid[]))"
            : "SELECT booking_id, session_id FROM power_use WHERE facility_id = $1 "
              "AND session_id IN (SELECT value FROM json_each($2))",
        [&](store::Row const& row) { said.emplace(row.id<BookingId>(0), row.id<SessionId>(1)); },
        facility, store::id_list(reader, uses));
    return said;
}

bool say_use(store::Writer& writer, FacilityId const& facility, BookingId const& booking,
             SessionId const& use, Whose whose, Instant now) {
    return writer.execute("INSERT INTO power_use (facility_id, booking_id, session_id, whose, "
                          "said_at) VALUES ($1, $2, $3, $4, $5) "
                          "ON CONFLICT (facility_id, booking_id, session_id) DO NOTHING",
                          facility, booking, use, whose == Whose::theirs ? "theirs" : "others",
                          now) == 1;
}

}  // namespace karkhana::booking
