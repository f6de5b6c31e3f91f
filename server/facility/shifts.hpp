#pragma once

#include <vector>

#include "server/base/random.hpp"
#include "server/base/result.hpp"
#include "server/base/time.hpp"
#include "server/store/store.hpp"

namespace karkhana::facility {

/// When an operator is there.
struct Shift {
    PersonId person;
    Interval during;

    bool operator==(Shift const&) const = default;
};

/// In order of their beginning. Errors: `bad_shift` (empty, longer than a day), `shifts_overlap`
/// (of one person).
Result<std::vector<Shift>> valid_shifts(std::vector<Shift> shifts);

/// Those that overlap the interval, by their beginning; one query.
std::vector<Shift> shifts_between(store::Reader& reader, FacilityId const& facility,
                                  Interval during);
/// `shifts` instead of those that begin in the interval. Precondition: valid_shifts, each begins
/// there.
void replace_shifts(store::Writer& writer, IdSource& ids, FacilityId const& facility,
                    Interval during, std::vector<Shift> const& shifts);

}  // namespace karkhana::facility
