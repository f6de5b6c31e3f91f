#include "server/costs/records.hpp"

#include <algorithm>
#include <iterator>

namespace karkhana::costs {
namespace {

constexpr std::string_view kBills =
    "SELECT bill_id, version, paper_number, from_at, to_at, sanctioned_w, peak_from_minute, "
    "peak_to_minute, total_poisha, source, reason, measured_from, measured_to, site_wh, "
    "created_at FROM utility_bill b WHERE facility_id = $1 AND from_at < $3 AND to_at > $2 "
    "AND version = (SELECT MAX(version) FROM utility_bill v WHERE v.facility_id = b.facility_id "
    "AND v.bill_id = b.bill_id) ORDER BY from_at, bill_id";
constexpr std::string_view kVersions =
    "SELECT bill_id, version, paper_number, from_at, to_at, sanctioned_w, peak_from_minute, "
    "peak_to_minute, total_poisha, source, reason, measured_from, measured_to, site_wh, "
    "created_at FROM utility_bill WHERE facility_id = $1 AND bill_id = $2 ORDER BY version DESC";

// The lines and uses of the bills of a time or of one bill: whose they are is told by the key.
#define LINES                                                                                      \
    "SELECT l.bill_id, l.version, l.head, l.tariff_window, l.energy_wh, l.register_from_wh, "      \
    "l.register_to_wh, l.multiplier, l.amount_poisha, l.label FROM utility_bill_line l "
#define USES                                                                                       \
    "SELECT l.bill_id, l.version, l.machine_id, l.peak_wh, l.off_peak_wh, l.booked_ws "            \
    "FROM utility_bill_use l "
#define OF_TIME                                                                                    \
    "JOIN utility_bill b ON b.facility_id = l.facility_id AND b.bill_id = l.bill_id "              \
    "AND b.version = l.version WHERE l.facility_id = $1 AND b.from_at < $3 AND b.to_at > $2 "

UtilityBill bill_of(store::Row const& row) {
    UtilityBill bill{.id = row.id<BillId>(0),
                     .version = row.integer(1),
                     .paper_number = row.text(2),
                     .during = {row.at(3), row.at(4)},
                     .sanctioned_w = row.maybe_integer(5),
                     .peak_from_minute = row.small(6),
                     .peak_to_minute = row.small(7),
                     .lines = {},
                     .total = row.money(8),
                     .source = row.text(9),
                     .reason = row.text(10),
                     .measured = {.during = {row.at(11), row.at(12)}, .site = {}, .uses = {}},
                     .created_at = row.at(14)};
    if (!row.is_null(13)) bill.measured.site = row.energy(13);
    return bill;
}

BillLine line_of(store::Row const& row) {
    BillLine line{.head = line_head_of(row.text(2)).value(),
                  .window = window_of(row.text(3)).value(),
                  .energy = {},
                  .register_from = row.maybe_integer(5),
                  .register_to = row.maybe_integer(6),
                  .multiplier = row.integer(7),
                  .amount = row.money(8),
                  .label = row.text(9)};
    if (!row.is_null(4)) line.energy = row.energy(4);
    return line;
}

/// Calls `give` with the bill that a row is of.
template <class Give>
auto to_their_bills(std::vector<UtilityBill>& bills, Give give) {
    return [&bills, give](store::Row const& row) {
        auto const id = row.id<BillId>(0);
        auto const version = row.integer(1);
        for (auto& bill : bills)
            if (bill.id == id && bill.version == version) give(bill, row);
    };
}

void give_line(UtilityBill& bill, store::Row const& row) { bill.lines.push_back(line_of(row)); }
void give_use(UtilityBill& bill, store::Row const& row) {
    bill.measured.uses.push_back(
        {row.maybe_id<MachineId>(2), row.energy(3), row.energy(4), row.integer(5)});
}

CostEntry cost_of(store::Row const& row) {
    return {.id = row.id<CostId>(0),
            .version = row.integer(1),
            .head = entered_head_of(row.text(2)).value(),
            .machine = row.maybe_id<MachineId>(3),
            .from = row.integer(4),
            .to = row.integer(5),
            .monthly = row.money(6),
            .source = row.text(7),
            .reason = row.text(8),
            .created_at = row.at(9)};
}

}  // namespace

std::vector<CostSetting> cost_settings(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT effective_from, demand_by, tolerance_e4 FROM cost_setting "
        "WHERE facility_id = $1 ORDER BY effective_from",
        [](store::Row const& row) {
            return CostSetting{row.at(0), demand_by_of(row.text(1)).value(), row.integer(2)};
        },
        facility);
}

