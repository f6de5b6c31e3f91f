#include "server/notify/outbox.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "server/facility/records.hpp"
#include "server/notify/webhooks.hpp"

namespace karkhana::notify {
namespace {

/// The event as another program reads it: what, about what, and the values in both languages.
std::string event_json(News const& news, std::optional<EnterpriseId> const& enterprise,
                       Zone const& zone, Instant now) {
    boost::json::object data{{"about", news.about}};
    if (enterprise) data["enterprise_id"] = enterprise->text();
    for (auto const& [name, value] : news.values)
        data[name] = boost::json::object{{"en", value.en}, {"bn", value.bn}};
    return boost::json::serialize(boost::json::object{
        {"type", news.kind}, {"timestamp", to_rfc3339(now, zone)}, {"data", std::move(data)}});
}

std::string occasion_of(News const& news, Channel channel, std::string_view address) {
    return std::string{news.kind} + " " + news.about + " " + news.occasion + " " +
           std::string{name_of(channel)} + " " + std::string{address};
}

/// What all messages of the news have in common.
Message begun(FacilityId const& facility, std::optional<EnterpriseId> const& enterprise,
              News const& news, Instant now) {
    Message message;
    message.facility = facility;
    message.kind = news.kind;
    message.enterprise = enterprise;
    message.about = news.about;
    message.created_at = now;
    message.due_at = now;
    message.useful_until = news.useful_until;
    return message;
}

Message said(Message message, Template const& words, Contact const& contact, Way const& way,
             News const& news) {
    bool const bangla = contact.language == Language::bn;
    bool const shown = way.channel == Channel::in_app;
    message.channel = way.channel;
    message.person = contact.person;
    message.address = way.address;
    message.language = contact.language;
    message.subject = bangla ? words.subject.bn : words.subject.en;
    auto values = news.values;
    values.insert(news.secrets.begin(), news.secrets.end());
    message.text = filled(bangla ? words.text.bn : words.text.en, values, contact.language);
    message.occasion = occasion_of(news, way.channel, shown ? contact.person->text() : way.address);
    if (way.channel == Channel::email) message.calendar = news.calendar;
    if (way.channel == Channel::sms) message.parts = sms_size(message.text).parts;
    if (!shown) return message;
    message.state = State::sent;
    message.sent_at = message.due_at = message.created_at;
    return message;
}

/// A member of an ME books for it, and does not see its money.
void leave_out_members(store::Reader& reader, FacilityId const& facility,
                       EnterpriseId const& enterprise, std::vector<Contact>& contacts) {
    std::set<PersonId> members;
    reader.each(
        "SELECT person_id FROM role_grant WHERE facility_id = $1 AND enterprise_id = $2 "
        "AND role = 'member'",
        [&](store::Row const& row) { members.insert(row.id<PersonId>(0)); }, facility, enterprise);
    std::erase_if(contacts, [&](Contact const& each) {
        return each.person && members.contains(*each.person);
    });
}

bool is_of_money(std::string_view kind) {
    return kind == "invoice_issued" || kind == "bill_reminder";
}

}  // namespace

void Outbox::tell_enterprise(store::Writer& writer, FacilityId const& facility,
                             EnterpriseId const& enterprise, News const& news, Instant now) const {
    auto contacts = contacts_of(writer, facility, enterprise);
    if (is_of_money(news.kind)) leave_out_members(writer, facility, enterprise, contacts);
    tell(writer, facility, enterprise, contacts, news, now);
    tell_webhooks(writer, facility, enterprise, news, now);
}

void Outbox::tell_staff(store::Writer& writer, FacilityId const& facility, std::string_view role,
                        News const& news, Instant now) const {
    tell(writer, facility, std::nullopt, contacts_of_role(writer, facility, role), news, now);
}

void Outbox::tell_person(store::Writer& writer, FacilityId const& facility, PersonId const& person,
                         News const& news, Instant now) const {
    tell(writer, facility, std::nullopt, {contact_of(writer, facility, person)}, news, now);
}

void Outbox::tell_address(store::Writer& writer, FacilityId const& facility,
                          std::string const& email, News const& news, Instant now) const {
    auto message = begun(facility, std::nullopt, news, now);
    message.id = ids_.make<MessageId>();
    insert_message(writer, said(message, template_of(news.kind), {.language = Language::en},
                                {Channel::email, email}, news));
}

void Outbox::tell(store::Writer& writer, FacilityId const& facility,
                  std::optional<EnterpriseId> const& enterprise,
                  std::vector<Contact> const& contacts, News const& news, Instant now) const {
    auto const& words = template_of(news.kind);
    auto message = begun(facility, enterprise, news, now);
    std::optional<Instant> allowed;
    for (auto const& contact : contacts)
        for (auto const& way : ways_to(contact, words.screen_only ? Ways{} : has_)) {
            // The screen is quiet at night too.
            if (way.channel != Channel::in_app && !allowed)
                message.due_at = allowed.emplace(allowed_from(writer, facility, news.kind, now));
            message.id = ids_.make<MessageId>();
            insert_message(writer, said(message, words, contact, way, news));
        }
}

void Outbox::tell_webhooks(store::Writer& writer, FacilityId const& facility,
                           std::optional<EnterpriseId> const& enterprise, News const& news,
                           Instant now) const {
    auto const wanted = webhooks(writer, facility);
    if (wanted.empty()) return;
    auto message = begun(facility, enterprise, news, now);
    message.channel = Channel::webhook;
    message.language = Language::en;
    message.subject = news.kind;
    message.text = event_json(news, enterprise, facility::zone_of(writer, facility), now);
    for (auto const& webhook : wanted) {
        message.id = ids_.make<MessageId>();
        message.webhook = webhook.id;
        message.occasion = occasion_of(news, Channel::webhook, webhook.id.text());
        insert_message(writer, message);
    }
}

}  // namespace karkhana::notify
