#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"
#include "server/people/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::people {

std::optional<Enterprise> find_enterprise(store::Reader& reader, FacilityId const& facility,
                                          EnterpriseId const& id);
/// Those of the ids that there are; one query.
std::map<EnterpriseId, Enterprise> find_enterprises(store::Reader& reader,
                                                    FacilityId const& facility,
                                                    std::vector<EnterpriseId> const& ids);
/// By name in either script, phone or place, without those that were merged into another; by name;
/// at most `limit`, after `cursor` (an id, or empty for the first).
std::vector<Enterprise> list_enterprises(store::Reader& reader, FacilityId const& facility,
                                         std::string_view search, std::string_view cursor,
                                         int limit);
/// All of them, for joining names in memory with one query.
std::vector<Enterprise> all_enterprises(store::Reader& reader, FacilityId const& facility);
void insert_enterprise(store::Writer& writer, FacilityId const& facility,
                       Enterprise const& enterprise, Instant now);

std::vector<Person> list_people(store::Reader& reader, FacilityId const& facility);
std::optional<Person> find_person(store::Reader& reader, FacilityId const& facility,
                                  PersonId const& id);
std::optional<Person> find_person_by_login(store::Reader& reader, FacilityId const& facility,
                                           std::string_view login);
/// Throws ConstraintViolated{unique} or {foreign_key}.
void insert_grant(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  RoleGrant const& grant);
/// The person with every role there is a grant of.
http::Principal principal_of(store::Reader& reader, FacilityId const& facility,
                             PersonId const& person);
/// `password_hash` is Argon2id in its standard text form. Throws ConstraintViolated{unique}.
void insert_person(store::Writer& writer, FacilityId const& facility, Person const& person,
                   std::string_view password_hash, Instant now);
void set_password_hash(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                       std::string_view password_hash);
/// Empty: not known.
void set_born_on(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                 std::optional<std::chrono::local_days> const& born_on);
/// A disabled person keeps the past and can no longer do anything.
void set_disabled(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  bool disabled);

}  // namespace karkhana::people
