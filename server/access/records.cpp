#include "server/access/records.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace karkhana::access {
namespace {

Recovery recovery_of(store::Row const& row) {
    return {.id = row.id<Id<struct RecoveryTag>>(0).uuid,
            .person = row.id<PersonId>(1),
            .reason = row.text(2),
            .asked_by = row.id<PersonId>(3),
            .asked_at = row.at(4),
            .approved_by = row.maybe_id<PersonId>(5)};
}

}  // namespace

std::vector<OpenSession> sessions_of(store::Reader& reader, FacilityId const& facility,
                                     PersonId const& person) {
    return reader.all(
        "SELECT substr(token_hash, 1, 32), how, device, address, created_at, last_seen_at "
        "FROM web_session WHERE facility_id = $1 AND person_id = $2 "
        "ORDER BY created_at DESC, token_hash",
        [](store::Row const& row) {
            return OpenSession{row.text(0), row.text(1), row.text(2),
                               row.text(3), row.at(4),   row.at(5)};
        },
        facility, person);
}

bool end_session(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                 std::string_view id) {
    return writer.execute("DELETE FROM web_session WHERE facility_id = $1 AND person_id = $2 "
                          "AND substr(token_hash, 1, 32) = $3",
                          facility, person, id) == 1;
}

std::vector<Token> tokens_of(store::Reader& reader, FacilityId const& facility,
                             PersonId const& person) {
    return reader.all(
        "SELECT substr(token_hash, 1, 32), label, roles, read_only, created_at, expires_at "
        "FROM api_token WHERE facility_id = $1 AND person_id = $2 "
        "ORDER BY created_at DESC, token_hash",
        [](store::Row const& row) {
            Token token{row.text(0), {row.text(1), {}, row.flag(3)}, row.at(4), row.at(5)};
            auto const roles = boost::json::parse(row.text(2));
            for (auto const& role : roles.as_array())
                token.scope.roles.emplace_back(role.as_string());
            return token;
        },
        facility, person);
}

bool revoke_token(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  std::string_view id) {
    return writer.execute("DELETE FROM api_token WHERE facility_id = $1 AND person_id = $2 "
                          "AND substr(token_hash, 1, 32) = $3",
                          facility, person, id) == 1;
}

std::vector<Recovery> recoveries_since(store::Reader& reader, FacilityId const& facility,
                                       Instant since) {
    return reader.all(
        "SELECT recovery_id, person_id, reason, asked_by, asked_at, approved_by FROM recovery "
        "WHERE facility_id = $1 AND asked_at > $2 ORDER BY asked_at DESC, recovery_id",
        recovery_of, facility, since);
}

std::optional<Recovery> find_recovery(store::Reader& reader, FacilityId const& facility,
                                      Uuid const& id) {
    return reader.first(
        "SELECT recovery_id, person_id, reason, asked_by, asked_at, approved_by FROM recovery "
        "WHERE facility_id = $1 AND recovery_id = $2",
        recovery_of, facility, id.text());
}

void insert_recovery(store::Writer& writer, FacilityId const& facility, Recovery const& recovery) {
    writer.execute("INSERT INTO recovery (facility_id, recovery_id, person_id, reason, asked_by, "
                   "asked_at) VALUES ($1, $2, $3, $4, $5, $6)",
                   facility, recovery.id.text(), recovery.person, recovery.reason,
                   recovery.asked_by, recovery.asked_at);
}

bool approve_recovery(store::Writer& writer, FacilityId const& facility, Uuid const& id,
                      PersonId const& by, Instant now) {
    return writer.execute("UPDATE recovery SET approved_by = $3, approved_at = $4 "
                          "WHERE facility_id = $1 AND recovery_id = $2 AND approved_by IS NULL",
                          facility, id.text(), by, now) == 1;
}

void save_settings(store::Writer& writer, FacilityId const& facility,
                   people::AccessSettings const& settings) {
    writer.execute("DELETE FROM access_settings WHERE facility_id = $1", facility);
    writer.execute("INSERT INTO access_settings (facility_id, desk_idle_minutes, desk_hours, "
                   "floor_idle_minutes, floor_hours, shared_idle_minutes, second_factor) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   facility, settings.desk_idle.count(), settings.desk.count(),
                   settings.floor_idle.count(), settings.floor.count(),
                   settings.shared_idle.count(), settings.second_factor ? 1 : 0);
}

std::string pin_hash_of(store::Reader& reader, FacilityId const& facility, PersonId const& person) {
    return reader
        .first(
            "SELECT COALESCE(pin_hash, '') FROM person WHERE facility_id = $1 AND person_id = $2",
            [](store::Row const& row) { return row.text(0); }, facility, person)
        .value_or("");
}

void set_pin_hash(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  std::string_view hash) {
    writer.execute("UPDATE person SET pin_hash = $3 WHERE facility_id = $1 AND person_id = $2",
                   facility, person, hash);
}

std::vector<PinHolder> pin_holders(store::Reader& reader, std::string_view phone) {
    return reader.all(
        "SELECT facility_id, person_id, pin_hash FROM person "
        "WHERE phone = $1 AND pin_hash IS NOT NULL AND disabled = 0 LIMIT 2",
        [](store::Row const& row) {
            return PinHolder{row.id<FacilityId>(0), row.id<PersonId>(1), row.text(2)};
        },
        phone);
}

}  // namespace karkhana::access
