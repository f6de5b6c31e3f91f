#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/people/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::people {

using AuthorisationId = Id<struct AuthorisationTag>;

/// That a person may run machines of a kind by themselves.
struct Authorisation {
    AuthorisationId id;
    PersonId person;
    std::string machine_kind;
    Instant granted_at;
    std::optional<Instant> expires_at;
    std::optional<Instant> revoked_at;
    Name granted_by;
};

/// Newest first, with those that are over.
std::vector<Authorisation> authorisations_of(store::Reader& reader, FacilityId const& facility,
                                             PersonId const& person);
/// `granted_by` is the person who grants it.
void grant(store::Writer& writer, FacilityId const& facility, Authorisation const& authorisation,
           PersonId const& granted_by);
/// Whose it was; nullopt when there is none that holds.
std::optional<PersonId> revoke(store::Writer& writer, FacilityId const& facility,
                               AuthorisationId const& id, Instant now);

}  // namespace karkhana::people
