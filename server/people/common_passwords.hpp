#pragma once

#include <string_view>

namespace karkhana::people {

/// The passwords that others have lost most often, separated by spaces.
std::string_view leaked_passwords();

}  // namespace karkhana::people
