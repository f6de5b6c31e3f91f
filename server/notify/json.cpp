#include "server/http/json.hpp"

#include "server/notify/json.hpp"

namespace karkhana::notify {
namespace {

namespace json = boost::json;

}  // namespace

json::object notice_json(Message const& message, Zone const& zone) {
    return {{"id", message.id.text()},
            {"kind", message.kind},
            {"about", message.about},
            {"language", message.language == Language::bn ? "bn" : "en"},
            {"subject", message.subject},
            {"text", message.text},
            {"created_at", to_rfc3339(message.created_at, zone)},
            {"read_at", http::or_null(message.read_at, zone)}};
}

json::object message_json(Message const& message, Zone const& zone) {
    auto shown = notice_json(message, zone);
    shown.erase("read_at");
    shown["channel"] = name_of(message.channel);
    shown["address"] = message.address;
    shown["enterprise_id"] =
        message.enterprise ? json::value(message.enterprise->text()) : json::value(nullptr);
    shown["state"] = name_of(message.state);
    shown["attempts"] = message.attempts;
    shown["parts"] = message.parts;
    shown["due_at"] = to_rfc3339(message.due_at, zone);
    shown["sent_at"] = http::or_null(message.sent_at, zone);
    shown["failure"] = message.failure;
    return shown;
}

json::object contact_json(Contact const& contact, Ways const& has) {
    return {{"phone", http::or_null(contact.phone)},
            {"email", http::or_null(contact.email)},
            {"by_sms", contact.by_sms},
            {"by_email", contact.by_email},
            {"language", contact.language == Language::bn ? "bn" : "en"},
            {"sms_here", has.sms},
            {"email_here", has.email}};
}

ContactChange read_contact_change(http::JsonBody& body) {
    ContactChange change{.email = body.maybe_text("email", 254),
                         .by_sms = body.flag("by_sms"),
                         .by_email = body.flag("by_email"),
                         .language = std::nullopt};
    if (change.email) {
        auto normal = normal_email(*change.email);
        if (normal)
            change.email = *normal;
        else
            body.fail(normal.error().code, "email", normal.error().detail);
    }
    auto const language = body.maybe_text("language", 2);
    if (!language) return change;
    if (*language != "bn" && *language != "en")
        body.fail("bad_language", "language", "It is bn or en.");
    change.language = *language == "en" ? Language::en : Language::bn;
    return change;
}

Contact changed(Contact contact, ContactChange const& change) {
    contact.email = change.email;
    contact.by_sms = change.by_sms;
    contact.by_email = change.by_email;
    contact.language = change.language.value_or(contact.language);
    return contact;
}

json::object quiet_hours_json(QuietHours const& quiet) {
    return {{"from_minute", quiet.from_minute}, {"until_minute", quiet.until_minute}};
}

json::object webhook_json(Webhook const& webhook, Zone const& zone) {
    return {{"id", webhook.id.text()},
            {"url", webhook.url},
            {"created_at", to_rfc3339(webhook.created_at, zone)}};
}

}  // namespace karkhana::notify