CostSetting setting_at(std::vector<CostSetting> const& settings, Instant at) {
    auto const next = std::ranges::upper_bound(settings, at, {}, &CostSetting::from);
    return next == settings.begin() ? CostSetting{} : *std::prev(next);
}

void insert_setting(store::Writer& writer, FacilityId const& facility, CostSetting const& setting,
                    PersonId const& by, Instant now) {
    writer.execute("INSERT INTO cost_setting (facility_id, effective_from, demand_by, "
                   "tolerance_e4, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)",
                   facility, setting.from, name_of(setting.demand_by), setting.tolerance_e4, now,
                   by);
}

void insert_bill(store::Writer& writer, FacilityId const& facility, UtilityBill const& bill,
                 PersonId const& by) {
    auto const& measured = bill.measured;
    writer.execute(
        "INSERT INTO utility_bill (facility_id, bill_id, version, paper_number, from_at, to_at, "
        "sanctioned_w, peak_from_minute, peak_to_minute, total_poisha, source, reason, "
        "measured_from, measured_to, site_wh, created_at, created_by) VALUES ($1, $2, $3, $4, $5, "
        "$6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        facility, bill.id, bill.version, bill.paper_number, bill.during.start, bill.during.end,
        bill.sanctioned_w, bill.peak_from_minute, bill.peak_to_minute, bill.total, bill.source,
        bill.reason, measured.during.start, measured.during.end, measured.site, bill.created_at,
        by);
    int number = 0;
    for (auto const& line : bill.lines)
        writer.execute(
            "INSERT INTO utility_bill_line (facility_id, bill_id, version, line, head, "
            "tariff_window, energy_wh, register_from_wh, register_to_wh, multiplier, "
            "amount_poisha, label) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            facility, bill.id, bill.version, ++number, name_of(line.head), name_of(line.window),
            line.energy, line.register_from, line.register_to, line.multiplier, line.amount,
            line.label);
    number = 0;
    for (auto const& use : measured.uses)
        writer.execute("INSERT INTO utility_bill_use (facility_id, bill_id, version, sequence, "
                       "machine_id, peak_wh, off_peak_wh, booked_ws) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                       facility, bill.id, bill.version, ++number, use.machine, use.peak,
                       use.off_peak, use.booked_ws);
}

std::vector<UtilityBill> bills_within(store::Reader& reader, FacilityId const& facility,
                                      Interval during) {
    auto bills = reader.all(kBills, bill_of, facility, during.start, during.end);
    if (bills.empty()) return bills;
    reader.each(LINES OF_TIME "ORDER BY l.bill_id, l.version, l.line",
                to_their_bills(bills, give_line), facility, during.start, during.end);
    reader.each(USES OF_TIME "ORDER BY l.bill_id, l.version, l.sequence",
                to_their_bills(bills, give_use), facility, during.start, during.end);
    return bills;
}

std::vector<UtilityBill> bill_versions(store::Reader& reader, FacilityId const& facility,
                                       BillId const& id) {
    auto bills = reader.all(kVersions, bill_of, facility, id);
    reader.each(LINES "WHERE l.facility_id = $1 AND l.bill_id = $2 ORDER BY l.version, l.line",
                to_their_bills(bills, give_line), facility, id);
    reader.each(USES "WHERE l.facility_id = $1 AND l.bill_id = $2 ORDER BY l.version, l.sequence",
                to_their_bills(bills, give_use), facility, id);
    return bills;
}

void insert_cost(store::Writer& writer, FacilityId const& facility, CostEntry const& cost,
                 PersonId const& by) {
    writer.execute(
        "INSERT INTO cost_entry (facility_id, cost_id, version, head, machine_id, month_from, "
        "month_to, monthly_poisha, source, reason, created_at, created_by) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        facility, cost.id, cost.version, name_of(cost.head), cost.machine, cost.from, cost.to,
        cost.monthly, cost.source, cost.reason, cost.created_at, by);
}

std::vector<CostEntry> list_costs(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT cost_id, version, head, machine_id, month_from, month_to, monthly_poisha, source, "
        "reason, created_at FROM cost_entry c WHERE facility_id = $1 AND version = "
        "(SELECT MAX(version) FROM cost_entry v WHERE v.facility_id = c.facility_id "
        "AND v.cost_id = c.cost_id) ORDER BY month_from, cost_id",
        cost_of, facility);
}

