#include <algorithm>
#include <boost/json/array.hpp>

#include "server/billing/ledger.hpp"
#include "server/billing/runs.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"
#include "server/recycling/handlers.hpp"
#include "server/recycling/json.hpp"
#include "server/recycling/money.hpp"

namespace karkhana::recycling {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

/// A lorry.
constexpr std::int64_t heaviest = 100'000'000;
/// What was weighed while the office was closed is entered within a month.
constexpr std::chrono::days longest_ago{31};

Response not_found() { return http::problem({ErrorKind::not_found, "not_found"}); }

/// What every ticket says, however it was weighed.
Ticket read_common(JsonBody& body) {
    Ticket ticket;
    auto const direction = direction_of(body.text("direction"));
    if (!direction) body.fail("bad_direction", "direction", "in, out or residue");
    ticket.direction = direction.value_or(Direction::in);
    ticket.material = body.id<MaterialId>("material_id");
    ticket.enterprise = body.maybe_id<EnterpriseId>("enterprise_id");
    ticket.batch = body.maybe_id<BatchId>("batch_id");
    ticket.tare_g = body.maybe_integer("tare_g", 0, heaviest).value_or(0);
    auto const deal = deal_of(body.maybe_text("deal").value_or("none"));
    if (!deal) body.fail("bad_deal", "deal", "none, scrap, tipping or sale");
    ticket.deal = deal.value_or(Deal::none);
    return ticket;
}

void read_by_hand(JsonBody& body, Ticket& ticket) {
    ticket.gross_g = body.integer("gross_g", 0, heaviest);
    ticket.reason = body.text("reason", 500);
}

struct Draft {
    Ticket ticket;
    bool indicator = false;
    std::optional<DeviceId> device;
};

Result<Draft> read_draft(Request const& request, Instant now) {
    auto body = JsonBody::parse(request);
    Draft draft{.ticket = read_common(body), .indicator = false, .device = {}};
    draft.ticket.at = now;
    auto const source = body.text("source");
    if (source != "indicator" && source != "hand")
        body.fail("bad_source", "source", "indicator or hand");
    draft.indicator = source == "indicator";
    if (draft.indicator) {
        draft.device = body.maybe_id<DeviceId>("device_id");
    } else {
        read_by_hand(body, draft.ticket);
        draft.ticket.at = body.maybe_at("at").value_or(now);
        if (draft.ticket.at > now || draft.ticket.at < now - longest_ago)
            body.fail("bad_time", "at", "within the last month");
    }
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    return draft;
}

/// Finds what the ticket speaks of, prices and books it.
Result<Ticket> keep(Services const& services, store::Writer& writer, FacilityId const& here,
                    Ticket ticket) {
    auto const materials = list_materials(writer, here);
    auto const material = std::ranges::find(materials, ticket.material, &Material::id);
    if (material == materials.end()) return refuse(ErrorKind::not_found, "not_found");
    if (ticket.enterprise && !people::find_enterprise(writer, here, *ticket.enterprise))
        return refuse(ErrorKind::not_found, "not_found");
    if (ticket.batch && !find_batch(writer, here, *ticket.batch, ticket.created_at))
        return refuse(ErrorKind::not_found, "not_found");
    auto valid = valid_ticket(std::move(ticket));
    if (!valid) return valid;
    auto const prices = list_prices(writer, here);
    auto sound = priced(std::move(*valid), prices);
    if (!sound) return sound;
    sound->id = services.ids.make<TicketId>();
    sound->number = billing::next_number(writer, here, "weigh_ticket");
    insert_ticket(writer, here, *sound);
    if (auto const booked = book_deal(writer, here, services.ids, *sound, *material); !booked)
        return tl::make_unexpected(booked.error());
    return sound;
}

}  // namespace

Response list_weigh_tickets(Services const& services, Request const& request) {
    auto const limit = http::query_limit(request);
    if (!limit) return http::problem(limit.error());
    auto const cursor = http::query_cursor(request);
    if (!cursor) return http::problem(cursor.error());
    auto const here = request.principal.value().facility;
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        auto found = list_tickets(reader, here, *cursor, *limit + 1);
        json::value next = nullptr;
        if (found.size() > static_cast<std::size_t>(*limit)) {
            found.pop_back();
            next = json::value(std::to_string(found.back().number));
        }
        json::array items;
        for (auto const& ticket : found) items.push_back(ticket_json(ticket, zone));
        return http::json_response(
            200, json::object{{"items", std::move(items)}, {"next", std::move(next)}});
    });
}

Response create_weigh_ticket(Services const& services, Request const& request) {
    auto const now = services.clock.now();
    auto draft = read_draft(request, now);
    if (!draft) return http::problem(draft.error());
    auto const& who = request.principal.value();
    // The load is off the scale when an answer that got lost is asked for again.
    if (auto answered = people::answered_before(services.store, request)) return *answered;
    if (draft->indicator) {
        auto const weighed = services.weigh(who.facility, draft->device);
        if (!weighed) return http::problem(weighed.error());
        draft->ticket.indicator = *weighed;
        draft->ticket.gross_g = weighed->gross_g;
    }
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        billing::lock_billing(writer, who.facility);
        lock_recycling(writer, who.facility);
        auto ticket = draft->ticket;
        ticket.created_at = now;
        ticket.by = who.person;
        auto const kept = keep(services, writer, who.facility, std::move(ticket));
        if (!kept) return http::problem(kept.error());
        auto const shown = ticket_json(*kept, services.books.get(writer, who.facility)->zone);
        audit(writer, who, "createWeighTicket", "weigh-ticket/" + kept->id.text(), shown,
              kept->reason, now);
        return http::json_response(201, shown);
    });
}

Response correct_weigh_ticket(Services const& services, Request const& request) {
    auto const id = http::path_id<TicketId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    auto draft = read_common(body);
    read_by_hand(body, draft);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        billing::lock_billing(writer, who.facility);
        lock_recycling(writer, who.facility);
        auto const before = find_ticket(writer, who.facility, *id);
        if (!before) return not_found();
        if (before->corrected_by)
            return http::problem({ErrorKind::conflict, "already_corrected", "",
                                  "correct the ticket that stands in its place"});
        auto ticket = draft;
        ticket.corrects = before->id;
        ticket.at = before->at;
        ticket.created_at = now;
        ticket.by = who.person;
        auto const kept = keep(services, writer, who.facility, std::move(ticket));
        if (!kept) return http::problem(kept.error());
        if (auto const undone =
                take_back(writer, who.facility, services.ids, *before, kept->reason, now);
            !undone)
            return http::problem(undone.error());
        auto const shown = ticket_json(*kept, services.books.get(writer, who.facility)->zone);
        audit(writer, who, "correctWeighTicket", "weigh-ticket/" + id->text(), shown, kept->reason,
              now);
        return http::json_response(201, shown);
    });
}

}  // namespace karkhana::recycling
