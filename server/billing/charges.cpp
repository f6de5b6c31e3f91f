#include "server/billing/charges.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <stdexcept>

#include "server/billing/halt_records.hpp"
#include "server/billing/packs.hpp"
#include "server/billing/rated_sessions.hpp"
#include "server/booking/records.hpp"
#include "server/metering/find_sessions.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::billing {
namespace {

using metering::SessionKind;
using metering::SessionState;
using metering::UsageSession;

#define KARKHANA_CHARGE_COLUMNS                                                                    \
    "SELECT c.session_id, c.sequence, COALESCE(c.rate_card_id, r.rate_card_id), "                  \
    "r.enterprise_id, r.stopped_at, "                                                              \
    "c.component, c.basis, c.tariff_window, c.quantity, c.price_e4, c.amount_poisha, c.quality, "  \
    "n.invoice_id, n.first_line, c.per, c.unit, c.income, c.tax_code "
#define KARKHANA_CHARGES                                                                           \
    KARKHANA_CHARGE_COLUMNS                                                                        \
    "FROM rated_session r LEFT JOIN invoice_session n "                                            \
    "ON n.facility_id = r.facility_id AND n.session_id = r.session_id "                            \
    "JOIN charge c ON c.facility_id = r.facility_id AND c.session_id = r.session_id "              \
    "WHERE r.facility_id = $1 "
// From the invoices on, in this order: SQLite takes a CROSS JOIN as it is written, and left to
// itself starts at all charges.
#define KARKHANA_ON_INVOICES                                                                       \
    KARKHANA_CHARGE_COLUMNS                                                                        \
    "FROM invoice_session n CROSS JOIN rated_session r CROSS JOIN charge c "                       \
    "WHERE n.facility_id = $1 AND r.facility_id = n.facility_id AND r.session_id = n.session_id "  \
    "AND c.facility_id = n.facility_id AND c.session_id = n.session_id AND n.invoice_id "
constexpr std::string_view kLabels =
    "SELECT rate_card_id, sequence, label_en, label_bn FROM rate_component WHERE facility_id = $1";
constexpr std::string_view kWaiting =
    KARKHANA_CHARGES "AND r.stopped_at >= $2 AND r.stopped_at < $3 AND n.invoice_id IS NULL";
constexpr std::string_view kLate =
    KARKHANA_CHARGES "AND r.rated_at >= $2 AND r.stopped_at < $2 AND n.invoice_id IS NULL";
constexpr std::string_view kOfInvoicesSqlite = KARKHANA_ON_INVOICES
    "IN (SELECT value FROM json_each($2)) ORDER BY n.invoice_id, n.first_line, c.sequence";
constexpr std::string_view kOfInvoicesPostgres = KARKHANA_ON_INVOICES
    "= ANY(CAST($2 AS uuid[])) ORDER BY n.invoice_id, n.first_line, c.sequence";
constexpr std::string_view kOfSessionsSqlite = KARKHANA_CHARGES
    "AND r.session_id IN (SELECT value FROM json_each($2)) ORDER BY c.session_id, c.sequence";
constexpr std::string_view kOfSessionsPostgres =
    KARKHANA_CHARGES "AND r.session_id = ANY(CAST($2 AS uuid[])) ORDER BY c.session_id, c.sequence";
#undef KARKHANA_ON_INVOICES
#undef KARKHANA_CHARGES
#undef KARKHANA_CHARGE_COLUMNS
#define KARKHANA_UNRATED                                                                           \
    "SELECT s.session_id FROM usage_session s WHERE s.facility_id = $1 "                           \
    "AND NOT EXISTS (SELECT 1 FROM rated_session r WHERE r.facility_id = s.facility_id "           \
    "AND r.session_id = s.session_id) "
#define KARKHANA_CHARGEABLE                                                                        \
    "AND s.state = 'closed' AND s.kind IN ('booked', 'walk_in') AND s.enterprise_id IS NOT NULL "  \
    "AND s.quality NOT IN ('questionable', 'missing') "
constexpr std::string_view kChargeableSince =
    KARKHANA_UNRATED KARKHANA_CHARGEABLE "AND s.start_at >= $2 ORDER BY s.session_id";
constexpr std::string_view kChargeableOf = KARKHANA_UNRATED KARKHANA_CHARGEABLE
    "AND s.start_at < $3 AND s.stop_at >= $2 AND s.stop_at < $3 ORDER BY s.session_id";
constexpr std::string_view kUnrated = KARKHANA_UNRATED
    "AND s.start_at < $3 AND (s.stop_at IS NULL OR (s.stop_at >= $2 AND s.stop_at < $3)) "
    "AND s.kind NOT IN ('own_use', 'test', 'maintenance') ORDER BY s.session_id";
#undef KARKHANA_CHARGEABLE
#undef KARKHANA_UNRATED
constexpr std::chrono::days kRecent{7};
constexpr std::chrono::days kLateness{62};  // what is closed later waits for a run of its own month
constexpr std::size_t kBatch = 500;         // short enough for others to write in between
constexpr std::string_view kInsertRated =
    "INSERT INTO rated_session (facility_id, session_id, enterprise_id, rate_card_id, stopped_at, "
    "rated_at, machine_kind, classes, booked_from, booked_to, assisted, busy_above_w) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
    "ON CONFLICT (facility_id, session_id) DO NOTHING";
constexpr std::string_view kInsertCharge =
    "INSERT INTO charge (facility_id, session_id, sequence, component, basis, tariff_window, "
    "quantity, price_e4, amount_poisha, quality, rate_card_id, per, unit, income, tax_code) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

Quality quality_of(std::string_view name) {
    for (auto quality : {Quality::good, Quality::stale, Quality::missing, Quality::estimated,
                         Quality::edited, Quality::questionable})
        if (name_of(quality) == name) return quality;
    throw std::runtime_error("a stored quality is unreadable");
}

/// What the components of all rate cards are called.
using Labels = std::map<std::pair<RateCardId, int>, Label>;
Labels read_labels(store::Reader& reader, FacilityId const& facility) {
    Labels labels;
    reader.each(
        kLabels,
        [&](store::Row const& row) {
            labels.emplace(std::pair{row.id<RateCardId>(0), row.small(1)},
                           Label{row.text(2), row.text(3)});
        },
        facility);
    return labels;
}

Charge read_charge(store::Row const& row, Labels const& labels) {
    Charge charge;
    charge.session = row.id<SessionId>(0);
    charge.sequence = static_cast<int>(row.integer(1));
    charge.rate_card = row.id<RateCardId>(2);
    charge.enterprise = row.id<EnterpriseId>(3);
    charge.stopped_at = row.at(4);
    charge.term.component = static_cast<int>(row.integer(5));
    charge.term.basis = basis_of(row.text(6)).value();
    charge.term.window = window_of(row.text(7)).value();
    charge.term.quantity = row.integer(8);
    charge.term.price = {row.integer(9)};
    charge.term.amount = row.money(10);
    charge.term.quality = quality_of(row.text(11));
    charge.invoice = row.maybe_id<InvoiceId>(12);
    if (auto const first = row.maybe_integer(13))
        charge.line = static_cast<int>(*first) + charge.sequence - 1;
    charge.term.label = labels.at({charge.rate_card, charge.term.component});
    charge.term.per = row.maybe_integer(14).value_or(0);
    charge.term.unit = row.maybe_text(15).value_or("");
    charge.term.income = row.maybe_text(16).value_or("");
    charge.term.tax_code = row.maybe_text(17).value_or("");
    charge.term.card = charge.rate_card;
    return charge;
}

std::map<MachineId, std::string> machine_kinds(store::Reader& reader, FacilityId const& facility) {
    std::map<MachineId, std::string> kinds;
    for (auto const& machine : facility::list_machines(reader, facility))
        kinds.emplace(machine.id, machine.kind);
    return kinds;
}

std::optional<std::string> said(std::string const& text) {
    return text.empty() ? std::nullopt : std::optional{text};
}

/// False when somebody else has just rated the session.
bool keep(store::Writer& writer, FacilityId const& facility, Rateable const& one,
          RateCard const& card, std::vector<Term> const& terms, Instant now) {
    auto const& session = one.session;
    auto const& payer = one.payer;
    auto const edge = [&](Instant Interval::* which) {
        return payer.booked ? std::optional{(*payer.booked).*which} : std::nullopt;
    };
    if (writer.execute(kInsertRated, facility, session.id, session.enterprise.value(), card.id,
                       session.stop.value(), now, one.machine_kind, classes_text(payer.classes),
                       edge(&Interval::start), edge(&Interval::end), payer.assisted ? 1 : 0,
                       payer.busy_above_w) == 0)
        return false;
    keep_halts(writer, facility, session.id, one.halts);
    int sequence = 0;
    for (auto const& term : terms)
        writer.execute(kInsertCharge, facility, session.id, ++sequence, term.component,
                       name_of(term.basis), name_of(term.window), term.quantity, term.price,
                       term.amount, name_of(term.quality),
                       term.card == card.id ? std::nullopt : std::optional{term.card},
                       term.per == 0 ? std::nullopt : std::optional{term.per}, said(term.unit),
                       said(term.income), said(term.tax_code));
    return true;
}

int charge_some(store::Writer& writer, FacilityId const& facility, Zone const& zone,
                std::vector<SessionId> const& ids, Instant now) {
    auto const cards = list_rate_cards(writer, facility);
    auto const kinds = machine_kinds(writer, facility);
    auto const sessions = metering::find_sessions(writer, facility, ids);
    auto halts = find_halts(writer, facility, sessions);
    auto payers = find_payers(writer, facility, sessions);
    int rated = 0;
    PackDrawing packs{writer, facility};
    for (auto const& session : sessions) {
        Rateable const one{session, kinds.at(session.machine), std::move(halts[session.id]),
                           std::move(payers[session.id])};
        auto const terms = rate_session(cards, zone, one);
        if (!terms) continue;  // stays in the list of skipped sessions with its reason
        if (!keep(writer, facility, one, *card_of(cards, one), *terms, now)) continue;
        packs.draw(session, one.machine_kind, *terms, now);
        ++rated;
    }
    return rated;
}

std::vector<std::vector<SessionId>> batches_of(std::vector<SessionId> const& ids) {
    std::vector<std::vector<SessionId>> batches;
    for (auto const& id : ids) {
        if (batches.empty() || batches.back().size() == kBatch) batches.emplace_back();
        batches.back().push_back(id);
    }
    return batches;
}

int charge_all(store::Store& store, FacilityId const& facility, Zone const& zone,
               std::vector<SessionId> const& ids, Instant now) {
    int rated = 0;
    for (auto const& batch : batches_of(ids))
        rated += store.write(
            [&](store::Writer& writer) { return charge_some(writer, facility, zone, batch, now); });
    return rated;
}

SessionId read_id(store::Row const& row) { return row.id<SessionId>(0); }

std::vector<Charge> charges_from(UsageSession const& session, std::vector<Term> const& terms) {
    std::vector<Charge> charges;
    for (auto const& term : terms)
        charges.push_back({session.id, static_cast<int>(std::ssize(charges)) + 1, term.card,
                           session.enterprise.value(), session.stop.value(), term, std::nullopt,
                           0});
    return charges;
}

}  // namespace

