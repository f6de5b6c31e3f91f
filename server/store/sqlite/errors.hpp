#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/store/store.hpp"

namespace karkhana::store::sqlite {

/// Which constraint said no; nullopt when `extended_code` is none of SQLITE_CONSTRAINT_*.
/// A trigger that guards against overlaps says so in its message: RAISE(ABORT, '..no_overlap..').
std::optional<ConstraintViolated::Kind> constraint_of(int extended_code, std::string_view message);

/// True when the database could not do it now and may later: locked by another process, or full.
bool is_temporary(int extended_code);

/// Throws what `extended_code` means: ConstraintViolated, DiskFull, Unavailable, or
/// std::runtime_error with the message and the statement.
[[noreturn]] void raise(int extended_code, std::string const& message, std::string_view sql);

}  // namespace karkhana::store::sqlite
