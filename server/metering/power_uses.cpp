#include "server/metering/power_uses.hpp"

namespace karkhana::metering {
namespace {

/// Who stops and begins again within it has not left the machine.
constexpr std::chrono::minutes goes_on_within{1};

}  // namespace

void keep_rise(store::Writer& writer, FacilityId const& facility, SessionId const& session,
               std::int64_t watts, Instant at) {
    writer.execute("INSERT INTO power_rise (facility_id, session_id, watts, at) "
                   "VALUES ($1, $2, $3, $4)",
                   facility, session, watts, at);
}

std::vector<booking::PowerUse> power_uses(store::Reader& reader, FacilityId const& facility,
                                          Instant since) {
    return reader.all(
        "SELECT s.machine_id, s.session_id, r.at, r.watts, s.stop_at, coalesce("
        "(SELECT b.enterprise_id FROM power_use u JOIN booking b "
        "ON b.facility_id = u.facility_id AND b.booking_id = u.booking_id "
        "WHERE u.facility_id = s.facility_id AND u.session_id = s.session_id "
        "AND u.whose = 'theirs' ORDER BY u.said_at DESC LIMIT 1), "
        "(SELECT p.enterprise_id FROM usage_session p WHERE p.facility_id = s.facility_id "
        "AND p.machine_id = s.machine_id AND p.start_at <= s.start_at "
        "AND p.session_id <> s.session_id AND p.stop_at > s.start_at - $3 "
        "ORDER BY p.start_at DESC LIMIT 1)) "
        "FROM usage_session s JOIN power_rise r "
        "ON r.facility_id = s.facility_id AND r.session_id = s.session_id "
        "WHERE s.facility_id = $1 AND s.kind = 'unattributed' "
        "AND (s.state = 'open' OR s.stop_at > $2) ORDER BY s.start_at, s.session_id",
        [](store::Row const& row) {
            return booking::PowerUse{.machine = row.id<MachineId>(0),
                                     .session = row.id<SessionId>(1),
                                     .risen = row.at(2),
                                     .watts = row.integer(3),
                                     .until = row.maybe_at(4),
                                     .of = row.maybe_id<EnterpriseId>(5)};
        },
        facility, since, Duration{goes_on_within}.count());
}

std::map<SessionId, BookingId> claimed_uses(store::Reader& reader, FacilityId const& facility) {
    std::map<SessionId, BookingId> claimed;
    reader.each(
        "SELECT s.session_id, b.booking_id FROM usage_session s "
        "JOIN power_use u ON u.facility_id = s.facility_id AND u.session_id = s.session_id "
        "JOIN booking b ON b.facility_id = u.facility_id AND b.booking_id = u.booking_id "
        "WHERE s.facility_id = $1 AND s.state = 'open' AND s.kind = 'unattributed' "
        "AND u.whose = 'theirs' AND b.state = 'checked_in' ORDER BY b.start_us",
        [&](store::Row const& row) { claimed.emplace(row.id<SessionId>(0), row.id<BookingId>(1)); },
        facility);
    return claimed;
}

bool give_session(store::Writer& writer, UsageSession const& session, BookingId const& booking,
                  EnterpriseId const& enterprise) {
    return writer.execute("UPDATE usage_session SET kind = 'booked', booking_id = $3, "
                          "enterprise_id = $4, version = version + 1 WHERE facility_id = $1 "
                          "AND session_id = $2 AND kind = 'unattributed' AND state = 'open'",
                          session.facility, session.id, booking, enterprise) == 1;
}

}  // namespace karkhana::metering
