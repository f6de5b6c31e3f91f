#include "server/billing/halt_records.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "server/booking/records.hpp"
#include "server/booking/rules_policy.hpp"
#include "server/facility/records.hpp"
#include "server/store/id_list.hpp"

namespace karkhana::billing {
namespace {

using metering::UsageSession;

constexpr std::string_view kKeep =
    "INSERT INTO rated_halt (facility_id, session_id, sequence, start_at, stop_at, reason) "
    "VALUES ($1, $2, $3, $4, $5, $6)";
#define KARKHANA_KEPT                                                                              \
    "SELECT session_id, start_at, stop_at, reason FROM rated_halt WHERE facility_id = $1 "         \
    "AND session_id "
constexpr std::string_view kKeptSqlite =
    KARKHANA_KEPT "IN (SELECT value FROM json_each($2)) ORDER BY session_id, sequence";
constexpr std::string_view kKeptPostgres =
    KARKHANA_KEPT "= ANY(CAST($2 AS uuid[])) ORDER BY session_id, sequence";
#undef KARKHANA_KEPT

using OutagesOf = std::function<std::vector<Interval>(UsageSession const&)>;

HaltsOf derive(store::Reader& reader, FacilityId const& facility,
               std::vector<UsageSession> const& sessions, OutagesOf const& outages_of) {
    std::vector<BookingId> bookings;
    for (auto const& session : sessions)
        if (session.booking) bookings.push_back(*session.booking);
    auto const histories = booking::histories_of(reader, facility, bookings);
    HaltsOf found;
    for (auto const& session : sessions) {
        if (!session.stop) continue;
        auto const history = session.booking ? histories.find(*session.booking) : histories.end();
        auto halts = halts_of(session,
                              history == histories.end() ? std::vector<booking::Transition>{}
                                                         : history->second,
                              outages_of(session));
        if (!halts.empty()) found.emplace(session.id, std::move(halts));
    }
    return found;
}

}  // namespace

HaltsOf find_halts(store::Reader& reader, FacilityId const& facility,
                   std::vector<UsageSession> const& sessions) {
    std::optional<Interval> all;
    for (auto const& session : sessions) {
        if (!session.stop) continue;
        if (!all) all = Interval{session.start, *session.stop};
        *all = {std::min(all->start, session.start), std::max(all->end, *session.stop)};
    }
    if (!all) return {};
    auto const outages = facility::outages_between(reader, facility, *all);
    return derive(reader, facility, sessions, [&](UsageSession const& session) {
        std::vector<Interval> concerned;
        for (auto const& outage : outages)
            if (booking::concerns(outage, session.machine) && facility::stops_work(outage))
                concerned.push_back(outage.during);
        return concerned;
    });
}

HaltsOf derive_halts_again(store::Reader& reader, FacilityId const& facility,
                           std::vector<UsageSession> const& sessions, HaltsOf const& kept) {
    return derive(reader, facility, sessions, [&](UsageSession const& session) {
        std::vector<Interval> outages;
        if (auto const halts = kept.find(session.id); halts != kept.end())
            for (auto const& halt : halts->second)
                if (halt.reason == HaltReason::outage) outages.push_back(halt.during);
        return outages;
    });
}

void keep_halts(store::Writer& writer, FacilityId const& facility, SessionId const& session,
                std::vector<Halt> const& halts) {
    int sequence = 0;
    for (auto const& halt : halts)
        writer.execute(kKeep, facility, session, ++sequence, halt.during.start, halt.during.end,
                       name_of(halt.reason));
}

HaltsOf kept_halts(store::Reader& reader, FacilityId const& facility,
                   std::vector<SessionId> const& ids) {
    HaltsOf found;
    reader.each(
        reader.is_postgres() ? kKeptPostgres : kKeptSqlite,
        [&](store::Row const& row) {
            auto const reason = halt_reason_of(row.text(3));
            if (!reason) throw std::runtime_error("a stored reason is unreadable");
            found[row.id<SessionId>(0)].push_back({{row.at(1), row.at(2)}, *reason});
        },
        facility, store::id_list(reader, ids));
    return found;
}

}  // namespace karkhana::billing
