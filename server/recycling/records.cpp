#include "server/recycling/records.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace karkhana::recycling {
namespace {

#define TICKET                                                                                     \
    "SELECT t.ticket_id, t.number, t.direction, t.enterprise_id, t.material_id, t.batch_id, "      \
    "t.at, t.gross_g, t.tare_g, t.device_id, t.words, t.status_words, t.reason, t.deal, "          \
    "t.price_e4, t.amount_poisha, t.corrects, c.ticket_id, t.created_at, t.created_by "            \
    "FROM weigh_ticket t LEFT JOIN weigh_ticket c ON c.facility_id = t.facility_id "               \
    "AND c.corrects = t.ticket_id "
#define BATCH                                                                                      \
    "SELECT b.batch_id, b.number, b.machine_id, b.began_at, b.ended_at, "                          \
    "CAST(COALESCE(SUM(s.energy_wh), 0) AS BIGINT), COUNT(s.session_id) FROM recycling_batch b "   \
    "LEFT JOIN usage_session s ON s.facility_id = b.facility_id "                                  \
    "AND s.machine_id = b.machine_id AND s.state = 'closed' AND s.start_at >= b.began_at "         \
    "AND s.start_at < COALESCE(b.ended_at, $2) "
#define BY_BATCH "GROUP BY b.batch_id, b.number, b.machine_id, b.began_at, b.ended_at "

Ticket ticket_of(store::Row const& row) {
    Ticket ticket{.id = row.id<TicketId>(0),
                  .number = row.integer(1),
                  .direction = direction_of(row.text(2)).value(),
                  .enterprise = row.maybe_id<EnterpriseId>(3),
                  .material = row.id<MaterialId>(4),
                  .batch = row.maybe_id<BatchId>(5),
                  .at = row.at(6),
                  .gross_g = row.integer(7),
                  .tare_g = row.integer(8),
                  .indicator = {},
                  .reason = row.text(12),
                  .deal = deal_of(row.text(13)).value(),
                  .price = {row.integer(14)},
                  .amount = row.money(15),
                  .corrects = row.maybe_id<TicketId>(16),
                  .corrected_by = row.maybe_id<TicketId>(17),
                  .created_at = row.at(18),
                  .by = row.id<PersonId>(19)};
    if (auto const device = row.maybe_id<DeviceId>(9))
        ticket.indicator =
            Weighed{*device, ticket.at, ticket.gross_g, true, row.text(10), row.text(11)};
    return ticket;
}

Batch batch_of(store::Row const& row) {
    return {row.id<BatchId>(0), row.integer(1), row.id<MachineId>(2), row.at(3),
            row.maybe_at(4),    row.energy(5),  row.integer(6)};
}

}  // namespace

std::vector<Material> list_materials(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT material_id, name_en, name_bn FROM material WHERE facility_id = $1 "
        "ORDER BY name_en",
        [](store::Row const& row) {
            return Material{row.id<MaterialId>(0), {row.text(1), row.text(2)}};
        },
        facility);
}

void insert_material(store::Writer& writer, FacilityId const& facility, Material const& material,
                     Instant now) {
    writer.execute("INSERT INTO material (facility_id, material_id, name_en, name_bn, created_at) "
                   "VALUES ($1, $2, $3, $4, $5)",
                   facility, material.id, material.name.en, material.name.bn, now);
}

std::vector<Price> list_prices(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT material_id, deal, effective_from, price_e4, source FROM material_price "
        "WHERE facility_id = $1 ORDER BY effective_from",
        [](store::Row const& row) {
            return Price{row.id<MaterialId>(0), deal_of(row.text(1)).value(), row.at(2),
                         Rate{row.integer(3)}, row.text(4)};
        },
        facility);
}

void insert_price(store::Writer& writer, FacilityId const& facility, Price const& price,
                  PersonId const& by, Instant now) {
    writer.execute("INSERT INTO material_price (facility_id, material_id, deal, effective_from, "
                   "price_e4, source, created_at, created_by) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   facility, price.material, name_of(price.deal), price.from, price.per_kg,
                   price.source, now, by);
}

std::vector<RecyclingSetting> recycling_settings(store::Reader& reader,
                                                 FacilityId const& facility) {
    return reader.all(
        "SELECT effective_from, tolerance_e4, goal_kg FROM recycling_setting "
        "WHERE facility_id = $1 ORDER BY effective_from",
        [](store::Row const& row) {
            return RecyclingSetting{row.at(0), row.integer(1), row.maybe_integer(2)};
        },
        facility);
}

