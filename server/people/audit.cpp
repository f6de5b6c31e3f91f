#include "server/people/audit.hpp"

#include "server/base/digest.hpp"

namespace karkhana::people {
namespace {

struct Head {
    std::int64_t sequence = 0;
    std::string hash;
};

Head head_of(store::Row const& row) { return {row.integer(0), row.text(1)}; }

/// Where the trail ends. On PostgreSQL the row is locked: appends queue up one after another.
Head lock_head(store::Writer& writer, FacilityId const& facility) {
    auto const end = [&] {
        return writer.first(
            writer.is_postgres()
                ? "SELECT sequence, hash FROM audit_head WHERE facility_id = $1 FOR NO KEY UPDATE"
                : "SELECT sequence, hash FROM audit_head WHERE facility_id = $1",
            head_of, facility);
    };
    if (auto const head = end()) return *head;
    writer.execute("INSERT INTO audit_head (facility_id, sequence, hash) VALUES ($1, 0, '') "
                   "ON CONFLICT DO NOTHING",
                   facility);
    return end().value();
}

AuditRecord record_of(store::Row const& row) {
    return {.sequence = row.integer(0),
            .at = row.at(1),
            .event = {.person = row.maybe_id<PersonId>(2),
                      .action = row.text(3),
                      .subject = row.text(4),
                      .before = row.text(5),
                      .after = row.text(6),
                      .reason = row.text(7)},
            .previous_hash = row.text(8),
            .hash = row.text(9)};
}

}  // namespace

std::string audit_hash(FacilityId const& facility, AuditRecord const& record) {
    auto const& event = record.event;
    std::string canonical;
    add_netstring(canonical, facility.text());
    add_netstring(canonical, std::to_string(record.sequence));
    add_netstring(canonical, std::to_string(micros(record.at)));
    add_netstring(canonical, event.person ? event.person->text() : "");
    add_netstring(canonical, event.action);
    add_netstring(canonical, event.subject);
    add_netstring(canonical, event.before);
    add_netstring(canonical, event.after);
    add_netstring(canonical, event.reason);
    add_netstring(canonical, record.previous_hash);
    return sha256_hex(canonical);
}

void append_audit(store::Writer& writer, FacilityId const& facility, AuditEvent const& event,
                  Instant now) {
    auto head = lock_head(writer, facility);
    AuditRecord record{head.sequence + 1, now, event, std::move(head.hash), ""};
    // Who has no id is whoever may use the command line.
    if (event.person && event.person->is_nil()) {
        record.event.person.reset();
        if (event.reason.empty()) record.event.reason = "command line";
    }
    record.hash = audit_hash(facility, record);
    writer.execute(
        "INSERT INTO audit_event (facility_id, sequence, occurred_at, person_id, action, subject, "
        "before_json, after_json, reason, previous_hash, hash) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        facility, record.sequence, now, record.event.person, event.action, event.subject,
        event.before, event.after, record.event.reason, record.previous_hash, record.hash);
    writer.execute("UPDATE audit_head SET sequence = $2, hash = $3 WHERE facility_id = $1",
                   facility, record.sequence, record.hash);
}

std::vector<AuditRecord> list_audit(store::Reader& reader, FacilityId const& facility,
                                    std::int64_t cursor, int limit) {
    auto const before = cursor > 0 ? cursor : INT64_MAX;
    return reader.all(
        "SELECT sequence, occurred_at, person_id, action, subject, before_json, after_json, "
        "reason, previous_hash, hash FROM audit_event "
        "WHERE facility_id = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3",
        record_of, facility, before, limit);
}

std::vector<AuditRecord> audit_after(store::Reader& reader, FacilityId const& facility,
                                     std::int64_t sequence, int limit) {
    return reader.all(
        "SELECT sequence, occurred_at, person_id, action, subject, before_json, after_json, "
        "reason, previous_hash, hash FROM audit_event "
        "WHERE facility_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
        record_of, facility, sequence, limit);
}

std::int64_t audit_end(store::Reader& reader, FacilityId const& facility) {
    return reader
        .first(
            "SELECT sequence FROM audit_head WHERE facility_id = $1",
            [](store::Row const& row) { return row.integer(0); }, facility)
        .value_or(0);
}

std::vector<AuditRecord> audit_of(store::Reader& reader, FacilityId const& facility,
                                  std::string_view action) {
    return reader.all(
        "SELECT sequence, occurred_at, person_id, action, subject, before_json, after_json, "
        "reason, previous_hash, hash FROM audit_event "
        "WHERE facility_id = $1 AND action = $2 ORDER BY sequence",
        record_of, facility, action);
}

std::optional<std::int64_t> first_broken_audit(store::Reader& reader, FacilityId const& facility) {
    Head last;
    std::optional<std::int64_t> broken;
    auto const check = [&](store::Row const& row) {
        if (broken) return;
        auto const record = record_of(row);
        bool const follows = record.sequence == last.sequence + 1 &&
                             record.previous_hash == last.hash &&
                             record.hash == audit_hash(facility, record);
        if (!follows) broken = last.sequence + 1;
        last = {record.sequence, record.hash};
    };
    reader.each(
        "SELECT sequence, occurred_at, person_id, action, subject, before_json, after_json, "
        "reason, previous_hash, hash FROM audit_event WHERE facility_id = $1 ORDER BY sequence",
        check, facility);
    if (broken) return broken;
    auto const head = reader
                          .first("SELECT sequence, hash FROM audit_head WHERE facility_id = $1",
                                 head_of, facility)
                          .value_or(Head{});
    if (head.sequence == last.sequence && head.hash == last.hash) return std::nullopt;
    return head.sequence == last.sequence ? last.sequence : last.sequence + 1;
}

}  // namespace karkhana::people
