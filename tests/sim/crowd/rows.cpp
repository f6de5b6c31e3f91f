#include "tests/sim/crowd/rows.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace karkhana::crowd {

bool Row::live() const {
    constexpr std::array<std::string_view, 5> live_ones{"pending", "confirmed", "checked_in",
                                                        "running", "paused"};
    return std::ranges::find(live_ones, state) != live_ones.end();
}

Rows read_rows(store::Reader& reader, FacilityId const& facility) {
    Rows found;
    reader.each(
        "SELECT booking_id, machine_id, enterprise_id, start_us, end_us, occupied_from_us, "
        "occupied_until_us, state, pending_for, origin, ended_us, people, assisted, version, "
        "confirmed_us, follows_id "
        "FROM booking WHERE facility_id = $1",
        [&](store::Row const& row) {
            Row seen{.id = row.text(0),
                     .machine = row.id<MachineId>(1),
                     .enterprise = row.id<EnterpriseId>(2),
                     .during = {row.at(3), row.at(4)},
                     .occupied_from = row.at(5),
                     .occupied_until = row.at(6),
                     .state = row.text(7),
                     .pending_for = "",
                     .origin = row.text(9),
                     .ended = row.maybe_at(10),
                     .confirmed = row.maybe_at(14),
                     .follows = row.maybe_text(15).value_or(""),
                     .people = static_cast<int>(row.integer(11)),
                     .assisted = row.flag(12),
                     .version = row.integer(13)};
            if (seen.state == "pending") seen.pending_for = row.text(8);
            found.emplace(seen.id, std::move(seen));
        },
        facility);
    return found;
}

void Faults::add(std::string_view judge, std::string words) {
    constexpr int shown = 5;
    ++count_;
    auto const at = by_judge_.try_emplace(std::string{judge}, 0).first;
    if (++at->second <= shown)
        std::printf("FAULT %s: %s\n", std::string{judge}.c_str(), words.c_str());
}

int Faults::of(std::string_view judge) const {
    auto const at = by_judge_.find(judge);
    return at == by_judge_.end() ? 0 : at->second;
}

}  // namespace karkhana::crowd
