#pragma once

#include <vector>

#include "server/base/time.hpp"

/// Sets of times. A tidy one is in order, and its members are not empty and do not touch.
namespace karkhana::maintenance {

using Times = std::vector<Interval>;

Times tidy(Times times, Interval range);
/// What is left of `times` outside `gone`; both tidy.
Times without(Times const& times, Times const& gone);

}  // namespace karkhana::maintenance
