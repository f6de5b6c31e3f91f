#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace karkhana {

/// What kind of "no" an error is. The HTTP layer derives the status from it and from nothing else.
enum class ErrorKind {
    malformed,        ///< 400: cannot be read at all
    unauthenticated,  ///< 401
    forbidden,        ///< 403: the role may not do this
    not_found,        ///< 404: absent, or not the caller's
    conflict,         ///< 409: the state of the world says no (slot taken, wrong state)
    stale,            ///< 412: edited by somebody else since it was read
    too_large,        ///< 413
    invalid,          ///< 422: read, but breaks a rule
    precondition,     ///< 428: a required header is missing
    limited,          ///< 429: too many tries
    unavailable,      ///< 503: try again later
    unsupported,      ///< 415: a body of another type than the one that is read here
};

/// A refusal as a value. `code` is stable and documented; `field` is a JSON pointer or empty;
/// `detail` is one English sentence for a developer, never shown as the only words to a user.
struct Error {
    ErrorKind kind = ErrorKind::invalid;
    std::string_view code;
    std::string field;
    std::string detail;
};

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand for returning a refusal: `return refuse(ErrorKind::conflict, "slot_taken");`
inline tl::unexpected<Error> refuse(ErrorKind kind, std::string_view code, std::string detail = {},
                                    std::string field = {}) {
    return tl::make_unexpected(Error{kind, code, std::move(field), std::move(detail)});
}

}  // namespace karkhana
