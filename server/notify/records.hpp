#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/notify/message.hpp"
#include "server/notify/rules.hpp"
#include "server/store/store.hpp"

namespace karkhana::notify {

/// False when the occasion was told by this way to this address before: nothing is written.
bool insert_message(store::Writer& writer, Message const& message);

/// When a text of the kind that is written at `at` may go out to people.
Instant allowed_from(store::Reader& reader, FacilityId const& facility, std::string_view kind,
                     Instant at);
/// Whether take_due would find one; writes nothing.
bool has_due(store::Reader& reader, Channel channel, Instant now);
/// Takes the first message of the channel that is due, for `hold`: of many daemons one gets it, and
/// when that one dies the message is due again after `hold`. Its attempts are counted here. What is
/// of no use any more becomes expired on the way, and what would ring in quiet hours waits for
/// their end, whatever made it late.
std::optional<Message> take_due(store::Writer& writer, Channel channel, Instant now, Duration hold);
/// Keeps state, due_at, sent_at and failure of one that was taken. False when it has been taken
/// from us since, because the hold was over.
bool set_outcome(store::Writer& writer, Message const& message);

std::vector<Message> inbox(store::Reader& reader, FacilityId const& facility,
                           PersonId const& person, std::optional<MessageId> before, int limit);
std::int64_t unread(store::Reader& reader, FacilityId const& facility, PersonId const& person);
/// False when it is not this person's.
bool mark_read(store::Writer& writer, FacilityId const& facility, PersonId const& person,
               MessageId const& id, Instant now);
/// What this person was told until then.
void mark_all_read(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                   MessageId const& until, Instant now);
/// Newest first; those of one state or of all.
std::vector<Message> outbox(store::Reader& reader, FacilityId const& facility,
                            std::optional<State> state, std::optional<MessageId> before, int limit);
std::optional<Message> find_message(store::Reader& reader, FacilityId const& facility,
                                    MessageId const& id);
/// Has a failed or expired one tried again from the beginning. False when it has not failed.
bool try_again(store::Writer& writer, FacilityId const& facility, MessageId const& id, Instant now);

/// What waits for a time to come, or to be tried again, and tells the ME or the staff of the same
/// is overtaken by what the ME is told now: expired. What is being sent is not tried again.
void overtake(store::Writer& writer, FacilityId const& facility, EnterpriseId const& party,
              std::string_view about, Instant now);

/// How one channel gets on; what has failed stays counted until it is tried again.
struct Standing {
    Channel channel = Channel::sms;
    std::int64_t waiting = 0;
    std::int64_t failed = 0;
};
/// Of the channels that have either, in one query.
std::vector<Standing> standings(store::Reader& reader, FacilityId const& facility);

/// The people who act for an enterprise, and its own number and letter-box if none of them has
/// them.
std::vector<Contact> contacts_of(store::Reader& reader, FacilityId const& facility,
                                 EnterpriseId const& enterprise);
/// The people alone.
std::vector<Contact> members_of(store::Reader& reader, FacilityId const& facility,
                                EnterpriseId const& enterprise);
/// Its own number and letter-box; nullopt: there is no such enterprise.
std::optional<Contact> own_contact(store::Reader& reader, FacilityId const& facility,
                                   EnterpriseId const& enterprise);
void set_own_contact(store::Writer& writer, FacilityId const& facility,
                     EnterpriseId const& enterprise, Contact const& contact);
std::vector<Contact> contacts_of_role(store::Reader& reader, FacilityId const& facility,
                                      std::string_view role);
/// Precondition: there is such a person.
Contact contact_of(store::Reader& reader, FacilityId const& facility, PersonId const& person);
/// Writes the ways and the language.
void set_contact(store::Writer& writer, FacilityId const& facility, Contact const& contact);

bool has_quiet_hours(store::Reader& reader, FacilityId const& facility);
QuietHours quiet_hours(store::Reader& reader, FacilityId const& facility);
void set_quiet_hours(store::Writer& writer, FacilityId const& facility, QuietHours const& quiet);

}  // namespace karkhana::notify
