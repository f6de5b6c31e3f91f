#include "server/facility/mode.hpp"

#include <algorithm>
#include <iterator>

namespace karkhana::facility {

std::string_view name_of(Mode mode) { return mode == Mode::revenue ? "revenue" : "non_revenue"; }

std::optional<Mode> mode_of(std::string_view name) {
    for (auto const mode : {Mode::revenue, Mode::non_revenue})
        if (name == name_of(mode)) return mode;
    return std::nullopt;
}

Mode mode_at(std::span<ModeSwitch const> switches, Instant at) {
    auto const next = std::ranges::upper_bound(switches, at, {}, &ModeSwitch::from);
    return next == switches.begin() ? Mode::revenue : std::prev(next)->mode;
}

std::vector<ModeSwitch> mode_switches(store::Reader& reader, FacilityId const& facility) {
    return reader.all(
        "SELECT effective_from, mode, reason FROM facility_mode WHERE facility_id = $1 "
        "ORDER BY effective_from",
        [](store::Row const& row) {
            return ModeSwitch{row.at(0), mode_of(row.text(1)).value(), row.text(2)};
        },
        facility);
}

Mode mode_at(store::Reader& reader, FacilityId const& facility, Instant at) {
    auto const switches = mode_switches(reader, facility);
    return mode_at(std::span{switches}, at);
}

void insert_mode_switch(store::Writer& writer, FacilityId const& facility, ModeSwitch const& mode,
                        PersonId const& by, Instant now) {
    writer.execute("INSERT INTO facility_mode (facility_id, effective_from, mode, reason, "
                   "created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)",
                   facility, mode.from, name_of(mode.mode), mode.reason, now, by);
}

}  // namespace karkhana::facility
