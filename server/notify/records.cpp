#include "server/notify/records.hpp"

#include <algorithm>

#include "server/facility/records.hpp"
#include "server/notify/templates.hpp"

#define KARKHANA_MESSAGE_COLUMNS                                                                   \
    "facility_id, message_id, kind, channel, person_id, enterprise_id, webhook_id, "               \
    "address, language, subject, body, calendar, about, occasion, parts, state, attempts, "        \
    "created_at, due_at, useful_until, sent_at, read_at, failure "

namespace karkhana::notify {
namespace {

std::string_view code_of(Language language) { return language == Language::bn ? "bn" : "en"; }
Language language_of(std::string_view code) { return code == "en" ? Language::en : Language::bn; }

Message message_of(store::Row const& row) {
    return {.facility = row.id<FacilityId>(0),
            .id = row.id<MessageId>(1),
            .kind = row.text(2),
            .channel = channel_of(row.text(3)).value(),
            .person = row.maybe_id<PersonId>(4),
            .enterprise = row.maybe_id<EnterpriseId>(5),
            .webhook = row.maybe_id<WebhookId>(6),
            .address = row.text(7),
            .language = language_of(row.text(8)),
            .subject = row.text(9),
            .text = row.text(10),
            .calendar = row.text(11),
            .about = row.text(12),
            .occasion = row.text(13),
            .parts = static_cast<int>(row.integer(14)),
            .state = state_of(row.text(15)).value(),
            .attempts = static_cast<int>(row.integer(16)),
            .created_at = row.at(17),
            .due_at = row.at(18),
            .useful_until = row.maybe_at(19),
            .sent_at = row.maybe_at(20),
            .read_at = row.maybe_at(21),
            .failure = row.text(22)};
}

Contact contact_in(store::Row const& row) {
    return {.person = row.id<PersonId>(0),
            .language = language_of(row.text(1)),
            .phone = row.maybe_text(2),
            .email = row.maybe_text(3),
            .by_sms = row.is_null(4) || row.flag(4),
            .by_email = row.is_null(5) || row.flag(5)};
}

/// Ids sort by when they were made; the last of all is before the first page.
std::string bound_of(std::optional<MessageId> const& before) {
    return before ? before->text() : "ffffffff-ffff-ffff-ffff-ffffffffffff";
}

}  // namespace

bool insert_message(store::Writer& writer, Message const& message) {
    return writer.execute(
               "INSERT INTO message (" KARKHANA_MESSAGE_COLUMNS
               ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "
               "$17, $18, $19, $20, $21, $22, $23) ON CONFLICT (facility_id, occasion) DO NOTHING",
               message.facility, message.id, message.kind, name_of(message.channel), message.person,
               message.enterprise, message.webhook, message.address, code_of(message.language),
               message.subject, message.text, message.calendar, message.about, message.occasion,
               message.parts, name_of(message.state), message.attempts, message.created_at,
               message.due_at, message.useful_until, message.sent_at, message.read_at,
               message.failure) == 1;
}

Instant allowed_from(store::Reader& reader, FacilityId const& facility, std::string_view kind,
                     Instant at) {
    if (template_of(kind).urgent) return at;
    auto const zone = Zone::find(facility::find_facility(reader, facility).value().zone).value();
    return first_allowed(zone, quiet_hours(reader, facility), at);
}

bool has_due(store::Reader& reader, Channel channel, Instant now) {
    return reader.exists(
        "SELECT 1 FROM message WHERE channel = $1 AND state IN ('waiting', 'sending') "
        "AND due_at <= $2 LIMIT 1",
        name_of(channel), now);
}

std::optional<Message> take_due(store::Writer& writer, Channel channel, Instant now,
                                Duration hold) {
    // Of the first ones: however many are due, no more than these are looked at for one.
    writer.execute("UPDATE message SET state = 'expired' WHERE (facility_id, message_id) IN ("
                   "SELECT facility_id, message_id FROM message WHERE channel = $1 "
                   "AND state IN ('waiting', 'sending') AND due_at <= $2 "
                   "ORDER BY due_at, message_id LIMIT 100) "
                   "AND state IN ('waiting', 'sending') AND useful_until <= $2",
                   name_of(channel), now);
    auto found = writer.first("SELECT " KARKHANA_MESSAGE_COLUMNS "FROM message WHERE channel = $1 "
                              "AND state IN ('waiting', 'sending') AND due_at <= $2 "
                              "AND (useful_until IS NULL OR useful_until > $2) "
                              "ORDER BY due_at, message_id LIMIT 1",
                              message_of, name_of(channel), now);
    if (!found) return std::nullopt;
    auto const allowed =
        channel == Channel::webhook ? now : allowed_from(writer, found->facility, found->kind, now);
    if (allowed > now) {
        writer.execute("UPDATE message SET state = 'waiting', due_at = $4 WHERE facility_id = $1 "
                       "AND message_id = $2 AND attempts = $3",
                       found->facility, found->id, found->attempts, allowed);
        return std::nullopt;
    }
    // Another daemon may have been faster: the number of attempts tells.
    auto const taken =
        writer.execute("UPDATE message SET state = 'sending', attempts = attempts + 1, due_at = $4 "
                       "WHERE facility_id = $1 AND message_id = $2 AND attempts = $3",
                       found->facility, found->id, found->attempts, now + hold);
    if (taken != 1) return std::nullopt;
    found->state = State::sending;
    ++found->attempts;
    found->due_at = now + hold;
    return found;
}

bool set_outcome(store::Writer& writer, Message const& message) {
    return writer.execute("UPDATE message SET state = $3, due_at = $4, sent_at = $5, failure = $6 "
                          "WHERE facility_id = $1 AND message_id = $2 AND state = 'sending' "
                          "AND attempts = $7",
                          message.facility, message.id, name_of(message.state), message.due_at,
                          message.sent_at, message.failure, message.attempts) == 1;
}

std::vector<Message> inbox(store::Reader& reader, FacilityId const& facility,
                           PersonId const& person, std::optional<MessageId> before, int limit) {
    return reader.all(
        "SELECT " KARKHANA_MESSAGE_COLUMNS "FROM message WHERE facility_id = $1 AND person_id = $2 "
        "AND channel = 'in_app' AND message_id < $3 ORDER BY message_id DESC LIMIT $4",
        message_of, facility, person, bound_of(before), limit);
}

std::int64_t unread(store::Reader& reader, FacilityId const& facility, PersonId const& person) {
    return reader
        .first(
            "SELECT count(*) FROM message WHERE facility_id = $1 AND person_id = $2 "
            "AND channel = 'in_app' AND read_at IS NULL",
            [](store::Row const& row) { return row.integer(0); }, facility, person)
        .value();
}

bool mark_read(store::Writer& writer, FacilityId const& facility, PersonId const& person,
               MessageId const& id, Instant now) {
    return writer.execute("UPDATE message SET read_at = coalesce(read_at, $4) "
                          "WHERE facility_id = $1 AND message_id = $2 AND person_id = $3 "
                          "AND channel = 'in_app'",
                          facility, id, person, now) == 1;
}

void mark_all_read(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                   MessageId const& until, Instant now) {
    writer.execute("UPDATE message SET read_at = $4 WHERE facility_id = $1 AND person_id = $2 "
                   "AND channel = 'in_app' AND read_at IS NULL AND message_id <= $3",
                   facility, person, until, now);
}

std::vector<Message> outbox(store::Reader& reader, FacilityId const& facility,
                            std::optional<State> state, std::optional<MessageId> before,
                            int limit) {
    if (state)
        return reader.all("SELECT " KARKHANA_MESSAGE_COLUMNS
                          "FROM message WHERE facility_id = $1 AND state = $2 "
                          "AND channel <> 'in_app' AND message_id < $3 "
                          "ORDER BY message_id DESC LIMIT $4",
                          message_of, facility, name_of(*state), bound_of(before), limit);
    return reader.all("SELECT " KARKHANA_MESSAGE_COLUMNS
                      "FROM message WHERE facility_id = $1 AND channel <> 'in_app' "
                      "AND message_id < $2 ORDER BY message_id DESC LIMIT $3",
                      message_of, facility, bound_of(before), limit);
}

std::optional<Message> find_message(store::Reader& reader, FacilityId const& facility,
                                    MessageId const& id) {
    return reader.first("SELECT " KARKHANA_MESSAGE_COLUMNS
                        "FROM message WHERE facility_id = $1 AND message_id = $2",
                        message_of, facility, id);
}

bool try_again(store::Writer& writer, FacilityId const& facility, MessageId const& id,
               Instant now) {
    return writer.execute("UPDATE message SET state = 'waiting', attempts = 0, due_at = $3, "
                          "useful_until = NULL WHERE facility_id = $1 AND message_id = $2 "
                          "AND state IN ('failed', 'expired') AND (webhook_id IS NULL OR EXISTS ("
                          "SELECT 1 FROM webhook w WHERE w.facility_id = message.facility_id "
                          "AND w.webhook_id = message.webhook_id AND w.secret IS NOT NULL))",
                          facility, id, now) == 1;
}

void overtake(store::Writer& writer, FacilityId const& facility, EnterpriseId const& party,
              std::string_view about, Instant now) {
    writer.execute("UPDATE message SET state = 'expired', failure = 'overtaken' "
                   "WHERE facility_id = $1 AND state = 'waiting' AND about = $2 AND due_at > $3 "
                   "AND (enterprise_id IS NULL OR enterprise_id = $4)",
                   facility, about, now, party);
    writer.execute("UPDATE message SET useful_until = $3 WHERE facility_id = $1 "
                   "AND channel <> 'in_app' AND state = 'sending' AND about = $2 "
                   "AND (enterprise_id IS NULL OR enterprise_id = $4)",
                   facility, about, now, party);
}

std::vector<Standing> standings(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT channel, count(CASE WHEN state <> 'failed' THEN 1 END), "
        "count(CASE WHEN state = 'failed' THEN 1 END) FROM message WHERE facility_id = $1 "
        "AND channel <> 'in_app' AND state IN ('waiting', 'sending', 'failed') "
        "GROUP BY channel ORDER BY channel",
        [](store::Row const& row) {
            return Standing{channel_of(row.text(0)).value(), row.integer(1), row.integer(2)};
        },
        facility);
}

