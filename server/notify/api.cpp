#include "server/notify/api.hpp"

#include <boost/json/serialize.hpp>

#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/operations.hpp"
#include "server/http/paging.hpp"
#include "server/notify/handlers.hpp"
#include "server/notify/json.hpp"
#include "server/notify/records.hpp"
#include "server/notify/webhook_sender.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::notify {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::size_t webhooks_allowed = 10;

Result<std::optional<MessageId>> query_before(Request const& request) {
    auto const text = request.parameter("cursor");
    if (!text) return std::nullopt;
    auto const id = MessageId::parse(*text);
    if (!id) return refuse(ErrorKind::invalid, "bad_cursor", "The cursor is not one of this list.");
    return *id;
}

// ---------------------------------------------------------------- what is said to me

/// A page of what `read` finds, one more than is shown, with the id that the next one goes on from.
template <class Read, class Show>
Response page(Services const& services, Request const& request, Read&& read, Show&& show,
              json::object extra(store::Reader&, http::Principal const&)) {
    auto const limit = http::query_limit(request);
    if (!limit) return http::problem(limit.error());
    auto const before = query_before(request);
    if (!before) return http::problem(before.error());
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, who.facility);
        std::vector<Message> found = read(reader, who, *before, *limit + 1);
        bool const more = found.size() > static_cast<std::size_t>(*limit);
        if (more) found.pop_back();
        json::array items;
        for (auto const& each : found) items.push_back(show(each, zone));
        auto answer = extra(reader, who);
        answer["items"] = std::move(items);
        answer["next"] = more ? json::value(found.back().id.text()) : json::value(nullptr);
        return http::json_response(200, answer);
    });
}

json::object unread_count(store::Reader& reader, http::Principal const& who) {
    return {{"unread", unread(reader, who.facility, who.person)}};
}

Response list_notices(Services const& services, Request const& request) {
    return page(
        services, request,
        [](store::Reader& reader, http::Principal const& who, auto const& before, int limit) {
            return inbox(reader, who.facility, who.person, before, limit);
        },
        notice_json, unread_count);
}

Response read_notice(Services const& services, Request const& request) {
    auto const id = http::path_id<MessageId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        if (!mark_read(writer, who.facility, who.person, *id, services.clock.now()))
            return http::problem({ErrorKind::not_found, "not_found"});
        return http::json_response(200, unread_count(writer, who));
    });
}

Response get_contact(Services const& services, Request const& request) {
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        return http::json_response(
            200, contact_json(contact_of(reader, who.facility, who.person), services.has));
    });
}

Response change_contact(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const change = read_contact_change(body);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const contact = changed(contact_of(writer, who.facility, who.person), change);
        set_contact(writer, who.facility, contact);
        auto const shown = contact_json(contact, services.has);
        append_audit(writer, who, "changeContact", "person/" + who.person.text(), shown,
                     services.clock.now());
        return http::json_response(200, shown);
    });
}

// ---------------------------------------------------------------- what goes out of the house

json::object nothing_more(store::Reader&, http::Principal const&) { return {}; }

Response list_outbox(Services const& services, Request const& request) {
    std::optional<State> state;
    if (auto const name = request.parameter("state")) {
        state = state_of(*name);
        if (!state)
            return http::problem(
                {ErrorKind::invalid, "unknown_state", "", "There is no such state."});
    }
    return page(
        services, request,
        [&](store::Reader& reader, http::Principal const& who, auto const& before, int limit) {
            return outbox(reader, who.facility, state, before, limit);
        },
        message_json, nothing_more);
}

Response retry_message(Services const& services, Request const& request) {
    auto const id = http::path_id<MessageId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const found = find_message(writer, who.facility, *id);
        if (!found) return http::problem({ErrorKind::not_found, "not_found"});
        if (!try_again(writer, who.facility, *id, now))
            return http::problem({ErrorKind::conflict, "wrong_state", "",
                                  "Only what has failed can be tried again."});
        auto const after = message_json(find_message(writer, who.facility, *id).value(),
                                        facility::zone_of(writer, who.facility));
        append_audit(writer, who, "retryMessage", "message/" + id->text(), after, now);
        return http::json_response(200, after);
    });
}

Response get_quiet_hours(Services const& services, Request const& request) {
    return services.store.read([&](store::Reader& reader) {
        return http::json_response(
            200, quiet_hours_json(quiet_hours(reader, request.principal.value().facility)));
    });
}

