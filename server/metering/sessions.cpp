#include "server/metering/sessions.hpp"

#include <algorithm>
#include <stdexcept>

#include "server/metering/rows.hpp"

namespace karkhana::metering {

void open_session(store::Writer& writer, UsageSession const& session, std::string_view run_key) {
    writer.execute("INSERT INTO usage_session (facility_id, session_id, machine_id, booking_id, "
                   "enterprise_id, kind, state, opened_by, start_at, quality, reason, run_key, "
                   "shared) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, "
                   "(SELECT CASE WHEN seats = 1 THEN 0 ELSE 1 END FROM machine "
                   "WHERE facility_id = $1 AND machine_id = $3))",
                   session.facility, session.id, session.machine, session.booking,
                   session.enterprise, name_of(session.kind), name_of(session.opened_by),
                   session.start, name_of(session.quality), session.reason, run_key);
    for (auto const& reg : session.registers)
        add_register(writer, session.facility, session.id, reg);
}

void add_register(store::Writer& writer, FacilityId const& facility, SessionId const& session,
                  Register const& reg) {
    auto const part = [&]<class T>(T Share::* member) {
        return reg.share ? std::optional{(*reg.share).*member} : std::nullopt;
    };
    auto const split =
        reg.share ? std::optional{std::string{name_of(reg.share->split)}} : std::nullopt;
    writer.execute(
        "INSERT INTO usage_register (facility_id, session_id, channel, edge, at, asked_at, "
        "answered_at, value_wh, carried_wh, words, quality, method, sequence, version, replaces, "
        "said_by, why, part_wh, least_wh, most_wh, split, weight, weights, less_wh, form) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
        "$19, $20, $21, $22, $23, $24, "
        "COALESCE((SELECT form FROM point_form WHERE facility_id = $1 AND channel = $3 "
        "AND since <= $25 ORDER BY since DESC LIMIT 1), '')) "
        "ON CONFLICT (facility_id, session_id, at, edge, channel, version) DO NOTHING",
        facility, session, reg.channel, name_of(reg.edge), reg.at, reg.asked, reg.answered,
        reg.value, reg.carried, words_text(reg.raw), name_of(reg.quality), name_of(reg.method),
        reg.sequence, reg.version,
        reg.version > 1 ? std::optional<std::int64_t>{reg.version - 1} : std::nullopt, reg.said_by,
        reg.why, part(&Share::part), part(&Share::least), part(&Share::most), split,
        part(&Share::weight), part(&Share::weights), reg.less, reg.answered.value_or(reg.at));
}

std::string run_key_of(store::Reader& reader, FacilityId const& facility,
                       SessionId const& session) {
    return reader
        .first(
            "SELECT run_key FROM usage_session WHERE facility_id = $1 AND session_id = $2",
            [](store::Row const& row) { return row.text(0); }, facility, session)
        .value_or("");
}

void set_run_key(store::Writer& writer, FacilityId const& facility, SessionId const& session,
                 std::string_view run_key) {
    writer.execute("UPDATE usage_session SET run_key = $3, version = version + 1 "
                   "WHERE facility_id = $1 AND session_id = $2",
                   facility, session, run_key);
}

bool begin_closing(store::Writer& writer, UsageSession const& session, Instant stop,
                   std::optional<std::int64_t> quantity) {
    return writer.execute(
               "UPDATE usage_session SET state = 'closing', stop_at = $3, quantity = $4, "
               "version = version + 1 "
               "WHERE facility_id = $1 AND session_id = $2 AND state = 'open'",
               session.facility, session.id, std::max(stop, session.start), quantity) == 1;
}

bool close_session(store::Writer& writer, UsageSession const& session, Instant at,
                   std::optional<Register> const& stop, std::optional<std::int64_t> quantity,
                   Quality quality) {
    if (stop) add_register(writer, session.facility, session.id, *stop);
    auto const kept = find_session(writer, session.facility, session.id).value();
    if (!is_whole(kept)) throw std::logic_error("a session has both registers of each meter");
    Energy energy;
    if (!kept.registers.empty())
        for (auto const& segment : segments_of(kept)) {
            if (segment.energy.wh < 0) throw std::logic_error("a register fell within a session");
            energy += segment.energy;
        }
    return writer.execute(
               "UPDATE usage_session SET state = 'closed', stop_at = $3, energy_wh = $4, "
               "quantity = $5, quality = $6, version = version + 1 "
               "WHERE facility_id = $1 AND session_id = $2 AND state <> 'closed'",
               session.facility, session.id, std::max(at, session.start), energy, quantity,
               name_of(quality)) == 1;
}

void doubt_session(store::Writer& writer, UsageSession const& session) {
    writer.execute("UPDATE usage_session SET quality = $3, version = version + 1 "
                   "WHERE facility_id = $1 AND session_id = $2 AND state <> 'closed'",
                   session.facility, session.id, name_of(Quality::questionable));
}

bool assign_session(store::Writer& writer, UsageSession const& session, SessionKind kind,
                    std::optional<EnterpriseId> const& enterprise, std::string_view reason) {
    return writer.execute("UPDATE usage_session SET kind = $4, enterprise_id = $5, reason = $6, "
                          "version = version + 1 "
                          "WHERE facility_id = $1 AND session_id = $2 AND version = $3",
                          session.facility, session.id, session.version, name_of(kind), enterprise,
                          reason) == 1;
}

std::optional<Register> last_register(store::Reader& reader, FacilityId const& facility,
                                      Channel channel) {
    return reader.first(
        "SELECT channel, edge, at, asked_at, answered_at, value_wh, carried_wh, words, quality, "
        "method, sequence, version, said_by, why, part_wh, least_wh, most_wh, split, weight, "
        "weights, less_wh FROM (SELECT * FROM current_register WHERE facility_id = $1 "
        "AND channel = $2 ORDER BY at DESC LIMIT 100) AS latest "
        "ORDER BY value_wh DESC, at DESC LIMIT 1",
        [](store::Row const& row) { return register_of(row, 0); }, facility, channel);
}

Bounds bounds_at(store::Reader& reader, FacilityId const& facility, Channel channel, Instant at) {
    auto const value = [](store::Row const& row) { return row.integer(0); };
    return {.least = reader.first("SELECT value_wh FROM current_register WHERE facility_id = $1 "
                                  "AND channel = $2 AND at <= $3 "
                                  "ORDER BY at DESC, value_wh DESC LIMIT 1",
                                  value, facility, channel, at),
            .most = reader.first("SELECT value_wh FROM current_register WHERE facility_id = $1 "
                                 "AND channel = $2 AND at >= $3 ORDER BY at, value_wh LIMIT 1",
                                 value, facility, channel, at)};
}

std::optional<Instant> last_stop(store::Reader& reader, FacilityId const& facility,
                                 MachineId const& machine) {
    return reader.first(
        "SELECT stop_at FROM usage_session WHERE facility_id = $1 "
        "AND machine_id = $2 AND stop_at IS NOT NULL "
        "ORDER BY start_at DESC LIMIT 1",
        [](store::Row const& row) { return row.at(0); }, facility, machine);
}

std::vector<Taken> taken_between(store::Reader& reader, FacilityId const& facility, Channel channel,
                                 Interval during, Knot const& now_knot) {
    std::vector<Taken> taken;
    std::optional<SessionId> of;
    SessionKind kind{};
    MachineId machine;
    std::optional<Register> last;
    bool shared = false;
    // What a session took since its last register, while it has no STOP. Of a shared meter nobody
    // knows before the next cut.
    auto const end = [&] {
        if (!last || last->edge == Edge::stop || shared || now_knot.at <= last->at) return;
        Knot const from{last->at, last->value.wh};
        taken.push_back({from, now_knot, kind, now_knot.value - from.value, false, machine});
    };
    reader.each(
        "SELECT s.session_id, s.kind, s.machine_id, r.channel, r.edge, r.at, r.asked_at, "
        "r.answered_at, r.value_wh, r.carried_wh, r.words, r.quality, r.method, r.sequence, "
        "r.version, r.said_by, r.why, r.part_wh, r.least_wh, r.most_wh, r.split, r.weight, "
        "r.weights, r.less_wh, d.role FROM usage_session s "
        "JOIN current_register r ON r.facility_id = s.facility_id "
        "AND r.session_id = s.session_id AND r.channel = $2 "
        "JOIN point p ON p.facility_id = r.facility_id AND p.channel = r.channel "
        "JOIN device d ON d.facility_id = p.facility_id AND d.device_id = p.device_id "
        "WHERE s.facility_id = $1 AND s.start_at < $4 AND (s.state <> 'closed' OR s.stop_at >= $3) "
        "ORDER BY s.start_at, s.session_id, "
        "CASE r.edge WHEN 'start' THEN 0 WHEN 'stop' THEN 2 ELSE 1 END, r.at, r.value_wh, r.edge",
        [&](store::Row const& row) {
            auto const reg = register_of(row, 3);
            if (row.id<SessionId>(0) != of) {
                end();
                of = row.id<SessionId>(0);
                kind = session_kind_of(row.text(1)).value();
                machine = row.id<MachineId>(2);
                shared = row.text(24) == name_of(MeterRole::shared);
                last.reset();
            }
            if (last) {
                auto const all = reg.value.wh - last->value.wh;
                taken.push_back({{last->at, last->value.wh},
                                 {reg.at, reg.value.wh},
                                 kind,
                                 reg.share ? reg.share->part.wh : all,
                                 reg.share && reg.share->split == Split::lower_bound,
                                 machine});
            }
            last = reg;
        },
        facility, channel, during.start, during.end);
    end();
    return taken;
}

void insert_event(store::Writer& writer, FacilityId const& facility, MeterEvent const& event) {
    writer.execute("INSERT INTO meter_event (facility_id, channel, at, kind, before_wh, after_wh, "
                   "carried_wh, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
                   "ON CONFLICT (facility_id, channel, at, kind) DO NOTHING",
                   facility, event.channel, event.at, event.kind, event.before, event.after,
                   event.carried, event.note);
}

std::vector<MeterEvent> events_between(store::Reader& reader, FacilityId const& facility,
                                       Channel channel, Interval during) {
    return reader.all(
        "SELECT at, kind, before_wh, after_wh, carried_wh, note FROM meter_event "
        "WHERE facility_id = $1 AND channel = $2 AND at >= $3 AND at < $4 ORDER BY at",
        [&](store::Row const& row) {
            return MeterEvent{.channel = channel,
                              .at = row.at(0),
                              .kind = row.text(1),
                              .before = row.maybe_integer(2),
                              .after = row.maybe_integer(3),
                              .carried = row.integer(4),
                              .note = row.text(5)};
        },
        facility, channel, during.start, during.end);
}

CarriedSteps carried_steps(store::Reader& reader, FacilityId const& facility, Channel channel) {
    return reader.all(
        "SELECT at, before_wh, after_wh, carried_wh FROM meter_event WHERE facility_id = $1 "
        "AND channel = $2 "
        "AND kind IN ('rollover', 'reset', 'jump', 'restored', 'exchange', 'form') "
        "ORDER BY at",
        [](store::Row const& row) {
            return CarriedStep{row.at(0), row.integer(1), row.integer(2), row.integer(3)};
        },
        facility, channel);
}

}  // namespace karkhana::metering
