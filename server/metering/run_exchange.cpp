#include <algorithm>
#include <boost/json/serialize.hpp>

#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/metering/devices.hpp"
#include "server/metering/exchange.hpp"
#include "server/metering/run.hpp"
#include "server/metering/series.hpp"
#include "server/metering/series_writer.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::metering {

namespace {

namespace json = boost::json;

constexpr std::int64_t most_wh = 1'000'000'000'000'000;

/// Nothing is believed of a counter while its exchange is worked out and kept.
class Hold {
public:
    Hold(Meters& meters, Channel channel)
        : meters_(meters), channel_(channel), counter_(meters.hold(channel)) {}
    ~Hold() {
        if (counter_) meters_.release(channel_);
    }
    Hold(Hold const&) = delete;
    Hold& operator=(Hold const&) = delete;

    Result<Meters::Held> const& counter() const { return counter_; }

private:
    Meters& meters_;
    Channel channel_;
    Result<Meters::Held> counter_;
};

Result<Exchange> read_exchange(http::Request const& request) {
    auto const device = http::path_id<DeviceId>(request);
    if (!device) return tl::make_unexpected(device.error());
    auto body = http::JsonBody::parse(request);
    Exchange exchange;
    exchange.device = *device;
    exchange.at = body.at("at");
    auto const final = body.maybe_integer("final_wh", 0, most_wh);
    exchange.final_entered = final.has_value();
    exchange.final_wh = final.value_or(0);
    exchange.initial_wh = body.integer("initial_wh", 0, most_wh);
    exchange.serial_after = body.text("serial", 40);
    exchange.reason = body.text("reason", 500);
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (exchange.serial_after.empty())
        return refuse(ErrorKind::invalid, "serial_missing", "What is its number?", "/serial");
    if (exchange.reason.empty())
        return refuse(ErrorKind::invalid, "reason_missing", "Say why.", "/reason");
    exchange.said_by = request.principal->person;
    return exchange;
}

/// The device's counter of energy: billing grade first.
std::optional<Point> counter_of(store::Reader& reader, FacilityId const& facility,
                                DeviceId const& device) {
    std::optional<Point> found;
    for (auto const& point : list_points(reader, facility)) {
        bool const counts = point.device == device && point.counter && point.unit == Unit::wh;
        if (counts && (!found || (point.billing && !found->billing))) found = point;
    }
    return found;
}

Register end_of(Exchange const& exchange, ExchangePlan const& plan, Edge edge) {
    bool const old = edge == Edge::final;
    auto const carried = old ? plan.carried_before : plan.carried_after;
    Register reg;
    reg.channel = exchange.channel;
    reg.edge = edge;
    reg.at = exchange.at;
    reg.value = {(old ? plan.final_wh : exchange.initial_wh) + carried};
    reg.carried = {carried};
    bool const entered = !old || exchange.final_entered;
    reg.quality = entered ? Quality::edited : Quality::estimated;
    reg.method = entered ? Method::entered : Method::last_good;
    reg.said_by = exchange.said_by;
    reg.why = exchange.reason;
    return reg;
}

json::object exchange_json(Exchange const& exchange, ExchangePlan const& plan, Zone const& zone) {
    return {{"id", exchange.id.text()},
            {"device_id", exchange.device.text()},
            {"channel", exchange.channel},
            {"at", to_rfc3339(exchange.at, zone)},
            {"final_wh", exchange.final_wh},
            {"final_from", exchange.final_entered ? "entered" : "last_good"},
            {"initial_wh", exchange.initial_wh},
            {"carried_wh", plan.carried_after},
            {"serial_before", exchange.serial_before},
            {"serial_after", exchange.serial_after},
            {"reason", exchange.reason},
            {"said_by", exchange.said_by.text()}};
}

Result<ExchangePlan> plan_of(Services const& services, Exchange const& exchange,
                             Meters::Held const& held) {
    auto anew = services.ledger.read([&](store::Reader& reader) {
        return last_began_anew(reader, services.facility, exchange.channel);
    });
    if (anew) {
        Series series{services.telemetry, services.facility};
        auto const around =
            series.around(exchange.channel, anew->first.at - std::chrono::seconds(1), {});
        anew->last.at = around.before ? around.before->at : anew->first.at - std::chrono::hours(24);
    }
    return plan_exchange(
        {.policy = held.policy,
         .last = {held.believed.reading.answered, held.believed.reading.value, held.resolution},
         .carried = held.believed.carried,
         .began_anew = anew,
         .now = services.clock.now(),
         .at = exchange.at,
         .final_wh = exchange.final_entered ? std::optional{exchange.final_wh} : std::nullopt,
         .initial_wh = exchange.initial_wh});
}

/// One that answers now says itself who it is.
bool says_another(Services const& services, Exchange const& exchange) {
    if (!services.health) return false;
    for (auto const& health : services.health())
        if (health.device == exchange.device && !health.serial.empty() &&
            (health.state == "good" || health.alarm == "stranger"))
            return health.serial != exchange.serial_after;
    return false;
}

http::Response keep_exchange(Services const& services, store::Writer& writer,
                             SharedMeter const* shared, Exchange const& exchange,
                             ExchangePlan const& plan) {
    auto const& facility = services.facility;
    if (shared != nullptr)
        for (auto const& machine : shared->machines)
            facility::lock_machine(writer, facility, machine);
    auto const unfinished = open_sessions(writer, facility);
    bool const in_use = std::ranges::any_of(unfinished, [&](UsageSession const& session) {
        return last_of(session, exchange.channel) != nullptr &&
               !has_stop(session, exchange.channel);
    });
    if (shared != nullptr && in_use)
        return http::problem({ErrorKind::conflict, "shared_meter_in_use", "",
                              "Machines that share the meter are in use: end that first."});
    if (plan.late && in_use)
        return http::problem({ErrorKind::conflict, "session_open", "",
                              "The new meter is in use already: end that first."});
    for (auto const& known : list_exchanges(writer, facility))
        if (known.channel == exchange.channel && known.at >= exchange.at)
            return http::problem({ErrorKind::conflict, "exchange_known", "/at",
                                  "An exchange of that moment or later has been entered."});
    insert_exchange(writer, facility, exchange);
    insert_event(writer, facility,
                 {.channel = exchange.channel,
                  .at = plan.at,
                  .kind = std::string{name_of(Verdict::exchange)},
                  .before = plan.late ? plan.goes_on_from.value : plan.final_wh,
                  .after = plan.goes_on_from.value,
                  .carried = plan.carried_after,
                  .note = exchange.id.text()});
    if (!plan.late)
        divide_sessions(writer, facility, end_of(exchange, plan, Edge::final),
                        end_of(exchange, plan, Edge::initial), services.estimated_bills);
    save_serial(writer, facility, exchange.device, exchange.serial_after);
    auto const zone = Zone::find(facility::find_facility(writer, facility).value().zone).value();
    auto const shown = exchange_json(exchange, plan, zone);
    people::append_audit(
        writer, facility,
        {.person = exchange.said_by,
         .action = "exchangeMeter",
         .subject = "device/" + exchange.device.text(),
         .before = json::serialize(json::object{{"serial", exchange.serial_before}}),
         .after = json::serialize(shown),
         .reason = exchange.reason},
        exchange.said_at);
    return http::json_response(201, shown);
}

}  // namespace

