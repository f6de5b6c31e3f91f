#include "server/billing/closing.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <set>

#include "server/base/digest.hpp"
#include "server/billing/invoices.hpp"
#include "server/billing/runs.hpp"

namespace karkhana::billing {
namespace {

constexpr std::string_view kDays =
    "SELECT cash_day_id, day, until_at, expected_poisha, counted_poisha, notes, reason, closed_at "
    "FROM cash_day WHERE facility_id = $1 AND day >= $2 AND day <= $3 ORDER BY day DESC";
constexpr std::string_view kInsertDay =
    "INSERT INTO cash_day (facility_id, cash_day_id, day, until_at, expected_poisha, "
    "counted_poisha, notes, reason, closed_at, closed_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
constexpr std::string_view kCashUntil =
    "SELECT CAST(COALESCE(SUM(p.amount_poisha), 0) AS BIGINT) FROM journal_posting p "
    "JOIN journal_entry e ON e.facility_id = p.facility_id AND e.sequence = p.sequence "
    "WHERE p.facility_id = $1 AND p.account = 'assets:cash' "
    "AND COALESCE(e.effective_at, e.booked_at) < $2";
constexpr std::string_view kUncounted =
    "SELECT e.booked_at FROM journal_posting p "
    "JOIN journal_entry e ON e.facility_id = p.facility_id AND e.sequence = p.sequence "
    "WHERE p.facility_id = $1 AND p.account = 'assets:cash' AND e.kind <> 'cash_day' "
    "AND e.booked_at < $2 AND e.booked_at >= "
    "(SELECT COALESCE(MAX(until_at), 0) FROM cash_day WHERE facility_id = $1)";
constexpr std::string_view kOpenThings =
    "SELECT (SELECT COUNT(*) FROM usage_session WHERE facility_id = $1 AND start_at < $3 "
    "AND state <> 'closed'), "
    "(SELECT COUNT(*) FROM usage_session WHERE facility_id = $1 AND start_at >= $2 "
    "AND start_at < $3 AND state = 'closed' AND kind IN ('unattributed', 'suspicious')), "
    "(SELECT COUNT(*) FROM usage_session s WHERE s.facility_id = $1 AND s.start_at >= $2 "
    "AND s.start_at < $3 AND s.state = 'closed' AND s.kind IN ('booked', 'walk_in') "
    "AND NOT EXISTS (SELECT 1 FROM rated_session r WHERE r.facility_id = s.facility_id "
    "AND r.session_id = s.session_id)), "
    "(SELECT COUNT(*) FROM rated_session r WHERE r.facility_id = $1 AND r.stopped_at >= $2 "
    "AND r.stopped_at < $3 AND NOT EXISTS (SELECT 1 FROM invoice_session n "
    "WHERE n.facility_id = r.facility_id AND n.session_id = r.session_id) "
    "AND EXISTS (SELECT 1 FROM charge c WHERE c.facility_id = r.facility_id "
    "AND c.session_id = r.session_id AND c.amount_poisha <> 0)), "
    "(SELECT COUNT(*) FROM invoice i WHERE i.facility_id = $1 AND i.state = 'draft' "
    "AND i.period <= $4 AND (EXISTS (SELECT 1 FROM invoice_session n "
    "WHERE n.facility_id = i.facility_id AND n.invoice_id = i.invoice_id) "
    "OR EXISTS (SELECT 1 FROM invoice_item n "
    "WHERE n.facility_id = i.facility_id AND n.invoice_id = i.invoice_id))), "
    "(SELECT COUNT(*) FROM payment_claim WHERE facility_id = $1 "
    "AND state IN ('claimed', 'matched') AND paid_at < $3), "
    "(SELECT COUNT(*) FROM statement_line l LEFT JOIN payment_claim c "
    "ON c.facility_id = l.facility_id AND c.statement_line_id = l.line_id "
    "WHERE l.facility_id = $1 AND l.paid_at < $3 AND l.claim_id IS NULL AND c.claim_id IS NULL), "
    "(SELECT COUNT(*) FROM dispute d WHERE d.facility_id = $1 AND d.opened_at < $3 "
    "AND NOT EXISTS (SELECT 1 FROM dispute_step s WHERE s.facility_id = d.facility_id "
    "AND s.dispute_id = d.dispute_id AND s.state = 'settled')), "
    "(SELECT COUNT(*) FROM waiver w WHERE w.facility_id = $1 AND w.asked_at < $3 "
    "AND NOT EXISTS (SELECT 1 FROM waiver_decision x WHERE x.facility_id = w.facility_id "
    "AND x.waiver_id = w.waiver_id))";
constexpr std::string_view kActs =
    "SELECT sequence, period, action, lock_at, snapshot, sha256, reason, at, person_id "
    "FROM period_act WHERE facility_id = $1 ORDER BY sequence";
constexpr std::string_view kInsertAct =
    "INSERT INTO period_act (facility_id, sequence, period, action, lock_at, snapshot, sha256, "
    "reason, at, person_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

PeriodAct add_act(store::Writer& writer, FacilityId const& facility, PeriodAct act) {
    act.sequence = next_number(writer, facility, "period");
    writer.execute(kInsertAct, facility, act.sequence, act.period, act.action, act.lock_at,
                   act.snapshot, act.sha256, act.reason, act.at, act.by);
    return act;
}

/// The last act that moved the lock.
PeriodAct const* lock_act(std::vector<PeriodAct> const& acts) {
    PeriodAct const* last = nullptr;
    for (auto const& act : acts)
        if (act.action != "ask_reopen") last = &act;
    return last;
}

}  // namespace

JournalEntry entry_of(CashDay const& day) {
    JournalEntry entry;
    entry.kind = "cash_day";
    entry.document = day.id.text();
    entry.memo = day.day;
    entry.booked_at = day.closed_at;
    entry.effective_at = day.until - std::chrono::microseconds{1};
    auto const over = day.counted - day.expected;
    entry.postings = {
        {std::string{account::cash}, over},
        {std::string{over > Money{} ? account::cash_over : account::cash_short}, -over}};
    return entry;
}

std::vector<CashDay> list_cash_days(store::Reader& reader, FacilityId const& facility,
                                    std::string const& from, std::string const& to) {
    return reader.all(
        kDays,
        [](store::Row const& row) {
            return CashDay{row.id<CashDayId>(0), row.text(1), row.at(2),   row.money(3),
                           row.money(4),         row.text(5), row.text(6), row.at(7)};
        },
        facility, from, to);
}

CashDay cash_day_now(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                     std::chrono::local_days day, Instant now) {
    CashDay open;
    open.day = to_date(day);
    open.until = std::min(now, day_interval(zone, day).end);
    open.expected = reader
                        .first(
                            kCashUntil, [](store::Row const& row) { return row.money(0); },
                            facility, open.until)
                        .value();
    open.closed_at = now;
    return open;
}

Result<CashDay> close_cash_day(store::Writer& writer, FacilityId const& facility, Zone const& zone,
                               IdSource& ids, std::chrono::local_days day, Money counted,
                               std::string const& notes, std::string const& reason,
                               PersonId const& by, Instant now) {
    lock_billing(writer, facility);
    if (day > local_day(zone, now)) return refuse(ErrorKind::invalid, "in_future");
    if (!list_cash_days(writer, facility, to_date(day), "9999-12-31").empty())
        return refuse(ErrorKind::conflict, "day_closed", "it is closed, or a later day is");
    auto closed = cash_day_now(writer, facility, zone, day, now);
    closed.id = ids.make<CashDayId>();
    closed.counted = counted;
    closed.notes = notes;
    closed.reason = reason;
    if (counted != closed.expected && reason.empty())
        return refuse(ErrorKind::invalid, "reason_needed", "why the drawer differs", "/reason");
    writer.execute(kInsertDay, facility, closed.id, closed.day, closed.until, closed.expected,
                   counted, notes, reason, now, by);
    if (counted == closed.expected) return closed;
    auto entry = entry_of(closed);
    entry.id = ids.make<EntryId>();
    book(writer, facility, entry);
    return closed;
}

std::vector<std::pair<std::string_view, std::int64_t>> Exceptions::named() const {
    return {{"open_sessions", open_sessions},
            {"drafts", drafts},
            {"cash_days", cash_days},
            {"unattributed", unattributed},
            {"unrated", unrated},
            {"unbilled", unbilled},
            {"claims", claims},
            {"statement_lines", statement_lines},
            {"disputes", disputes},
            {"waivers", waivers}};
}

Exceptions exceptions_of(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                         std::string const& period, Interval during, Instant now) {
    auto found = reader
                     .first(
                         kOpenThings,
                         [](store::Row const& row) {
                             return Exceptions{row.integer(0), row.integer(1), row.integer(2),
                                               row.integer(3), row.integer(4), row.integer(5),
                                               row.integer(6), row.integer(7), row.integer(8)};
                         },
                         facility, during.start, during.end, period)
                     .value();
    std::set<std::chrono::local_days> days;
    reader.each(
        kUncounted, [&](store::Row const& row) { days.insert(local_day(zone, row.at(0))); },
        facility, std::min(during.end, now));
    found.cash_days = std::ssize(days);
    return found;
}

std::string snapshot_text(std::string const& period, std::vector<Posting> const& balances) {
    boost::json::array accounts;
    for (auto const& [account, amount] : balances)
        if (amount != Money{}) accounts.push_back(boost::json::array{account, amount.poisha});
    return boost::json::serialize(
        boost::json::object{{"period", period}, {"balances", std::move(accounts)}});
}

std::vector<PeriodAct> list_period_acts(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        kActs,
        [](store::Row const& row) {
            return PeriodAct{row.integer(0), row.text(1), row.text(2),
                             row.at(3),      row.text(4), row.text(5),
                             row.text(6),    row.at(7),   row.id<PersonId>(8)};
        },
        facility);
}

