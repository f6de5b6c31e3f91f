#pragma once

#include <string>
#include <vector>

#include "devices/profiles/recognise.hpp"
#include "server/app/config.hpp"

namespace karkhana::app {

/// A unit that answered on a line, and what it was taken for.
struct FoundUnit {
    int unit = 1;
    profiles::Recognition recognition;
};

/// "for sure", "or X, Y, which answer alike", "nothing known fits": a sentence for people.
std::string verdict_on(profiles::Recognition const& recognition);

/// The line and its devices as a part of a configuration, machines still to be said. What the
/// configuration would refuse, such as a board whose relays nobody has named, is there as comments.
std::string toml_of(LineConfig const& line, std::vector<FoundUnit> const& units);

}  // namespace karkhana::app