RecyclingSetting setting_at(std::vector<RecyclingSetting> const& settings, Instant at) {
    auto const next = std::ranges::upper_bound(settings, at, {}, &RecyclingSetting::from);
    return next == settings.begin() ? RecyclingSetting{} : *std::prev(next);
}

void insert_setting(store::Writer& writer, FacilityId const& facility,
                    RecyclingSetting const& setting, PersonId const& by, Instant now) {
    writer.execute("INSERT INTO recycling_setting (facility_id, effective_from, tolerance_e4, "
                   "goal_kg, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)",
                   facility, setting.from, setting.tolerance_e4, setting.goal_kg, now, by);
}

std::vector<Batch> batches_within(store::Reader& reader, FacilityId const& facility,
                                  Interval during, Instant now) {
    return reader.all(BATCH
                      "WHERE b.facility_id = $1 AND b.began_at >= $3 AND b.began_at < $4 " BY_BATCH
                      "ORDER BY b.number DESC",
                      batch_of, facility, now, during.start, during.end);
}

std::optional<Batch> find_batch(store::Reader& reader, FacilityId const& facility,
                                BatchId const& id, Instant now) {
    return reader.first(BATCH "WHERE b.facility_id = $1 AND b.batch_id = $3 " BY_BATCH, batch_of,
                        facility, now, id);
}

void insert_batch(store::Writer& writer, FacilityId const& facility, Batch const& batch) {
    writer.execute("INSERT INTO recycling_batch (facility_id, batch_id, number, machine_id, "
                   "began_at) VALUES ($1, $2, $3, $4, $5)",
                   facility, batch.id, batch.number, batch.machine, batch.began_at);
}

bool end_batch(store::Writer& writer, FacilityId const& facility, BatchId const& id, Instant at) {
    return writer.execute("UPDATE recycling_batch SET ended_at = $3 "
                          "WHERE facility_id = $1 AND batch_id = $2 AND ended_at IS NULL",
                          facility, id, at) == 1;
}

void insert_ticket(store::Writer& writer, FacilityId const& facility, Ticket const& ticket) {
    auto const& weighed = ticket.indicator;
    std::optional<DeviceId> device;
    if (weighed) device = weighed->device;
    writer.execute(
        "INSERT INTO weigh_ticket (facility_id, ticket_id, number, direction, enterprise_id, "
        "material_id, batch_id, at, gross_g, tare_g, net_g, source, device_id, words, "
        "status_words, reason, deal, price_e4, amount_poisha, corrects, created_at, created_by) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
        "$19, $20, $21, $22)",
        facility, ticket.id, ticket.number, name_of(ticket.direction), ticket.enterprise,
        ticket.material, ticket.batch, ticket.at, ticket.gross_g, ticket.tare_g, ticket.net_g(),
        weighed ? "indicator" : "hand", device, weighed ? weighed->words : std::string{},
        weighed ? weighed->status_words : std::string{}, ticket.reason, name_of(ticket.deal),
        ticket.price, ticket.amount, ticket.corrects, ticket.created_at, ticket.by);
}

std::optional<Ticket> find_ticket(store::Reader& reader, FacilityId const& facility,
                                  TicketId const& id) {
    return reader.first(TICKET "WHERE t.facility_id = $1 AND t.ticket_id = $2", ticket_of, facility,
                        id);
}

std::vector<Ticket> list_tickets(store::Reader& reader, FacilityId const& facility,
                                 std::int64_t cursor, int limit) {
    auto const before = cursor == 0 ? std::numeric_limits<std::int64_t>::max() : cursor;
    return reader.all(TICKET "WHERE t.facility_id = $1 AND t.number < $2 "
                             "ORDER BY t.number DESC LIMIT $3",
                      ticket_of, facility, before, limit);
}

std::vector<Ticket> tickets_within(store::Reader& reader, FacilityId const& facility,
                                   Interval during) {
    return reader.all(TICKET "WHERE t.facility_id = $1 AND t.at >= $2 AND t.at < $3 "
                             "ORDER BY t.number",
                      ticket_of, facility, during.start, during.end);
}

std::vector<Ticket> tickets_of_batches(store::Reader& reader, FacilityId const& facility,
                                       Interval during) {
    return reader.all(TICKET "JOIN recycling_batch b ON b.facility_id = t.facility_id "
                             "AND b.batch_id = t.batch_id WHERE t.facility_id = $1 "
                             "AND b.began_at >= $2 AND b.began_at < $3 ORDER BY t.number",
                      ticket_of, facility, during.start, during.end);
}

void lock_recycling(store::Writer& writer, FacilityId const& facility) {
    if (writer.is_postgres())
        writer.exists("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended($1, 0))",
                      "recycling/" + facility.text());
}

}  // namespace karkhana::recycling
