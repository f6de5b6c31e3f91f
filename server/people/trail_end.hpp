#pragma once

#include <string>
#include <string_view>

#include "server/store/store.hpp"

namespace karkhana::people {

/// "17 9f86d0...", number and hash of the line that tells that a document was issued: as a document
/// is printed with it, nobody can cut the trail off before that. Empty: there is none.
std::string trail_of_document(store::Reader& reader, FacilityId const& facility,
                              std::string_view subject);

/// The same of the last line; empty: there is none.
std::string trail_end(store::Reader& reader, FacilityId const& facility);

}  // namespace karkhana::people