RateCard const* card_of(std::vector<RateCard> const& cards, Rateable const& one) {
    if (one.payer.quoted) return card_by_id(cards, *one.payer.quoted);
    auto const* card = card_at(cards, one.session.start);
    if (card == nullptr || card->price_lock != PriceLock::at_booking || !one.payer.booked_at)
        return card;
    auto const* then = card_at(cards, *one.payer.booked_at);
    return then == nullptr ? card : then;
}

Usage usage_of(Rateable const& one) {
    auto const& session = one.session;
    Usage usage{
        one.machine_kind, {session.start, session.stop.value()}, {}, session.quantity, one.halts};
    usage.classes = one.payer.classes;
    usage.booked = one.payer.booked;
    usage.assisted = one.payer.assisted;
    usage.busy_above_w = one.payer.busy_above_w;
    auto const& registers = session.registers;
    std::size_t i = 0;
    for (auto const& segment : metering::segments_of(session)) {
        UsagePart part{segment.during, segment.energy, segment.quality, segment.quality};
        if (!registers.empty()) {
            part.at_start = registers[i].quality;
            part.at_end = registers[++i].quality;
            part.seam = registers[i].edge == metering::Edge::initial;
        }
        usage.parts.push_back(part);
    }
    return usage;
}

Result<std::vector<Term>> rate_session(std::vector<RateCard> const& cards, Zone const& zone,
                                       Rateable const& one) {
    auto const& session = one.session;
    bool const paid_use =
        session.kind == SessionKind::booked || session.kind == SessionKind::walk_in;
    if (session.state != SessionState::closed) return refuse(ErrorKind::conflict, "open");
    if (!paid_use || !session.enterprise) return refuse(ErrorKind::conflict, "unattributed");
    if (session.quality == Quality::questionable || session.quality == Quality::missing)
        return refuse(ErrorKind::conflict, "questionable");
    auto const* card = card_of(cards, one);
    if (card == nullptr) return refuse(ErrorKind::conflict, "no_rate_card");
    if (card->price_lock != PriceLock::at_use || one.payer.quoted)
        return rate(*card, usage_of(one), zone);
    std::vector<RateCard const*> versions{card};
    for (auto const& later : cards)
        if (session.start < later.effective_from && later.effective_from < *session.stop)
            versions.push_back(&later);
    return rate_at_use(versions, usage_of(one), zone);
}

