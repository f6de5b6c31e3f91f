#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/store/store.hpp"

namespace karkhana::telling {

/// Where telling begins in a facility that has told nothing yet: at the present end of its trail.
void begin(store::Writer& writer, FacilityId const& facility);
/// Whether the trail goes on behind what is told; one query.
bool has_news(store::Reader& reader, FacilityId const& facility);
/// The number of the last change that is told. On PostgreSQL it locks the row: of many daemons one
/// tells. Precondition: begin().
std::int64_t cursor_to_move(store::Writer& writer, FacilityId const& facility);
void move_cursor(store::Writer& writer, FacilityId const& facility, std::int64_t sequence);

struct EndingAuthorisation {
    std::string id;
    PersonId person;
    std::string machine_kind;
    Instant expires_at;
};
/// Those that end within the interval and have none after them.
std::vector<EndingAuthorisation> ending_authorisations(store::Reader& reader,
                                                       FacilityId const& facility, Interval during);

}  // namespace karkhana::telling
