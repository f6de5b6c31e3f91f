#include "server/metering/exchange.hpp"

#include <algorithm>

#include "server/metering/records.hpp"
#include "server/metering/registers.hpp"
#include "server/metering/rules_share.hpp"

namespace karkhana::metering {
namespace {

Register register_of(Reading const& reading, Instant at, std::int64_t carried, Edge edge) {
    Register reg;
    reg.channel = reading.channel;
    reg.edge = edge;
    reg.at = at;
    reg.asked = reading.asked;
    reg.answered = reading.answered;
    reg.value = {reading.value + carried};
    reg.carried = {carried};
    reg.raw = reading.raw;
    if (reading.sequence != 0) reg.sequence = reading.sequence;
    return reg;
}

/// A session's part of what passed between the value before its START and `final`.
std::optional<Share> share_by_time(Register const& start, Register const& final,
                                   EstimatedBills bills) {
    auto const end = std::max(final.at, start.at);
    auto const weights = weigh({*start.answered, end}, {start.at, end}, {}, std::nullopt);
    auto const share = share_of_gap(final.value - start.value, {}, weights, bills);
    return share.most == Energy{} ? std::nullopt : std::optional{share};
}

/// Of a meter that several machines share, each part is of what it counted since the cut before:
/// nothing is added between two cuts.
bool is_shared(store::Reader& reader, FacilityId const& facility, Channel channel) {
    auto const points = list_points(reader, facility);
    auto const found = std::ranges::find(points, channel, &Point::channel);
    return found != points.end() && found->role == MeterRole::shared;
}

}  // namespace

void insert_exchange(store::Writer& writer, FacilityId const& facility, Exchange const& exchange) {
    writer.execute(
        "INSERT INTO meter_exchange (facility_id, exchange_id, device_id, channel, at, final_wh, "
        "final_from, initial_wh, serial_before, serial_after, reason, said_by, said_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        facility, exchange.id, exchange.device, exchange.channel, exchange.at, exchange.final_wh,
        exchange.final_entered ? "entered" : "last_good", exchange.initial_wh,
        exchange.serial_before, exchange.serial_after, exchange.reason, exchange.said_by,
        exchange.said_at);
}

std::vector<Exchange> list_exchanges(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT exchange_id, device_id, channel, at, final_wh, final_from, initial_wh, "
        "serial_before, serial_after, reason, said_by, said_at FROM meter_exchange "
        "WHERE facility_id = $1 ORDER BY at, said_at",
        [](store::Row const& row) {
            return Exchange{.id = row.id<ExchangeId>(0),
                            .device = row.id<DeviceId>(1),
                            .channel = static_cast<Channel>(row.integer(2)),
                            .at = row.at(3),
                            .final_wh = row.integer(4),
                            .final_entered = row.text(5) == "entered",
                            .initial_wh = row.integer(6),
                            .serial_before = row.text(7),
                            .serial_after = row.text(8),
                            .reason = row.text(9),
                            .said_by = row.id<PersonId>(10),
                            .said_at = row.at(11)};
        },
        facility);
}

std::string serial_at(std::vector<Exchange> const& exchanges, Register const& reg,
                      std::string now) {
    for (auto const& exchange : exchanges) {
        if (exchange.channel != reg.channel) continue;
        bool const before = reg.edge == Edge::final ? reg.at <= exchange.at : reg.at < exchange.at;
        if (before) return exchange.serial_before;
    }
    return now;
}

std::optional<BeganAnew> last_began_anew(store::Reader& reader, FacilityId const& facility,
                                         Channel channel) {
    struct Step {
        Instant at;
        std::string kind;
        std::int64_t before = 0, after = 0, carried = 0;
    };
    auto const steps = reader.all(
        "SELECT at, kind, before_wh, after_wh, carried_wh FROM meter_event WHERE facility_id = $1 "
        "AND channel = $2 "
        "AND kind IN ('rollover', 'reset', 'jump', 'restored', 'exchange', 'form') "
        "ORDER BY at DESC LIMIT 2",
        [](store::Row const& row) {
            return Step{row.at(0), row.text(1), row.integer(2), row.integer(3), row.integer(4)};
        },
        facility, channel);
    if (steps.empty()) return std::nullopt;
    auto const& last = steps.front();
    if (last.kind != name_of(Verdict::reset) && last.kind != name_of(Verdict::jump))
        return std::nullopt;
    return BeganAnew{.last = {{}, last.before},
                     .carried_before = steps.size() > 1 ? steps[1].carried : 0,
                     .first = {last.at, last.after}};
}

void divide_sessions(store::Writer& writer, FacilityId const& facility, Register const& final,
                     Register const& initial, EstimatedBills bills) {
    for (auto const& session : open_sessions(writer, facility)) {
        auto const* last = last_of(session, final.channel);
        bool const inside =
            session.start <= final.at && (!session.stop || final.at <= *session.stop);
        if (last == nullptr || last->edge == Edge::stop || !inside) continue;
        auto const at = std::max(final.at, last->at);
        for (auto reg : {final, initial}) {
            reg.at = at;
            // What it counted before a START that it did not answer is not all the session's.
            if (reg.edge == Edge::final && is_provisional(*last))
                reg.share = share_by_time(*last, reg, bills);
            add_register(writer, facility, session.id, reg);
        }
    }
}

void keep_form(store::Writer& writer, FacilityId const& facility, MeterEvent const& event) {
    writer.execute(
        "INSERT INTO point_form (facility_id, channel, since, form) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (facility_id, channel, since) DO NOTHING",
        facility, event.channel, event.at, event.note);
    if (!event.last || !event.first || is_shared(writer, facility, event.channel)) return;
    auto final = register_of(*event.last, event.at, event.carried_before, Edge::final);
    final.method = Method::last_good;
    final.quality = Quality::estimated;
    divide_sessions(writer, facility, final,
                    register_of(*event.first, event.at, event.carried, Edge::initial),
                    EstimatedBills::share);
}

}  // namespace karkhana::metering
