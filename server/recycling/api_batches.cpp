#include <boost/json/array.hpp>
#include <map>

#include "server/billing/ledger.hpp"
#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/people/idempotency.hpp"
#include "server/recycling/handlers.hpp"
#include "server/recycling/json.hpp"

namespace karkhana::recycling {
namespace {

namespace json = boost::json;
using http::JsonBody;
using http::Request;
using http::Response;

/// How far back batches are listed.
constexpr std::chrono::days shown_days{400};

Response no_such_batch() { return http::problem({ErrorKind::not_found, "not_found"}); }

json::array shown_batches(store::Reader& reader, FacilityId const& here, Interval during,
                          Instant now, Zone const& zone) {
    auto const settings = recycling_settings(reader, here);
    auto const prices = costs::energy_prices(reader, here, during);
    std::map<BatchId, std::vector<Ticket>> tickets;
    for (auto& ticket : tickets_of_batches(reader, here, during))
        tickets[*ticket.batch].push_back(std::move(ticket));
    json::array items;
    for (auto const& batch : batches_within(reader, here, during, now))
        items.push_back(batch_json(batch, mass_of(tickets[batch.id]), electricity_of(batch, prices),
                                   setting_at(settings, batch.began_at).tolerance_e4, zone));
    return items;
}

/// One batch, as the list shows it.
json::object shown_batch(store::Reader& reader, FacilityId const& here, Batch const& batch,
                         Instant now, Zone const& zone) {
    Interval const moment{batch.began_at, batch.began_at + Duration{1}};
    for (auto& each : shown_batches(reader, here, moment, now, zone))
        if (each.at("id").as_string() == batch.id.text()) return std::move(each.as_object());
    return {};
}

}  // namespace

Response list_batches(Services const& services, Request const& request) {
    auto const here = request.principal.value().facility;
    auto const now = services.clock.now();
    return services.store.read([&](store::Reader& reader) {
        auto const zone = services.books.get(reader, here)->zone;
        Interval const during{now - shown_days, now + Duration{1}};
        return http::json_response(
            200, json::object{{"items", shown_batches(reader, here, during, now, zone)}});
    });
}

Response begin_batch(Services const& services, Request const& request) {
    auto body = JsonBody::parse(request);
    auto const machine = body.id<MachineId>("machine_id");
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_recycling(writer, who.facility);
        if (!facility::find_machine(writer, who.facility, machine)) return no_such_batch();
        for (auto const& other :
             batches_within(writer, who.facility, {Instant{}, Instant::max()}, now))
            if (other.machine == machine && !other.ended_at)
                return http::problem({ErrorKind::conflict, "batch_open", "", "end it first"});
        Batch const batch{.id = services.ids.make<BatchId>(),
                          .number = billing::next_number(writer, who.facility, "recycling_batch"),
                          .machine = machine,
                          .began_at = now};
        insert_batch(writer, who.facility, batch);
        auto const zone = services.books.get(writer, who.facility)->zone;
        auto const shown = shown_batch(writer, who.facility, batch, now, zone);
        audit(writer, who, "beginRecyclingBatch", "recycling-batch/" + batch.id.text(), shown, "",
              now);
        return http::json_response(201, shown);
    });
}

Response end_recycling_batch(Services const& services, Request const& request) {
    auto const id = http::path_id<BatchId>(request);
    if (!id) return http::problem(id.error());
    auto body = JsonBody::parse(request);
    if (auto const error = body.finish()) return http::problem(*error);
    auto const& who = request.principal.value();
    return people::write_once(services.store, services.clock, request, [&](store::Writer& writer) {
        auto const now = services.clock.now();
        lock_recycling(writer, who.facility);
        auto const before = find_batch(writer, who.facility, *id, now);
        if (!before) return no_such_batch();
        if (!end_batch(writer, who.facility, *id, now))
            return http::problem({ErrorKind::conflict, "wrong_state", "", "It is over."});
        auto const zone = services.books.get(writer, who.facility)->zone;
        auto const shown = shown_batch(writer, who.facility, *before, now, zone);
        audit(writer, who, "endRecyclingBatch", "recycling-batch/" + id->text(), shown, "", now);
        return http::json_response(200, shown);
    });
}

}  // namespace karkhana::recycling