std::vector<Contact> members_of(store::Reader& reader, FacilityId const& facility,
                                EnterpriseId const& enterprise) {
    return reader.all(
        // CROSS JOIN: SQLite would go through everybody, because that is the order asked for.
        "SELECT p.person_id, p.language, p.phone, c.email, c.by_sms, c.by_email "
        "FROM role_grant g CROSS JOIN person p LEFT JOIN contact c ON "
        "c.facility_id = p.facility_id AND c.person_id = p.person_id WHERE g.facility_id = $1 "
        "AND g.enterprise_id = $2 AND p.facility_id = g.facility_id AND p.person_id = g.person_id "
        "AND p.disabled = 0 ORDER BY g.person_id",
        contact_in, facility, enterprise);
}

std::optional<Contact> own_contact(store::Reader& reader, FacilityId const& facility,
                                   EnterpriseId const& enterprise) {
    return reader.first(
        "SELECT e.phone, c.language, c.email, c.by_sms, c.by_email FROM enterprise e "
        "LEFT JOIN enterprise_contact c ON c.facility_id = e.facility_id "
        "AND c.enterprise_id = e.enterprise_id WHERE e.facility_id = $1 AND e.enterprise_id = $2",
        [](store::Row const& row) {
            return Contact{.language = language_of(row.maybe_text(1).value_or("bn")),
                           .phone = row.maybe_text(0),
                           .email = row.maybe_text(2),
                           .by_sms = row.is_null(3) || row.flag(3),
                           .by_email = row.is_null(4) || row.flag(4)};
        },
        facility, enterprise);
}

