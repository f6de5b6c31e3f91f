#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/http/paging.hpp"
#include "server/metering/alarm.hpp"
#include "server/metering/handlers.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"
#include "server/people/records.hpp"

namespace karkhana::metering {
namespace {

namespace json = boost::json;

constexpr int longest_note = 500;

json::object alarm_json(store::Reader& reader, FacilityId const& facility, Alarm const& alarm,
                        Zone const& zone) {
    json::object object{{"id", alarm.id.text()},
                        {"machine_id", alarm.machine.text()},
                        {"kind", alarm.kind},
                        {"raised_at", to_rfc3339(alarm.raised, zone)},
                        {"last_at", to_rfc3339(alarm.last, zone)},
                        {"times", alarm.times},
                        {"cleared_at", http::or_null(alarm.cleared, zone)},
                        {"acknowledged_at", http::or_null(alarm.acknowledged, zone)},
                        {"acknowledged_by", nullptr},
                        {"note", alarm.note},
                        {"evidence", json::parse(alarm.evidence)}};
    if (alarm.acknowledged_by)
        if (auto const person = people::find_person(reader, facility, *alarm.acknowledged_by))
            object["acknowledged_by"] =
                json::object{{"en", person->name.en}, {"bn", person->name.bn}};
    return object;
}

http::Response acknowledge(Services const& services, store::Writer& writer,
                           http::Request const& request, std::string const& note) {
    auto const& who = request.principal.value();
    auto const id = http::path_id<AlarmId>(request);
    if (!id) return http::problem(id.error());
    if (!find_alarm(writer, who.facility, *id))
        return http::problem({ErrorKind::not_found, "not_found"});
    auto const now = services.clock.now();
    if (!acknowledge_alarm(writer, who.facility, *id, who.person, note, now))
        return http::problem(
            {ErrorKind::conflict, "wrong_state", "", "It has been acknowledged before."});
    auto const alarm = find_alarm(writer, who.facility, *id).value();
    people::append_audit(writer, who.facility,
                         {.person = who.person,
                          .action = "acknowledgeAlarm",
                          .subject = "alarm/" + id->text(),
                          .after = json::serialize(json::object{
                              {"kind", alarm.kind}, {"machine_id", alarm.machine.text()}}),
                          .reason = note},
                         now);
    return http::json_response(
        200, alarm_json(writer, who.facility, alarm, facility::zone_of(writer, who.facility)));
}

}  // namespace

http::Response list_alarms(Services const& services, http::Request const& request) {
    auto const limit = http::query_limit(request);
    if (!limit) return http::problem(limit.error());
    auto const cursor = http::query_cursor(request);
    if (!cursor) return http::problem(cursor.error());
    auto const& facility = request.principal.value().facility;
    return services.ledger.read([&](store::Reader& reader) {
        auto const zone = facility::zone_of(reader, facility);
        auto found = list_alarms(reader, facility, *cursor, *limit + 1);
        json::value next = nullptr;
        if (found.size() > static_cast<std::size_t>(*limit)) {
            found.pop_back();
            next = json::value(std::to_string(place_of(found.back())));
        }
        json::array items;
        for (auto const& alarm : found) items.push_back(alarm_json(reader, facility, alarm, zone));
        return http::json_response(
            200, json::object{{"items", std::move(items)}, {"next", std::move(next)}});
    });
}

http::Response acknowledge_alarm(Services const& services, RunControl& run,
                                 http::Request const& request) {
    auto body = http::JsonBody::parse(request);
    auto const note = body.maybe_text("note", longest_note).value_or("");
    if (auto const error = body.finish()) return http::problem(*error);
    auto answer =
        people::write_once(services.ledger, services.clock, request, [&](store::Writer& writer) {
            return acknowledge(services, writer, request, note);
        });
    if (answer.status != 200) return answer;
    auto const alarm = services.ledger.read([&](store::Reader& reader) {
        return find_alarm(reader, request.principal->facility,
                          http::path_id<AlarmId>(request).value());
    });
    run.alarms().tell_acknowledged(alarm.value());
    run.touch();
    return answer;
}

}  // namespace karkhana::metering
