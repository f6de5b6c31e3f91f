#pragma once

namespace karkhana::app {

char const* version();

}  // namespace karkhana::app
