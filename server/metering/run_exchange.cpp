#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <limits>

#include "server/facility/records.hpp"
#include "server/http/json.hpp"
#include "server/metering/devices.hpp"
#include "server/metering/exchange.hpp"
#include "server/metering/registers.hpp"
#include "server/metering/run.hpp"
#include "server/metering/series.hpp"
#include "server/metering/series_writer.hpp"
#include "server/people/audit.hpp"
#include "server/people/idempotency.hpp"

namespace karkhana::metering {

namespace {

namespace json = boost::json;

constexpr std::int64_t most_shown = 1'000'000'000'000'000;

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

/// What is counted, and where a request says what both meters showed of it.
struct Counted {
    Unit unit;
    std::string_view final, initial;
};
constexpr std::array<Counted, 3> all_counted = {{{Unit::wh, "final_wh", "initial_wh"},
                                                 {Unit::ml, "final_ml", "initial_ml"},
                                                 {Unit::count, "final_count", "initial_count"}}};

Counted const& counted_in(Unit unit) {
    return *std::ranges::find(all_counted, unit, &Counted::unit);
}

struct Wish {
    Exchange exchange;
    Unit unit = Unit::wh;
    std::optional<Channel> channel;  ///< which counter of the device
};

/// In one unit, which is that of the initial reading.
std::optional<Error> read_values(http::JsonBody& body, Wish& wish) {
    int given = 0;
    for (auto const& counted : all_counted) {
        auto const final = body.maybe_integer(counted.final, 0, most_shown);
        auto const initial = body.maybe_integer(counted.initial, 0, most_shown);
        if (!final && !initial) continue;
        ++given;
        wish.unit = counted.unit;
        wish.exchange.final_entered = final.has_value();
        wish.exchange.final_wh = final.value_or(0);
        wish.exchange.initial_wh = initial.value_or(0);
        if (!initial) body.integer(counted.initial, 0, most_shown);  // says that it is missing
    }
    if (given == 0) body.integer(all_counted[0].initial, 0, most_shown);
    if (given < 2) return std::nullopt;
    return Error{ErrorKind::invalid, "several_units", "", "One counter counts in one unit."};
}

Result<Wish> read_wish(http::Request const& request) {
    auto const device = http::path_id<DeviceId>(request);
    if (!device) return tl::make_unexpected(device.error());
    auto body = http::JsonBody::parse(request);
    Wish wish;
    auto& exchange = wish.exchange;
    exchange.device = *device;
    exchange.at = body.at("at");
    auto several = read_values(body, wish);
    if (auto const channel = body.maybe_integer("channel", 1, std::numeric_limits<Channel>::max()))
        wish.channel = static_cast<Channel>(*channel);
    exchange.serial_after = body.text("serial", 40);
    exchange.reason = body.text("reason", 500);
    if (auto error = body.finish()) return tl::make_unexpected(std::move(*error));
    if (several) return tl::make_unexpected(std::move(*several));
    if (exchange.serial_after.empty())
        return refuse(ErrorKind::invalid, "serial_missing", "What is its number?", "/serial");
    if (exchange.reason.empty())
        return refuse(ErrorKind::invalid, "reason_missing", "Say why.", "/reason");
    exchange.said_by = request.principal->person;
    return wish;
}

/// The counter that is meant: of energy the one that is billed, if nothing is said.
Result<Point> counter_of(store::Reader& reader, FacilityId const& facility, Wish const& wish) {
    std::vector<Point> found;
    for (auto const& point : list_points(reader, facility))
        if (point.device == wish.exchange.device && point.counter && point.unit == wish.unit &&
            point.channel == wish.channel.value_or(point.channel))
            found.push_back(point);
    if (found.empty()) return refuse(ErrorKind::conflict, "no_counter", "It counts nothing of it.");
    auto const billed = std::ranges::find(found, true, &Point::billing);
    if (billed != found.end()) return *billed;
    if (found.size() > 1 && wish.unit != Unit::wh)
        return refuse(ErrorKind::invalid, "which_counter", "It has several.", "/channel");
    return found.front();
}

/// The number of the meter that was there. A device with several counters is exchanged once for
/// each of them.
std::string serial_before(store::Reader& reader, FacilityId const& facility,
                          Exchange const& exchange, std::string now) {
    if (now != exchange.serial_after) return now;
    for (auto const& known : list_exchanges(reader, facility))
        if (known.device == exchange.device && known.channel != exchange.channel &&
            known.serial_after == exchange.serial_after)
            now = known.serial_before;
    return now;
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

json::object exchange_json(Exchange const& exchange, ExchangePlan const& plan, Unit unit,
                           Zone const& zone) {
    auto const& counted = counted_in(unit);
    std::string const carried = "carried" + std::string{counted.final.substr(5)};
    return {{"id", exchange.id.text()},
            {"device_id", exchange.device.text()},
            {"channel", exchange.channel},
            {"at", to_rfc3339(exchange.at, zone)},
            {counted.final, exchange.final_wh},
            {"final_from", exchange.final_entered ? "entered" : "last_good"},
            {counted.initial, exchange.initial_wh},
            {carried, plan.carried_after},
            {"serial_before", exchange.serial_before},
            {"serial_after", exchange.serial_after},
            {"reason", exchange.reason},
            {"said_by", exchange.said_by.text()}};
}

/// What the meter shows now.
std::optional<CounterValue> shown_by(std::optional<MetMeter> const& met, Point const& point) {
    bool const shows = met && met->reading && met->reading->quality != Quality::missing;
    if (!shows) return std::nullopt;
    auto const& reading = *met->reading;
    Resolution const resolution{point.resolution, point.form};
    return CounterValue{reading.answered, reading.value, resolution.at(reading.value, reading.raw)};
}

Result<ExchangePlan> plan_of(Services const& services, Exchange const& exchange, Point const& point,
                             Meters::Held const& held, std::optional<MetMeter> const& met) {
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
         .initial_wh = exchange.initial_wh,
         .shown = shown_by(met, point),
         .unit = point.unit});
}

/// An exchange that is to be kept. `told`: the new meter itself tells its number.
struct Planned {
    Exchange const& exchange;
    ExchangePlan const& plan;
    Unit unit;
    bool told = false;
};

http::Response keep_exchange(Services const& services, store::Writer& writer,
                             SharedMeter const* shared, Planned const& planned) {
    auto const& [exchange, plan, unit, told] = planned;
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
    save_serial(writer, facility, exchange.device, exchange.serial_after, told);
    auto const zone = Zone::find(facility::find_facility(writer, facility).value().zone).value();
    auto const shown = exchange_json(exchange, plan, unit, zone);
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
    auto wish = read_wish(request);
    if (!wish) return http::problem(wish.error());
    if (auto const kept = kept_answer(request)) return *kept;
    auto& exchange = wish->exchange;
    auto const [device, point] = services_.ledger.read([&](store::Reader& reader) {
        auto const devices = list_devices(reader, services_.facility);
        auto const found = std::ranges::find(devices, exchange.device, &Device::id);
        auto counter = counter_of(reader, services_.facility, *wish);
        if (counter) exchange.channel = counter->channel;
        if (found != devices.end())
            exchange.serial_before =
                serial_before(reader, services_.facility, exchange, found->serial);
        return std::pair{found != devices.end(), std::move(counter)};
    });
    bool const mine = request.principal->facility == services_.facility;
    if (!device || !mine) return http::problem({ErrorKind::not_found, "not_found"});
    if (!point) return http::problem(point.error());
    std::optional<Turns::Turn> turn;
    if (point->machine) {
        auto taken = take_turn(request, *point->machine);
        if (!taken) return taken.error();
        turn = std::move(*taken);
    }
    // Whoever answers is asked who it is: what it said last may have been said by the old one.
    auto const met = services_.meter_port.meet(point->channel, snapshot_deadline);
    if (met && !met->serial.empty() && met->serial != exchange.serial_after)
        return http::problem({ErrorKind::conflict, "serial_differs", "/serial",
                              "The meter that answers has another number."});
    exchange.id = services_.ids.make<ExchangeId>();
    exchange.said_at = services_.clock.now();
    return carry_out(request, exchange, *point, met);
}

http::Response RunControl::carry_out(http::Request const& request, Exchange exchange,
                                     Point const& point, std::optional<MetMeter> const& met) {
    Hold const hold{services_.meters, exchange.channel};
    if (!hold.counter()) return http::problem(hold.counter().error());
    keep_events(services_.ledger, services_.facility, services_.meters);
    auto const plan = plan_of(services_, exchange, point, *hold.counter(), met);
    if (!plan) return http::problem(plan.error());
    exchange.final_wh = plan->final_wh;
    Planned const planned{exchange, *plan, point.unit, met && !met->serial.empty()};
    auto answer =
        people::write_once(services_.ledger, services_.clock, request, [&](store::Writer& writer) {
            return keep_exchange(services_, writer, meters_.shared(exchange.channel), planned);
        });
    if (answer.status >= 400) return answer;
    services_.meters.exchange(exchange.channel, *plan);
    services_.meter_port.exchanged(exchange.device, exchange.serial_after);
    touch();
    return answer;
}

}  // namespace karkhana::metering
