#pragma once

#include <string>

#include "server/base/random.hpp"

namespace karkhana::app {

/// The key that second factors and PINs are kept with: 64 hexadecimal characters in
/// `<folder>/secret.key`, made at the first start, for its owner alone. It is not in the database,
/// so who has that alone has neither; copies of the daemon on one PostgreSQL share the file. Throws
/// std::runtime_error when others may read it or it holds no key.
std::string secret_key(std::string const& folder, Random& random);

}  // namespace karkhana::app