void set_own_contact(store::Writer& writer, FacilityId const& facility,
                     EnterpriseId const& enterprise, Contact const& contact) {
    writer.execute(
        "INSERT INTO enterprise_contact (facility_id, enterprise_id, language, email, by_sms, "
        "by_email) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (facility_id, enterprise_id) "
        "DO UPDATE SET language = excluded.language, email = excluded.email, "
        "by_sms = excluded.by_sms, by_email = excluded.by_email",
        facility, enterprise, code_of(contact.language), contact.email, contact.by_sms,
        contact.by_email);
}

std::vector<Contact> contacts_of(store::Reader& reader, FacilityId const& facility,
                                 EnterpriseId const& enterprise) {
    auto found = members_of(reader, facility, enterprise);
    auto own = own_contact(reader, facility, enterprise).value_or(Contact{});
    // Whoever of them has the shop's own number has said whether it is to ring.
    if (own.phone && std::ranges::find(found, own.phone, &Contact::phone) != found.end())
        own.phone.reset();
    if (own.email && std::ranges::find(found, own.email, &Contact::email) != found.end())
        own.email.reset();
    if (own.phone || own.email) found.push_back(std::move(own));
    return found;
}

std::vector<Contact> contacts_of_role(store::Reader& reader, FacilityId const& facility,
                                      std::string_view role) {
    return reader.all(
        "SELECT p.person_id, p.language, p.phone, c.email, c.by_sms, c.by_email "
        "FROM role_grant g JOIN person p ON p.facility_id = g.facility_id "
        "AND p.person_id = g.person_id LEFT JOIN contact c ON c.facility_id = p.facility_id "
        "AND c.person_id = p.person_id WHERE g.facility_id = $1 AND g.role = $2 "
        "AND p.disabled = 0 ORDER BY p.person_id",
        contact_in, facility, role);
}

