#include "server/facility/shifts.hpp"

#include <algorithm>
#include <tuple>

namespace karkhana::facility {
namespace {

using ShiftId = Id<struct ShiftTag>;

}  // namespace

Result<std::vector<Shift>> valid_shifts(std::vector<Shift> shifts) {
    std::ranges::sort(shifts, {},
                      [](Shift const& each) { return std::tuple{each.person, each.during.start}; });
    for (std::size_t i = 0; i < shifts.size(); ++i) {
        auto const& each = shifts[i];
        if (each.during.empty() || each.during.length() > std::chrono::days{1})
            return refuse(ErrorKind::invalid, "bad_shift",
                          "A shift ends after it begins, within a day.", "/items");
        if (i > 0 && shifts[i - 1].person == each.person &&
            shifts[i - 1].during.end > each.during.start)
            return refuse(ErrorKind::invalid, "shifts_overlap", "Two shifts of one person overlap.",
                          "/items");
    }
    std::ranges::stable_sort(shifts, {}, [](Shift const& each) { return each.during.start; });
    return shifts;
}

std::vector<Shift> shifts_between(store::Reader& reader, FacilityId const& facility,
                                  Interval during) {
    return reader.all(
        "SELECT person_id, starts_at, ends_at FROM shift WHERE facility_id = $1 "
        "AND ends_at > $2 AND starts_at < $3 ORDER BY starts_at, person_id",
        [](store::Row const& row) { return Shift{row.id<PersonId>(0), {row.at(1), row.at(2)}}; },
        facility, during.start, during.end);
}

void replace_shifts(store::Writer& writer, IdSource& ids, FacilityId const& facility,
                    Interval during, std::vector<Shift> const& shifts) {
    writer.execute("DELETE FROM shift WHERE facility_id = $1 AND starts_at >= $2 "
                   "AND starts_at < $3",
                   facility, during.start, during.end);
    for (auto const& each : shifts)
        writer.execute("INSERT INTO shift (facility_id, shift_id, person_id, starts_at, ends_at) "
                       "VALUES ($1, $2, $3, $4, $5)",
                       facility, ids.make<ShiftId>(), each.person, each.during.start,
                       each.during.end);
}

}  // namespace karkhana::facility