Response change_quiet_hours(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    QuietHours const quiet{static_cast<int>(body.integer("from_minute", 0, 1439)),
                           static_cast<int>(body.integer("until_minute", 0, 1439))};
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        set_quiet_hours(writer, who.facility, quiet);
        append_audit(writer, who, "changeQuietHours", "facility/" + who.facility.text(),
                     quiet_hours_json(quiet), services.clock.now());
        return http::json_response(200, quiet_hours_json(quiet));
    });
}

// ---------------------------------------------------------------- other programs

Response list_webhooks(Services const& services, Request const& request) {
    auto const& who = request.principal.value();
    return services.store.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, who.facility);
        json::array items;
        for (auto const& each : webhooks(reader, who.facility))
            items.push_back(webhook_json(each, zone));
        return http::json_response(200, json::object{{"items", std::move(items)}});
    });
}

Response create_webhook(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const url = body.text("url", 500);
    auto const valid = valid_webhook_url(url);
    if (!valid) body.fail(valid.error().code, "url", valid.error().detail);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    auto const now = services.clock.now();
    Webhook const webhook{services.ids.make<WebhookId>(), url, new_webhook_secret(services.secrets),
                          now};
    auto const insert = [&](store::Writer& writer) {
        if (webhooks(writer, who.facility).size() >= webhooks_allowed)
            return http::problem({ErrorKind::conflict, "too_many", "/url",
                                  "There are ten already: delete one that nobody needs."});
        insert_webhook(writer, who.facility, webhook);
        auto shown = webhook_json(webhook, facility::zone_of(writer, who.facility));
        append_audit(writer, who, "createWebhook", "webhook/" + webhook.id.text(), shown, now);
        shown["secret"] = webhook.secret;
        return http::json_response(201, shown);
    };
    return people::write_once(services.store, services.clock, request, insert,
                              people::Keep::status);
}

Response delete_webhook(Services const& services, Request const& request) {
    auto const id = http::path_id<WebhookId>(request);
    if (!id) return http::problem(id.error());
    auto const& who = request.principal.value();
    bool const gone = services.store.write([&](store::Writer& writer) {
        if (!notify::delete_webhook(writer, who.facility, *id)) return false;
        append_audit(writer, who, "deleteWebhook", "webhook/" + id->text(), {},
                     services.clock.now());
        return true;
    });
    if (!gone) return http::problem({ErrorKind::not_found, "not_found"});
    return {.status = 204};
}

/// Everything up to and with one, so that a long list is read with one touch.
Response read_notices(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const until = body.id<MessageId>("until");
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        mark_all_read(writer, who.facility, who.person, until, services.clock.now());
        return http::json_response(200, unread_count(writer, who));
    });
}

constexpr http::Operation<Services> operations[]{
    {"GET", "/api/v1/notices", "listNotices", list_notices},
    {"POST", "/api/v1/notices/{id}/read", "readNotice", read_notice},
    {"POST", "/api/v1/notices/read", "readNotices", read_notices},
    {"GET", "/api/v1/me/contact", "getContact", get_contact},
    {"POST", "/api/v1/me/contact", "changeContact", change_contact},
    {"GET", "/api/v1/messages", "listMessages", list_outbox},
    {"POST", "/api/v1/messages/{id}/retry", "retryMessage", retry_message},
    {"GET", "/api/v1/quiet-hours", "getQuietHours", get_quiet_hours},
    {"POST", "/api/v1/quiet-hours", "changeQuietHours", change_quiet_hours},
    {"GET", "/api/v1/webhooks", "listWebhooks", list_webhooks},
    {"POST", "/api/v1/webhooks", "createWebhook", create_webhook},
    {"DELETE", "/api/v1/webhooks/{id}", "deleteWebhook", delete_webhook},
    {"GET", "/api/v1/enterprises/{id}/contacts", "listContacts", list_contacts},
    {"POST", "/api/v1/enterprises/{id}/contact", "changeEnterpriseContact",
     change_enterprise_contact},
    {"POST", "/api/v1/people/{id}/contact", "changePersonContact", change_person_contact},
    {"POST", "/api/v1/messages/test", "testMessage", test_message},
};

}  // namespace

void add_routes(http::Router& router, Services const& services) {
    http::add_operations(router, services, operations);
}

}  // namespace karkhana::notify