http::Response RunControl::exchange(http::Request const& request) {
    auto exchange = read_exchange(request);
    if (!exchange) return http::problem(exchange.error());
    if (auto const kept = kept_answer(request)) return *kept;
    auto const [device, point] = services_.ledger.read([&](store::Reader& reader) {
        std::optional<Device> found;
        for (auto const& each : list_devices(reader, services_.facility))
            if (each.id == exchange->device) found = each;
        return std::pair{found, counter_of(reader, services_.facility, exchange->device)};
    });
    bool const mine = request.principal->facility == services_.facility;
    if (!device || !mine) return http::problem({ErrorKind::not_found, "not_found"});
    if (!point)
        return http::problem({ErrorKind::conflict, "no_counter", "", "It counts no energy."});
    std::optional<Turns::Turn> turn;
    if (point->machine) {
        auto taken = take_turn(request, *point->machine);
        if (!taken) return taken.error();
        turn = std::move(*taken);
    }
    if (says_another(services_, *exchange))
        return http::problem({ErrorKind::conflict, "serial_differs", "/serial",
                              "The meter that answers has another number."});
    exchange->id = services_.ids.make<ExchangeId>();
    exchange->channel = point->channel;
    exchange->serial_before = device->serial;
    exchange->said_at = services_.clock.now();
    return carry_out(request, *exchange);
}

http::Response RunControl::carry_out(http::Request const& request, Exchange exchange) {
    Hold const hold{services_.meters, exchange.channel};
    if (!hold.counter()) return http::problem(hold.counter().error());
    keep_events(services_.ledger, services_.facility, services_.meters);
    auto const plan = plan_of(services_, exchange, *hold.counter());
    if (!plan) return http::problem(plan.error());
    exchange.final_wh = plan->final_wh;
    auto answer =
        people::write_once(services_.ledger, services_.clock, request, [&](store::Writer& writer) {
            return keep_exchange(services_, writer, meters_.shared(exchange.channel), exchange,
                                 *plan);
        });
    if (answer.status >= 400) return answer;
    services_.meters.exchange(exchange.channel, *plan);
    services_.meter_port.exchanged(exchange.device, exchange.serial_after);
    touch();
    return answer;
}

}  // namespace karkhana::metering
