#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/maintenance/handlers.hpp"
#include "server/maintenance/json.hpp"
#include "server/maintenance/photo.hpp"
#include "server/maintenance/records.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::maintenance {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

constexpr std::size_t longest_words = 2000;
constexpr std::size_t most_photos = 10;
/// A breakdown that is told of later may have begun so long ago.
constexpr std::chrono::days longest_unnoticed{7};

Response closed() {
    return http::problem({ErrorKind::conflict, "wrong_state", "", "It is closed."});
}

Response not_found() { return http::problem({ErrorKind::not_found, "not_found"}); }

void audit(store::Writer& writer, http::Principal const& who, std::string action,
           TicketId const& ticket, json::object const& after, Instant now) {
    people::append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = std::move(action),
                          .subject = "ticket/" + ticket.text(),
                          .after = json::serialize(after)},
                         now);
}

Response shown(int status, Ticket const& ticket, Zone const& zone) {
    return http::json_response(status, ticket_json(ticket, zone))
        .with("ETag", http::etag(ticket.version));
}

struct TicketDraft {
    Ticket ticket;
    bool blocks = false;  ///< nobody is to book the machine while it is open
};

Result<TicketDraft> read_ticket(Request const& request, Instant now) {
    auto body = JsonBody::parse(request);
    TicketDraft draft;
    auto& ticket = draft.ticket;
    ticket.machine = body.id<MachineId>("machine_id");
    auto const kind = ticket_kind_of(body.text("kind"));
    if (!kind) body.fail("bad_kind", "kind", "breakdown, fault or incident");
    ticket.kind = kind.value_or(TicketKind::fault);
    ticket.words = body.text("words", longest_words);
    auto const from = body.maybe_at("down_from");
    if (from && (*from > now || *from < now - longest_unnoticed))
        body.fail("bad_time", "down_from", "within the last seven days");
    if (from && ticket.kind != TicketKind::breakdown)
        body.fail("bad_time", "down_from", "only a breakdown stops the machine");
    ticket.hurt = body.maybe_text("hurt", longest_words).value_or("");
    draft.blocks = body.maybe_flag("blocks").value_or(false);
    if ((draft.blocks || !ticket.hurt.empty()) && ticket.kind != TicketKind::incident)
        body.fail("only_of_incident", "kind", "a breakdown stops the machine by itself");
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (ticket.words.empty())
        return refuse(ErrorKind::invalid, "words_missing", "say what is wrong", "/words");
    if (ticket.kind == TicketKind::breakdown) ticket.down_from = from.value_or(now);
    draft.blocks |= ticket.down_from.has_value();
    return draft;
}

/// Runs a change of the ticket in the path, at the version that the caller has seen.
template <class Change>
Response on_ticket(Services const& services, Request const& request, std::string action,
                   Change const& change) {
    auto const id = http::path_id<TicketId>(request);
    if (!id) return http::problem(id.error());
    auto const version = http::if_match(request);
    if (!version) return http::problem(version.error());
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_care(writer, who.facility);
        auto ticket = find_ticket(writer, who.facility, *id);
        if (!ticket) return not_found();
        if (ticket->closed_at) return closed();
        if (ticket->version != *version) return http::problem({ErrorKind::stale, "stale"});
        if (auto const error = change(writer, *ticket, now)) return http::problem(*error);
        if (!update_ticket(writer, who.facility, *ticket))
            return http::problem({ErrorKind::stale, "stale"});
        auto const zone = services.books.get(writer, who.facility)->zone;
        auto const after = find_ticket(writer, who.facility, *id).value();
        audit(writer, who, action, *id, ticket_json(after, zone), now);
        return shown(200, after, zone);
    });
}

Result<TicketFilter> read_filter(Request const& request) {
    TicketFilter filter;
    if (auto const text = request.parameter("machine_id")) {
        filter.machine = MachineId::parse(*text);
        if (!filter.machine) return refuse(ErrorKind::invalid, "bad_id", "machine_id is no id");
    }
    auto const open = request.parameter("open").value_or("false");
    if (open != "true" && open != "false")
        return refuse(ErrorKind::invalid, "out_of_range", "open is true or false");
    filter.open = open == "true";
    if (auto const cursor = request.parameter("cursor")) {
        filter.after = TicketId::parse(*cursor);
        if (!filter.after)
            return refuse(ErrorKind::invalid, "bad_cursor", "The cursor is not one of this list.");
    }
    return filter;
}

}  // namespace

Response list_tickets(Services const& services, Request const& request) {
    auto const limit = http::query_limit(request);
    if (!limit) return http::problem(limit.error());
    auto const filter = read_filter(request);
    if (!filter) return http::problem(filter.error());
    auto const& facility = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, facility)->zone;
        auto found = list_tickets(reader, facility, *filter, *limit + 1);
        json::value next = nullptr;
        if (found.size() > static_cast<std::size_t>(*limit)) {
            found.pop_back();
            next = json::value(found.back().id.text());
        }
        json::array items;
        for (auto const& each : found) items.push_back(ticket_json(each, zone));
        return http::json_response(
            200, json::object{{"items", std::move(items)}, {"next", std::move(next)}});
    });
}

