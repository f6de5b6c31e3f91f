#pragma once

#include <string_view>

namespace karkhana::store {

/// True if `text` is UTF-8 without surrogates, overlong forms or a NUL: what both engines can
/// keep. SQLite would take anything and PostgreSQL would cut at the NUL, so both ask here first.
bool is_storable_text(std::string_view text);

/// Throws std::invalid_argument when `text` is not storable.
void require_storable_text(std::string_view text);

}  // namespace karkhana::store