Result<std::vector<Term>> rate_now(store::Reader& reader, UsageSession const& session) {
    auto const& facility = session.facility;
    auto const kind = facility::find_machine(reader, facility, session.machine)->kind;
    auto halts = find_halts(reader, facility, {session});
    auto payers = find_payers(reader, facility, {session});
    return rate_session(
        list_rate_cards(reader, facility), facility::zone_of(reader, facility),
        {session, kind, std::move(halts[session.id]), std::move(payers[session.id])});
}

Result<std::vector<Term>> rate_as_rated(store::Reader& reader, UsageSession const& session) {
    auto const& facility = session.facility;
    auto const rated = find_rated(reader, facility, {session.id}).at(0);
    auto halts = kept_halts(reader, facility, {session.id});
    auto const payers = find_payers(reader, facility, {session});
    return rate_session(list_rate_cards(reader, facility), facility::zone_of(reader, facility),
                        {session, rated.machine_kind, std::move(halts[session.id]),
                         as_rated(rated.payer, payers.at(session.id))});
}

int charge_closed_sessions(store::Store& store, FacilityId const& facility, Zone const& zone,
                           Instant now) {
    auto const ids = store.read([&](store::Reader& reader) {
        return reader.all(kChargeableSince, read_id, facility, now - kRecent);
    });
    return charge_all(store, facility, zone, ids, now);
}

