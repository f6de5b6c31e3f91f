#include "server/app/version.hpp"

namespace karkhana::app {

char const* version() { return KARKHANA_VERSION; }

}  // namespace karkhana::app