std::optional<CostEntry> find_cost(store::Reader& reader, FacilityId const& facility,
                                   CostId const& id) {
    return reader.first(
        "SELECT cost_id, version, head, machine_id, month_from, month_to, monthly_poisha, source, "
        "reason, created_at FROM cost_entry WHERE facility_id = $1 AND cost_id = $2 "
        "ORDER BY version DESC LIMIT 1",
        cost_of, facility, id);
}

Booked booked_between(store::Reader& reader, FacilityId const& facility, Interval during) {
    Booked found;
    // Credit is negative; what is given away or never paid lessens the income.
    reader.each(
        "SELECT p.account, CAST(SUM(p.amount_poisha) AS BIGINT) FROM journal_posting p "
        "JOIN journal_entry e ON e.facility_id = p.facility_id AND e.sequence = p.sequence "
        "WHERE p.facility_id = $1 AND e.booked_at >= $2 AND e.booked_at < $3 "
        "AND (p.account LIKE 'income:%' OR p.account LIKE 'contra:%' "
        "OR p.account LIKE 'expense:%') GROUP BY p.account ORDER BY p.account",
        [&](store::Row const& row) {
            auto const account = row.text(0);
            if (account == "expense:scrap")
                found.material.push_back({"material", {}, row.money(1), "ledger/" + account});
            else
                found.income.push_back({account, {}, -row.money(1), "ledger/" + account});
        },
        facility, during.start, during.end);
    return found;
}

std::vector<MachineUse> uses_between(store::Reader& reader, FacilityId const& facility,
                                     Interval during) {
    return reader.all(
        "SELECT m.machine_id, COALESCE(s.used_us, 0), COALESCE(b.booked_us, 0), "
        "COALESCE(s.wh, 0), COALESCE(s.pieces, 0), COALESCE(c.charged, 0), "
        "COALESCE(s.own_us, 0), COALESCE(s.own_wh, 0) FROM machine m "
        "LEFT JOIN (SELECT machine_id, CAST(SUM(stop_at - start_at) AS BIGINT) AS used_us, "
        "CAST(SUM(energy_wh) AS BIGINT) AS wh, "
        "CAST(SUM(COALESCE(quantity, 0)) AS BIGINT) AS pieces, "
        "CAST(SUM(CASE kind WHEN 'own_use' THEN stop_at - start_at ELSE 0 END) AS BIGINT) "
        "AS own_us, "
        "CAST(SUM(CASE kind WHEN 'own_use' THEN energy_wh ELSE 0 END) AS BIGINT) AS own_wh "
        "FROM usage_session WHERE facility_id = $1 AND state = 'closed' "
        "AND stop_at >= $2 AND stop_at < $3 GROUP BY machine_id) s "
        "ON s.machine_id = m.machine_id "
        "LEFT JOIN (SELECT machine_id, CAST(SUM(end_us - start_us) AS BIGINT) AS booked_us "
        "FROM booking WHERE facility_id = $1 AND start_us >= $2 AND start_us < $3 "
        "AND state <> 'cancelled' GROUP BY machine_id) b ON b.machine_id = m.machine_id "
        "LEFT JOIN (SELECT u.machine_id, CAST(SUM(g.amount_poisha) AS BIGINT) AS charged "
        "FROM usage_session u JOIN charge g ON g.facility_id = u.facility_id "
        "AND g.session_id = u.session_id WHERE u.facility_id = $1 AND u.stop_at >= $2 "
        "AND u.stop_at < $3 GROUP BY u.machine_id) c ON c.machine_id = m.machine_id "
        "WHERE m.facility_id = $1 ORDER BY m.position, m.machine_id",
        [](store::Row const& row) {
            constexpr std::int64_t second = 1'000'000;
            return MachineUse{.machine = row.id<MachineId>(0),
                              .used_seconds = row.integer(1) / second,
                              .booked_seconds = row.integer(2) / second,
                              .energy = row.energy(3),
                              .pieces = row.integer(4),
                              .charged = row.money(5),
                              .own_use_seconds = row.integer(6) / second,
                              .own_use = row.energy(7)};
        },
        facility, during.start, during.end);
}

void lock_costs(store::Writer& writer, FacilityId const& facility) {
    if (writer.is_postgres())
        writer.exists("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended($1, 0))",
                      "costs/" + facility.text());
}

}  // namespace karkhana::costs