Result<PeriodAct> close_period(store::Writer& writer, FacilityId const& facility, Zone const& zone,
                               std::string const& period, PersonId const& by, Instant now) {
    auto const during = period_interval(zone, period);
    if (!during) return tl::make_unexpected(during.error());
    lock_billing(writer, facility);
    if (during->end > now) return refuse(ErrorKind::conflict, "in_future", "it is not over");
    auto const acts = list_period_acts(writer, facility);
    if (auto const* last = lock_act(acts); last && during->start != last->lock_at)
        return refuse(ErrorKind::conflict,
                      during->start < last->lock_at ? "period_closed" : "wrong_order",
                      "months are closed one after the other");
    if (!exceptions_of(writer, facility, zone, period, *during, now).may_close())
        return refuse(ErrorKind::conflict, "exceptions_open",
                      "sessions run, drafts are not final or a drawer was not counted");
    auto const snapshot = snapshot_text(period, trial_balance_at(writer, facility, during->end));
    return add_act(writer, facility,
                   {0, period, "close", during->end, snapshot, sha256_hex(snapshot), "", now, by});
}

Result<PeriodAct> reopen_period(store::Writer& writer, FacilityId const& facility, Zone const& zone,
                                std::string const& period, std::string const& reason,
                                PersonId const& by, Instant now) {
    auto const during = period_interval(zone, period);
    if (!during) return tl::make_unexpected(during.error());
    lock_billing(writer, facility);
    auto const acts = list_period_acts(writer, facility);
    auto const* last = lock_act(acts);
    if (!last || last->lock_at != during->end)
        return refuse(ErrorKind::conflict, "not_closed", "only the last closed month is reopened");
    auto const& asked = acts.back();
    PeriodAct act{0, period, "ask_reopen", last->lock_at, "", "", reason, now, by};
    if (asked.action == "ask_reopen") {
        if (asked.by == by)
            return refuse(ErrorKind::conflict, "same_person", "another person opens it again");
        act.action = "reopen";
        act.lock_at = during->start;
    }
    return add_act(writer, facility, act);
}

}  // namespace karkhana::billing