Response open_ticket(Services const& services, Request const& request) {
    auto const now = services.clock.now();
    auto const draft = read_ticket(request, now);
    if (!draft) return http::problem(draft.error());
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        if (!facility::find_machine(writer, who.facility, draft->ticket.machine))
            return not_found();
        auto ticket = draft->ticket;
        ticket.id = services.ids.make<TicketId>();
        ticket.opened_at = now;
        ticket.opened_by = who.person;
        if (draft->blocks)
            ticket.outage =
                keep_from_bookings(writer, who.facility, ticket, services.ids.make<OutageId>(),
                                   ticket.down_from.value_or(now), now);
        insert_ticket(writer, who.facility, ticket);
        auto const zone = services.books.get(writer, who.facility)->zone;
        audit(writer, who, "openTicket", ticket.id, ticket_json(ticket, zone), now);
        return shown(201, ticket, zone).with("Location", "/api/v1/tickets/" + ticket.id.text());
    });
}

Response get_ticket(Services const& services, Request const& request) {
    auto const id = http::path_id<TicketId>(request);
    if (!id) return http::problem(id.error());
    auto const& facility = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const ticket = find_ticket(reader, facility, *id);
        if (!ticket) return not_found();
        return shown(200, *ticket, services.books.get(reader, facility)->zone);
    });
}

Response change_ticket(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const spares = body.maybe_text("spares", longest_words);
    auto const cause = body.maybe_text("cause", longest_words);
    auto const follow_up = body.maybe_text("follow_up", longest_words);
    if (auto const error = body.finish()) return http::problem(*error);
    return on_ticket(services, request, "changeTicket",
                     [&](store::Writer&, Ticket& ticket, Instant) -> std::optional<Error> {
                         if (spares) ticket.spares = *spares;
                         if (cause) ticket.cause = *cause;
                         if (follow_up) ticket.follow_up = *follow_up;
                         return std::nullopt;
                     });
}

Response close_ticket(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const spares = body.maybe_text("spares", longest_words);
    auto const cause = body.maybe_text("cause", longest_words);
    auto const follow_up = body.maybe_text("follow_up", longest_words);
    auto const until = body.maybe_at("down_until");
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return on_ticket(
        services, request, "closeTicket",
        [&](store::Writer& writer, Ticket& ticket, Instant now) -> std::optional<Error> {
            if (until && (!ticket.down_from || *until < *ticket.down_from || *until > now))
                return Error{ErrorKind::invalid, "bad_time", "/down_until",
                             "after the machine broke, and not after now"};
            if (spares) ticket.spares = *spares;
            if (cause) ticket.cause = *cause;
            if (follow_up) ticket.follow_up = *follow_up;
            if (!ticket.hurt.empty() && ticket.follow_up.empty())
                return Error{ErrorKind::invalid, "follow_up_missing", "/follow_up",
                             "Somebody was hurt: say what was done about it."};
            // The clock may have been set back since it broke.
            if (ticket.down_from)
                ticket.down_until = std::max(until.value_or(now), *ticket.down_from);
            if (ticket.outage) facility::withdraw_outage(writer, who.facility, *ticket.outage, now);
            ticket.closed_at = now;
            ticket.closed_by = who.person;
            return std::nullopt;
        });
}

Response add_photo(Services const& services, Request const& request) {
    auto const id = http::path_id<TicketId>(request);
    if (!id) return http::problem(id.error());
    auto const& who = request.principal.value();
    // Decoding is work: not for whoever names a ticket that is not there, and not in a transaction.
    if (!services.store.read([&](store::Reader& reader) {
            return find_ticket(reader, who.facility, *id).has_value();
        }))
        return not_found();
    auto const picture = encode_again(request.body);
    if (!picture) return http::problem(picture.error());
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        auto const ticket = find_ticket(writer, who.facility, *id);
        if (!ticket) return not_found();
        if (ticket->closed_at) return closed();
        if (ticket->photos.size() >= most_photos)
            return http::problem({ErrorKind::conflict, "too_many", "", "Ten photos are enough."});
        Photo const photo{services.ids.make<PhotoId>(), picture->width, picture->height};
        insert_photo(writer, who.facility, *id, photo, picture->jpeg, who.person, now);
        json::object const answer{
            {"id", photo.id.text()}, {"width", photo.width}, {"height", photo.height}};
        audit(writer, who, "addPhoto", *id, answer, now);
        return http::json_response(201, answer);
    });
}

Response get_photo(Services const& services, Request const& request) {
    auto const id = http::path_id<TicketId>(request);
    auto const photo = http::path_id<PhotoId>(request, "photo");
    if (!id || !photo) return not_found();
    auto bytes = services.store.read([&](store::Reader& reader) {
        return photo_bytes(reader, request.principal.value().facility, *id, *photo);
    });
    if (!bytes) return not_found();
    return http::Response{.content_type = "image/jpeg", .body = std::move(*bytes)}.with(
        "Cache-Control", "private, max-age=31536000, immutable");
}

}  // namespace karkhana::maintenance
