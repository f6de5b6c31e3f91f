#pragma once

#include <string_view>

#include "server/base/result.hpp"

namespace karkhana::http {

/// The reason phrase of RFC 9110; "" for a status that is not used here.
std::string_view reason_of(int status);

int status_of(ErrorKind kind);

}  // namespace karkhana::http