int charge_sessions_of(store::Store& store, FacilityId const& facility, Zone const& zone,
                       Interval during, Instant now) {
    auto const ids = store.read([&](store::Reader& reader) {
        return reader.all(kChargeableOf, read_id, facility, during.start - kLateness, during.end);
    });
    return charge_all(store, facility, zone, ids, now);
}

std::vector<Charge> waiting_charges(store::Reader& reader, FacilityId const& facility,
                                    Interval during) {
    auto const labels = read_labels(reader, facility);
    auto const read = [&](store::Row const& row) { return read_charge(row, labels); };
    auto charges = reader.all(kWaiting, read, facility, during.start, during.end);
    std::ranges::move(reader.all(kLate, read, facility, during.start), std::back_inserter(charges));
    return charges;
}

std::vector<Charge> charges_of_invoice(store::Reader& reader, FacilityId const& facility,
                                       InvoiceId const& invoice) {
    auto found = charges_of_invoices(reader, facility, {invoice});
    return found.empty() ? std::vector<Charge>{} : std::move(found.begin()->second);
}

std::map<InvoiceId, std::vector<Charge>> charges_of_invoices(store::Reader& reader,
                                                             FacilityId const& facility,
                                                             std::vector<InvoiceId> const& ids) {
    std::map<InvoiceId, std::vector<Charge>> found;
    auto const labels = read_labels(reader, facility);
    reader.each(
        reader.is_postgres() ? kOfInvoicesPostgres : kOfInvoicesSqlite,
        [&](store::Row const& row) {
            auto charge = read_charge(row, labels);
            found[charge.invoice.value()].push_back(std::move(charge));
        },
        facility, store::id_list(reader, ids));
    return found;
}

std::map<SessionId, std::vector<Charge>> charges_of_sessions(store::Reader& reader,
                                                             FacilityId const& facility,
                                                             std::vector<SessionId> const& ids) {
    std::map<SessionId, std::vector<Charge>> found;
    auto const labels = read_labels(reader, facility);
    reader.each(
        reader.is_postgres() ? kOfSessionsPostgres : kOfSessionsSqlite,
        [&](store::Row const& row) {
            auto charge = read_charge(row, labels);
            found[charge.session].push_back(std::move(charge));
        },
        facility, store::id_list(reader, ids));
    return found;
}

Unrated unrated_sessions(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                         Interval during) {
    auto const cards = list_rate_cards(reader, facility);
    auto const kinds = machine_kinds(reader, facility);
    auto const ids = reader.all(kUnrated, read_id, facility, during.start - kLateness, during.end);
    Unrated unrated;
    for (auto const& batch : batches_of(ids)) {
        auto const sessions = metering::find_sessions(reader, facility, batch);
        auto halts = find_halts(reader, facility, sessions);
        auto payers = find_payers(reader, facility, sessions);
        for (auto const& session : sessions) {
            Rateable const one{session, kinds.at(session.machine), std::move(halts[session.id]),
                               std::move(payers[session.id])};
            auto const terms = rate_session(cards, zone, one);
            if (!terms) {
                unrated.skipped.push_back({session.id, terms.error().code, session.machine,
                                           session.enterprise, session.stop});
                continue;
            }
            for (auto& charge : charges_from(session, *terms))
                unrated.charges.push_back(std::move(charge));
        }
    }
    return unrated;
}

}  // namespace karkhana::billing
