#include "server/people/records.hpp"

#include <map>

#include "server/base/calendar.hpp"
#include "server/people/reach.hpp"
#include "server/store/id_list.hpp"

/// A record that was merged into another takes no more bookings.
#define KARKHANA_ENTERPRISE                                                                        \
    "SELECT enterprise_id, name_en, name_bn, phone, place, women_led, "                            \
    "CASE WHEN merged_into IS NULL THEN suspended ELSE 1 END FROM enterprise "                     \
    "WHERE facility_id = $1 "

namespace karkhana::people {
namespace {

Enterprise enterprise_of(store::Row const& row) {
    return {.id = row.id<EnterpriseId>(0),
            .name = {row.text(1), row.text(2)},
            .phone = row.maybe_text(3),
            .place = row.maybe_text(4),
            .women_led = row.flag(5),
            .suspended = row.flag(6)};
}

Person person_of(store::Row const& row) {
    Person person{.id = row.id<PersonId>(0),
                  .login = row.text(1),
                  .name = {row.text(2), row.text(3)},
                  .phone = row.maybe_text(4),
                  .language = row.text(5)};
    if (auto const born = row.maybe_text(6)) person.born_on = parse_date(*born).value();
    return person;
}

std::optional<std::string> text_of(std::optional<std::chrono::local_days> const& day) {
    if (!day) return std::nullopt;
    return to_date(*day);
}

RoleGrant grant_of(store::Row const& row) {
    return {row.text(0), row.maybe_id<EnterpriseId>(1), row.maybe_id<PartnerId>(2)};
}

std::vector<RoleGrant> grants_of(store::Reader& reader, FacilityId const& facility,
                                 PersonId const& person) {
    return reader.all(
        "SELECT role, enterprise_id, partner_id FROM role_grant WHERE facility_id = $1 "
        "AND person_id = $2 ORDER BY position",
        grant_of, facility, person);
}

/// A pattern of LIKE that finds the words as they are.
std::string containing(std::string_view words) {
    std::string pattern = "%";
    for (char const c : words) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

}  // namespace

std::optional<Enterprise> find_enterprise(store::Reader& reader, FacilityId const& facility,
                                          EnterpriseId const& id) {
    return reader.first(KARKHANA_ENTERPRISE "AND enterprise_id = $2", enterprise_of, facility, id);
}

std::map<EnterpriseId, Enterprise> find_enterprises(store::Reader& reader,
                                                    FacilityId const& facility,
                                                    std::vector<EnterpriseId> const& ids) {
    std::map<EnterpriseId, Enterprise> found;
    if (ids.empty()) return found;
    reader.each(
        reader.is_postgres() ? KARKHANA_ENTERPRISE "AND enterprise_id = ANY(CAST($2 AS uuid[]))"
                             : KARKHANA_ENTERPRISE
            "AND enterprise_id IN (SELECT value FROM json_each($2))",
        [&](store::Row const& row) {
            auto enterprise = enterprise_of(row);
            found.emplace(enterprise.id, std::move(enterprise));
        },
        facility, store::id_list(reader, ids));
    return found;
}

std::vector<Enterprise> list_enterprises(store::Reader& reader, FacilityId const& facility,
                                         std::string_view search, std::string_view cursor,
                                         int limit) {
    auto const pattern = containing(search_words(search));
    if (cursor.empty())
        return reader.all(KARKHANA_ENTERPRISE "AND merged_into IS NULL "
                                              "AND search_key LIKE $2 ESCAPE '\\' "
                                              "ORDER BY search_key, enterprise_id LIMIT $3",
                          enterprise_of, facility, pattern, limit);
    auto const after = EnterpriseId::parse(cursor);
    if (!after) return {};
    return reader.all(
        KARKHANA_ENTERPRISE
        "AND merged_into IS NULL AND search_key LIKE $2 ESCAPE '\\' "
        "AND (search_key, enterprise_id) > (SELECT search_key, enterprise_id FROM enterprise "
        "WHERE facility_id = $1 AND enterprise_id = $4) "
        "ORDER BY search_key, enterprise_id LIMIT $3",
        enterprise_of, facility, pattern, limit, *after);
}

std::vector<Enterprise> all_enterprises(store::Reader& reader, FacilityId const& facility) {
    return reader.all(KARKHANA_ENTERPRISE "ORDER BY search_key, enterprise_id", enterprise_of,
                      facility);
}

std::vector<Enterprise> enterprises_by_last4(store::Reader& reader, FacilityId const& facility,
                                             std::string_view last4, int limit) {
    return reader.all(KARKHANA_ENTERPRISE
                      "AND merged_into IS NULL AND enterprise_id IN (SELECT p.enterprise_id "
                      "FROM enterprise_phone p WHERE p.facility_id = $1 AND p.last4 = $2) "
                      "ORDER BY search_key, enterprise_id LIMIT $3",
                      enterprise_of, facility, last4, limit);
}

std::vector<Enterprise> enterprises_by_card(store::Reader& reader, FacilityId const& facility,
                                            std::string_view hash, int limit) {
    return reader.all(KARKHANA_ENTERPRISE
                      "AND merged_into IS NULL AND enterprise_id IN (SELECT c.enterprise_id "
                      "FROM enterprise_card c WHERE c.facility_id = $1 AND c.card_hash = $2 "
                      "AND c.revoked_at IS NULL) ORDER BY search_key, enterprise_id LIMIT $3",
                      enterprise_of, facility, hash, limit);
}

#undef KARKHANA_ENTERPRISE

void insert_enterprise(store::Writer& writer, FacilityId const& facility,
                       Enterprise const& enterprise, Instant now) {
    writer.execute(
        "INSERT INTO enterprise (facility_id, enterprise_id, name_en, name_bn, phone, place, "
        "women_led, suspended, search_key, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        facility, enterprise.id, enterprise.name.en, enterprise.name.bn, enterprise.phone,
        enterprise.place, enterprise.women_led ? 1 : 0, enterprise.suspended ? 1 : 0,
        search_key(enterprise), now);
    if (enterprise.phone)
        writer.execute("INSERT INTO enterprise_phone (facility_id, enterprise_id, phone, added_at) "
                       "VALUES ($1, $2, $3, $4)",
                       facility, enterprise.id, *enterprise.phone, now);
}

std::vector<Person> list_people(store::Reader& reader, FacilityId const& facility) {
    auto people = reader.all(
        "SELECT person_id, login, name_en, name_bn, phone, language, born_on FROM person "
        "WHERE facility_id = $1 ORDER BY login",
        person_of, facility);
    std::map<PersonId, std::vector<RoleGrant>> grants;
    reader.each(
        "SELECT role, enterprise_id, partner_id, person_id FROM role_grant WHERE facility_id = $1 "
        "ORDER BY person_id, position",
        [&](store::Row const& row) { grants[row.id<PersonId>(3)].push_back(grant_of(row)); },
        facility);
    for (auto& person : people) person.roles = std::move(grants[person.id]);
    return people;
}

std::optional<Person> find_person(store::Reader& reader, FacilityId const& facility,
                                  PersonId const& id) {
    auto person = reader.first(
        "SELECT person_id, login, name_en, name_bn, phone, language, born_on FROM person "
        "WHERE facility_id = $1 AND person_id = $2",
        person_of, facility, id);
    if (person) person->roles = grants_of(reader, facility, person->id);
    return person;
}

std::optional<Person> find_person_by_login(store::Reader& reader, FacilityId const& facility,
                                           std::string_view login) {
    auto person = reader.first(
        "SELECT person_id, login, name_en, name_bn, phone, language, born_on FROM person "
        "WHERE facility_id = $1 AND login = $2",
        person_of, facility, login);
    if (person) person->roles = grants_of(reader, facility, person->id);
    return person;
}

http::Principal principal_of(store::Reader& reader, FacilityId const& facility,
                             PersonId const& person) {
    http::Principal who{.facility = facility, .person = person};
    reader.each(
        "SELECT g.role, COALESCE(g.enterprise_id, e.enterprise_id) FROM role_grant g "
        "LEFT JOIN enterprise e ON e.facility_id = g.facility_id AND e.partner_id = g.partner_id "
        "WHERE g.facility_id = $1 AND g.person_id = $2 ORDER BY g.position",
        [&](store::Row const& row) {
            if (auto const role = row.text(0); !who.has(role)) who.roles.push_back(role);
            if (auto const id = row.maybe_id<EnterpriseId>(1)) who.enterprises.push_back(*id);
        },
        facility, person);
    return who;
}

void insert_grant(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  RoleGrant const& grant) {
    writer.execute(
        "INSERT INTO role_grant (facility_id, person_id, position, role, enterprise_id, "
        "partner_id) VALUES ($1, $2, (SELECT COALESCE(max(position), -1) + 1 FROM role_grant "
        "WHERE facility_id = $1 AND person_id = $2), $3, $4, $5)",
        facility, person, grant.role, grant.enterprise, grant.partner);
}

void insert_person(store::Writer& writer, FacilityId const& facility, Person const& person,
                   std::string_view password_hash, Instant now) {
    writer.execute(
        "INSERT INTO person (facility_id, person_id, login, name_en, name_bn, phone, language, "
        "password_hash, disabled, created_at, born_on) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10)",
        facility, person.id, person.login, person.name.en, person.name.bn, person.phone,
        person.language, password_hash, now, text_of(person.born_on));
    for (auto const& grant : person.roles) insert_grant(writer, facility, person.id, grant);
}

void set_password_hash(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                       std::string_view password_hash) {
    writer.execute("UPDATE person SET password_hash = $3, one_time_until = NULL "
                   "WHERE facility_id = $1 AND person_id = $2",
                   facility, person, password_hash);
}

void set_born_on(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                 std::optional<std::chrono::local_days> const& born_on) {
    writer.execute("UPDATE person SET born_on = $3 WHERE facility_id = $1 AND person_id = $2",
                   facility, person, text_of(born_on));
}

void set_disabled(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  bool disabled) {
    writer.execute("UPDATE person SET disabled = $3 WHERE facility_id = $1 AND person_id = $2",
                   facility, person, disabled ? 1 : 0);
}

}  // namespace karkhana::people
