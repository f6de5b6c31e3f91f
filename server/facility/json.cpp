#include "server/facility/json.hpp"

namespace karkhana::facility {

namespace json = boost::json;

json::object name_json(Name const& name) { return {{"en", name.en}, {"bn", name.bn}}; }

json::array opening_hours_json(std::vector<OpeningHours> const& hours) {
    json::array out;
    out.reserve(hours.size());
    for (auto const& each : hours)
        out.push_back(json::object{{"weekday", each.weekday},
                                   {"opens_minute", each.opens_minute},
                                   {"closes_minute", each.closes_minute}});
    return out;
}

json::object facility_json(Facility const& facility, std::vector<OpeningHours> const& hours) {
    json::object out{{"id", facility.id.text()},
                     {"slug", facility.slug},
                     {"name", name_json(facility.name)},
                     {"zone", facility.zone},
                     {"currency", "BDT"},
                     {"week_starts", facility.week_starts},
                     {"opening_hours", opening_hours_json(hours)}};
    if (!facility.address.en.empty()) out["address"] = name_json(facility.address);
    return out;
}

json::object machine_ref_json(Machine const& machine) {
    return {{"id", machine.id.text()},
            {"slug", machine.slug},
            {"name", name_json(machine.name)},
            {"kind", machine.kind}};
}

json::object machine_json(Machine const& machine) {
    auto out = machine_ref_json(machine);
    out["rated_w"] = machine.rated_w;
    out["grid_minutes"] = machine.grid_minutes;
    out["min_minutes"] = machine.min_minutes;
    out["max_minutes"] = machine.max_minutes;
    out["horizon_days"] = machine.horizon_days;
    out["setup_minutes"] = machine.setup_minutes;
    out["buffer_minutes"] = machine.buffer_minutes;
    out["seats"] = machine.seats;
    out["bookable"] = !machine.out_of_order;
    out["piece_unit"] =
        machine.piece_unit.empty() ? json::value{} : json::value(machine.piece_unit);
    return out;
}

json::object evidence_json(OutageEvidence const& evidence, Zone const& zone) {
    return {{"edge", evidence.at_end ? "end" : "start"},
            {"what", evidence.what},
            {"source", evidence.source},
            {"at", to_rfc3339(evidence.at, zone)},
            {"value", evidence.value ? json::value(*evidence.value) : json::value(nullptr)},
            {"unit", evidence.unit}};
}

json::object outage_json(Outage const& outage, Zone const& zone) {
    return {{"id", outage.id.text()},
            {"machine_id", outage.machine ? json::value(outage.machine->text()) : json::value{}},
            {"start", to_rfc3339(outage.during.start, zone)},
            {"end", to_rfc3339(outage.during.end, zone)},
            {"kind", outage.kind},
            {"reason", outage.reason},
            {"source", name_of(outage.source)}};
}

}  // namespace karkhana::facility
