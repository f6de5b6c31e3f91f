#pragma once

#include <span>
#include <string_view>

namespace karkhana::people {

/// A sub-sector of the programme's list, which every facility reports by.
struct Sector {
    std::string_view slug;
    std::string_view area;
    std::string_view sector;
    std::string_view en;
    std::string_view bn;
};

std::span<Sector const> sectors();
/// nullptr: there is no such sub-sector.
Sector const* find_sector(std::string_view slug);

}  // namespace karkhana::people
