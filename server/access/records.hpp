#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/people/sessions.hpp"

namespace karkhana::access {

struct OpenSession {
    std::string id;  ///< people::public_id
    std::string how;
    std::string device;
    std::string address;
    Instant since;
    Instant last_seen;
};
/// Newest first.
std::vector<OpenSession> sessions_of(store::Reader& reader, FacilityId const& facility,
                                     PersonId const& person);
/// False when there is none.
bool end_session(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                 std::string_view id);

struct Token {
    std::string id;
    people::TokenScope scope;
    Instant since;
    Instant until;
};
/// Newest first.
std::vector<Token> tokens_of(store::Reader& reader, FacilityId const& facility,
                             PersonId const& person);
bool revoke_token(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  std::string_view id);

/// What two of the staff do for a third.
struct Recovery {
    Uuid id;
    PersonId person;
    std::string reason;
    PersonId asked_by;
    Instant asked_at;
    std::optional<PersonId> approved_by;
};
/// Asked since then, newest first.
std::vector<Recovery> recoveries_since(store::Reader& reader, FacilityId const& facility,
                                       Instant since);
std::optional<Recovery> find_recovery(store::Reader& reader, FacilityId const& facility,
                                      Uuid const& id);
void insert_recovery(store::Writer& writer, FacilityId const& facility, Recovery const& recovery);
/// False when somebody has approved it meanwhile.
bool approve_recovery(store::Writer& writer, FacilityId const& facility, Uuid const& id,
                      PersonId const& by, Instant now);

void save_settings(store::Writer& writer, FacilityId const& facility,
                   people::AccessSettings const& settings);

/// Argon2id; empty: none.
std::string pin_hash_of(store::Reader& reader, FacilityId const& facility, PersonId const& person);
void set_pin_hash(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                  std::string_view hash);
struct PinHolder {
    FacilityId facility;
    PersonId person;
    std::string hash;
};
/// Who has this telephone and a PIN; at most two.
std::vector<PinHolder> pin_holders(store::Reader& reader, std::string_view phone);

}  // namespace karkhana::access
