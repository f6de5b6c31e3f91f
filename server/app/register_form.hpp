#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "devices/profiles/profile.hpp"

/// How the words of a register become its value, as a text that is kept beside them: profiles and
/// what devices are configured as change, and what was read before is still to be checked.
namespace karkhana::app {

/// "u32 big 10/1 @4:72": type, order of the words and scale; the bit if it is one of many,
/// "swapped" bytes, a fraction and a register of scale with their addresses; then the function and
/// the address it is read with. Whatever changes the meaning of the words changes this text.
std::string form_of(profiles::Point const& point);
/// A point that decodes by this form, also by one without the place, as they once were; nullopt
/// when it is none.
std::optional<profiles::Point> point_of(std::string_view form);

}  // namespace karkhana::app
