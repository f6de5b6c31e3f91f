#pragma once

#include <string>
#include <string_view>

#include "server/base/random.hpp"
#include "server/notify/records.hpp"
#include "server/notify/templates.hpp"

namespace karkhana::notify {

/// What has happened, to be told.
struct News {
    std::string_view kind;  ///< of templates()
    std::string about;      ///< the id of what it speaks of
    /// Makes it this one: the version of a booking, the time of an offer. The same news is told
    /// once, however often it is written.
    std::string occasion;
    Values values;
    Values secrets{};        ///< for the people it is told to, and no other program
    std::string calendar{};  ///< goes with the e-mails: an invitation, or its withdrawal
    /// It is not sent any more from here on; empty: it is always of use.
    std::optional<Instant> useful_until{};
};

/// Writes messages in the transaction of what they tell of: what was decided is told, and what was
/// undone is not.
class Outbox {
public:
    /// `has` says which ways the facility has.
    Outbox(IdSource& ids, Ways has) : ids_(ids), has_(has) {}

    void tell_enterprise(store::Writer& writer, FacilityId const& facility,
                         EnterpriseId const& enterprise, News const& news, Instant now) const;
    /// Everybody with the role.
    void tell_staff(store::Writer& writer, FacilityId const& facility, std::string_view role,
                    News const& news, Instant now) const;

    /// A letter to somebody who need not be known here, in English.
    void tell_address(store::Writer& writer, FacilityId const& facility, std::string const& email,
                      News const& news, Instant now) const;
    void tell_person(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                     News const& news, Instant now) const;

private:
    void tell(store::Writer& writer, FacilityId const& facility,
              std::optional<EnterpriseId> const& enterprise, std::vector<Contact> const& contacts,
              News const& news, Instant now) const;
    void tell_webhooks(store::Writer& writer, FacilityId const& facility,
                       std::optional<EnterpriseId> const& enterprise, News const& news,
                       Instant now) const;

    IdSource& ids_;
    Ways has_;
};

}  // namespace karkhana::notify
