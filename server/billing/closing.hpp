#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/base/calendar.hpp"
#include "server/billing/money_ids.hpp"
#include "server/billing/payments.hpp"

/// The drawer is counted at the end of a day; a month is closed when nothing of it is open.
namespace karkhana::billing {

struct CashDay {
    CashDayId id;
    std::string day;
    Instant until;  ///< what came in before this belongs to it
    Money expected;
    Money counted;
    std::string notes;  ///< JSON {"50000": 3}; empty: only summed
    std::string reason;
    Instant closed_at;
};
JournalEntry entry_of(CashDay const& day);
std::vector<CashDay> list_cash_days(store::Reader& reader, FacilityId const& facility,
                                    std::string const& from, std::string const& to);
/// What the drawer should hold by the end of a local day, or by now while it lasts.
CashDay cash_day_now(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                     std::chrono::local_days day, Instant now);
/// Closes it for ever; a difference is booked with its reason. Errors: `in_future`, `day_closed`
/// where it or a later one is, `reason_needed`.
Result<CashDay> close_cash_day(store::Writer& writer, FacilityId const& facility, Zone const& zone,
                               IdSource& ids, std::chrono::local_days day, Money counted,
                               std::string const& notes, std::string const& reason,
                               PersonId const& by, Instant now);

/// What is open of a month: told first, before anybody closes it.
struct Exceptions {
    std::int64_t open_sessions = 0;  ///< run still, or have no end
    std::int64_t unattributed = 0;   ///< nobody knows whose they were
    std::int64_t unrated = 0;        ///< questionable: no price follows from their registers
    std::int64_t unbilled = 0;       ///< rated, and on no final bill
    std::int64_t drafts = 0;
    std::int64_t claims = 0;           ///< neither applied nor rejected
    std::int64_t statement_lines = 0;  ///< money that nobody claimed
    std::int64_t disputes = 0;
    std::int64_t waivers = 0;    ///< asked for and not decided
    std::int64_t cash_days = 0;  ///< with cash and not counted

    std::vector<std::pair<std::string_view, std::int64_t>> named() const;
    /// Some stop it: what would change the month afterwards. The rest is told and may wait.
    bool may_close() const { return open_sessions + drafts + cash_days == 0; }
};
Exceptions exceptions_of(store::Reader& reader, FacilityId const& facility, Zone const& zone,
                         std::string const& period, Interval during, Instant now);

struct PeriodAct {
    std::int64_t sequence = 0;
    std::string period;
    std::string action;  ///< close, ask_reopen, reopen
    Instant lock_at;     ///< nothing counts before it
    std::string snapshot;
    std::string sha256;
    std::string reason;
    Instant at;
    PersonId by;
};
/// Oldest first.
std::vector<PeriodAct> list_period_acts(store::Reader& reader, FacilityId const& facility);
/// Keeps the trial balance as it is at its end, and lets nothing be booked before that. Errors:
/// `in_future`, `period_closed`, `wrong_order`, `exceptions_open`.
Result<PeriodAct> close_period(store::Writer& writer, FacilityId const& facility, Zone const& zone,
                               std::string const& period, PersonId const& by, Instant now);
/// Asks for it, or does what another person asked for. Errors: `not_closed`, `same_person`.
Result<PeriodAct> reopen_period(store::Writer& writer, FacilityId const& facility, Zone const& zone,
                                std::string const& period, std::string const& reason,
                                PersonId const& by, Instant now);
/// The closing snapshot: every account and its balance, in order.
std::string snapshot_text(std::string const& period, std::vector<Posting> const& balances);

}  // namespace karkhana::billing
