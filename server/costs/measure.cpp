#include "server/costs/measure.hpp"

#include <algorithm>
#include <map>

#include "server/facility/records.hpp"
#include "server/metering/balance.hpp"
#include "server/metering/records.hpp"
#include "server/metering/series.hpp"

namespace karkhana::costs {
namespace {

struct Piece {
    Interval during;
    bool peak = false;
};

/// The interval cut where the peak begins and ends; whole when the bill knows no windows.
std::vector<Piece> pieces_of(Zone const& zone, UtilityBill const& bill, Interval during) {
    if (!bill.by_window()) return {{during, false}};
    std::vector<Piece> pieces;
    auto const last = local_day(zone, during.end);
    auto from = during.start;
    auto const add = [&](Instant until, bool peak) {
        until = std::clamp(until, from, during.end);
        if (from < until) pieces.push_back({{from, until}, peak});
        from = until;
    };
    for (auto day = local_day(zone, during.start); day <= last; day += std::chrono::days{1}) {
        add(at_minute(zone, day, bill.peak_from_minute), false);
        add(at_minute(zone, day, bill.peak_to_minute), true);
    }
    add(during.end, false);
    return pieces;
}

std::optional<Channel> main_meter(store::Reader& reader, FacilityId const& facility) {
    for (auto const& point : metering::list_points(reader, facility))
        if (point.role == metering::MeterRole::site && point.counter && point.unit == Unit::wh)
            return point.channel;
    return std::nullopt;
}

/// Rated watts times seconds booked, of each machine.
std::map<MachineId, std::int64_t> booked(store::Reader& reader, FacilityId const& facility,
                                         Interval during) {
    std::map<MachineId, std::int64_t> found;
    reader.each(
        "SELECT b.machine_id, m.rated_w, b.start_us, b.end_us FROM booking b JOIN machine m "
        "ON m.facility_id = b.facility_id AND m.machine_id = b.machine_id "
        "WHERE b.facility_id = $1 AND b.start_us < $3 AND b.end_us > $2 "
        "AND b.state <> 'cancelled'",
        [&](store::Row const& row) {
            auto const length = std::min(row.at(3), during.end) - std::max(row.at(2), during.start);
            auto const seconds = std::chrono::floor<std::chrono::seconds>(length).count();
            found[row.id<MachineId>(0)] += row.integer(1) * seconds;
        },
        facility, during.start, during.end);
    return found;
}

}  // namespace

Measured measure(store::Store& ledger, store::Store& telemetry, FacilityId const& facility,
                 Zone const& zone, UtilityBill const& bill) {
    Measured found{.during = bill.during, .site = {}, .uses = {}};
    auto const main =
        ledger.read([&](store::Reader& reader) { return main_meter(reader, facility); });
    bool compared = false;
    if (main) {
        metering::Series series{telemetry, facility};
        auto const from = series.nearest_read(*main, bill.during.start);
        auto const to = series.nearest_read(*main, bill.during.end);
        compared = from && to && from->at < to->at;
        if (compared) {
            found.during = {from->at, to->at};
            found.site = Energy{to->value - from->value};
        }
    }
    std::map<MachineId, Use> machines;
    Use house;
    for (auto const& piece : pieces_of(zone, bill, found.during)) {
        auto const went = metering::facility_balance(ledger, telemetry, facility, piece.during);
        Energy sum;
        for (auto const& one : went.machines) {
            auto const energy = metering::sum_of(one.used);
            auto& use = machines[one.machine];
            (piece.peak ? use.peak : use.off_peak) += energy;
            sum += energy;
        }
        if (compared && went.site) (piece.peak ? house.peak : house.off_peak) += *went.site - sum;
    }
    if (!compared) {
        // What the utility counted and no machine did; in a bill without windows it is all one.
        for (auto const& line : bill.lines)
            if (line.energy)
                (line.window == Window::peak ? house.peak : house.off_peak) += *line.energy;
        for (auto const& [machine, use] : machines) {
            house.peak = house.peak - use.peak;
            house.off_peak = house.off_peak - use.off_peak;
        }
    }
    auto const of_bookings =
        ledger.read([&](store::Reader& reader) { return booked(reader, facility, bill.during); });
    for (auto const& [machine, amount] : of_bookings) machines[machine].booked_ws = amount;
    found.uses.push_back(house);
    for (auto& [machine, use] : machines) {
        use.machine = machine;
        found.uses.push_back(use);
    }
    return found;
}

}  // namespace karkhana::costs