Contact contact_of(store::Reader& reader, FacilityId const& facility, PersonId const& person) {
    return reader
        .first(
            "SELECT p.person_id, p.language, p.phone, c.email, c.by_sms, c.by_email FROM person p "
            "LEFT JOIN contact c ON c.facility_id = p.facility_id AND c.person_id = p.person_id "
            "WHERE p.facility_id = $1 AND p.person_id = $2",
            contact_in, facility, person)
        .value();
}

void set_contact(store::Writer& writer, FacilityId const& facility, Contact const& contact) {
    writer.execute("INSERT INTO contact (facility_id, person_id, email, by_sms, by_email) "
                   "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (facility_id, person_id) DO UPDATE SET "
                   "email = excluded.email, by_sms = excluded.by_sms, by_email = excluded.by_email",
                   facility, contact.person, contact.email, contact.by_sms, contact.by_email);
    writer.execute("UPDATE person SET language = $3 WHERE facility_id = $1 AND person_id = $2 "
                   "AND language <> $3",
                   facility, contact.person, code_of(contact.language));
}

bool has_quiet_hours(store::Reader& reader, FacilityId const& facility) {
    return reader.exists("SELECT 1 FROM quiet_hours WHERE facility_id = $1", facility);
}

QuietHours quiet_hours(store::Reader& reader, FacilityId const& facility) {
    return reader
        .first(
            "SELECT from_minute, until_minute FROM quiet_hours WHERE facility_id = $1",
            [](store::Row const& row) {
                return QuietHours{static_cast<int>(row.integer(0)),
                                  static_cast<int>(row.integer(1))};
            },
            facility)
        .value_or(QuietHours{});
}

void set_quiet_hours(store::Writer& writer, FacilityId const& facility, QuietHours const& quiet) {
    writer.execute("INSERT INTO quiet_hours (facility_id, from_minute, until_minute) "
                   "VALUES ($1, $2, $3) ON CONFLICT (facility_id) DO UPDATE SET "
                   "from_minute = excluded.from_minute, until_minute = excluded.until_minute",
                   facility, quiet.from_minute, quiet.until_minute);
}

}  // namespace karkhana::notify
